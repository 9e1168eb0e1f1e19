/* The record of the last failure, in memory that a reset leaves alone.
 *
 * A fault writes where it happened and resets at once; the watchdog's first bark, a
 * non-maskable interrupt, writes where the loop hangs, its second resets. At the next
 * start the record says what happened; after a power-up its CRC does not fit. */
#ifndef ARM_CRASH_H
#define ARM_CRASH_H

#include "firmware/hal/hal_app.h"

enum {
    CRASH_QUICK_MS = 10000, /* a failure within so long of the start is a quick one */
    CRASH_QUICK_MAX = 3,    /* so many in a row: safe mode */
};

/* Fill crash, cause, fault, starts and safe. Call once at each start. */
void crash_look(struct hal_boot *ret_boot);

/* The loop has run for so long since the start. */
void crash_survived(uint32_t uptime_ms);

/* Vectors. */
void crash_fault(void); /* hard, memory, bus and usage fault */
void crash_bark(void);  /* the watchdog */

#endif

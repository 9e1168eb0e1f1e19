/* The two clocks: wall time for records, monotonic time for waiting. */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_now_ms(void);  /* Unix time, UTC, milliseconds */
int64_t clock_mono_ms(void); /* since some start; never goes back */

enum { CLOCK_TEXT_MAX = 32 };

/* RFC 3339 UTC with milliseconds: "2026-11-23T10:15:30.123Z". */
void clock_text(int64_t at_ms, char ret_text[CLOCK_TEXT_MAX]);

#endif

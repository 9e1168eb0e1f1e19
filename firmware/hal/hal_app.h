/* The other half of the border: what a port calls. A port never looks into app.
 *
 *   fill struct hal_boot; rack_start(&boot); for (;;) sleep at most rack_pass() us;
 *
 * A byte on the bus ends the sleep early. Nothing here waits or uses the heap, but
 * rack_start() reads the whole store, which may take a quarter of a second. */
#ifndef HAL_APP_H
#define HAL_APP_H

#include "core/rack_map.h"

enum { HAL_UID_WORDS = 6, HAL_NAME_MAX = 64 };

/* Where the controller stood when it failed last. */
struct hal_crash {
    uint32_t pc, lr, status, address; /* status: the CPU's fault bits; 0 for a hang */
};

struct hal_boot {
    struct hal_crash crash;      /* zeros: none since power came */
    uint32_t baud;               /* 0: as the settings say, as with the next two */
    uint8_t address;             /* 1..RACK_ADDRESS_MAX */
    uint8_t slots;               /* 1..RACK_SLOTS_MAX */
    uint16_t uid[HAL_UID_WORDS]; /* of this very controller */
    uint16_t hardware;           /* board revision; 0 is the host port */
    uint16_t starts;             /* since power came; 1 or more */
    uint8_t cause, fault;        /* enum rack_reset_cause and rack_fault */
    bool lock;                   /* a lock is fitted */
    bool safe;                   /* it failed so often: only answer, and keep locked */
};

void rack_start(const struct hal_boot *boot);

/* One pass of the main loop: bytes, sensors, lamps, watchdog. Budget 1 ms on the MCU.
 * Returns how many microseconds may pass until the next one. */
uint32_t rack_pass(void);

uint16_t rack_boot_id(void); /* as register 0x0001 */

#endif

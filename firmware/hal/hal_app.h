/* The other half of the border: what a port calls. A port never looks into app.
 *
 *   fill struct hal_boot; rack_start(&boot); for (;;) sleep at most rack_pass() us;
 *
 * A byte on the bus ends the sleep early. Nothing here waits or uses the heap. */
#ifndef HAL_APP_H
#define HAL_APP_H

#include "core/rack_map.h"

enum { HAL_UID_WORDS = 6, HAL_NAME_MAX = 64 };

enum hal_parity { HAL_PARITY_NONE, HAL_PARITY_ODD, HAL_PARITY_EVEN };

struct hal_boot {
    uint32_t baud;               /* bit/s */
    uint16_t boot_id;            /* from hal_boot_next() */
    uint16_t uid[HAL_UID_WORDS]; /* of this very controller */
    uint16_t hardware;           /* board revision; 0 is the host port */
    uint8_t cause, fault;        /* enum rack_reset_cause and the code of the last halt */
    uint8_t address;             /* 1..RACK_ADDRESS_MAX */
    uint8_t parity;              /* enum hal_parity */
    uint8_t slots;               /* 1..RACK_SLOTS_MAX */
    bool defaulted;              /* it was never set up: presets are in force */
};

void rack_start(const struct hal_boot *boot);

/* One pass of the main loop: bytes, sensors, lamps, watchdog. Budget 1 ms on the MCU.
 * Returns how many microseconds may pass until the next one. */
uint32_t rack_pass(void);

#endif

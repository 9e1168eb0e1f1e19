/* The lock of a rack, seen from the host: orders with a tag, and the setting up that a
 * rack needs before. docs/rack.md says what goes over the wire. */
#ifndef DRIVERS_RACK_LOCK_H
#define DRIVERS_RACK_LOCK_H

#include "drivers/rack/rack_bus.h"

#include "core/rack_order.h"

struct rack_lock_order {
    enum rack_operation operation;
    uint16_t hold_ms; /* 0: as the rack is set */
    uint32_t request; /* another number for each order, so that it is done once */
    bool learn;       /* the bolt's contact anew */
};

/* Read a challenge, seal the order, send it; three to eight requests. RC_OK: it is done.
 *   RC_REFUSED  the rack said no; the sentence says why, as its register 0x0503 has it
 *   RC_UNKNOWN  it may have been done: the answer was lost too often
 *   others as rack_bus_read() */
MUST_USE enum rc rack_lock_send(struct rack_bus *bus, uint8_t address,
                                const uint8_t key[SIPHASH_KEY_LEN],
                                const struct rack_lock_order *order, struct fault *why);

/* Give a rack its key. RC_REFUSED: it has one already, and nobody has held the button. */
MUST_USE enum rc rack_lock_set_key(struct rack_bus *bus, uint8_t address,
                                   const uint8_t key[SIPHASH_KEY_LEN], struct fault *why);

#endif

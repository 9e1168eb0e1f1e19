/* Setting up a rack from the host: who is on the line, giving it an address and a size,
 * and waiting for a hand at one slot. What `juanku rack` does, without its words.
 *
 * Calls block as those of rack_bus.h. docs/rack.md has the registers. */
#ifndef DRIVERS_RACK_SETUP_H
#define DRIVERS_RACK_SETUP_H

#include "drivers/rack/rack_bus.h"

#include <stdbool.h>

enum {
    RACK_UID_TEXT_MAX = RACK_UID_WORDS * 4 + 1, /* hexadecimal, with its NUL */
    RACK_NAME_MAX = 65,                         /* 64 bytes and NUL */
    RACK_KEEP_MS = 1200, /* a controller keeps settings at most once a second */
};

/* Who answers at an address. */
struct rack_identity {
    uint8_t address;
    uint16_t vendor, model, hardware, version, patch, slots, features, boot;
    char uid[RACK_UID_TEXT_MAX];
    char name[RACK_NAME_MAX]; /* as the controller says; other bytes than text are '?' */
    bool fresh;               /* nobody has given it an address yet */
};

/* RC_TIMEOUT nobody is there; RC_INVALID it is no rack of this protocol. */
MUST_USE enum rc rack_identify(struct rack_bus *bus, uint8_t address, unsigned tries,
                               struct rack_identity *ret_identity, struct fault *why);

/* Read RACK_UID_TEXT_MAX - 1 hexadecimal digits. RC_INVALID otherwise. */
MUST_USE enum rc rack_uid_read(const char *text, uint16_t ret_uid[RACK_UID_WORDS],
                               struct fault *why);

/* Give the controller with this unique id the address, and see it answer there.
 *   RC_CONFLICT  another controller answers at that address
 *   RC_TIMEOUT   nobody answers there afterwards: the id is wrong, or it is not on this
 *                line */
MUST_USE enum rc rack_claim(struct rack_bus *bus, const uint16_t uid[RACK_UID_WORDS],
                            uint8_t address, struct rack_identity *ret_identity,
                            struct fault *why);

/* Tell a rack how many slots it has, and keep that. RC_REFUSED: not 1 to 120. */
MUST_USE enum rc rack_set_slots(struct rack_bus *bus, uint8_t address, uint16_t slots,
                                struct fault *why);

/* Is slot `index` full, debounced? */
MUST_USE enum rc rack_slot_full(struct rack_bus *bus, uint8_t address, unsigned index,
                                bool *ret_full, struct fault *why);

/* Light one slot's lamp and put out all others. */
MUST_USE enum rc rack_point(struct rack_bus *bus, uint8_t address, unsigned index,
                            enum rack_colour colour, struct fault *why);
MUST_USE enum rc rack_dark(struct rack_bus *bus, uint8_t address, struct fault *why);

#endif

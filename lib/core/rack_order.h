/* An order to the lock of a rack, as both ends of the wire write it: twelve registers
 * from 0x0510, the last four a tag over the others. docs/rack.md has an example in hex.
 */
#ifndef CORE_RACK_ORDER_H
#define CORE_RACK_ORDER_H

#include "core/siphash.h"

#include <stdbool.h>

enum {
    RACK_ORDER_OPERATION,     /* enum rack_operation */
    RACK_ORDER_LOCK,          /* 0: a rack has one */
    RACK_ORDER_HOLD_MS,       /* how long to stay open; 0: as set */
    RACK_ORDER_REQUEST,       /* two words: the host's number, another for each order */
    RACK_ORDER_CHALLENGE = 5, /* two words: as read from 0x0500 */
    RACK_ORDER_FLAGS = 7,     /* bit 0: learn the bolt's contact anew */
    RACK_ORDER_TAG = 8,       /* four words, the high one first */
    RACK_ORDER_WORDS = 12,
};

enum rack_operation { RACK_UNLOCK = 1, RACK_LOCK = 2 };

enum { RACK_ORDER_LEARN = 1 };

/* SipHash-2-4 over address, boot id and the first eight words, each as two bytes, high
 * byte first. */
uint64_t rack_order_tag(const uint8_t key[SIPHASH_KEY_LEN], uint8_t address,
                        uint16_t boot, const uint16_t words[RACK_ORDER_TAG]);

/* Write the tag into its place. */
void rack_order_seal(const uint8_t key[SIPHASH_KEY_LEN], uint8_t address, uint16_t boot,
                     uint16_t words[RACK_ORDER_WORDS]);

/* The tag stands there; takes as long for a wrong tag as for the right one. */
bool rack_order_holds(const uint8_t key[SIPHASH_KEY_LEN], uint8_t address, uint16_t boot,
                      const uint16_t words[RACK_ORDER_WORDS]);

#endif

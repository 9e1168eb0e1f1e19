/* Whether an Ed25519 signature holds (RFC 8032, section 5.1.7), for controllers: no heap,
 * little stack, no secrets, so it need not take equally long for all inputs.
 *
 * Strict where the standard leaves a choice: S below the group's order, the key's point
 * in its one spelling, and the equation without the cofactor. lib/sys/hash.h makes the
 * signatures. */
#ifndef CORE_ED25519_H
#define CORE_ED25519_H

#include "core/sha512.h"

#include <stdbool.h>

enum { ED25519_KEY_LEN = 32, ED25519_SIGNED_LEN = 64, ED25519_LIMBS = 8 };

/* A number modulo 2^255 - 19 in 32-bit limbs, the lowest first; any value below 2^256
 * stands for its remainder. */
struct ed_num {
    uint32_t limb[ED25519_LIMBS];
};

/* A point as X, Y, Z, T of section 5.1.4. */
struct ed25519_point {
    struct ed_num x, y, z, t;
};

/* Room for the work, 1.2 KB, so that the caller decides where it lies; nothing in it
 * means anything before or after. */
struct ed25519_work {
    struct sha512 hash;
    struct ed25519_point sum, table[3];
    struct ed_num n[8], s, k;
};

bool ed25519_holds(struct ed25519_work *work, const uint8_t key[ED25519_KEY_LEN],
                   struct bytes message, const uint8_t signature[ED25519_SIGNED_LEN]);

#endif

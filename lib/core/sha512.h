/* SHA-512 (FIPS 180-4) for controllers: no heap, in pieces. */
#ifndef CORE_SHA512_H
#define CORE_SHA512_H

#include "core/bytes.h"

enum { SHA512_LEN = 64, SHA512_BLOCK = 128 };

struct sha512 {
    uint64_t state[8], window[16]; /* window: the last 16 words of the schedule */
    uint8_t block[SHA512_BLOCK];
    uint32_t len; /* bytes so far; at most 2^29 - 1 */
};

void sha512_begin(struct sha512 *hash);
void sha512_add(struct sha512 *hash, struct bytes part);
void sha512_end(struct sha512 *hash, uint8_t ret_digest[SHA512_LEN]);

#endif

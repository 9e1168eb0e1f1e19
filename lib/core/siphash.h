/* SipHash-2-4: a keyed 64-bit tag over short messages (Aumasson and Bernstein, 2012).
 * Who does not know the key cannot make the tag of a message he has not seen tagged. */
#ifndef CORE_SIPHASH_H
#define CORE_SIPHASH_H

#include "core/bytes.h"

enum { SIPHASH_KEY_LEN = 16 };

uint64_t siphash(const uint8_t key[SIPHASH_KEY_LEN], struct bytes message);

#endif

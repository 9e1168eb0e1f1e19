/* Canonical JSON (RFC 8785), narrowed to what an event holds: objects, arrays, strings
 * and whole numbers within +-(2^53 - 1). One value has exactly one spelling, so bytes can
 * be hashed and signed: keys sorted by UTF-16 code units, no white space, the shortest
 * escapes, UTF-8. No real numbers, true, false, null, and no U+0000. */
#ifndef REPO_CANONICAL_H
#define REPO_CANONICAL_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>

enum { CANONICAL_DEPTH_MAX = 16 };

/* Spell `value`. The caller frees *ret_text, which has a NUL behind *ret_len.
 *   RC_INVALID  something that has no canonical form here, or more than `most` bytes */
MUST_USE enum rc canonical_write(const json_t *value, size_t most, char **ret_text,
                                 size_t *ret_len, struct fault *why);

/* Read `text` that must already be canonical, byte for byte. The caller decrefs
 * *ret_value. RC_INVALID otherwise. */
MUST_USE enum rc canonical_read(struct bytes text, size_t most, json_t **ret_value,
                                struct fault *why);

#endif

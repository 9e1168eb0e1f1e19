/* Deflate with the zlib wrapper (RFC 1950): the only file that includes zlib is flate.c.
 */
#ifndef PDFA_FLATE_H
#define PDFA_FLATE_H

#include "core/bytes.h"
#include "core/rc.h"

/* The caller frees *ret_packed. RC_NO_MEMORY is the only failure. */
MUST_USE enum rc flate_pack(struct bytes data, uint8_t **ret_packed, size_t *ret_len);

/* The first `most` bytes of what was packed, or all when there are fewer, with a NUL
 * behind. The caller frees *ret_data. RC_CORRUPT, RC_NO_MEMORY. */
MUST_USE enum rc flate_unpack(struct bytes packed, size_t most, uint8_t **ret_data,
                              size_t *ret_len);

#endif

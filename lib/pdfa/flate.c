/* One fixed level, so that the same input gives the same bytes. */
#include "pdfa/flate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { LEVEL = 6 };

enum rc flate_pack(struct bytes data, uint8_t **ret_packed, size_t *ret_len)
{
    uLongf len = compressBound(data.len);
    uint8_t *packed = malloc(len);
    if (!packed)
        return RC_NO_MEMORY;
    if (compress2(packed, &len, data.len ? data.at : packed, data.len, LEVEL) != Z_OK) {
        free(packed);
        return RC_NO_MEMORY;
    }
    *ret_packed = packed;
    *ret_len = len;
    return RC_OK;
}

enum rc flate_unpack(struct bytes packed, size_t most, uint8_t **ret_data,
                     size_t *ret_len)
{
    z_stream z = { .next_in = (uint8_t *)(uintptr_t)packed.at,
                   .avail_in = (uInt)(packed.len < UINT_MAX ? packed.len : UINT_MAX),
                   .avail_out = (uInt)(most < UINT_MAX ? most : UINT_MAX) };
    uint8_t *data = malloc(most + 1);
    if (!data)
        return RC_NO_MEMORY;
    z.next_out = data;
    int done = inflateInit(&z) == Z_OK ? inflate(&z, Z_SYNC_FLUSH) : Z_MEM_ERROR;
    size_t len = z.total_out;
    (void)inflateEnd(&z);
    if (done != Z_STREAM_END && !(done == Z_OK && len == most) &&
        !(done == Z_BUF_ERROR && len == most)) {
        free(data);
        return done == Z_MEM_ERROR ? RC_NO_MEMORY : RC_CORRUPT;
    }
    data[len] = 0;
    *ret_data = data;
    *ret_len = len;
    return RC_OK;
}

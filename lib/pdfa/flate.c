/* One fixed level, so that the same input gives the same bytes. */
#include "pdfa/flate.h"

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

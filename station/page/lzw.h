/* LZW as TIFF 6.0, section 13, has it: codes of 9 to 12 bits, the most significant bit
 * first, widened one code early. */
#ifndef STATION_PAGE_LZW_H
#define STATION_PAGE_LZW_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

/* The caller frees *ret_packed. */
MUST_USE enum rc lzw_pack(struct bytes plain, uint8_t **ret_packed, size_t *ret_len,
                          struct fault *why);

#endif

/* The pictures people look at on the station's page: upright JPEGs, small. */
#ifndef STATION_PAGE_SMALL_H
#define STATION_PAGE_SMALL_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdint.h>

/* `work` turned by quarters and made at most `width_px` wide and `height_px` high (never
 * larger than it is), as JPEG. The caller frees *ret_jpeg. */
MUST_USE enum rc page_small(PIX *work, uint32_t rotated_deg, uint32_t width_px,
                            uint32_t height_px, char **ret_jpeg, size_t *ret_len,
                            struct fault *why);

#endif

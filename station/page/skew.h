/* How far the lines of text are from level. */
#ifndef STATION_PAGE_SKEW_H
#define STATION_PAGE_SKEW_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdbool.h>

struct page_skew {
    double turn_deg; /* clockwise turn that makes the lines level; 0 when not sure */
    bool sure;
    double score; /* of the level picture: how sharply lines and gaps alternate */
};

/* `bits`: 1 bit a pixel, black = 1, about 200 dpi. */
MUST_USE enum rc page_find_skew(PIX *bits, struct page_skew *ret_skew, struct fault *why);

/* Black and white of the evened `gray`, for the calls above and below. */
MUST_USE enum rc page_to_bits(PIX *gray, PIX **ret_bits, struct fault *why);

/* Do the lines of text run from side to side (true) or up and down? *ret_sure tells
 * whether the answer deserves to be believed. */
MUST_USE enum rc page_lines_level(PIX *bits, bool *ret_level, bool *ret_sure,
                                  struct fault *why);

#endif

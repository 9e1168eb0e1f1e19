/* The picture that the recogniser reads: gray, on an even white ground, without seals.
 *
 * A second picture: the capture itself is never cleaned. */
#ifndef STATION_PAGE_CLEAN_H
#define STATION_PAGE_CLEAN_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>

/* `work` has 8 or 32 bits. The caller owns *ret_gray (8 bits, same size). */
MUST_USE enum rc page_clean(PIX *work, double work_dpi, PIX **ret_gray, struct fault *why);

/* Where red seals stand, in pixels of `work` (32 bits): roundish or square red marks of
 * 8 to 70 mm. Red lines of text are no seals. The caller owns *ret_seals. */
MUST_USE enum rc page_find_seals(PIX *work, double work_dpi, BOXA **ret_seals,
                                 struct fault *why);

#endif

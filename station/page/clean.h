/* The picture that the recogniser reads: gray, on an even white ground, without seals.
 *
 * A second picture: the capture itself is never cleaned. */
#ifndef STATION_PAGE_CLEAN_H
#define STATION_PAGE_CLEAN_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>

/* Luminance of `work` (8 or 32 bits), untouched. The caller owns *ret_gray. */
MUST_USE enum rc page_gray(PIX *work, PIX **ret_gray, struct fault *why);

/* Seals dropped, paper evened to level 245; `gray` is page_gray() of `work`. The caller
 * owns *ret_even (8 bits, same size). *ret_seals: how many seals there are; may be NULL.
 */
MUST_USE enum rc page_clean(PIX *work, PIX *gray, double work_dpi, PIX **ret_even,
                            uint32_t *ret_seals, struct fault *why);

/* The evened picture with its faint texture gone and its ink black, for the recogniser:
 * pencil and worn print, too. `ink_level` is page_ink.ink. Changes `even` itself. */
void page_contrast(PIX *even, double ink_level);

/* Where red seals stand, in pixels of `work` (32 bits): roundish or square red marks of
 * 8 to 70 mm. Red lines of text are no seals. The caller owns *ret_seals. */
MUST_USE enum rc page_find_seals(PIX *work, double work_dpi, BOXA **ret_seals,
                                 struct fault *why);

#endif

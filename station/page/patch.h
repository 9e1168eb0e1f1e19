/* Patch codes: four heavy bars near an edge of a separator sheet.
 *
 * Narrow bars and all gaps are 0.08 inch, wide bars 0.20 inch, at least 2 inches long.
 * Read from the nearer edge inwards: 2 is wide narrow narrow wide, 3 wide narrow wide
 * narrow, T narrow wide narrow wide. They carry no check digits, so many scan lines
 * beside each other must agree. */
#ifndef STATION_PAGE_PATCH_H
#define STATION_PAGE_PATCH_H

#include "station/page/patch_meaning.h"

#include <allheaders.h>

/* Look along all four edges of `bits` (1 bit, black = 1). */
enum page_patch page_find_patch(PIX *bits, double dpi);

#endif

/* The facts about a master that TIFF has no tag for, as an XMP packet. Private to
 * master.c. */
#ifndef STATION_PAGE_MASTER_XMP_H
#define STATION_PAGE_MASTER_XMP_H

#include "station/page/page.h"

enum { MASTER_XMP_MAX = 6144 };

/* `packing`: how its pixels are packed; `bits`: of one pixel. Well-formed whatever the
 * facts hold; control characters go. */
void master_xmp(struct bytes capture, const struct page_result *result,
                const struct page_master *facts, const char *packing, unsigned bits,
                char ret_xmp[MASTER_XMP_MAX]);

#endif

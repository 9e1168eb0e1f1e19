/* What a page looks like, small: to tell whether the same sheet was fed twice.
 *
 * A sight is the level page at a quarter of the working picture: about half a millimetre
 * a square, each with how much ink it has. That keeps two forms with other names apart,
 * which a hash of a few bytes does not, and it is compared place by place: the same sheet
 * lies otherwise, is stretched a little and has other dust, but nowhere other strokes. */
#ifndef STATION_PAGE_SIGHT_H
#define STATION_PAGE_SIGHT_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdbool.h>

enum {
    SIGHT_SIDE_MAX = 3000,
    SIGHT_HEAD = 8,        /* bytes before the squares */
    SIGHT_DPI_LEAST = 130, /* of a working picture; below, strokes cannot be told */
    SIGHT_BYTES_MAX = 4 << 20,
};

/* Of `even` (8 bits, contrast raised), level after turning clockwise by turn_deg. The
 * caller frees *ret_sight: width, height and squares a 100 inch as 16 bits each, most
 * significant byte first, two bytes of zero, then a byte of ink for each square. NULL
 * when the picture is too coarse or too large. */
MUST_USE enum rc page_sight(PIX *even, double dpi, double turn_deg, char **ret_sight,
                            size_t *ret_len, struct fault *why);

/* How many places differ. */
enum { SIGHT_DIFFERENT = 1000 }; /* not even alike at a glance */

/* Are `a` and `b` pictures of one sheet, fed the same way round or turned by half? The
 * number of places that differ, up to SIGHT_DIFFERENT. Bytes that are no sight differ
 * from everything, and so do pages with too little on them to say. Takes some
 * milliseconds when they are alike, less when not. */
unsigned page_sights_differ(struct bytes a, struct bytes b);

#endif

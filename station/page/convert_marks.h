/* Bookmarks of a conversion: what its covers and separators say. */
#ifndef STATION_PAGE_CONVERT_MARKS_H
#define STATION_PAGE_CONVERT_MARKS_H

#include "pdfa/pdfa.h"
#include "station/page/convert_out.h"

struct convert_marks {
    struct pdfa_mark *at; /* owned, with the titles */
    size_t count;
};

void convert_marks_free(struct convert_marks *marks); /* what it owns */

/* A volume's cover is a mark, a separator one below it, patch codes as they usually mean
 * (station/page/patch_meaning.h), each at the first page behind it
 * that is in the PDF; where there is none, there is no mark. Titles of rows come from
 * pages->rows; without them the row's number stands. RC_NO_MEMORY. */
MUST_USE enum rc convert_marks(const struct convert_pages *pages,
                               struct convert_marks *ret_marks, struct fault *why);

#endif

/* The plain questions about a page's layout that choose how it is read. */
#ifndef STATION_PAGE_LAYOUT_H
#define STATION_PAGE_LAYOUT_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdbool.h>

/* One column of text without ruled tables: then reading it as a single block loses no
 * line. `bits`: the level page, 1 bit, black = 1. */
MUST_USE enum rc page_is_plain(PIX *bits, double dpi, bool *ret_plain, struct fault *why);

/* Does a table with upright rules stand on the page? */
MUST_USE enum rc page_is_ruled(PIX *bits, double dpi, bool *ret_ruled, struct fault *why);

/* The longest lines of text of the usual height, at most `most`, the longest first; none
 * is RC_OK with an empty list. The caller owns *ret_lines. *ret_total: how many lines
 * there are. */
MUST_USE enum rc page_long_lines(PIX *bits, double dpi, int most, BOXA **ret_lines,
                                 int *ret_total, struct fault *why);

/* All rows of text from `wide_mm` on, with the usual height of the long ones, in pixels
 * of `bits`; to four pixels. The caller owns *ret_rows. */
MUST_USE enum rc page_find_rows(PIX *bits, double dpi, double wide_mm, BOXA **ret_rows,
                                double *ret_usual_px, struct fault *why);

/* Do rows end ragged on the right, and less so on the left, as paragraphs of the usual
 * kind do when they stand upright? False says nothing. */
MUST_USE enum rc page_ends_ragged(PIX *bits, double dpi, bool *ret_ragged,
                                  struct fault *why);

#endif

/* Text that runs down the page, in columns from right to left, for a recogniser of rows.
 *
 * The page lies on its side here: turned so that each column is a row of characters that
 * all look to the left. Such a row is cut between its characters, and each is stood up
 * again. */
#ifndef STATION_PAGE_COLUMNS_H
#define STATION_PAGE_COLUMNS_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stddef.h>

enum { COLUMNS_MAX = 100, COLUMN_CELLS_MAX = 200 };

struct column_cell {
    int left, top, right, bottom; /* pixels of the lying page */
};

struct page_columns {
    PIX *rows;           /* 8 bits: each column as a row, the first one on top; owned */
    int row_px, cell_px; /* what one row is high and one character wide in it */
    size_t count;        /* of rows */
    struct {
        int cells;
        struct column_cell all; /* around the whole column */
        struct column_cell *at; /* owned */
    } row[COLUMNS_MAX];
};

void page_columns_free(struct page_columns *columns); /* what it owns */

/* Lay down the columns of a lying page: at most `most` of them, the longest, in the order
 * of reading. None: RC_OK, with a count of 0 and no picture. The caller owns
 * *ret_columns. */
MUST_USE enum rc page_lay_columns(PIX *gray, PIX *bits, double dpi, size_t most,
                                  struct page_columns *ret_columns, struct fault *why);

#endif

/* Pages whose text runs down in columns, read with a recogniser of rows. */
#ifndef STATION_PAGE_VERTICAL_H
#define STATION_PAGE_VERTICAL_H

#include "station/page/columns.h"
#include "station/page/ocr.h"
#include "station/page/orient.h"

/* Does the page that `stand` holds, and of which `text` is all that could be read, read
 * well once its columns are laid down? Then *ret_columns are all of them and *stand holds
 * it upright; else a count of 0 and *stand as it was. Costs two readings of a few
 * columns, and nothing where rows were read well. The caller owns *ret_columns. */
MUST_USE enum rc page_find_vertical(PIX *even, double dpi, struct ocr *ocr,
                                    const struct ocr_text *text, struct page_stand *stand,
                                    struct page_columns *ret_columns, struct fault *why);

/* Places in columns->rows become places on the page that `stand` holds; lines run down.
 */
void page_place_columns(const struct page_columns *columns,
                        const struct page_stand *stand, struct ocr_text *text);

#endif

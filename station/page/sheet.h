/* The PDF/A page: the capture's own bits, turned by a matrix, with the text over it. */
#ifndef STATION_PAGE_SHEET_H
#define STATION_PAGE_SHEET_H

#include "station/page/again.h"
#include "station/page/ocr.h"
#include "station/page/page.h"
#include "station/page/paper.h"
#include "station/page/read.h"

struct page_sheet {
    struct bytes capture;
    struct picture
        *picture; /* borrowed; a JPEG that PDF/A cannot hold gets its `whole` */
    const struct ocr_text *text; /* borrowed; places are those of the picture read */
    int read_width_px, read_height_px; /* of that picture; its centre is the page's */
    double residual_deg;               /* clockwise, still to turn after it was read */
    uint32_t rotated_deg;
    int32_t skew_mdeg;
    enum page_compress compress;
    const struct page_box *shown; /* borrowed: of the picture read, as its places; NULL:
                                     all of it */
    const char *title;            /* borrowed */
    int64_t created_ms;
    const char *engine;             /* borrowed: who read the text; NULL: nobody */
    const struct ocr_model *model;  /* borrowed, with `engine` */
    const struct page_again *again; /* borrowed: a page of which only the text is made
                                       anew; NULL: the page is new */
};

/* The caller frees *ret_pdf. Same sheet, same bytes. *ret_layers, static: the word for
 * struct page_result. */
MUST_USE enum rc page_sheet_write(const struct page_sheet *sheet, char **ret_pdf,
                                  size_t *ret_len, const char **ret_layers,
                                  struct fault *why);

#endif

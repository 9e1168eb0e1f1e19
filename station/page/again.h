/* A page file of ours that is to be read again: its picture for the steps of page.c. */
#ifndef STATION_PAGE_AGAIN_H
#define STATION_PAGE_AGAIN_H

#include "pdfa/pdfa_again.h"
#include "station/page/page.h"
#include "station/page/read.h"

struct page_again {
    int fd;                  /* owned: the page file; -1: none */
    struct pdfa_parts parts; /* owned */
};

void page_again_free(struct page_again *again); /* what it owns */

/* Take the page file apart. *options become those that its pictures ask for: how they
 * stand, their resolution. RC_CORRUPT: none of ours. */
MUST_USE enum rc page_again_open(struct bytes file, struct page_again *ret_again,
                                 struct page_options *options, struct fault *why);

/* What the page shows, decoded as picture_read() would. *ret_capture is the file that the
 * picture was decoded from, borrowed; of a layered page it is empty. */
MUST_USE enum rc page_again_picture(const struct page_again *again,
                                    const struct picture_how *how,
                                    struct picture *ret_picture,
                                    struct bytes *ret_capture, struct fault *why);

#endif

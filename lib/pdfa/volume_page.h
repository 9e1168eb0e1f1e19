/* One page of a volume as a page file. Private to lib/pdfa. */
#ifndef PDFA_VOLUME_PAGE_H
#define PDFA_VOLUME_PAGE_H

#include "pdfa/pdfa.h"
#include "pdfa/volume_take.h"

/* The page that object `page` is, into a file in memory. What is not as ours are is
 * refused here or by whoever reads the page file. */
MUST_USE enum rc volume_page_write(const struct volume_table *table, uint64_t page,
                                   const struct pdfa_about *about, int *ret_fd,
                                   struct fault *why);
/* A whole file of that size, copied. */
MUST_USE enum rc volume_page_copy(int fd, uint64_t size, int *ret_fd, struct fault *why);

#endif

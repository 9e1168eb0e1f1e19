/* Bookmarks and page labels of a volume. Private to lib/pdfa. */
#ifndef PDFA_JOIN_MARKS_H
#define PDFA_JOIN_MARKS_H

#include "pdfa/pdf_out.h"

/* Marks, labels, number of pages: in range? RC_INVALID with a Chinese sentence. */
MUST_USE enum rc join_marks_check(const struct pdfa_join *join, struct fault *why);

/* Objects `root` (the outline) and root + 1, ... (its entries): none without marks.
 * `pages` are the object numbers of the pages. */
void join_marks_put(struct pdf_out *out, const struct pdfa_join *join, uint32_t root,
                    const uint32_t *pages);
uint32_t join_marks_objects(const struct pdfa_join *join); /* how many these are */

/* The catalogue's entry for page labels; nothing without labels. */
void join_labels_put(struct pdf_out *out, const struct pdfa_join *join);

#endif

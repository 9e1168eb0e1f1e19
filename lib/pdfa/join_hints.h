/* The hint tables of a linearised volume: where each page lies and which shared objects
 * it needs, so that a reader fetches any page with one request (PDF 1.4, appendix F.4).
 * Private to lib/pdfa. */
#ifndef PDFA_JOIN_HINTS_H
#define PDFA_JOIN_HINTS_H

#include "pdfa/pdf_out.h"

struct hint_page {
    uint32_t objects;      /* the page's own, or of all the first section */
    uint64_t length;       /* their bytes */
    uint32_t shared;       /* index of the first shared object that it needs, */
    uint32_t shared_count; /* and how many follow each other from there */
};

/* All offsets are reckoned as if there were no hints in the file. */
struct join_hints {
    const struct hint_page *pages; /* borrowed */
    size_t page_count;
    uint64_t first_page_at;
    const uint64_t *shared; /* borrowed: lengths of shared objects, those of the first
                               section before the others */
    size_t shared_count, shared_in_first;
    uint32_t other_number; /* the first shared object of no first section, or 0 */
    uint64_t other_at;
    uint32_t marks_number, marks_count; /* 0: no bookmarks */
    uint64_t marks_at, marks_length;
};

/* The tables, into `out` (bare). *ret_shared and *ret_marks (0: none) are where two of
 * them begin. Lengths are below 4 GiB each. */
void join_hints_put(struct pdf_out *out, const struct join_hints *hints,
                    uint32_t *ret_shared, uint32_t *ret_marks);

#endif

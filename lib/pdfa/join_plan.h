/* What is known of a volume before it is written: its pages, who shares which font, the
 * number of every object. Private to lib/pdfa. */
#ifndef PDFA_JOIN_PLAN_H
#define PDFA_JOIN_PLAN_H

#include "pdfa/join_page.h"

enum {
    JOIN_FONTS_MAX = 8
}; /* forms of the common font: one a version of our compressor */

struct joined_font {
    struct sha256 sum;
    size_t users, first_user;
    uint32_t first; /* its first object */
};

struct joined_page {
    uint32_t first, objects; /* its own, with a font that is its alone */
    uint8_t font;
};

struct joining {
    const struct pdfa_join *join;
    struct joined_page *pages; /* owned */
    uint32_t *numbers;         /* owned: the object of each page */
    struct joined_font fonts[JOIN_FONTS_MAX];
    size_t font_count;
    char id[PDF_ID_MAX];
    uint32_t shared, tree, intent, profile, info; /* XMP is info + 1 */
    uint32_t parameters, catalogue, hints, marks, end;
    uint64_t *at;        /* owned: offsets as if there were no hints */
    uint64_t first_end;  /* of the first section */
    uint64_t table, all; /* where the main table lies; bytes of the file */
    struct pdf_out hint_bytes;
    uint32_t hints_shared, hints_marks;
    uint64_t hints_len; /* of the whole object */
};

void joining_free(struct joining *j); /* what it owns */

/* Look at every page, prove it, and give all objects their numbers. RC_CORRUPT: page n is
 * none of ours. */
MUST_USE enum rc join_plan(struct joining *j, struct fault *why);

MUST_USE enum rc join_open_page(const struct joining *j, size_t index, int *ret_fd,
                                struct page_read *ret_page, struct fault *why);
/* Does the page have its font among its own objects? */
bool join_has_font(const struct joining *j, size_t index);

/* The whole file, from j->at on: without hints while that is NULL, and then it is filled.
 * In join_write.c. */
MUST_USE enum rc join_write(struct joining *j, struct pdf_out *out, struct fault *why);
/* The hints as an object, from j->hint_bytes. */
void join_put_hints(const struct joining *j, struct pdf_out *out);

#endif

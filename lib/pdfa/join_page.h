/* The objects of a page file, copied into a volume under other numbers. Private to
 * lib/pdfa. */
#ifndef PDFA_JOIN_PAGE_H
#define PDFA_JOIN_PAGE_H

#include "pdfa/page_read.h"

enum { JOIN_FONT_OBJECTS = 6, JOIN_RARE_OBJECTS = 4 };

/* Objects that are the page's alone: itself, its rare font, contents, picture, layers. */
uint32_t join_page_objects(bool has_rare, const struct form_layers *layers);

/* Numbers of the common font, the first `first`, and what all pages share. */
struct form_refs join_font_refs(uint32_t first, uint32_t tree, uint32_t profile);

/* Which font the page has: equal hashes, equal fonts. */
MUST_USE enum rc join_font_sum(const struct page_read *page, struct sha256 *ret_sum,
                               struct fault *why);

/* Write the page as object `first`, its font behind it when `with_font`, then the rest of
 * its objects. Streams are copied piece by piece; where nothing is kept they are only
 * counted. What writing answers is kept in `out`. */
MUST_USE enum rc join_put_page(struct pdf_out *out, const struct page_read *page,
                               uint32_t first, const struct form_refs *font,
                               bool with_font, struct fault *why);
MUST_USE enum rc join_put_font(struct pdf_out *out, const struct page_read *page,
                               const struct form_refs *font, struct fault *why);
MUST_USE enum rc join_put_intent(struct pdf_out *out, const struct page_read *page,
                                 uint32_t intent, uint32_t profile, struct fault *why);

/* One stream, with another number and this dictionary before its /Length. */
MUST_USE enum rc join_copy_stream(struct pdf_out *out, const struct page_read *page,
                                  uint32_t from, uint32_t to, const char *dict,
                                  struct fault *why);
/* The stencils of a layered page and their colours, from number `first` on. */
MUST_USE enum rc join_put_inks(struct pdf_out *out, const struct page_read *page,
                               uint32_t first, struct fault *why);

#endif

/* The layers of a page: what may stand in them, their drawing, their objects. Private to
 * lib/pdfa. */
#ifndef PDFA_LAYER_WRITE_H
#define PDFA_LAYER_WRITE_H

#include "pdfa/page_form.h"

/* Layers that were checked, with what their JPEGs say of themselves. */
struct layer_plan {
    const struct pdfa_layers *layers; /* borrowed; NULL: none */
    uint32_t width_px, height_px;     /* of the masks */
    struct form_layers form;
    struct form_picture ground, colours[PDFA_INKS_MAX];
};

/* RC_INVALID: too many inks, a mask without bits, a picture that is no JPEG for PDF/A, a
 * source that is no hash; why->text is a Chinese sentence. */
MUST_USE enum rc layer_check(const struct pdfa_page *page, struct layer_plan *ret_plan,
                             struct fault *why);

/* The operators that paint the inks over the unit square. */
void layer_put_contents(struct pdf_out *contents, const struct layer_plan *plan);

/* Their objects, from number `first` on; nothing when the page has no layers. */
void layer_put_objects(struct pdf_out *out, const struct layer_plan *plan,
                       uint32_t first);

#endif

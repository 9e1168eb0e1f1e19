/* A page in layers: writing as lossless stencils of the capture's own fineness,
 * painted over a coarse picture of the paper. A third of the JPEG or less, and every
 * stroke keeps the shape that it has: a stencil is a picture of this page's strokes, and
 * no stroke is ever drawn with another one's (no symbols, JBIG2's trap).
 *
 * Dark, red and cool ink (seals, blue handwriting) have stencils of their own, so that a
 * seal over print keeps both. A page that is no writing on paper is not made into layers:
 * the verdict says why, and its capture is embedded as it is. */
#ifndef STATION_PAGE_LAYERS_H
#define STATION_PAGE_LAYERS_H

#include "core/bytes.h"
#include "station/page/layers_paint.h"
#include "station/page/read.h"

/* A stencil of the capture's size, and the colour that comes through it. */
struct page_ink {
    uint8_t *mask; /* owned: CCITT G4, bare, 1 where there is ink */
    size_t mask_len;
    uint8_t *colours; /* owned: a JPEG stretched over the page; NULL: one colour */
    size_t colours_len;
    uint8_t flat[3]; /* that colour: R G B */
};

struct page_layers {
    uint8_t *ground; /* owned: a JPEG stretched over the page */
    size_t ground_len;
    struct page_ink inks[INK_KINDS - 1];
    size_t ink_count;
};

void page_layers_free(struct page_layers *layers); /* what it owns; accepts empty */

/* Make the layers of a capture that picture_read() has read. *ret_layers is empty unless
 * the verdict is LAYERS_FIT; same capture, same bytes. Pure; a page of A4 at 300 dpi
 * takes about as long as decoding it twice.
 *   RC_CORRUPT, RC_NO_MEMORY */
MUST_USE enum rc page_layers_make(struct bytes capture, const struct picture *picture,
                                  struct page_layers *ret_layers,
                                  enum layers_verdict *ret_verdict, struct fault *why);

/* The word of a verdict in reports: "layered", "picture", "covered", ... */
const char *layers_verdict_name(enum layers_verdict verdict);

#endif

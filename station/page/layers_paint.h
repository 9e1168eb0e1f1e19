/* The colours of a layered page: its ground without ink, and the ink of each stencil.
 * Private to station/page/layers*.c. */
#ifndef STATION_PAGE_LAYERS_PAINT_H
#define STATION_PAGE_LAYERS_PAINT_H

#include "station/page/layers_split.h"

enum { FRONT_CELLS = 4 }; /* cells along the side of a place of an ink's colours */

struct layers_paint {
    struct jpeg_raster
        ground; /* owned: R G B of each cell; gray when nothing has colour */
    struct colour_map front[INK_KINDS]; /* owned: filled; empty where there is no ink */
    bool flat[INK_KINDS];               /* one colour says it all: */
    uint8_t colour[INK_KINDS][3];
};

/* Why a page is no page of ink on paper, which layers can stand for. */
enum layers_verdict {
    LAYERS_FIT,
    LAYERS_PICTURE, /* photographs: detail in the ground, or tones in large dark parts */
    LAYERS_COVERED, /* too much ink to be writing */
    LAYERS_UNLIKE,  /* what the layers show is not what was captured */
    LAYERS_LARGE,   /* not much smaller than the capture */
    LAYERS_COARSE,  /* too few dots an inch: strokes live by their grays */
    LAYERS_PLAIN,   /* the capture is bilevel: it is a stencil already */
};

MUST_USE enum rc layers_paint(const struct layers_view *view,
                              const struct layers_split *split,
                              struct layers_paint *ret_paint,
                              enum layers_verdict *ret_verdict, struct fault *why);
void layers_paint_free(struct layers_paint *paint); /* what it owns */

#endif

/* Which pixels of a page are ink, and of which colour: the stencils of a layered page.
 * Private to station/page/layers*.c. */
#ifndef STATION_PAGE_LAYERS_SPLIT_H
#define STATION_PAGE_LAYERS_SPLIT_H

#include "record/jpeg.h"
#include "station/page/colour_map.h"

/* A page as it is split: light and dark at full size, colours by cells. A cell is
 * cell_px x cell_px pixels (2, 4 or 8), the last of a line may stand over the edge. */
struct layers_view {
    struct jpeg_raster gray;  /* owned */
    struct jpeg_raster cells; /* owned; 1 channel: a page without colour */
    uint32_t cell_px;
};

enum ink_kind { INK_NONE, INK_DARK, INK_RED, INK_COOL, INK_KINDS };

enum { PAPER_CELLS = 16 }; /* cells along the side of a place of the paper's map */

struct layers_split {
    struct colour_map paper; /* owned: the paper's colour, also where ink covers it */
    uint8_t *drop; /* owned: how much darker than the paper each pixel is, 0..255 */
    uint8_t *kind; /* owned: enum ink_kind of each pixel */
    size_t count[INK_KINDS]; /* pixels of each kind */
};

/* Split the page. The gray raster of `view` is used up: it becomes `drop`. The caller
 * ends *ret_split by layers_split_free(). RC_NO_MEMORY. */
MUST_USE enum rc layers_split(struct layers_view *view, struct layers_split *ret_split,
                              struct fault *why);
void layers_split_free(struct layers_split *split);

/* The colour of a cell; gray cells give three equal values. */
static inline void layers_cell(const struct layers_view *view, uint32_t x, uint32_t y,
                               uint8_t ret_rgb[3])
{
    const uint8_t *at = view->cells.at + y * view->cells.stride;
    bool gray = view->cells.channels == 1;
    for (uint32_t c = 0; c < 3; c++)
        ret_rgb[c] = gray ? at[x] : at[x * 3 + c];
}

#endif

/* Where the paper lies in the picture, and what paper it is.
 *
 * A flatbed or a feeder without edge detection shows its black or gray lid around the
 * sheet. That border is no part of the document: it is left out of what is read and
 * measured, and a box on the PDF page hides it but for some millimetres. The capture
 * keeps every pixel. */
#ifndef STATION_PAGE_PAPER_H
#define STATION_PAGE_PAPER_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdbool.h>

struct page_paper {
    PIX *border; /* owned: 1 bit for each PAPER_STEP x PAPER_STEP pixels, 1 = no paper;
                    NULL when the paper fills the picture */
    int left, top, right, bottom; /* box around the paper, pixels of the picture; right
                                     and bottom are the first pixels outside */
};

enum { PAPER_STEP = 4 };

void page_paper_free(struct page_paper *paper); /* what it owns; accepts an empty one */

/* `gray`: 8 bits, 100 to 300 dpi. */
MUST_USE enum rc page_find_paper(PIX *gray, double dpi, struct page_paper *ret_paper,
                                 struct fault *why);

/* Make the border of `even` white, for the recogniser; `even` is of the same size. */
void page_paper_whiten(const struct page_paper *paper, PIX *even);

/* A box on the upright, straightened picture: that picture's own pixels, which may lie
 * outside of it. Turn the picture clockwise by rotated_deg, then about its centre by
 * turn_deg, and keep the window: so are its coordinates. */
struct page_box {
    double left, top, right, bottom;
};

/* The box around the paper once the picture stands upright and level. */
struct page_box page_paper_box(const struct page_paper *paper, PIX *gray,
                               unsigned rotated_deg, double turn_deg);

/* The paper's own sides in pixels, however it lies: across and along as the picture is.
 * Print need not be parallel to its paper. */
void page_paper_sides(const struct page_paper *paper, PIX *gray, double *ret_width_px,
                      double *ret_height_px);

/* A paper by its sides in millimetres, each within tolerance_mm, either way round:
 * "A4" ...; NULL when there is none. *ret_over_mm: how much longer it is than the longest
 * paper of its width; 0 when it is not, or no paper is as wide. */
const char *page_paper_name(double width_mm, double height_mm, double tolerance_mm,
                            double *ret_over_mm);

/* For the test of the table: NULL behind the last. */
const char *page_paper_size(size_t index, int *ret_width_mm, int *ret_height_mm);

#endif

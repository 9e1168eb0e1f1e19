/* Lines of text as content operators of a page. Private to lib/pdfa. */
#ifndef PDFA_TEXT_RUNS_H
#define PDFA_TEXT_RUNS_H

#include "pdfa/font_put.h"

/* From the frame of struct pdfa_line to points on the page. */
struct text_frame {
    double scale;           /* points per pixel */
    double left_pt, top_pt; /* where the frame's corner stands on the page */
};

/* The frame of a capture that stands so. In page_write.c, whose layout it is. */
struct text_frame page_frame_of(uint32_t width_px, uint32_t height_px, uint32_t dpi,
                                uint16_t rotated_deg, int32_t skew_mdeg);

/* Characters beyond the BMP, in the order they were met. */
struct text_rare {
    uint32_t codes[FONT_RARE_MAX];
    size_t count;
};

/* Write the lines to `out` (a content stream, no objects). RC_INVALID: text is not UTF-8
 * or too long, a position is no number; the sentence counts lines from 1. */
MUST_USE enum rc text_runs_put(struct pdf_out *out, const struct pdfa_line *lines,
                               size_t count, const struct text_frame *frame,
                               struct text_rare *rare, struct fault *why);

#endif

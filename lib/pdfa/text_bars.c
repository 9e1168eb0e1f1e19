/* A bar code in a text document: black boxes that share one base line, in the middle of
 * the line, each module as wide as fits and at most MODULE_PT. */
#include "pdfa/text_doc.h"

#define MODULE_MOST_PT 0.9 /* 0.32 mm: what a hand-held reads at an arm's length */
#define MODULE_LEAST_PT 0.5

enum { QUIET_MODULES = 10, GAP_PT = 2 };

void pdfa_text_bars(struct pdfa_text *text, const uint8_t *widths, size_t count,
                    double height_pt)
{
    unsigned modules = 0;
    for (size_t i = 0; i < count; i++)
        modules += widths[i];
    double module = PDFA_TEXT_WIDTH_PT / (double)(modules + 2 * QUIET_MODULES);
    if (module > MODULE_MOST_PT)
        module = MODULE_MOST_PT;
    if (module < MODULE_LEAST_PT && !text->why.rc)
        fault_set(&text->why, RC_INVALID, 0, "条码太长，一行印不下");
    pdfa_text_need(text, height_pt + GAP_PT);
    double x = TEXT_LEFT_PT + (PDFA_TEXT_WIDTH_PT - module * modules) / 2;
    double top = text->down_pt, bottom = top + height_pt;
    for (size_t i = 0; i < count; i++) {
        double right = x + module * widths[i];
        if (i % 2 == 0)
            text_stroke(text, &(struct text_stroke){ text->page, (float)x, (float)top,
                                                     (float)right, (float)bottom, true });
        x = right;
    }
    text->down_pt = bottom + GAP_PT;
}

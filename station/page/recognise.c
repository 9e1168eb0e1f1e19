/* One pass over the page, then second looks where they pay.
 *
 * A plain page is read as one block: the recogniser's own page analysis loses a short
 * line on one page of five. Tables and columns need that analysis. The English model
 * takes whole lines away from the Chinese one when both are loaded together, so it is
 * asked only about lines that came out mostly Latin (reread.c). */
#include "station/page/recognise.h"

#include "station/page/layout.h"
#include "station/page/lines.h"
#include "station/page/mend.h"
#include "station/page/pix.h"
#include "station/page/reread.h"
#include "station/page/vertical.h"

#include <math.h>
#include <string.h>

enum {
    NOISE_CONFIDENCE = 35, /* the whole page below: what was read is no text */
    LINE_CONFIDENCE = 12,  /* a line below is dirt or a drawing's stroke */
};

static const double residual_max_deg = 1.0, residual_width_px = 400;

/* Lines that are dirt lose their symbols. */
static void drop_noise(struct ocr_text *text)
{
    bool noise = ocr_confidence(text) < NOISE_CONFIDENCE;
    size_t kept = 0;
    for (size_t i = 0; i < text->line_count; i++) {
        struct ocr_line *line = &text->lines[i];
        size_t first = kept;
        if (!noise && ocr_line_confidence(text, line) >= LINE_CONFIDENCE) {
            memmove(text->symbols + kept, text->symbols + line->first,
                    line->count * sizeof *text->symbols);
            kept += line->count;
        }
        line->first = first;
        line->count = kept - first;
    }
    text->symbol_count = kept;
}

double page_residual_deg(const struct ocr_text *text)
{
    double down = 0, right = 0;
    for (size_t i = 0; i < text->line_count; i++) {
        const struct ocr_line *line = &text->lines[i];
        double width = line->right - line->left;
        if (!line->count || fabs((double)line->tilt) > 0.03)
            continue;
        down += (double)line->tilt * width * width; /* long lines know better */
        right += width * width;
    }
    double degrees = right > 0 ? -atan2(down, right) * 180 / M_PI : 0;
    if (right < residual_width_px * residual_width_px || fabs(degrees) > residual_max_deg)
        return 0;
    return degrees;
}

static enum rc read_once(const struct page_stand *stand, double dpi, struct ocr *ocr,
                         struct ocr_text *ret_text, struct fault *why)
{
    bool plain = false;
    enum rc rc = page_is_plain(stand->bits, dpi, &plain, why);
    return rc ? rc
              : ocr_read(ocr, stand->gray, (int)(dpi + 0.5), plain ? OCR_BLOCK : OCR_PAGE,
                         NULL, ret_text, why);
}

/* A page that did not read as pages do that stand upright: its lines are asked, and where
 * they say otherwise it is read once more. */
static enum rc stand_again(PIX *even, double dpi, struct ocr *ocr,
                           struct page_stand *stand, struct ocr_text *text,
                           struct fault *why)
{
    struct page_stand other = { 0 };
    enum rc rc = page_stand_by_lines(even, dpi, ocr, &other, why);
    if (rc || other.rotated_deg == stand->rotated_deg) {
        page_stand_free(&other);
        return rc;
    }
    page_stand_free(stand);
    ocr_text_free(text);
    *stand = other;
    return read_once(stand, dpi, ocr, text, why);
}

static enum rc read_better(PIX *gray, double dpi, struct ocr *ocr, struct ocr_text *text,
                           struct fault *why)
{
    enum rc rc = RC_OK;
    mend_zeros(text); /* before a row of them counts as Latin */
    if (strcmp(ocr_model(ocr)->name, "eng"))
        rc = reread_latin(gray, dpi, text, why);
    if (!rc)
        rc = reread_doubtful(gray, dpi, ocr, text, why);
    if (rc)
        return rc;
    drop_noise(text);
    mend_bars(text);
    return RC_OK;
}

/* Text in columns from right to left, in the place of what reading rows gave. */
static enum rc read_columns(PIX *even, double dpi, struct ocr *ocr,
                            struct page_stand *stand, struct ocr_text *text,
                            bool *ret_vertical, struct fault *why)
{
    SCOPED(page_columns_free) struct page_columns columns = { 0 };
    struct ocr_text better = { 0 };
    enum rc rc = page_find_vertical(even, dpi, ocr, text, stand, &columns, why);
    *ret_vertical = !rc && columns.count;
    if (!*ret_vertical)
        return rc;
    rc = ocr_read(ocr, columns.rows, (int)(dpi + 0.5), OCR_BLOCK, NULL, &better, why);
    if (!rc)
        rc = read_better(columns.rows, dpi, ocr, &better, why);
    page_place_columns(&columns, stand, &better);
    ocr_text_free(text);
    *text = better;
    return rc;
}

enum rc page_recognise(PIX *even, double dpi, struct ocr *ocr, struct page_stand *stand,
                       struct ocr_text *ret_text, bool *ret_vertical, struct fault *why)
{
    struct ocr_text text = { 0 };
    enum rc rc = read_once(stand, dpi, ocr, &text, why);
    if (!rc && !page_stand_proven(stand, &text))
        rc = stand_again(even, dpi, ocr, stand, &text, why);
    if (!rc)
        rc = read_columns(even, dpi, ocr, stand, &text, ret_vertical, why);
    if (!rc && !*ret_vertical)
        rc = read_better(stand->gray, dpi, ocr, &text, why);
    if (rc) {
        ocr_text_free(&text);
        return rc;
    }
    *ret_text = text;
    return RC_OK;
}

/* Each second look costs a line; each is believed only when it is surer than the first.
 *
 * The recogniser brings every line to the same height before it reads, and does that
 * badly for lines far from it: footnotes and stamps are read better from a picture that
 * was scaled with care. A line of usual size gains by it only when it was read badly. */
#include "station/page/reread.h"

#include "station/page/lines.h"
#include "station/page/pix.h"

#include <string.h>

enum {
    BETTER_BY = 1,
    SYMBOLS_MIN = 4, /* a shorter line's confidence is chance */
    LOST_MAX = 2,    /* symbols that a surer reading may have less */
    HOPELESS = 30,   /* no text below */
    DOUBT = 90,
    DOUBT_USUAL = 80, /* for lines of usual height, in pixels: */
    USUAL_FROM = 34,
    USUAL_TO = 56,
    BEST_HEIGHT = 56,
    MARGIN = 3,
    BORDER = 12,
};

static const double scale_min = 0.6, scale_max = 2.5;

static BOX *box_of_line(const struct ocr_line *line, PIX *gray)
{
    BOX *box = boxCreate(line->left - MARGIN, line->top - MARGIN,
                         line->right - line->left + 2 * MARGIN,
                         line->bottom - line->top + 2 * MARGIN);
    BOX *inside =
        box ? boxClipToRectangle(box, pixGetWidth(gray), pixGetHeight(gray)) : NULL;
    boxDestroy(&box);
    return inside;
}

enum rc reread_latin(PIX *gray, double dpi, struct ocr_text *text, struct fault *why)
{
    struct ocr *english = NULL;
    for (size_t i = 0; i < text->line_count; i++) {
        const struct ocr_line *line = &text->lines[i];
        if (!lines_mostly_latin(text, line))
            continue;
        if (!english && ocr_of_process("eng", &english, NULL))
            return RC_OK; /* not installed: the Chinese model's reading stands */
        BOX *box = box_of_line(line, gray);
        struct ocr_text better = { 0 };
        enum rc rc =
            box ? ocr_read(english, gray, (int)dpi, OCR_LINE, box, &better, why) : RC_OK;
        if (!rc && better.symbol_count &&
            ocr_confidence(&better) >= ocr_line_confidence(text, line) + BETTER_BY)
            rc = lines_replace(text, i, &better, why);
        ocr_text_free(&better);
        boxDestroy(&box);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static bool is_doubtful(const struct ocr_text *text, const struct ocr_line *line)
{
    int height = line->bottom - line->top, was = ocr_line_confidence(text, line);
    bool usual = height >= USUAL_FROM && height <= USUAL_TO;
    return height > 0 && line->count >= SYMBOLS_MIN && was >= HOPELESS &&
           was < (usual ? DOUBT_USUAL : DOUBT) && !lines_mostly_latin(text, line);
}

/* Places in the scaled and framed clip become places on the page. */
static void place_back(struct ocr_text *read, BOX *box, double scale)
{
    l_int32 x = 0, y = 0;
    boxGetGeometry(box, &x, &y, NULL, NULL);
    for (size_t i = 0; i < read->symbol_count; i++) {
        struct ocr_symbol *symbol = &read->symbols[i];
        symbol->left = x + (int)((symbol->left - BORDER) / scale);
        symbol->right = x + (int)((symbol->right - BORDER) / scale);
        symbol->top = y + (int)((symbol->top - BORDER) / scale);
        symbol->bottom = y + (int)((symbol->bottom - BORDER) / scale);
    }
}

static enum rc read_scaled(PIX *gray, double dpi, struct ocr *ocr, BOX *box, double scale,
                           struct ocr_text *ret_text, struct fault *why)
{
    SCOPED_PIX clip = pixClipRectangle(gray, box, NULL);
    SCOPED_PIX scaled = clip ? pixScale(clip, (l_float32)scale, (l_float32)scale) : NULL;
    SCOPED_PIX framed = scaled ? pixAddBorder(scaled, BORDER, 255) : NULL;
    if (!framed)
        return pix_no_memory(why);
    enum rc rc = ocr_read(ocr, framed, (int)(dpi * scale), OCR_LINE, NULL, ret_text, why);
    if (!rc)
        place_back(ret_text, box, scale);
    return rc;
}

enum rc reread_doubtful(PIX *gray, double dpi, struct ocr *ocr, struct ocr_text *text,
                        struct fault *why)
{
    for (size_t i = 0; i < text->line_count; i++) {
        const struct ocr_line *line = &text->lines[i];
        if (!is_doubtful(text, line))
            continue;
        double scale = (double)BEST_HEIGHT / (line->bottom - line->top);
        scale = scale < scale_min ? scale_min : scale > scale_max ? scale_max : scale;
        BOX *box = box_of_line(line, gray);
        struct ocr_text better = { 0 };
        enum rc rc = box ? read_scaled(gray, dpi, ocr, box, scale, &better, why) : RC_OK;
        if (!rc && better.symbol_count + LOST_MAX >= line->count &&
            ocr_confidence(&better) >= ocr_line_confidence(text, line) + BETTER_BY)
            rc = lines_replace(text, i, &better, why);
        ocr_text_free(&better);
        boxDestroy(&box);
        if (rc)
            return rc;
    }
    return RC_OK;
}

/* Each second look costs a line; each is believed only when it is surer than the first.
 *
 * The recogniser brings every line to the same height before it reads, and does that
 * badly for lines far from it: footnotes and stamps are read better from a picture that
 * was scaled with care. A line of usual size gains by it only when it was read badly.
 *
 * Two models of one writing err in different places: where much of a page stays in grave
 * doubt, the other one is asked. On 75 pages, clean and spoilt, asking it about every
 * doubtful line took core errors from 762 to 694. One line under a seal is not worth the
 * loading, which costs as much as a sixth of a page. */
#include "station/page/reread.h"

#include "station/page/lines.h"
#include "station/page/pix.h"

#include <string.h>

enum {
    BETTER_BY = 1,
    SYMBOLS_MIN = 8, /* a shorter line's confidence is chance */
    LOST_MAX = 2,    /* symbols that a surer reading may have less */
    HOPELESS = 30,   /* no text below */
    DOUBT = 90,
    DOUBT_GRAVE = 74, /* worth another model's time: */
    GRAVE_MIN = 3,    /* lines of a page */
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

/* Whose reading of a line was taken, beside the page's own model. */
static void note_helper(struct ocr_text *text, const struct ocr_model *model)
{
    for (size_t i = 0; i < text->helper_count; i++)
        if (text->helpers[i] == model)
            return;
    if (text->helper_count < OCR_HELPERS_MAX)
        text->helpers[text->helper_count++] = model;
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
            ocr_confidence(&better) >= ocr_line_confidence(text, line) + BETTER_BY) {
            rc = lines_replace(text, i, &better, why);
            note_helper(text, ocr_model(english));
        }
        ocr_text_free(&better);
        boxDestroy(&box);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static bool is_usual(const struct ocr_line *line)
{
    int height = line->bottom - line->top;
    return height >= USUAL_FROM && height <= USUAL_TO;
}

static bool is_doubtful(const struct ocr_text *text, const struct ocr_line *line)
{
    int height = line->bottom - line->top, was = ocr_line_confidence(text, line);
    bool usual = is_usual(line);
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

/* Take the line's reading by `ocr` when it is surer. */
static enum rc try_reading(PIX *gray, double dpi, struct ocr *ocr, struct ocr_text *text,
                           size_t at, bool *ret_taken, struct fault *why)
{
    const struct ocr_line *line = &text->lines[at];
    double scale = (double)BEST_HEIGHT / (line->bottom - line->top);
    scale = scale < scale_min ? scale_min : scale > scale_max ? scale_max : scale;
    BOX *box = box_of_line(line, gray);
    struct ocr_text better = { 0 };
    enum rc rc = box ? read_scaled(gray, dpi, ocr, box, scale, &better, why) : RC_OK;
    *ret_taken = !rc && better.symbol_count + LOST_MAX >= line->count &&
                 ocr_confidence(&better) >= ocr_line_confidence(text, line) + BETTER_BY;
    if (*ret_taken)
        rc = lines_replace(text, at, &better, why);
    ocr_text_free(&better);
    boxDestroy(&box);
    return rc;
}

static bool is_grave(const struct ocr_text *text, const struct ocr_line *line)
{
    return is_doubtful(text, line) && ocr_line_confidence(text, line) < DOUBT_GRAVE;
}

/* The lines that stay in grave doubt by the other model, which is loaded for it. */
static enum rc ask_second(PIX *gray, double dpi, const char *name, struct ocr_text *text,
                          struct fault *why)
{
    struct ocr *second = NULL;
    size_t grave = 0;
    for (size_t i = 0; i < text->line_count; i++)
        grave += is_grave(text, &text->lines[i]);
    if (grave < GRAVE_MIN || ocr_of_process(name, &second, NULL))
        return RC_OK; /* or its file is damaged: one opinion has to do */
    enum rc rc = RC_OK;
    for (size_t i = 0; i < text->line_count && !rc; i++) {
        bool taken = false;
        if (is_grave(text, &text->lines[i]))
            rc = try_reading(gray, dpi, second, text, i, &taken, why);
        if (taken)
            note_helper(text, ocr_model(second));
    }
    return rc;
}

enum rc reread_doubtful(PIX *gray, double dpi, struct ocr *ocr, struct ocr_text *text,
                        struct fault *why)
{
    const char *name = ocr_model_second(ocr_model(ocr)->name);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < text->line_count && !rc; i++) {
        bool taken = false;
        if (is_doubtful(text, &text->lines[i]))
            rc = try_reading(gray, dpi, ocr, text, i, &taken, why);
    }
    return rc || !name ? rc : ask_second(gray, dpi, name, text, why);
}

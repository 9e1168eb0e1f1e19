/* Tesseract's C interface.
 *
 * A handle whose Init failed is poisoned (later calls crash), so it is thrown away at
 * once and never tried again. Results are copied out symbol by symbol: the iterator's own
 * line text has spaces between Han characters and no places. */
#include "station/page/ocr.h"

#include "station/page/pix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

struct ocr {
    TessBaseAPI *api;
    char lang[32];
};

enum { OCR_MODELS_MAX = 4 };

struct kept {
    char lang[32];
    struct ocr *ocr; /* NULL: failed */
};

static struct kept kept_models[OCR_MODELS_MAX];
static size_t kept_count;

SCOPE_RELEASER(iterator_free_at, TessResultIterator *, TessResultIteratorDelete)

void ocr_text_free(struct ocr_text *text)
{
    free(text->symbols);
    free(text->lines);
    *text = (struct ocr_text){ 0 };
}

int ocr_confidence(const struct ocr_text *text)
{
    double sum = 0;
    for (size_t i = 0; i < text->symbol_count; i++)
        sum += (double)text->symbols[i].confidence;
    return text->symbol_count ? (int)(sum / (double)text->symbol_count + 0.5) : -1;
}

int ocr_line_confidence(const struct ocr_text *text, const struct ocr_line *line)
{
    double sum = 0;
    for (size_t i = 0; i < line->count; i++)
        sum += (double)text->symbols[line->first + i].confidence;
    return line->count ? (int)(sum / (double)line->count) : 0;
}

enum rc ocr_open(const char *lang, struct ocr **ret_ocr, struct fault *why)
{
    setenv("OMP_THREAD_LIMIT", "1", 1);
    struct ocr *ocr = calloc(1, sizeof *ocr);
    if (!ocr)
        return pix_no_memory(why);
    snprintf(ocr->lang, sizeof ocr->lang, "%s", lang);
    ocr->api = TessBaseAPICreate();
    if (!ocr->api || TessBaseAPIInit2(ocr->api, NULL, lang, OEM_LSTM_ONLY)) {
        ocr_close(ocr);
        return fault_set(why, RC_UNAVAILABLE, 0,
                         "没有安装文字识别模型“%s”，请安装 tesseract-ocr-%s 后再试", lang,
                         lang);
    }
    TessBaseAPISetVariable(ocr->api, "tessedit_do_invert", "0");
    TessBaseAPISetVariable(ocr->api, "debug_file", "/dev/null");
    *ret_ocr = ocr;
    return RC_OK;
}

void ocr_close(struct ocr *ocr)
{
    if (!ocr)
        return;
    if (ocr->api)
        TessBaseAPIDelete(ocr->api);
    free(ocr);
}

static bool add_line(struct ocr_text *text, TessPageIterator *at, size_t *room)
{
    if (text->line_count == *room) {
        *room = *room ? *room * 2 : 64;
        struct ocr_line *more = realloc(text->lines, *room * sizeof *more);
        if (!more)
            return false;
        text->lines = more;
    }
    struct ocr_line line = { .first = text->symbol_count };
    int x0, y0, x1, y1;
    TessPageIteratorBoundingBox(at, RIL_TEXTLINE, &line.left, &line.top, &line.right,
                                &line.bottom);
    line.baseline = (float)line.bottom;
    if (TessPageIteratorBaseline(at, RIL_TEXTLINE, &x0, &y0, &x1, &y1) && x1 > x0) {
        line.baseline = (float)(y0 + y1) / 2;
        line.tilt = (float)(y1 - y0) / (float)(x1 - x0);
    }
    line.block_start = TessPageIteratorIsAtBeginningOf(at, RIL_BLOCK);
    text->lines[text->line_count++] = line;
    return true;
}

/* The recogniser's box of a symbol is now and then far outside its line or inside out:
 * such a symbol follows the one before it. */
static void settle_box(const struct ocr_text *text, struct ocr_symbol *symbol)
{
    const struct ocr_line *line = &text->lines[text->line_count - 1];
    int before = line->count ? text->symbols[text->symbol_count - 1].right : line->left;
    if (symbol->left < line->left || symbol->right > line->right ||
        symbol->left >= symbol->right) {
        int width = line->bottom - line->top;
        symbol->left = before;
        symbol->right = before + width < line->right ? before + width : line->right;
        if (symbol->right <= symbol->left)
            symbol->right = symbol->left + 1;
    }
    if (symbol->top < line->top || symbol->bottom > line->bottom) {
        symbol->top = line->top;
        symbol->bottom = line->bottom;
    }
}

static bool add_symbol(struct ocr_text *text, TessResultIterator *it,
                       TessPageIterator *at, size_t *room)
{
    if (text->symbol_count == *room) {
        *room = *room ? *room * 2 : 1024;
        struct ocr_symbol *more = realloc(text->symbols, *room * sizeof *more);
        if (!more)
            return false;
        text->symbols = more;
    }
    struct ocr_symbol symbol = { .word_start =
                                     TessPageIteratorIsAtBeginningOf(at, RIL_WORD) };
    char *utf8 = TessResultIteratorGetUTF8Text(it, RIL_SYMBOL);
    if (!utf8 || !*utf8 || strlen(utf8) >= sizeof symbol.text) {
        TessDeleteText(utf8);
        return true;
    }
    strcpy(symbol.text, utf8);
    TessDeleteText(utf8);
    symbol.confidence = TessResultIteratorConfidence(it, RIL_WORD);
    TessPageIteratorBoundingBox(at, RIL_SYMBOL, &symbol.left, &symbol.top, &symbol.right,
                                &symbol.bottom);
    settle_box(text, &symbol);
    text->symbols[text->symbol_count++] = symbol;
    text->lines[text->line_count - 1].count++;
    return true;
}

static enum rc copy_out(TessResultIterator *it, struct ocr_text *text, struct fault *why)
{
    TessPageIterator *at = TessResultIteratorGetPageIterator(it);
    size_t lines_room = 0, symbols_room = 0;
    TessPageIteratorBegin(at);
    do {
        if (TessPageIteratorIsAtBeginningOf(at, RIL_TEXTLINE) || !text->line_count)
            if (!add_line(text, at, &lines_room))
                return pix_no_memory(why);
        if (!add_symbol(text, it, at, &symbols_room))
            return pix_no_memory(why);
    } while (text->symbol_count < OCR_SYMBOLS_MAX &&
             TessPageIteratorNext(at, RIL_SYMBOL));
    return RC_OK;
}

enum rc ocr_read(struct ocr *ocr, PIX *gray, int dpi, enum ocr_shape shape, BOX *part,
                 struct ocr_text *ret_text, struct fault *why)
{
    static const TessPageSegMode modes[] = { PSM_AUTO, PSM_SINGLE_BLOCK,
                                             PSM_SINGLE_LINE };
    struct ocr_text text = { 0 };
    /* Else what was read before changes what is read now. */
    TessBaseAPIClearAdaptiveClassifier(ocr->api);
    TessBaseAPISetPageSegMode(ocr->api, modes[shape]);
    TessBaseAPISetImage2(ocr->api, gray);
    TessBaseAPISetSourceResolution(ocr->api, dpi);
    if (part) {
        l_int32 x, y, w, h;
        boxGetGeometry(part, &x, &y, &w, &h);
        TessBaseAPISetRectangle(ocr->api, x, y, w, h);
    }
    if (TessBaseAPIRecognize(ocr->api, NULL)) {
        TessBaseAPIClear(ocr->api);
        return fault_set(why, RC_IO, 0, "这一页的文字识别没有成功，请重试或重新扫描");
    }
    SCOPED(iterator_free_at) TessResultIterator *it = TessBaseAPIGetIterator(ocr->api);
    enum rc rc = it ? copy_out(it, &text, why) : RC_OK; /* none: no text on it */
    TessBaseAPIClear(ocr->api);
    if (rc) {
        ocr_text_free(&text);
        return rc;
    }
    *ret_text = text;
    return RC_OK;
}

const char *ocr_engine(void)
{
    static char engine[48];
    if (!engine[0])
        snprintf(engine, sizeof engine, "tesseract %s", TessVersion());
    return engine;
}

const char *ocr_models_path(void)
{
    for (size_t i = 0; i < kept_count; i++)
        if (kept_models[i].ocr)
            return TessBaseAPIGetDatapath(kept_models[i].ocr->api);
    return NULL;
}

const char *ocr_lang(const struct ocr *ocr)
{
    return ocr->lang;
}

enum rc ocr_of_process(const char *lang, struct ocr **ret_ocr, struct fault *why)
{
    for (size_t i = 0; i < kept_count; i++)
        if (!strcmp(kept_models[i].lang, lang)) {
            if (!kept_models[i].ocr)
                return fault_set(why, RC_UNAVAILABLE, 0, "没有安装文字识别模型“%s”",
                                 lang);
            *ret_ocr = kept_models[i].ocr;
            return RC_OK;
        }
    if (kept_count == OCR_MODELS_MAX || strlen(lang) >= sizeof kept_models[0].lang)
        return fault_set(why, RC_INVALID, 0, "文字识别模型名称“%s”不可用", lang);
    struct kept *kept = &kept_models[kept_count++];
    snprintf(kept->lang, sizeof kept->lang, "%s", lang);
    enum rc rc = ocr_open(lang, &kept->ocr, why);
    if (!rc)
        *ret_ocr = kept->ocr;
    return rc;
}

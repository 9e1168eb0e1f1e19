/* Tesseract's C interface.
 *
 * A handle whose Init failed is poisoned (later calls crash), so it is thrown away at
 * once and never tried again. Results are copied out symbol by symbol: the iterator's own
 * line text has spaces between Han characters and no places. */
#include "station/page/ocr.h"

#include "station/page/pix.h"

#include <stdio.h>
#include <string.h>
#include <tesseract/capi.h>

SCOPE_RELEASER(iterator_free_at, TessResultIterator *, TessResultIteratorDelete)

/* Between two of its steps Tesseract keeps the picture of each line as a PNG: it packs it
 * by this function and unpacks it a moment later, which is a thirtieth of its time. The
 * program's own function of that name is the one that its libraries find; it takes the
 * format that costs nothing, and the reader tells formats apart by itself. */
__attribute__((visibility("default"))) l_ok pixWriteMem(l_uint8 **pdata, size_t *psize,
                                                        PIX *pix, l_int32 format)
{
    (void)format;
    return pixWriteMemSpix(pdata, psize, pix);
}

/* Many of Tesseract's settings belong to the whole process: a model that brings its own
 * (chi_sim_best does) sets them for every other one, and a page would be read in another
 * way once such a model was asked. So all that differ among models are set anew. */
static const struct setting {
    const char *name, *value;
} settings[] = {
    { "tessedit_do_invert", "0" },
    { "debug_file", "/dev/null" },
    { "textord_all_prop", "1" }, /* fixed pitch matters to its older engine alone */
    { "textord_force_make_prop_words", "1" },
    { "edges_children_count_limit", "1000" },
    { "edges_children_fix", "1" },
    { "edges_use_new_outline_complexity", "1" },
};

static void tesseract_close(void *handle)
{
    TessBaseAPIDelete(handle);
}

static enum rc tesseract_open(const struct ocr_model *model, void **ret_handle,
                              struct fault *why)
{
    /* Its threads cost more than they bring. */
    setenv("OMP_THREAD_LIMIT", "1", 1);
    TessBaseAPI *api = TessBaseAPICreate();
    if (!api)
        return pix_no_memory(why);
    if (TessBaseAPIInit2(api, model->folder, model->name, OEM_LSTM_ONLY)) {
        tesseract_close(api);
        return fault_set(why, RC_UNAVAILABLE, 0,
                         "文字识别模型“%s”的文件已损坏，请重新安装后再试", model->name);
    }
    for (size_t i = 0; i < COUNT(settings); i++)
        (void)TessBaseAPISetVariable(api, settings[i].name, settings[i].value);
    *ret_handle = api;
    return RC_OK;
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

static enum rc tesseract_read(void *handle, PIX *gray, int dpi, enum ocr_shape shape,
                              BOX *part, struct ocr_text *ret_text, struct fault *why)
{
    static const TessPageSegMode modes[] = { PSM_AUTO, PSM_SINGLE_BLOCK,
                                             PSM_SINGLE_LINE };
    struct ocr_text text = { 0 };
    /* It would take the words of the pages before for known ones: a page's text then
     * depends on which worker it met, and reading it again brings another. */
    TessBaseAPIClearAdaptiveClassifier(handle);
    TessBaseAPISetPageSegMode(handle, modes[shape]);
    TessBaseAPISetImage2(handle, gray);
    TessBaseAPISetSourceResolution(handle, dpi);
    if (part) {
        l_int32 x, y, w, h;
        boxGetGeometry(part, &x, &y, &w, &h);
        TessBaseAPISetRectangle(handle, x, y, w, h);
    }
    if (TessBaseAPIRecognize(handle, NULL)) {
        TessBaseAPIClear(handle);
        return fault_set(why, RC_IO, 0, "这一页的文字识别没有成功，请重试或重新扫描");
    }
    SCOPED(iterator_free_at) TessResultIterator *it = TessBaseAPIGetIterator(handle);
    enum rc rc = it ? copy_out(it, &text, why) : RC_OK; /* none: no text on it */
    TessBaseAPIClear(handle);
    if (rc) {
        ocr_text_free(&text);
        return rc;
    }
    *ret_text = text;
    return RC_OK;
}

static const char *tesseract_version(void)
{
    return TessVersion();
}

const struct ocr_engine ocr_tesseract = {
    .name = "tesseract",
    .ending = ".traineddata",
    .version = tesseract_version,
    .open = tesseract_open,
    .read = tesseract_read,
    .close = tesseract_close,
};

/* Places are told in ten-thousandths of the upright picture's width and height: they hold
 * for the preview, the thumbnail and the capture alike, and are whole numbers. */
#include "station/page/words.h"

#include "station/page/lines.h"
#include "station/page/pix.h"
#include "sys/json_scope.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

struct run {
    size_t first, count; /* symbols */
    int left, top, right, bottom;
    double confidence;
};

static int share(double part, double whole)
{
    double told = whole > 0 ? part / whole * PAGE_BOX_WHOLE : 0;
    return (int)lround(told < 0 ? 0 : told > PAGE_BOX_WHOLE ? PAGE_BOX_WHOLE : told);
}

/* The box around the turned-back corners. */
static void place(const struct run *run, const struct words_how *how, uint16_t ret[4])
{
    const double radians = how->turn_deg * M_PI / 180;
    const double xs[] = { run->left, run->right, run->left, run->right };
    const double ys[] = { run->top, run->top, run->bottom, run->bottom };
    double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
    for (size_t i = 0; i < COUNT(xs); i++) {
        double x = xs[i] - how->read_width_px / 2.0,
               y = ys[i] - how->read_height_px / 2.0;
        double back_x = x * cos(radians) + y * sin(radians) + how->width_px / 2.0;
        double back_y = y * cos(radians) - x * sin(radians) + how->height_px / 2.0;
        left = fmin(left, back_x);
        right = fmax(right, back_x);
        top = fmin(top, back_y);
        bottom = fmax(bottom, back_y);
    }
    int x = share(left, how->width_px), y = share(top, how->height_px);
    ret[0] = (uint16_t)x;
    ret[1] = (uint16_t)y;
    ret[2] = (uint16_t)(share(right, how->width_px) - x);
    ret[3] = (uint16_t)(share(bottom, how->height_px) - y);
}

static void add_symbol(struct run *run, const struct ocr_symbol *symbol)
{
    bool first = !run->count;
    run->left = first || symbol->left < run->left ? symbol->left : run->left;
    run->top = first || symbol->top < run->top ? symbol->top : run->top;
    run->right = first || symbol->right > run->right ? symbol->right : run->right;
    run->bottom = first || symbol->bottom > run->bottom ? symbol->bottom : run->bottom;
    double confidence = (double)symbol->confidence;
    run->confidence =
        first || confidence < run->confidence ? confidence : run->confidence;
    run->count++;
}

/* The word that begins at symbol `at` of the line. */
static struct run word_at(const struct ocr_text *text, const struct ocr_line *line,
                          size_t at)
{
    struct run run = { .first = at };
    for (; at < line->first + line->count; at++) {
        if (at > run.first && text->symbols[at].word_start)
            break;
        add_symbol(&run, &text->symbols[at]);
    }
    return run;
}

static void run_text(const struct ocr_text *text, const struct run *run, char *ret,
                     size_t room)
{
    size_t len = 0;
    for (size_t i = run->first; i < run->first + run->count; i++) {
        size_t bytes = strlen(text->symbols[i].text);
        if (len + bytes >= room)
            break;
        memcpy(ret + len, text->symbols[i].text, bytes);
        len += bytes;
    }
    ret[len] = '\0';
}

static json_t *json_of_text(const char *text)
{
    json_t *json = json_string(text);
    return json ? json : json_string("?"); /* never NULL, though it is always UTF-8 */
}

static json_t *words_of_line(const struct ocr_text *text, const struct ocr_line *line,
                             const struct words_how *how)
{
    json_t *words = json_array();
    for (size_t at = line->first; at < line->first + line->count;) {
        char utf8[OCR_SYMBOL_MAX * 16];
        uint16_t box[4];
        struct run run = word_at(text, line, at);
        run_text(text, &run, utf8, sizeof utf8);
        place(&run, how, box);
        json_array_append_new(words, json_pack("[o, i, i, i, i, i]", json_of_text(utf8),
                                               (int)box[0], (int)box[1], (int)box[2],
                                               (int)box[3], (int)run.confidence));
        at += run.count;
    }
    return words;
}

static json_t *helpers_json(const struct ocr_text *text)
{
    json_t *helpers = json_array();
    for (size_t i = 0; i < text->helper_count; i++)
        json_array_append_new(helpers,
                              json_pack("{s:s, s:s}", "model", text->helpers[i]->name,
                                        "model_sha256", text->helpers[i]->sha256));
    return helpers;
}

enum rc words_json(const struct ocr_text *text, const struct words_how *how,
                   char **ret_json, size_t *ret_len, struct fault *why)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < text->line_count; i++) {
        const struct ocr_line *line = &text->lines[i];
        char *utf8 = NULL;
        if (!line->count)
            continue;
        enum rc rc = lines_text(text, line, &utf8, NULL, why);
        if (rc) {
            json_decref(lines);
            return rc;
        }
        json_array_append_new(lines, json_pack("{s:o, s:o}", "text", json_of_text(utf8),
                                               "words", words_of_line(text, line, how)));
        free(utf8);
    }
    SCOPED(json_free_at)
    json_t *json =
        json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "format", 1, "engine", how->engine,
                  "model", how->model->name, "model_sha256", how->model->sha256,
                  "helpers", helpers_json(text), "lines", lines);
    *ret_json = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (!*ret_json)
        return pix_no_memory(why);
    *ret_len = strlen(*ret_json);
    return RC_OK;
}

/* Letters, digits or characters: what a person can be asked about. */
static bool says_something(const struct ocr_text *text, const struct run *run)
{
    for (size_t i = run->first; i < run->first + run->count; i++)
        if (lines_is_core(text->symbols[i].text))
            return true;
    return false;
}

static void join(struct run *run, const struct run *next, const struct ocr_text *text)
{
    for (size_t i = next->first; i < next->first + next->count; i++)
        add_symbol(run, &text->symbols[i]);
}

size_t words_doubtful(const struct ocr_text *text, const struct words_how *how,
                      struct page_doubt *ret_doubts)
{
    size_t count = 0;
    for (size_t l = 0; l < text->line_count; l++) {
        const struct ocr_line *line = &text->lines[l];
        struct run open = { 0 };
        size_t at = line->first, end = line->first + line->count;
        while (at <= end && count < PAGE_DOUBTS_MAX) {
            struct run word = at < end ? word_at(text, line, at) : (struct run){ 0 };
            bool doubt = word.count && word.confidence < PAGE_DOUBT_CONFIDENCE &&
                         says_something(text, &word);
            bool fits = open.count + word.count <= PAGE_DOUBT_SYMBOLS_MAX;
            if (open.count && (!doubt || !fits)) {
                struct page_doubt *told = &ret_doubts[count++];
                run_text(text, &open, told->text, sizeof told->text);
                place(&open, how, told->box);
                told->confidence = (uint8_t)open.confidence;
                open.count = 0;
            }
            if (doubt && open.count)
                join(&open, &word, text);
            else if (doubt)
                open = word;
            at += word.count ? word.count : 1;
        }
    }
    return count;
}

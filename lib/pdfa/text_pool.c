/* Characters and places of a text document: the plain containers under the layout. */
#include "pdfa/text_doc.h"

#include "pdfa/pdf_out.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { GETA = 0x3013 }; /* 〓: a character that the font does not have */

/* One more place in a growing array; NULL after an error. */
static void *grow(struct pdfa_text *text, void *array, size_t count, size_t *room,
                  size_t each)
{
    if (text->why.rc)
        return NULL;
    if (count < *room)
        return array;
    size_t more = *room ? 2 * *room : 256;
    void *at = realloc(array, more * each);
    if (!at)
        fault_set(&text->why, RC_NO_MEMORY, 0, "内存不足");
    else
        *room = more;
    return at;
}

static void add_char(struct pdfa_text *text, struct text_char c)
{
    if (text->char_count == PDFA_TEXT_CHARS_MAX && !text->why.rc)
        fault_set(&text->why, RC_INVALID, 0, "文件超过 %d 字", PDFA_TEXT_CHARS_MAX);
    struct text_char *chars =
        grow(text, text->chars, text->char_count, &text->char_room, sizeof c);
    if (!chars)
        return;
    text->chars = chars;
    text->chars[text->char_count++] = c;
}

static bool add_shown(struct pdfa_text *text, uint32_t code)
{
    for (uint16_t f = 0; f < TEXT_FONTS; f++) {
        double width;
        if (!text_font_has(text->fonts[f], code, &width))
            continue;
        add_char(text, (struct text_char){ code, f, (float)width });
        return true;
    }
    return false;
}

void text_pool_add(struct pdfa_text *text, const char *utf8)
{
    uint32_t code = 0;
    while (pdf_utf8_next(&utf8, &code) && code) {
        if (code == '\n') {
            add_char(text, (struct text_char){ '\n', 0, 0 });
            continue;
        }
        if (code < 0x20 || code == 0x7F || add_shown(text, code))
            continue;
        char shown[16];
        (void)snprintf(shown, sizeof shown, "[U+%04" PRIX32 "]", code);
        (void)add_shown(text, GETA);
        for (const char *c = shown; *c; c++)
            (void)add_shown(text, (uint32_t)*c);
    }
    if (*utf8 && !text->why.rc)
        fault_set(&text->why, RC_INVALID, 0, "文字不是有效的 UTF-8");
}

void text_place(struct pdfa_text *text, const struct text_run *run)
{
    struct text_run *runs =
        grow(text, text->runs, text->run_count, &text->run_room, sizeof *run);
    if (!runs)
        return;
    text->runs = runs;
    text->runs[text->run_count++] = *run;
}

void text_stroke(struct pdfa_text *text, const struct text_stroke *stroke)
{
    struct text_stroke *strokes =
        grow(text, text->strokes, text->stroke_count, &text->stroke_room, sizeof *stroke);
    if (!strokes)
        return;
    text->strokes = strokes;
    text->strokes[text->stroke_count++] = *stroke;
}

double text_width_pt(const struct pdfa_text *text, size_t from, size_t to, double size_pt)
{
    double width_em = 0;
    for (size_t i = from; i < to; i++)
        width_em += text->chars[i].width_em;
    return width_em / 1000 * size_pt;
}

enum rc pdfa_text_new(const struct pdfa_about *about, const char *han_font,
                      const char *latin_font, struct pdfa_text **ret_text,
                      struct fault *why)
{
    struct pdfa_text *text = calloc(1, sizeof *text);
    if (!text)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    text->about = (struct pdfa_about){ strdup(about->title ? about->title : ""),
                                       about->author ? strdup(about->author) : NULL,
                                       about->created_ms };
    text->down_pt = TEXT_TOP_PT;
    enum rc rc =
        text_font_open(han_font ? han_font : PDFA_FONT_HAN, &text->fonts[0], why);
    rc = rc ? rc
            : text_font_open(latin_font ? latin_font : PDFA_FONT_LATIN, &text->fonts[1],
                             why);
    if (rc) {
        pdfa_text_free(text);
        return rc;
    }
    *ret_text = text;
    return RC_OK;
}

void pdfa_text_free(struct pdfa_text *text)
{
    if (!text)
        return;
    for (size_t f = 0; f < TEXT_FONTS; f++)
        text_font_close(text->fonts[f]);
    free((void *)(uintptr_t)text->about.title);
    free((void *)(uintptr_t)text->about.author);
    free(text->chars);
    free(text->runs);
    free(text->strokes);
    free(text);
}

/* Spaces and scripts. Tesseract's Chinese model ends a "word" nearly at each character,
 * so its word borders mean a space only between Latin words and numbers. */
#include "station/page/lines.h"

#include "station/page/pix.h"

#include <stdlib.h>
#include <string.h>

bool lines_is_han(uint32_t code)
{
    return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff) ||
           (code >= 0xfe30 && code <= 0xfe4f) || (code >= 0xff00 && code <= 0xffef) ||
           (code >= 0x20000 && code <= 0x3ffff) || (code >= 0x2014 && code <= 0x2026);
}

/* One code point of valid or invalid UTF-8; moves *at on by at least a byte. */
uint32_t lines_next_code(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    unsigned more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
    uint32_t code = more == 0 ? s[0] : s[0] & (0x3fu >> more);
    unsigned i = 1;
    for (; i <= more && (s[i] & 0xc0) == 0x80; i++)
        code = code << 6 | (s[i] & 0x3f);
    *at += i;
    return code;
}

size_t lines_valid_code(const char *at, size_t left, uint32_t *ret_code)
{
    const unsigned char *s = (const unsigned char *)at;
    size_t len = !left         ? 0
                 : s[0] < 0x80 ? 1
                 : s[0] < 0xC2 ? 0
                 : s[0] < 0xE0 ? 2
                 : s[0] < 0xF0 ? 3
                 : s[0] < 0xF5 ? 4
                               : 0;
    if (!len || len > left)
        return 0;
    uint32_t code = len == 1 ? s[0] : s[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3F);
    }
    *ret_code = code;
    return len;
}

static uint32_t first_code(const char *text)
{
    return lines_next_code(&text);
}

static uint32_t last_code(const char *text)
{
    uint32_t code = 0;
    while (*text)
        code = lines_next_code(&text);
    return code;
}

static bool space_between(const struct ocr_symbol *left, const struct ocr_symbol *right)
{
    return right->word_start && !lines_is_han(last_code(left->text)) &&
           !lines_is_han(first_code(right->text));
}

enum rc lines_text(const struct ocr_text *text, const struct ocr_line *line,
                   char **ret_text, float **ret_starts, struct fault *why)
{
    size_t room = line->count * (OCR_SYMBOL_MAX + 1) + 1, len = 0, codes = 0;
    char *utf8 = malloc(room);
    float *starts = malloc(room * sizeof *starts);
    if (!utf8 || !starts) {
        free(utf8);
        free(starts);
        return pix_no_memory(why);
    }
    const struct ocr_symbol *before = NULL;
    for (size_t i = 0; i < line->count; i++) {
        const struct ocr_symbol *symbol = &text->symbols[line->first + i];
        if (before && space_between(before, symbol)) {
            starts[codes++] = (float)(line->down ? before->bottom : before->right);
            utf8[len++] = ' ';
        }
        size_t bytes = strlen(symbol->text), count = 0;
        float begin = (float)(line->down ? symbol->top : symbol->left);
        float end = (float)(line->down ? symbol->bottom : symbol->right);
        for (const char *at = symbol->text; *at; lines_next_code(&at))
            count++;
        for (size_t c = 0; c < count; c++)
            starts[codes++] = begin + (end - begin) * (float)c / (float)count;
        memcpy(utf8 + len, symbol->text, bytes);
        len += bytes;
        before = symbol;
    }
    utf8[len] = '\0';
    *ret_text = utf8;
    if (ret_starts)
        *ret_starts = starts;
    else
        free(starts);
    return RC_OK;
}

enum rc lines_page_text(const struct ocr_text *text, char **ret_text, size_t *ret_len,
                        struct fault *why)
{
    size_t len = 0;
    char *all = malloc(text->symbol_count * (OCR_SYMBOL_MAX + 1) + text->line_count + 1);
    if (!all)
        return pix_no_memory(why);
    for (size_t i = 0; i < text->line_count; i++) {
        char *one = NULL;
        enum rc rc = lines_text(text, &text->lines[i], &one, NULL, why);
        if (rc) {
            free(all);
            return rc;
        }
        size_t bytes = strlen(one);
        memcpy(all + len, one, bytes);
        free(one);
        len += bytes;
        if (bytes)
            all[len++] = '\n';
    }
    all[len] = '\0';
    *ret_text = all;
    *ret_len = len;
    return RC_OK;
}

bool lines_is_core(const char *text)
{
    while (*text) {
        uint32_t code = lines_next_code(&text);
        if ((code >= '0' && code <= '9') || ((code | 32) >= 'a' && (code | 32) <= 'z') ||
            (code >= 0x3400 && code <= 0x9fff) || code == 0x3007)
            return true;
    }
    return false;
}

bool lines_mostly_latin(const struct ocr_text *text, const struct ocr_line *line)
{
    enum { LETTERS_MIN = 4 };
    size_t latin = 0, han = 0;
    for (size_t i = 0; i < line->count; i++)
        for (const char *at = text->symbols[line->first + i].text; *at;) {
            uint32_t code = lines_next_code(&at);
            latin += (code | 32) >= 'a' && (code | 32) <= 'z';
            han += code >= 0x2e80 && lines_is_han(code);
        }
    return latin >= LETTERS_MIN && latin > han * 3;
}

enum rc lines_replace(struct ocr_text *text, size_t line, const struct ocr_text *better,
                      struct fault *why)
{
    struct ocr_line *old = &text->lines[line];
    size_t rest = text->symbol_count - old->first - old->count;
    size_t total = old->first + better->symbol_count + rest;
    struct ocr_symbol *more = text->symbols;
    if (total >
        text->symbol_count) { /* never smaller: the rest still stands at the end */
        more = realloc(more, total * sizeof *more);
        if (!more)
            return pix_no_memory(why);
        text->symbols = more;
    }
    memmove(more + old->first + better->symbol_count, more + old->first + old->count,
            rest * sizeof *more);
    if (better->symbol_count)
        memcpy(more + old->first, better->symbols, better->symbol_count * sizeof *more);
    for (size_t i = line + 1; i < text->line_count; i++)
        text->lines[i].first = text->lines[i].first - old->count + better->symbol_count;
    old->count = better->symbol_count;
    text->symbol_count = total;
    return RC_OK;
}

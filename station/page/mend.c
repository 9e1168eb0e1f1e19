/* The recogniser knows shapes, not paper: what never stands in a Chinese court paper is
 * the shape of something that does. Only neighbours on the line are asked; no words and
 * no names are guessed. */
#include "station/page/mend.h"

#include "station/page/lines.h"

#include <string.h>

static bool is_numeral(const char *text)
{
    static const char *const numerals[] = { "〇", "一", "二", "三", "四", "五",
                                            "六", "七", "八", "九", "十", "○" };
    for (size_t i = 0; i < sizeof numerals / sizeof numerals[0]; i++)
        if (!strcmp(text, numerals[i]))
            return true;
    return false;
}

static bool is_round(const char *text)
{
    static const char *const rounds[] = { "O", "o", "Ｏ", "○", "◯" };
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++)
        if (!strcmp(text, rounds[i]))
            return true;
    return false;
}

/* A letter or digit of the Latin script, alone or at the head of what was read. */
static bool is_latin(const char *text)
{
    char lower = (char)(*text | 32);
    return (lower >= 'a' && lower <= 'z') || (*text >= '0' && *text <= '9');
}

static void mend_runs(struct ocr_symbol *at, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && is_round(at[to].text); to++)
            ;
        bool latin = (from && is_latin(at[from - 1].text)) ||
                     (to < count && is_latin(at[to].text));
        for (size_t i = from; to - from > 1 && !latin && to - from < count && i < to; i++)
            strcpy(at[i].text, "〇");
        to += to == from;
    }
}

void mend_zeros(struct ocr_text *text)
{
    for (size_t l = 0; l < text->line_count; l++) {
        struct ocr_symbol *at = text->symbols + text->lines[l].first;
        size_t count = text->lines[l].count;
        for (size_t i = 1; i < count; i++)
            if (is_round(at[i].text) && is_numeral(at[i - 1].text))
                strcpy(at[i].text, "〇");
        for (size_t i = count; i-- > 1;)
            if (is_round(at[i - 1].text) && is_numeral(at[i].text))
                strcpy(at[i - 1].text, "〇");
        mend_runs(at, count);
    }
}

void mend_bars(struct ocr_text *text)
{
    size_t kept = 0;
    for (size_t l = 0; l < text->line_count; l++) {
        struct ocr_line *line = &text->lines[l];
        bool latin = lines_mostly_latin(text, line);
        size_t first = kept;
        for (size_t i = line->first; i < line->first + line->count; i++)
            if (latin || strcmp(text->symbols[i].text, "|"))
                text->symbols[kept++] = text->symbols[i];
        line->first = first;
        line->count = kept - first;
    }
    text->symbol_count = kept;
}

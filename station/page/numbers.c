/* Numbers are only believed when they were read well: a wrong digit would send a person
 * to look for a page that is there. */
#include "station/page/numbers.h"

#include "record/case_no.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SURE = 70, DIGITS_MAX = 6, CASE_SYMBOLS_MAX = 60 };

static const double head_mm = 30, apart_mm = 6;

/* 0..9, half or full width; -1 for everything else. */
static int digit_of(const char *symbol)
{
    const unsigned char *s = (const unsigned char *)symbol;
    if (s[0] >= '0' && s[0] <= '9' && !s[1])
        return s[0] - '0';
    bool wide = s[0] == 0xef && s[1] == 0xbc && s[2] >= 0x90 && s[2] <= 0x99 && !s[3];
    return wide ? s[2] - 0x90 : -1;
}

/* What may stand around a number and belongs to it: "- 12 -", "第12页". */
static bool is_trim(const char *symbol)
{
    static const char *const trims[] = { "-", "—", "–", "·", ".", "第", "页", "P", "p" };
    for (size_t i = 0; i < COUNT(trims); i++)
        if (!strcmp(symbol, trims[i]))
            return true;
    return false;
}

/* The number that symbols first..end of the line are, or 0. */
static uint32_t number_of(const struct ocr_symbol *symbols, size_t count)
{
    uint32_t number = 0;
    size_t digits = 0;
    bool over = false;
    for (size_t i = 0; i < count; i++) {
        int digit = digit_of(symbols[i].text);
        if (digit < 0 && !is_trim(symbols[i].text))
            return 0;
        over = over || (digit < 0 && digits);
        if (digit < 0)
            continue;
        if (over || symbols[i].confidence < SURE || ++digits > DIGITS_MAX)
            return 0;
        number = number * 10 + (uint32_t)digit;
    }
    return number <= PAGE_NUMBER_MAX ? number : 0;
}

void page_corner_numbers(const struct ocr_text *text, int width_px, double dpi,
                         uint32_t *ret_left, uint32_t *ret_right)
{
    double apart = apart_mm * dpi / 25.4;
    *ret_left = *ret_right = 0;
    for (size_t l = 0; l < text->line_count; l++) {
        const struct ocr_line *line = &text->lines[l];
        const struct ocr_symbol *at = &text->symbols[line->first];
        if (!line->count || line->bottom > head_mm * dpi / 25.4)
            continue;
        /* Other text of the line stands apart from its first or last run. */
        size_t first = 1, last = line->count - 1;
        while (first < line->count && at[first].left - at[first - 1].right < apart)
            first++;
        while (last > 0 && at[last].left - at[last - 1].right < apart)
            last--;
        if (at[first - 1].right < width_px / 4 && !*ret_left)
            *ret_left = number_of(at, first);
        if (at[last].left > width_px * 3 / 4 && !*ret_right)
            *ret_right = number_of(at + last, line->count - last);
    }
}

static bool is_one_of(const char *symbol, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(symbol, words[i]))
            return true;
    return false;
}

static bool opens(const char *symbol)
{
    static const char *const marks[] = { "(", "（", "〔", "[", "［", "【" };
    return is_one_of(symbol, marks, COUNT(marks));
}

/* Symbols from `from` on that are a case number, up to 号; 0 when they are none. */
static size_t case_at(const struct ocr_symbol *at, size_t left, struct case_no *ret_case)
{
    char input[CASE_NO_INPUT_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < left && i < CASE_SYMBOLS_MAX; i++) {
        size_t len = strlen(at[i].text);
        bool digit = digit_of(at[i].text) >= 0;
        if (used + len >= sizeof input || (digit && at[i].confidence < SURE))
            return 0;
        memcpy(input + used, at[i].text, len + 1);
        used += len;
        if (!strcmp(at[i].text, "号"))
            return case_no_read((struct bytes){ (const uint8_t *)input, used }, ret_case,
                                NULL)
                       ? 0
                       : i + 1;
    }
    return 0;
}

/* Is there nothing before the number but 案号 and marks? What follows may be a remark, as
 * long as it is short: "(第一次)". */
static bool is_alone(const struct ocr_symbol *at, size_t before, size_t after)
{
    static const char *const heads[] = { "案", "号", ":", "：", "原", "*" };
    enum { REMARK_MAX = 8 };
    for (size_t i = 0; i < before; i++)
        if (!is_one_of(at[i].text, heads, COUNT(heads)))
            return false;
    return after <= REMARK_MAX;
}

static size_t add_case(struct page_case *cases, size_t count, const struct case_no *found,
                       bool head)
{
    char text[CASE_NO_TEXT_MAX];
    case_no_text(found, text);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(cases[i].text, text)) {
            cases[i].head = cases[i].head || head;
            return count;
        }
    if (count == PAGE_CASES_MAX)
        return count;
    memcpy(cases[count].text, text, sizeof text);
    cases[count].head = head;
    return count + 1;
}

size_t page_case_numbers(const struct ocr_text *text, int height_px,
                         struct page_case ret_cases[PAGE_CASES_MAX])
{
    size_t count = 0;
    for (size_t l = 0; l < text->line_count; l++) {
        const struct ocr_line *line = &text->lines[l];
        const struct ocr_symbol *at = &text->symbols[line->first];
        for (size_t i = 0, used; i < line->count; i += used ? used : 1) {
            struct case_no found;
            used = opens(at[i].text) ? case_at(at + i, line->count - i, &found) : 0;
            if (!used)
                continue;
            bool head =
                line->bottom < height_px / 2 && is_alone(at, i, line->count - i - used);
            count = add_case(ret_cases, count, &found, head);
        }
    }
    return count;
}

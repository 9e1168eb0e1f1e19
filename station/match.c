/* Fuzzy names. A title line is short; a name of three characters may miss none, a longer
 * one may miss a quarter. Body text would match by chance, so a line that is much longer
 * than the name does not count. */
#include "station/match.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { NAME_CHARS_MAX = 64, FIT_PER_CENT = 75, LINE_LONGER_MAX = 12 };

/* One character; its length in bytes, or 0 when this is no UTF-8. */
static size_t next_char(const char *at, size_t left, uint32_t *ret)
{
    const uint8_t *p = (const uint8_t *)at;
    size_t len = !left         ? 0
                 : p[0] < 0x80 ? 1
                 : p[0] < 0xC2 ? 0
                 : p[0] < 0xE0 ? 2
                 : p[0] < 0xF0 ? 3
                 : p[0] < 0xF5 ? 4
                               : 0;
    if (!len || len > left)
        return 0;
    uint32_t c = len == 1 ? p[0] : p[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3F);
    }
    *ret = c;
    return len;
}

static bool is_space(uint32_t c)
{
    return c <= 0x20 || c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF ||
           (c >= 0x2000 && c <= 0x200B);
}

json_t *match_head(const char *text, size_t len)
{
    json_t *head = json_array();
    char line[MATCH_LINE_CHARS * 4 + 1];
    size_t used = 0, chars = 0;
    for (size_t at = 0; at <= len && json_array_size(head) < MATCH_LINES;) {
        uint32_t c = '\n';
        size_t n = at < len ? next_char(text + at, len - at, &c) : 1;
        if (c == '\n' || !n) {
            if (used)
                json_array_append_new(head, json_stringn(line, used));
            used = chars = 0;
        } else if (!is_space(c) && chars < MATCH_LINE_CHARS) {
            memcpy(line + used, text + at, n);
            used += n;
            chars++;
        }
        if (!n)
            break;
        at += n;
    }
    return head;
}

static size_t decode(const char *text, uint32_t ret[NAME_CHARS_MAX])
{
    size_t count = 0, left = strlen(text);
    for (uint32_t c; count < NAME_CHARS_MAX && left;) {
        size_t n = next_char(text, left, &c);
        if (!n)
            break;
        if (!is_space(c))
            ret[count++] = c;
        text += n;
        left -= n;
    }
    return count;
}

static size_t common(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
    size_t row[NAME_CHARS_MAX + 1] = { 0 };
    for (size_t i = 0; i < a_len; i++) {
        size_t diagonal = 0;
        for (size_t j = 0; j < b_len; j++) {
            size_t above = row[j + 1];
            if (a[i] == b[j])
                row[j + 1] = diagonal + 1;
            else if (row[j] > above)
                row[j + 1] = row[j];
            diagonal = above;
        }
    }
    return row[b_len];
}

unsigned match_score(const char *name, const char *line)
{
    uint32_t a[NAME_CHARS_MAX], b[NAME_CHARS_MAX];
    size_t a_len = decode(name, a), b_len = decode(line, b);
    if (!a_len || b_len > a_len + LINE_LONGER_MAX)
        return 0;
    return (unsigned)(100 * common(a, a_len, b, b_len) / a_len);
}

const char *match_name(const json_t *names, const json_t *head)
{
    const char *best = NULL;
    unsigned best_score = 0;
    size_t line_no, name_no;
    json_t *line, *one;
    json_array_foreach(head, line_no, line)
    {
        json_array_foreach(names, name_no, one)
        {
            const char *name = json_string_value(one), *text = json_string_value(line);
            unsigned score = name && text ? match_score(name, text) : 0;
            bool short_name = name && strlen(name) <= strlen("起诉状");
            if (score < FIT_PER_CENT || (short_name && score < 100))
                continue;
            if (score > best_score ||
                (score == best_score && strlen(name) > strlen(best))) {
                best = name;
                best_score = score;
            }
        }
        if (best)
            break; /* a title stands above what follows it */
    }
    return best;
}

/* Names of a row come from three places: its title and materials, taken apart at their
 * commas, and the table of papers. A title stands alone on its line, so a line that is
 * much longer than a name is body text; a title stands above what follows it, so the
 * first line that bears any name decides. */
#include "station/page/title.h"

#include "core/bytes.h"
#include "station/page/lines.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME_CHARS_MIN = 3, /* 笔录, 材料 say nothing; 传票 is in the table of papers */
    LIKE_COST = 30,     /* per cent of a character */
    OTHER_COST = 100,
    LATER_COST = 1, /* per cent for each line above */
    LONGER_MAX = 3,
};

struct word {
    uint32_t codes[TITLE_LINE_CHARS + 1];
    size_t count;
};

/* How a catalogue calls what another row holds of our own court. */
static const char higher_court[] = "上级法院";

/* What the search has found so far. */
struct search {
    const struct word *line;
    unsigned line_no;
    struct title_proposal best;
    unsigned other; /* the best score of another row */
    const char *qualifier;
    bool higher; /* a court above those of first instance is named on the paper */
};

static bool is_space(uint32_t c)
{
    return c <= 0x20 || c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF ||
           (c >= 0x2000 && c <= 0x200B);
}

json_t *title_head(const char *text, size_t len)
{
    json_t *head = json_array();
    char line[TITLE_LINE_CHARS * 4 + 1];
    size_t used = 0, chars = 0;
    for (size_t at = 0; at <= len && json_array_size(head) < TITLE_LINES;) {
        uint32_t c = '\n';
        size_t n = at < len ? lines_valid_code(text + at, len - at, &c) : 1;
        if (c == '\n' || !n) {
            if (used)
                json_array_append_new(head, json_stringn(line, used));
            used = chars = 0;
        } else if (!is_space(c) && chars < TITLE_LINE_CHARS) {
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

/* The characters that count, up to a closing bracket of a tail like （副本）. */
static struct word word_of(const char *text, size_t len)
{
    struct word word = { .count = 0 };
    for (size_t at = 0; at < len && word.count < TITLE_LINE_CHARS;) {
        uint32_t c = 0;
        size_t n = lines_valid_code(text + at, len - at, &c);
        if (!n)
            break;
        at += n;
        if ((c == 0xFF08 || c == '(') && word.count)
            break;
        if ((c >= 0x3400 && c <= 0x9FFF) || (c >= '0' && c <= '9'))
            word.codes[word.count++] = c;
    }
    return word;
}

static bool word_is_at(const struct word *word, size_t at, const struct word *part)
{
    return part->count && at + part->count <= word->count &&
           !memcmp(word->codes + at, part->codes, part->count * sizeof *part->codes);
}

static void word_drop(struct word *word, size_t count)
{
    word->count -= count;
    memmove(word->codes, word->codes + count, word->count * sizeof *word->codes);
}

/* 广东省某某市中级人民法院民事判决书: the court goes when something follows it. */
static void drop_court(struct word *word)
{
    const struct word court = word_of("法院", strlen("法院"));
    const struct word above = word_of(higher_court, strlen(higher_court));
    if (word_is_at(word, 0, &above))
        return; /* a catalogue's own word */
    for (size_t at = word->count; at-- > 0;)
        if (word_is_at(word, at, &court) &&
            word->count - at - court.count >= NAME_CHARS_MIN) {
            word_drop(word, at + court.count);
            return;
        }
}

/* Drops a qualifier; returns it, or "". */
static const char *drop_qualifier(struct word *word)
{
    const char *text;
    for (size_t i = 0; (text = title_qualifier(i)); i++) {
        const struct word part = word_of(text, strlen(text));
        if (!word_is_at(word, 0, &part) || word->count - part.count < NAME_CHARS_MIN)
            continue;
        word_drop(word, part.count);
        return text;
    }
    return "";
}

static unsigned cost(uint32_t a, uint32_t b)
{
    return a == b ? 0 : title_look_alike(a, b) ? LIKE_COST : OTHER_COST;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static unsigned score_words(const struct word *name, const struct word *line)
{
    unsigned row[TITLE_LINE_CHARS + 2];
    if (!name->count || line->count > name->count + LONGER_MAX)
        return 0;
    for (size_t j = 0; j <= line->count; j++)
        row[j] = (unsigned)j * OTHER_COST;
    for (size_t i = 1; i <= name->count; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i * OTHER_COST;
        for (size_t j = 1; j <= line->count; j++) {
            unsigned above = row[j];
            row[j] = least(above + OTHER_COST, row[j - 1] + OTHER_COST,
                           corner + cost(name->codes[i - 1], line->codes[j - 1]));
            corner = above;
        }
    }
    unsigned lost = row[line->count] / (unsigned)name->count;
    return lost < 100 ? 100 - lost : 0;
}

/* A line without what does not count; *ret_qualifier may be NULL. */
static struct word bare_line(const char *text, const char **ret_qualifier)
{
    struct word line = word_of(text, strlen(text));
    drop_court(&line);
    const char *qualifier = drop_qualifier(&line);
    if (ret_qualifier)
        *ret_qualifier = qualifier;
    return line;
}

unsigned title_score(const char *name, const char *text)
{
    const struct word a = bare_line(name, NULL), b = bare_line(text, NULL);
    return score_words(&a, &b);
}

static void try_name(struct search *search, unsigned row, const char *text, size_t len)
{
    struct word name = word_of(text, len);
    const char *own = drop_qualifier(&name);
    unsigned score = score_words(&name, search->line);
    unsigned later = search->line_no * LATER_COST;
    score = score > later ? score - later : 0;
    if (row != search->best.row && score > search->other)
        search->other = score;
    if (score <= search->best.score)
        return;
    if (row != search->best.row)
        search->other = search->best.score;
    search->best.row = row;
    search->best.score = score;
    (void)snprintf(search->best.text, sizeof search->best.text, "%s%.*s",
                   *own ? "" : search->qualifier, (int)len, text);
}

/* Bytes of `text` without a catalogue's tail. */
static size_t without_tail(const char *text, size_t len)
{
    const char *tail;
    for (size_t i = 0; (tail = title_tail(i)); i++) {
        size_t bytes = strlen(tail);
        if (len > bytes && !memcmp(text + len - bytes, tail, bytes))
            return len - bytes;
    }
    return len;
}

/* One piece of a catalogue's entry. 其他… stands for what has no name. */
static void try_piece(struct search *search, unsigned row, const char *text, size_t len)
{
    static const char other[] = "其他";
    const char *bracket = len ? memmem(text, len, "（", strlen("（")) : NULL;
    if (bracket)
        len = (size_t)(bracket - text);
    len = without_tail(text, len);
    const struct word word = word_of(text, len);
    if (word.count < NAME_CHARS_MIN || word.count > TITLE_CHARS_MAX ||
        !strncmp(text, other, strlen(other)))
        return;
    try_name(search, row, text, len);
    size_t prefix = strlen(higher_court);
    if (search->higher && len > prefix && !memcmp(text, higher_court, prefix))
        try_name(search, row, text + prefix, len - prefix);
}

/* An entry names several papers: 证人、鉴定人…, 起诉书/口诉笔录. */
static void try_entry(struct search *search, unsigned row, const char *entry)
{
    static const char *const borders[] = { "、", "/", "，", "；", ";" };
    const char *from = entry;
    int depth = 0;
    for (const char *at = entry;; at++) {
        size_t border = 0;
        depth += !strncmp(at, "（", strlen("（"));
        depth -= depth && !strncmp(at, "）", strlen("）"));
        for (size_t i = 0; i < COUNT(borders) && !depth; i++)
            if (!strncmp(at, borders[i], strlen(borders[i])))
                border = strlen(borders[i]);
        if (!*at || border)
            try_piece(search, row, from, (size_t)(at - from));
        if (!*at)
            return;
        if (border)
            from = at + border;
    }
}

static void try_row(struct search *search, const json_t *one)
{
    json_int_t row = json_integer_value(json_object_get(one, "row"));
    const char *title = json_string_value(json_object_get(one, "title"));
    const char *paper, *has = "";
    size_t i;
    json_t *material;
    if (row < 1 || row > 99 || !title)
        return;
    try_entry(search, (unsigned)row, title);
    json_array_foreach(json_object_get(one, "materials"), i, material)
    {
        if (json_is_string(material))
            try_entry(search, (unsigned)row, json_string_value(material));
    }
    for (i = 0; (paper = title_paper(i, &has)); i++)
        if (strstr(title, has))
            try_name(search, (unsigned)row, paper, strlen(paper));
}

static bool names_higher_court(const json_t *head)
{
    static const char *const courts[] = { "中级人民法院", "高级人民法院",
                                          "最高人民法院" };
    size_t n;
    json_t *text;
    json_array_foreach(head, n, text)
    {
        for (size_t i = 0; i < COUNT(courts); i++)
            if (json_is_string(text) && strstr(json_string_value(text), courts[i]))
                return true;
    }
    return false;
}

bool title_propose(const json_t *rows, const json_t *head,
                   struct title_proposal *ret_proposal)
{
    size_t n, r;
    json_t *text, *row;
    bool higher = names_higher_court(head);
    json_array_foreach(head, n, text)
    {
        struct search search = { .line_no = (unsigned)n,
                                 .qualifier = "",
                                 .higher = higher };
        if (!json_is_string(text))
            continue;
        const struct word line = bare_line(json_string_value(text), &search.qualifier);
        search.line = &line;
        json_array_foreach(rows, r, row)
        {
            try_row(&search, row);
        }
        if (search.best.score < TITLE_SCORE_MIN)
            continue;
        if (search.best.score < search.other + TITLE_MARGIN_MIN)
            return false; /* two rows fit: a person knows better */
        *ret_proposal = search.best;
        return true;
    }
    return false;
}

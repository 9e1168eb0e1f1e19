/* Breaking text into rows and rows into pages. Chinese may break between any two
 * characters, except that closing marks never begin a row and opening marks never end one
 * (避头尾); Latin words break at spaces, and anywhere when they are wider than the row.
 */
#include "pdfa/text_doc.h"

#include <stdio.h>

enum { HAN_BEGIN = 0x2E80, PADDING_PT = 3 };

struct style {
    float size_pt, row_pt, before_pt, after_pt;
    float indent_em; /* of the first row */
    bool centred;
    float keep_pt; /* room that must be left below: headings stay with their text */
};

static const struct style styles[] = {
    [PDFA_TITLE] = { 18, 27, 0, 14, 0, true, 60 },
    [PDFA_HEADING] = { 12, 18, 10, 4, 0, false, 60 },
    [PDFA_BODY] = { 10.5f, 17, 0, 3, 2, false, 0 },
    [PDFA_SMALL] = { 8, 11.5f, 0, 2, 0, false, 0 },
};

static bool is_in(uint32_t code, const uint32_t *set, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (set[i] == code)
            return true;
    return false;
}

static bool may_break(const struct text_char *before, const struct text_char *after)
{
    static const uint32_t never_first[] = { U'，', U'。', U'、', U'；', U'：', U'？',
                                            U'！', U'）', U'》', U'」', U'』', U'】',
                                            U'”',  U'’',  U'…',  ')',   ',',   '.',
                                            ';',   ':',   '!',   '?',   '%',   ']' };
    static const uint32_t never_last[] = { U'（', U'《', U'「', U'『', U'【',
                                           U'“',  U'‘',  '(',   '[' };
    if (before->code == ' ')
        return true;
    if (is_in(after->code, never_first, COUNT(never_first)) ||
        is_in(before->code, never_last, COUNT(never_last)) || after->code == ' ')
        return false;
    return before->code >= HAN_BEGIN || after->code >= HAN_BEGIN;
}

/* Where the row that begins at `from` ends, and where the next one begins. */
static size_t row_end(const struct pdfa_text *text, size_t from, size_t to,
                      double width_em, size_t *ret_next)
{
    double used = 0;
    size_t last = from; /* the last place where the row may end */
    for (size_t i = from; i < to; i++) {
        const struct text_char *c = &text->chars[i];
        if (c->code == '\n') {
            *ret_next = i + 1;
            return i;
        }
        if (i > from && may_break(c - 1, c))
            last = i;
        used += c->width_em;
        if (used > width_em + 0.5 && c->code != ' ' && i > from) {
            *ret_next = last > from ? last : i;
            return *ret_next;
        }
    }
    *ret_next = to;
    return to;
}

static void next_page(struct pdfa_text *text)
{
    text->page++;
    text->down_pt = TEXT_TOP_PT;
    if (text->page == PDFA_TEXT_PAGES_MAX && !text->why.rc)
        fault_set(&text->why, RC_INVALID, 0, "文件超过 %d 页", PDFA_TEXT_PAGES_MAX);
}

static bool is_room(const struct pdfa_text *text, double height_pt)
{
    return text->down_pt + height_pt <= TEXT_PAGE_HEIGHT_PT - TEXT_BOTTOM_PT;
}

void pdfa_text_space(struct pdfa_text *text, double height_pt)
{
    text->down_pt += height_pt;
}

void pdfa_text_need(struct pdfa_text *text, double height_pt)
{
    if (!is_room(text, height_pt) && text->down_pt > TEXT_TOP_PT)
        next_page(text);
}

void pdfa_text_put(struct pdfa_text *text, enum pdfa_style style, const char *utf8)
{
    const struct style *s = &styles[style];
    size_t from = text->char_count;
    text_pool_add(text, utf8);
    size_t to = text->char_count;
    double indent = s->indent_em * 1000;
    text->down_pt += s->before_pt;
    if (!is_room(text, s->row_pt + s->keep_pt))
        next_page(text);
    for (size_t next; from < to && !text->why.rc; from = next) {
        double width_em = PDFA_TEXT_WIDTH_PT / s->size_pt * 1000 - indent;
        size_t end = row_end(text, from, to, width_em, &next);
        if (!is_room(text, s->row_pt))
            next_page(text);
        double x = indent / 1000 * s->size_pt;
        if (s->centred)
            x = (PDFA_TEXT_WIDTH_PT - text_width_pt(text, from, end, s->size_pt)) / 2;
        text_place(text,
                   &(struct text_run){ text->page, (uint32_t)from, (uint32_t)(end - from),
                                       (float)(TEXT_LEFT_PT + x),
                                       (float)(text->down_pt + s->size_pt), s->size_pt });
        text->down_pt += s->row_pt;
        indent = 0;
    }
    text->down_pt += s->after_pt;
}

/* Rows of a cell, placed at (x, down) when `place`. Returns their number. */
static unsigned lay_cell(struct pdfa_text *text, size_t from, size_t to, double x_pt,
                         double width_pt, bool place)
{
    const struct style *s = &styles[text->table.style];
    unsigned rows = 0;
    for (size_t next; from < to; from = next, rows++) {
        double width_em = (width_pt - 2 * PADDING_PT) / s->size_pt * 1000;
        size_t end = row_end(text, from, to, width_em, &next);
        double y = text->down_pt + PADDING_PT + (double)rows * s->row_pt + s->size_pt;
        if (place)
            text_place(text, &(struct text_run){
                                 text->page, (uint32_t)from, (uint32_t)(end - from),
                                 (float)(x_pt + PADDING_PT), (float)y, s->size_pt });
    }
    return rows;
}

static double row_height(struct pdfa_text *text, const uint32_t *cells)
{
    const struct text_table *table = &text->table;
    unsigned most = 1;
    for (size_t i = 0; i < table->columns; i++) {
        unsigned rows =
            lay_cell(text, cells[i], cells[i + 1], 0, table->widths_pt[i], false);
        most = rows > most ? rows : most;
    }
    return (double)most * styles[table->style].row_pt + 2 * PADDING_PT;
}

/* Cells with their frame, on the present page. */
static void place_row(struct pdfa_text *text, const uint32_t *cells, double height_pt)
{
    const struct text_table *table = &text->table;
    double x = TEXT_LEFT_PT, top = text->down_pt, bottom = top + height_pt;
    float right = (float)x;
    for (size_t i = 0; i < table->columns; i++)
        right += (float)table->widths_pt[i];
    const double levels[] = { top, bottom };
    for (size_t i = 0; i < COUNT(levels); i++)
        text_stroke(text, &(struct text_stroke){ text->page, (float)x, (float)levels[i],
                                                 right, (float)levels[i], false });
    for (size_t i = 0; i <= table->columns; i++) {
        text_stroke(text, &(struct text_stroke){ text->page, (float)x, (float)top,
                                                 (float)x, (float)bottom, false });
        if (i == table->columns)
            break;
        (void)lay_cell(text, cells[i], cells[i + 1], x, table->widths_pt[i], true);
        x += table->widths_pt[i];
    }
    text->down_pt = bottom;
}

static void pool_cells(struct pdfa_text *text, const char *const *cells,
                       uint32_t *ret_cells)
{
    for (size_t i = 0; i < text->table.columns; i++) {
        ret_cells[i] = (uint32_t)text->char_count;
        text_pool_add(text, cells[i] ? cells[i] : "");
    }
    ret_cells[text->table.columns] = (uint32_t)text->char_count;
}

void pdfa_text_table(struct pdfa_text *text, const struct pdfa_table *table,
                     const char *const *head)
{
    double sum = 0;
    text->table.columns = table->columns <= PDFA_TEXT_COLUMNS_MAX ? table->columns : 0;
    text->table.style = table->style;
    for (size_t i = 0; i < text->table.columns; i++)
        sum += text->table.widths_pt[i] = table->widths_pt[i];
    if ((!text->table.columns || sum > PDFA_TEXT_WIDTH_PT + 0.5) && !text->why.rc)
        fault_set(&text->why, RC_INVALID, 0, "表格的列数或宽度超出范围");
    pool_cells(text, head, text->table.head);
    double height = row_height(text, text->table.head);
    if (!is_room(text, 2 * height))
        next_page(text);
    place_row(text, text->table.head, height);
}

void pdfa_text_row(struct pdfa_text *text, const char *const *cells)
{
    uint32_t pooled[PDFA_TEXT_COLUMNS_MAX + 1];
    if (text->why.rc)
        return;
    pool_cells(text, cells, pooled);
    double height = row_height(text, pooled), head = row_height(text, text->table.head);
    if (height + head > TEXT_PAGE_HEIGHT_PT - TEXT_TOP_PT - TEXT_BOTTOM_PT)
        fault_set(&text->why, RC_INVALID, 0, "表格里一格的文字超过一页，请缩短");
    if (!is_room(text, height)) {
        next_page(text);
        place_row(text, text->table.head, head);
    }
    place_row(text, pooled, height);
}

void pdfa_text_modules(struct pdfa_text *text, const uint8_t *dark, size_t side,
                       double width_pt)
{
    double module = width_pt / (double)side;
    pdfa_text_need(text, width_pt);
    for (size_t y = 0; y < side; y++) {
        double top = text->down_pt + (double)y * module;
        for (size_t x = 0, end; x < side; x = end) {
            for (end = x + 1; end < side && dark[y * side + end] == dark[y * side + x];)
                end++;
            if (dark[y * side + x])
                text_stroke(text,
                            &(struct text_stroke){
                                text->page, (float)(TEXT_LEFT_PT + (double)x * module),
                                (float)top, (float)(TEXT_LEFT_PT + (double)end * module),
                                (float)(top + module), true });
        }
    }
    text->down_pt += width_pt;
}

void text_number_pages(struct pdfa_text *text)
{
    const struct style *s = &styles[PDFA_SMALL];
    for (uint32_t page = 0; page <= text->page && !text->why.rc; page++) {
        char number[64];
        size_t from = text->char_count;
        (void)snprintf(number, sizeof number, "第 %u 页，共 %u 页", page + 1,
                       text->page + 1);
        text_pool_add(text, number);
        double width = text_width_pt(text, from, text->char_count, s->size_pt);
        text_place(text, &(struct text_run){
                             page, (uint32_t)from, (uint32_t)(text->char_count - from),
                             (float)((TEXT_PAGE_WIDTH_PT - width) / 2),
                             (float)(TEXT_PAGE_HEIGHT_PT - TEXT_FOOT_PT), s->size_pt });
    }
}

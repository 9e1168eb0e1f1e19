/* A text document while it is laid out: a pool of characters, and where runs of them and
 * lines stand on which page. Private to lib/pdfa. */
#ifndef PDFA_TEXT_DOC_H
#define PDFA_TEXT_DOC_H

#include "pdfa/pdfa_text.h"
#include "pdfa/text_font.h"

enum { TEXT_FONTS = 2 };

#define TEXT_PAGE_WIDTH_PT 595.28 /* A4 */
#define TEXT_PAGE_HEIGHT_PT 841.89
#define TEXT_LEFT_PT 62.0
#define TEXT_TOP_PT 66.0
#define TEXT_BOTTOM_PT 70.0
#define TEXT_FOOT_PT 40.0 /* of the page number, from the lower edge */

struct text_char {
    uint32_t code; /* '\n' for a new line; else shown */
    uint16_t font; /* 0 Chinese, 1 Latin */
    float width_em;
};

struct text_run { /* characters in one row */
    uint32_t page;
    uint32_t from, count; /* in the pool */
    float x_pt, y_pt, size_pt;
};

struct text_stroke { /* a thin gray line, or a black bar from corner to corner */
    uint32_t page;
    float x0_pt, y0_pt, x1_pt, y1_pt;
    bool bar;
};

struct text_table {
    double widths_pt[PDFA_TEXT_COLUMNS_MAX];
    size_t columns;
    enum pdfa_style style;
    uint32_t
        head[PDFA_TEXT_COLUMNS_MAX + 1]; /* in the pool: cell i is head[i]..head[i+1] */
};

struct pdfa_text {
    struct pdfa_about about; /* texts owned */
    struct text_font *fonts[TEXT_FONTS];
    struct text_char *chars; /* owned, all */
    size_t char_count, char_room;
    struct text_run *runs;
    size_t run_count, run_room;
    struct text_stroke *strokes;
    size_t stroke_count, stroke_room;
    uint32_t page;  /* the present one; pages are 0.. */
    double down_pt; /* how far the present page is filled, from its upper edge */
    struct text_table table;
    struct fault why; /* the first error */
};

/* Add text to the pool: characters with their font and width. */
void text_pool_add(struct pdfa_text *text, const char *utf8);
/* A run and a stroke at a place from the upper left corner. */
void text_stroke(struct pdfa_text *text, const struct text_stroke *stroke);
void text_place(struct pdfa_text *text, const struct text_run *run);
/* The page numbers of all pages, at the end. */
void text_number_pages(struct pdfa_text *text);
double text_width_pt(const struct pdfa_text *text, size_t from, size_t to,
                     double size_pt);

#endif

/* A page of columns looks like a page of rows that lies on its side, and where its
 * characters are read lying they are nonsense either way. What tells is a reading of the
 * characters as they stand: of the longest columns, from either end of the page. */
#include "station/page/vertical.h"

#include "station/page/pix.h"

enum {
    PROBE_COLUMNS = 3,
    SURE_CONFIDENCE = 76, /* of the probe; columns from the wrong end never reach it */
    SYMBOLS_MIN = 8,
    NONSENSE = 60, /* below, what looks like rows may be columns that lie */
    WAYS_MAX = 2,
};

/* Quarter turns after which the columns may lie as rows whose characters look left. */
static enum rc ways(PIX *even, const struct page_stand *stand,
                    const struct ocr_text *text, int ret_quarters[WAYS_MAX],
                    int *ret_count, struct fault *why)
{
    bool level = true, sure = false;
    enum rc rc = page_see_axis(even, &level, &sure, why);
    bool rows = sure && level;
    int first = rows ? 0 : 3;
    *ret_count = !rc && (!rows || ocr_confidence(text) < NONSENSE) ? WAYS_MAX : 0;
    ret_quarters[0] = first;
    ret_quarters[1] = (first + 2) % 4;
    if (stand->told && *ret_count) {
        ret_quarters[0] = (int)(stand->rotated_deg / 90 + 3) % 4;
        *ret_count = 1;
    }
    return rc;
}

/* How surely the longest columns are read; 0: not at all. */
static enum rc probe(const struct page_stand *lying, double dpi, struct ocr *ocr,
                     int *ret_confidence, struct fault *why)
{
    struct page_columns columns = { 0 };
    struct ocr_text text = { 0 };
    *ret_confidence = 0;
    enum rc rc =
        page_lay_columns(lying->gray, lying->bits, dpi, PROBE_COLUMNS, &columns, why);
    if (!rc && columns.count)
        rc = ocr_read(ocr, columns.rows, (int)dpi, OCR_BLOCK, NULL, &text, why);
    if (!rc && text.symbol_count >= SYMBOLS_MIN)
        *ret_confidence = ocr_confidence(&text);
    ocr_text_free(&text);
    page_columns_free(&columns);
    return rc;
}

/* The lying page upright, in the place of what *stand held. */
static enum rc stand_up(const struct page_stand *lying, struct page_stand *stand,
                        struct fault *why)
{
    struct page_stand made = *lying;
    made.gray = pixRotateOrth(lying->gray, 1);
    made.bits = pixRotateOrth(lying->bits, 1);
    made.rotated_deg = (lying->rotated_deg + 90) % 360;
    made.told = stand->told;
    if (!made.gray || !made.bits) {
        page_stand_free(&made);
        return pix_no_memory(why);
    }
    page_stand_free(stand);
    *stand = made;
    return RC_OK;
}

enum rc page_find_vertical(PIX *even, double dpi, struct ocr *ocr,
                           const struct ocr_text *text, struct page_stand *stand,
                           struct page_columns *ret_columns, struct fault *why)
{
    int quarters[WAYS_MAX], count = 0, best = SURE_CONFIDENCE - 1;
    SCOPED(page_stand_free) struct page_stand found = { 0 };
    *ret_columns = (struct page_columns){ 0 };
    enum rc rc =
        page_reads_well(text) ? RC_OK : ways(even, stand, text, quarters, &count, why);
    for (int i = 0; i < count && !rc; i++) {
        struct page_stand lying = { 0 };
        int confidence = 0;
        rc = page_stand_turned(even, quarters[i], &lying, why);
        if (!rc)
            rc = probe(&lying, dpi, ocr, &confidence, why);
        bool better = !rc && confidence > best;
        page_stand_free(better ? &found : &lying);
        if (better) {
            found = lying;
            best = confidence;
        }
    }
    if (rc || !found.gray)
        return rc;
    rc = page_lay_columns(found.gray, found.bits, dpi, COLUMNS_MAX, ret_columns, why);
    return rc ? rc : stand_up(&found, stand, why);
}

/* Of the lying page, which is turned clockwise to stand upright and is then `wide`. */
static void place(const struct column_cell *cell, int wide, int *ret_left, int *ret_top,
                  int *ret_right, int *ret_bottom)
{
    *ret_left = wide - cell->bottom;
    *ret_right = wide - cell->top;
    *ret_top = cell->left;
    *ret_bottom = cell->right;
}

static int within(int at, int count)
{
    return at < 0 ? 0 : at >= count ? count - 1 : at;
}

void page_place_columns(const struct page_columns *columns,
                        const struct page_stand *stand, struct ocr_text *text)
{
    int wide = pixGetWidth(stand->gray);
    for (size_t i = 0; i < text->line_count; i++) {
        struct ocr_line *line = &text->lines[i];
        int middle = (line->top + line->bottom) / 2;
        int row = within(middle / columns->row_px, (int)columns->count);
        place(&columns->row[row].all, wide, &line->left, &line->top, &line->right,
              &line->bottom);
        line->down = true;
        line->tilt = 0;
        line->baseline = (float)line->left;
        for (size_t k = line->first; k < line->first + line->count; k++) {
            struct ocr_symbol *symbol = &text->symbols[k];
            int at = (symbol->left + symbol->right) / 2 / columns->cell_px - 1;
            at = within(at, columns->row[row].cells);
            place(&columns->row[row].at[at], wide, &symbol->left, &symbol->top,
                  &symbol->right, &symbol->bottom);
        }
    }
}

/* Characters of a column stand at equal steps, so the step is found first, from all
 * columns together: where a column's ink repeats itself. The cuts between characters then
 * are those that cross least ink and stay nearest to that step: gaps inside of a
 * character, as between the strokes of a "three", are no cuts. */
#include "station/page/columns.h"

#include "station/page/layout.h"
#include "station/page/pix.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INK_BELOW = 160 };

static const double wide_min_mm = 2.5, unlike_max = 0.45;
/* In widths of a column: the steps looked for. */
static const double step_min = 0.72, step_max = 1.6;
/* A step of two characters must be so much better than that of one. */
static const double twice = 1.7, twice_better = 1.05;
/* In steps: how long one character may be, and how far it may begin before its ink. */
static const double cell_min = 0.6, cell_max = 1.5, start_max = 0.5;
static const double ink_cost = 4, unequal_cost = 2;

struct row {
    int x, y, w, h, line; /* `line`: rows that stand in one column share it */
};

void page_columns_free(struct page_columns *columns)
{
    pixDestroy(&columns->rows);
    for (size_t i = 0; i < columns->count; i++)
        free(columns->row[i].at);
    *columns = (struct page_columns){ 0 };
}

static int by_middle(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    return one->y * 2 + one->h - other->y * 2 - other->h;
}

static int by_place(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    return one->line != other->line ? one->line - other->line : one->x - other->x;
}

static int by_width(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    return other->w - one->w;
}

static void sort_for_reading(struct row *rows, size_t count, int high)
{
    qsort(rows, count, sizeof *rows, by_middle);
    for (size_t i = 1; i < count; i++) {
        int down = by_middle(&rows[i], &rows[i - 1]);
        rows[i].line = rows[i - 1].line + (down > high);
    }
    qsort(rows, count, sizeof *rows, by_place);
}

/* The rows of usual height, at most `most`. *ret_high: that height. */
static enum rc find(PIX *bits, double dpi, size_t most, struct row *ret_rows,
                    size_t *ret_count, int *ret_high, struct fault *why)
{
    SCOPED_BOXA boxes = NULL;
    double usual = 0;
    size_t count = 0;
    enum rc rc = page_find_rows(bits, dpi, wide_min_mm, &boxes, &usual, why);
    for (int i = 0; !rc && i < boxaGetCount(boxes) && count < COLUMNS_MAX; i++) {
        struct row row = { 0 };
        boxaGetBoxGeometry(boxes, i, &row.x, &row.y, &row.w, &row.h);
        if (fabs(row.h - usual) <= usual * unlike_max)
            ret_rows[count++] = row;
    }
    qsort(ret_rows, count, sizeof *ret_rows, by_width);
    count = count < most ? count : most;
    sort_for_reading(ret_rows, count, (int)usual);
    *ret_count = count;
    *ret_high = (int)lround(usual);
    return rc;
}

/* Per x of the row: how many of its pixels are ink. The caller frees it. */
static int *ink_of(PIX *bits, const struct row *row)
{
    int *ink = calloc((size_t)row->w + 1, sizeof *ink);
    for (int y = row->y; ink && y < row->y + row->h; y++) {
        l_uint32 *line = pixGetData(bits) + (size_t)y * (size_t)pixGetWpl(bits);
        for (int x = 0; x < row->w; x++)
            ink[x] += (int)GET_DATA_BIT(line, row->x + x);
    }
    return ink;
}

/* Where the ink of the columns repeats itself best. */
static int find_step(int *const *inks, const struct row *rows, size_t count, int high)
{
    int best = high, from = (int)(step_min * high), to = (int)(step_max * high);
    double most = 0;
    for (int step = from; step <= to; step++) {
        double sum = 0, pairs = 0;
        for (size_t i = 0; i < count; i++)
            for (int x = 0; x + step < rows[i].w; x++, pairs++)
                sum += (double)inks[i][x] * inks[i][x + step];
        double wanted = step > twice * best ? most * twice_better : most;
        if (pairs > 0 && sum / pairs > wanted) {
            most = sum / pairs;
            best = step;
        }
    }
    return best;
}

struct cutter {
    const int *ink;
    int wide, high, step, before; /* positions begin `before` pixels before the row */
    double *cost;                 /* of the best cuts up to there */
    int *from;                    /* the cut before it */
};

static double crossed(const struct cutter *c, int at)
{
    int x = at - c->before;
    return x < 0 || x >= c->wide ? 0 : ink_cost * c->ink[x] / c->high;
}

static void cost_of(struct cutter *c, int at)
{
    c->cost[at] = at <= c->before ? 0 : DBL_MAX;
    c->from[at] = -1;
    for (int len = (int)(cell_min * c->step); len <= (int)(cell_max * c->step); len++) {
        double unequal = (double)(len - c->step) / c->step;
        double cost = len > at ? DBL_MAX
                               : c->cost[at - len] + crossed(c, at) +
                                     unequal_cost * unequal * unequal;
        if (cost < c->cost[at]) {
            c->cost[at] = cost;
            c->from[at] = at - len;
        }
    }
}

/* The cuts of a row into `ret_cuts`, the first one first, in x of the row. */
static int cut(struct cutter *c, int ret_cuts[COLUMN_CELLS_MAX + 1])
{
    int end = c->before + c->wide + c->before, best = end, count = 0;
    for (int at = 0; at <= end; at++)
        cost_of(c, at);
    for (int at = c->before + c->wide; at <= end; at++)
        if (c->cost[at] < c->cost[best])
            best = at;
    for (int at = best; at >= 0 && count <= COLUMN_CELLS_MAX; at = c->from[at])
        ret_cuts[count++] = at - c->before;
    for (int i = 0; i < count / 2; i++) {
        int kept = ret_cuts[i];
        ret_cuts[i] = ret_cuts[count - 1 - i];
        ret_cuts[count - 1 - i] = kept;
    }
    return count;
}

/* Between two cuts, if there is ink. */
static bool cell_of(const struct row *row, const int *ink, int from, int to,
                    struct column_cell *ret_cell)
{
    int sum = 0;
    from = from < 0 ? 0 : from;
    to = to > row->w ? row->w : to;
    for (int x = from; x < to; x++)
        sum += ink[x];
    *ret_cell =
        (struct column_cell){ row->x + from, row->y, row->x + to, row->y + row->h };
    return sum > 0;
}

static enum rc cut_row(const struct row *row, const int *ink, int step, size_t at,
                       struct page_columns *columns, struct fault *why)
{
    int cuts[COLUMN_CELLS_MAX + 1];
    int before = (int)(start_max * step);
    size_t room = (size_t)(row->w + 2 * before + 1);
    SCOPED(free_at) double *cost = malloc(room * sizeof *cost);
    SCOPED(free_at) int *from = malloc(room * sizeof *from);
    struct column_cell *cells = malloc(COLUMN_CELLS_MAX * sizeof *cells);
    struct cutter cutter = { ink, row->w, row->h, step, before, cost, from };
    columns->row[at].at = cells;
    if (!cost || !from || !cells)
        return pix_no_memory(why);
    int count = cut(&cutter, cuts), kept = 0;
    for (int i = 0; i + 1 < count; i++)
        kept += cell_of(row, ink, cuts[i], cuts[i + 1], &cells[kept]);
    columns->row[at].cells = kept;
    columns->row[at].all =
        (struct column_cell){ row->x, row->y, row->x + row->w, row->y + row->h };
    return RC_OK;
}

/* Commas and stops of a column hang at the right of their place's top; a row has them at
 * the left of its foot. */
static bool hangs(PIX *upright)
{
    static const double share = 0.55;
    l_int32 x = 0, y = 0, w = 0, h = 0;
    SCOPED_PIX ink = pixThresholdToBinary(upright, INK_BELOW);
    BOX *box = NULL;
    if (!ink || pixClipToForeground(ink, NULL, &box))
        return false;
    boxGetGeometry(box, &x, &y, &w, &h);
    boxDestroy(&box);
    int wide = pixGetWidth(upright), high = pixGetHeight(upright);
    return x >= wide * (1 - share) && y + h <= high * share;
}

/* One character of the lying page upright, in the middle of its place. */
static enum rc stand_cell(PIX *gray, const struct column_cell *cell, int at, int row,
                          struct page_columns *columns, struct fault *why)
{
    BOX *box = boxCreate(cell->left, cell->top, cell->right - cell->left,
                         cell->bottom - cell->top);
    SCOPED_PIX lying = box ? pixClipRectangle(gray, box, NULL) : NULL;
    SCOPED_PIX upright = lying ? pixRotateOrth(lying, 1) : NULL;
    boxDestroy(&box);
    if (!upright)
        return pix_no_memory(why);
    int w = pixGetWidth(upright), h = pixGetHeight(upright);
    int x = at * columns->cell_px + (columns->cell_px - w) / 2;
    int y = row * columns->row_px + (columns->row_px - h) / 2;
    if (hangs(upright)) {
        x -= w / 2;
        y += h / 2;
    }
    pixRasterop(columns->rows, x, y, w, h, PIX_SRC, upright, 0, 0);
    return RC_OK;
}

static enum rc draw(PIX *gray, int high, struct page_columns *columns, struct fault *why)
{
    static const double cell_wide = 1.08, row_high = 1.9;
    int most = 0;
    for (size_t i = 0; i < columns->count; i++)
        most = most > columns->row[i].cells ? most : columns->row[i].cells;
    columns->cell_px = (int)(cell_wide * high) + 1;
    columns->row_px = (int)(row_high * high);
    columns->rows = pixCreate((most + 2) * columns->cell_px,
                              ((int)columns->count) * columns->row_px, 8);
    if (!columns->rows)
        return pix_no_memory(why);
    pixSetAll(columns->rows);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < columns->count && !rc; i++)
        for (int k = 0; k < columns->row[i].cells && !rc; k++)
            rc = stand_cell(gray, &columns->row[i].at[k], k + 1, (int)i, columns, why);
    return rc;
}

static enum rc lay(PIX *gray, const struct row *rows, int *const *inks, size_t count,
                   int high, struct page_columns *columns, struct fault *why)
{
    int step = find_step(inks, rows, count, high);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        columns->count = i + 1;
        rc = cut_row(&rows[i], inks[i], step, i, columns, why);
    }
    return rc ? rc : draw(gray, high, columns, why);
}

enum rc page_lay_columns(PIX *gray, PIX *bits, double dpi, size_t most,
                         struct page_columns *ret_columns, struct fault *why)
{
    struct row rows[COLUMNS_MAX];
    int *inks[COLUMNS_MAX] = { NULL };
    struct page_columns columns = { 0 };
    size_t count = 0;
    int high = 0;
    enum rc rc = find(bits, dpi, most, rows, &count, &high, why);
    for (size_t i = 0; i < count && !rc; i++) {
        inks[i] = ink_of(bits, &rows[i]);
        rc = inks[i] ? RC_OK : pix_no_memory(why);
    }
    if (!rc && count)
        rc = lay(gray, rows, inks, count, high, &columns, why);
    for (size_t i = 0; i < count; i++)
        free(inks[i]);
    if (rc)
        page_columns_free(&columns);
    else
        *ret_columns = columns;
    return rc;
}

/* Rules are runs of black longer than any stroke of a character; a gutter is an upright
 * white band with much text on both sides of it. */
#include "station/page/layout.h"

#include "station/page/pix.h"

#include <math.h>

static const double rule_mm = 16, gutter_mm = 4, joined_mm = 6;
static const double line_low_mm = 2, line_high_mm = 9, line_wide_mm = 12,
                    line_most_mm = 50;

static bool has_rules(PIX *half, double px_mm)
{
    l_int32 length = (l_int32)(rule_mm * px_mm), empty = 1;
    SCOPED_PIX upright = pixErodeBrick(NULL, half, 1, length);
    if (upright)
        pixZero(upright, &empty);
    return !empty;
}

/* Per column of a picture of about 25 dpi: how many rows have ink in it. */
static bool has_gutter(PIX *small, double px_mm)
{
    SCOPED_PIX text = pixCloseSafeBrick(NULL, small, 3, 1);
    SCOPED_NUMA columns = text ? pixCountPixelsByColumn(text) : NULL;
    if (!columns)
        return false;
    int count = numaGetCount(columns), need = (int)lround(gutter_mm * px_mm), run = 0;
    l_float32 most = 0;
    numaGetMax(columns, &most, NULL);
    const float full = most * 0.4f, empty = most * 0.04f;
    bool left = false, gap = false;
    for (int x = 0; x < count; x++) {
        l_float32 rows = 0;
        numaGetFValue(columns, x, &rows);
        run = rows <= empty ? run + 1 : 0;
        if (rows >= full) {
            if (left && gap)
                return true;
            left = true;
            gap = false;
        }
        gap = gap || (left && run >= need);
    }
    return false;
}

enum rc page_is_ruled(PIX *bits, double dpi, bool *ret_ruled, struct fault *why)
{
    SCOPED_PIX half = pixReduceRankBinary2(bits, 2, NULL);
    if (!half)
        return pix_no_memory(why);
    *ret_ruled = has_rules(half, dpi / 25.4 / 2);
    return RC_OK;
}

enum rc page_is_plain(PIX *bits, double dpi, bool *ret_plain, struct fault *why)
{
    SCOPED_PIX half = pixReduceRankBinary2(bits, 2, NULL);
    SCOPED_PIX small = half ? pixReduceRankBinaryCascade(half, 1, 1, 0, 0) : NULL;
    if (!small)
        return pix_no_memory(why);
    *ret_plain = !has_rules(half, dpi / 25.4 / 2) && !has_gutter(small, dpi / 25.4 / 8);
    return RC_OK;
}

/* Boxes that could be lines of text, widest first. */
static BOXA *line_boxes(BOXA *sorted, double px_mm, double wide_mm)
{
    BOXA *lines = boxaCreate(0);
    for (l_int32 i = 0; lines && i < boxaGetCount(sorted); i++) {
        l_int32 x, y, w, h;
        boxaGetBoxGeometry(sorted, i, &x, &y, &w, &h);
        if (h >= line_low_mm * px_mm && h <= line_high_mm * px_mm && w >= wide_mm * px_mm)
            boxaAddBox(lines, boxCreate(x, y, w, h), L_INSERT);
    }
    return lines;
}

static double usual_height(BOXA *lines)
{
    l_int32 h = 0;
    SCOPED_BOXA by_height = boxaSort(lines, L_SORT_BY_HEIGHT, L_SORT_INCREASING, NULL);
    if (by_height && boxaGetCount(by_height))
        boxaGetBoxGeometry(by_height, boxaGetCount(by_height) / 2, NULL, NULL, NULL, &h);
    return h;
}

/* The box in pixels of `bits`, with some air, not longer than is needed to tell. */
static BOX *line_clip(BOXA *lines, int i, PIX *bits, double px_mm)
{
    enum { AIR = 6 };
    l_int32 x, y, w, h;
    boxaGetBoxGeometry(lines, i, &x, &y, &w, &h);
    if (w > line_most_mm * px_mm)
        w = (l_int32)(line_most_mm * px_mm);
    BOX *line = boxCreate(x * 4 - AIR, y * 4 - AIR, w * 4 + 2 * AIR, h * 4 + 2 * AIR);
    BOX *inside = boxClipToRectangle(line, pixGetWidth(bits), pixGetHeight(bits));
    boxDestroy(&line);
    return inside;
}

/* Boxes of rows of text, widest first, in a quarter of the size of `bits`. */
static enum rc find_rows(PIX *bits, double dpi, double wide_mm, BOXA **ret_rows,
                         struct fault *why)
{
    double px_mm = dpi / 25.4 / 4;
    SCOPED_PIX small = pixReduceRankBinaryCascade(bits, 1, 1, 0, 0);
    l_int32 join = (l_int32)(joined_mm * px_mm) | 1;
    SCOPED_PIX joined = small ? pixCloseSafeBrick(NULL, small, join, 1) : NULL;
    SCOPED_BOXA boxes = joined ? pixConnCompBB(joined, 4) : NULL;
    SCOPED_BOXA sorted =
        boxes ? boxaSort(boxes, L_SORT_BY_WIDTH, L_SORT_DECREASING, NULL) : NULL;
    BOXA *rows = sorted  ? line_boxes(sorted, px_mm, wide_mm)
                 : boxes ? boxaCreate(0)
                         : NULL;
    if (!rows)
        return pix_no_memory(why);
    *ret_rows = rows;
    return RC_OK;
}

enum rc page_long_lines(PIX *bits, double dpi, int most, BOXA **ret_lines, int *ret_total,
                        struct fault *why)
{
    double px_mm = dpi / 25.4 / 4;
    SCOPED_BOXA lines = NULL;
    SCOPED_BOXA chosen = boxaCreate(most);
    enum rc rc = find_rows(bits, dpi, line_wide_mm, &lines, why);
    if (rc || !chosen)
        return rc ? rc : pix_no_memory(why);
    double usual = usual_height(lines);
    for (int i = 0; i < boxaGetCount(lines) && boxaGetCount(chosen) < most; i++) {
        l_int32 h = 0;
        boxaGetBoxGeometry(lines, i, NULL, NULL, NULL, &h);
        BOX *line =
            fabs(h - usual) <= usual * 0.4 ? line_clip(lines, i, bits, px_mm) : NULL;
        if (line)
            boxaAddBox(chosen, line, L_INSERT);
    }
    *ret_total = boxaGetCount(lines);
    *ret_lines = TAKE(chosen);
    return RC_OK;
}

enum rc page_find_rows(PIX *bits, double dpi, double wide_mm, BOXA **ret_rows,
                       double *ret_usual_px, struct fault *why)
{
    SCOPED_BOXA rows = NULL;
    SCOPED_BOXA longer = NULL;
    enum rc rc = find_rows(bits, dpi, wide_mm, &rows, why);
    if (!rc)
        rc = find_rows(bits, dpi, line_wide_mm, &longer, why);
    if (rc)
        return rc;
    SCOPED_BOXA whole = boxaTransform(rows, 0, 0, 4, 4);
    if (!whole)
        return pix_no_memory(why);
    *ret_usual_px = usual_height(longer) * 4;
    *ret_rows = TAKE(whole);
    return RC_OK;
}

/* Between the edges that the longest rows reach. */
enum rc page_ends_ragged(PIX *bits, double dpi, bool *ret_ragged, struct fault *why)
{
    enum { ROWS_MIN = 5 };
    static const double margin_sure = 1.3;
    SCOPED_BOXA rows = NULL;
    l_int32 left = 0, right = 0, x = 0, w = 0;
    double gaps_left = 0, gaps_right = 0;
    enum rc rc = find_rows(bits, dpi, line_wide_mm, &rows, why);
    int count = rc ? 0 : boxaGetCount(rows);
    for (int i = 0; i < count && i < ROWS_MIN; i++) {
        boxaGetBoxGeometry(rows, i, &x, NULL, &w, NULL);
        left = i && left < x ? left : x;
        right = right > x + w ? right : x + w;
    }
    for (int i = 0; i < count; i++) {
        boxaGetBoxGeometry(rows, i, &x, NULL, &w, NULL);
        gaps_left += x > left ? x - left : 0;
        gaps_right += x + w < right ? right - x - w : 0;
    }
    *ret_ragged = count >= ROWS_MIN && gaps_right > margin_sure * gaps_left;
    return rc;
}

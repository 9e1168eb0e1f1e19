/* Rules are runs of black longer than any stroke of a character; a gutter is an upright
 * white band with much text on both sides of it. */
#include "station/page/layout.h"

#include "station/page/pix.h"

#include <math.h>

static const double rule_mm = 16, gutter_mm = 4, joined_mm = 6;
static const double line_low_mm = 2, line_high_mm = 9, line_wide_mm = 12, line_most_mm = 110;

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

enum rc page_is_plain(PIX *bits, double dpi, bool *ret_plain, struct fault *why)
{
    SCOPED_PIX half = pixReduceRankBinary2(bits, 2, NULL);
    SCOPED_PIX small = half ? pixReduceRankBinaryCascade(half, 1, 1, 0, 0) : NULL;
    if (!small)
        return pix_no_memory(why);
    *ret_plain = !has_rules(half, dpi / 25.4 / 2) && !has_gutter(small, dpi / 25.4 / 8);
    return RC_OK;
}

enum rc page_long_lines(PIX *bits, double dpi, int most, BOXA **ret_lines, struct fault *why)
{
    double px_mm = dpi / 25.4 / 4;
    SCOPED_PIX small = pixReduceRankBinaryCascade(bits, 1, 1, 0, 0);
    l_int32 join = (l_int32)(joined_mm * px_mm) | 1;
    SCOPED_PIX joined = small ? pixCloseSafeBrick(NULL, small, join, 1) : NULL;
    SCOPED_BOXA boxes = joined ? pixConnCompBB(joined, 4) : NULL;
    SCOPED_BOXA sorted = boxes ? boxaSort(boxes, L_SORT_BY_WIDTH, L_SORT_DECREASING, NULL) : NULL;
    SCOPED_BOXA lines = boxaCreate(most);
    if (!lines || !boxes)
        return pix_no_memory(why);
    for (l_int32 i = 0; sorted && i < boxaGetCount(sorted); i++) {
        l_int32 x, y, w, h;
        boxaGetBoxGeometry(sorted, i, &x, &y, &w, &h);
        if (boxaGetCount(lines) == most || h < line_low_mm * px_mm ||
            h > line_high_mm * px_mm || w < line_wide_mm * px_mm)
            continue;
        if (w > line_most_mm * px_mm) /* enough to tell */
            w = (l_int32)(line_most_mm * px_mm);
        BOX *line = boxCreate(x * 4 - 6, y * 4 - 6, w * 4 + 12, h * 4 + 12), *inside = NULL;
        inside = boxClipToRectangle(line, pixGetWidth(bits), pixGetHeight(bits));
        boxDestroy(&line);
        if (inside)
            boxaAddBox(lines, inside, L_INSERT);
    }
    *ret_lines = TAKE(lines);
    return RC_OK;
}

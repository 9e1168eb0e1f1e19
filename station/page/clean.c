/* Seals out, background even.
 *
 * Seal ink lets the print shine through: in the red channel it has one level, print is
 * darker. Inside a seal that level is stretched to white, so the ink goes and the print
 * under it stays. Only roundish or square marks are treated so: the red heading of an
 * official letter is text.
 *
 * Background: the paper's level per tile (a high value of the tile), smoothed, is mapped
 * to white. Without it, yellow paper and shadows cost the recogniser its threshold. */
#include "station/page/clean.h"

#include "station/page/pix.h"

#include <math.h>
#include <stdbool.h>

enum {
    RED_MARGIN = 28,     /* red above the other two, to count as red */
    SEAL_PIXELS_MIN = 50 /* red pixels at quarter size to look closer at all */
};

static const double seal_min_mm = 8, seal_max_mm = 70, seal_aspect_max = 1.8;

static inline bool is_red(uint32_t pixel)
{
    int r = (int)(pixel >> 24), g = (int)(pixel >> 16 & 255), b = (int)(pixel >> 8 & 255);
    int other = g > b ? g : b;
    return r - other >= RED_MARGIN && r * 2 >= other * 3;
}

/* One bit for each square of 4 x 4 pixels, from two samples. */
static PIX *red_map(PIX *work)
{
    l_int32 width = pixGetWidth(work) / 4, height = pixGetHeight(work) / 4;
    PIX *map = width && height ? pixCreate(width, height, 1) : NULL;
    for (l_int32 y = 0; map && y < height; y++) {
        const uint32_t *line = pixGetData(work) + (size_t)y * 4 * (size_t)pixGetWpl(work);
        const uint32_t *below = line + 2 * (size_t)pixGetWpl(work);
        for (l_int32 x = 0; x < width; x++)
            if (is_red(line[x * 4]) || is_red(below[x * 4 + 2]))
                pixSetPixel(map, x, y, 1);
    }
    return map;
}

enum rc page_find_seals(PIX *work, double work_dpi, BOXA **ret_seals, struct fault *why)
{
    SCOPED_PIX map = red_map(work);
    SCOPED_BOXA seals = boxaCreate(0);
    l_int32 count = 0;
    if (!map || !seals)
        return pix_no_memory(why);
    pixCountPixels(map, &count, NULL);
    double px_mm = work_dpi / 25.4 / 4;
    if (count >= SEAL_PIXELS_MIN) {
        l_int32 gap = (l_int32)lround(2.5 * px_mm) | 1;
        SCOPED_PIX joined = pixCloseSafeBrick(NULL, map, gap, gap);
        SCOPED_BOXA boxes = joined ? pixConnCompBB(joined, 8) : NULL;
        for (l_int32 i = 0; boxes && i < boxaGetCount(boxes); i++) {
            l_int32 x, y, w, h;
            boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
            double longer = w > h ? w : h, shorter = w > h ? h : w;
            if (longer < seal_min_mm * px_mm || longer > seal_max_mm * px_mm ||
                longer > shorter * seal_aspect_max)
                continue;
            boxaAddBox(seals, boxCreate(x * 4 - 8, y * 4 - 8, w * 4 + 16, h * 4 + 16),
                       L_INSERT);
        }
    }
    /* The star in a round seal is a mark of its own, the seal is one. */
    SCOPED_BOXA whole = boxaCombineOverlaps(seals, NULL);
    if (!whole)
        return pix_no_memory(why);
    *ret_seals = TAKE(whole);
    return RC_OK;
}

/* The level of the seal's ink in the red channel: the lower quarter of its red pixels,
 * since the edges of strokes are mixed with paper and lie above. */
static int ink_level(PIX *work, l_int32 x0, l_int32 y0, l_int32 x1, l_int32 y1)
{
    unsigned histogram[256] = { 0 }, count = 0, seen = 0;
    for (l_int32 y = y0; y < y1; y++) {
        const uint32_t *line = pixGetData(work) + (size_t)y * (size_t)pixGetWpl(work);
        for (l_int32 x = x0; x < x1; x++)
            if (is_red(line[x])) {
                histogram[line[x] >> 24]++;
                count++;
            }
    }
    for (int level = 0; level < 256; level++) {
        seen += histogram[level];
        if (seen * 4 > count)
            return level;
    }
    return 255;
}

/* Inside the box: the red channel with the ink's level stretched to white, near red. */
static void drop_seal(PIX *work, PIX *gray, BOX *box)
{
    l_int32 x0, y0, w, h, width = pixGetWidth(work), height = pixGetHeight(work);
    boxGetGeometry(box, &x0, &y0, &w, &h);
    l_int32 x1 = x0 + w > width ? width : x0 + w, y1 = y0 + h > height ? height : y0 + h;
    x0 = x0 < 0 ? 0 : x0;
    y0 = y0 < 0 ? 0 : y0;
    int ink = ink_level(work, x0, y0, x1, y1) - 6;
    if (ink < 40) /* too dark to see print through it */
        ink = 40;
    for (l_int32 y = y0; y < y1; y++) {
        const uint32_t *line = pixGetData(work) + (size_t)y * (size_t)pixGetWpl(work);
        l_uint32 *out = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
        for (l_int32 x = x0; x < x1; x++) {
            int r = (int)(line[x] >> 24), g = (int)(line[x] >> 16 & 255);
            bool reddish = r > g + 8;
            for (l_int32 d = -2; d <= 2 && !reddish; d++)
                reddish = x + d >= x0 && x + d < x1 && is_red(line[x + d]);
            int level = reddish ? r * 255 / ink : r;
            l_uint8 shown = (l_uint8)(level > 255 ? 255 : level);
            SET_DATA_BYTE(out, x, shown);
        }
    }
}

static inline uint32_t luminance(uint32_t pixel)
{
    return ((pixel >> 24) * 77 + (pixel >> 16 & 255) * 151 + (pixel >> 8 & 255) * 28) >>
           8;
}

enum rc page_gray(PIX *work, PIX **ret_gray, struct fault *why)
{
    l_int32 width = pixGetWidth(work), height = pixGetHeight(work);
    PIX *gray =
        pixGetDepth(work) == 8 ? pixClone(work) : pixCreateNoInit(width, height, 8);
    if (!gray)
        return pix_no_memory(why);
    for (l_int32 y = 0; pixGetDepth(work) == 32 && y < height; y++) {
        const uint32_t *from = pixGetData(work) + (size_t)y * (size_t)pixGetWpl(work);
        uint32_t *to = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
        l_int32 x = 0;
        for (; x + 4 <= width; x += 4, from += 4) /* four bytes make a word */
            *to++ = luminance(from[0]) << 24 | luminance(from[1]) << 16 |
                    luminance(from[2]) << 8 | luminance(from[3]);
        uint32_t last = 0;
        for (int shift = 24; x < width; x++, shift -= 8)
            last |= luminance(*from++) << shift;
        if (width % 4)
            *to = last;
    }
    *ret_gray = gray;
    return RC_OK;
}

static enum rc drop_seals(PIX *work, PIX *gray, double work_dpi, PIX **ret_clear,
                          uint32_t *ret_seals, struct fault *why)
{
    SCOPED_BOXA seals = NULL;
    enum rc rc = page_find_seals(work, work_dpi, &seals, why);
    if (rc)
        return rc;
    PIX *clear = pixCopy(NULL, gray);
    if (!clear)
        return pix_no_memory(why);
    for (l_int32 i = 0; i < boxaGetCount(seals); i++) {
        BOX *box = boxaGetBox(seals, i, L_CLONE);
        drop_seal(work, clear, box);
        boxDestroy(&box);
    }
    *ret_clear = clear;
    *ret_seals = (uint32_t)boxaGetCount(seals);
    return RC_OK;
}

enum rc page_clean(PIX *work, PIX *gray, double work_dpi, PIX **ret_even,
                   uint32_t *ret_seals, struct fault *why)
{
    uint32_t seals = 0;
    enum { TILE = 24, FOREGROUND_BELOW = 100, COUNT_MIN = 160, WHITE = 245, SMOOTH = 2 };
    SCOPED_PIX clear = NULL;
    if (pixGetDepth(work) == 32) {
        enum rc rc = drop_seals(work, gray, work_dpi, &clear, &seals, why);
        if (rc)
            return rc;
    } else
        clear = pixClone(gray);
    PIX *even = pixBackgroundNorm(clear, NULL, NULL, TILE, TILE, FOREGROUND_BELOW,
                                  COUNT_MIN, WHITE, SMOOTH, SMOOTH);
    /* Too small for tiles: as it is, but never the caller's own picture. */
    *ret_even = even ? even : pixCopy(NULL, clear);
    if (ret_seals)
        *ret_seals = seals;
    return *ret_even ? RC_OK : pix_no_memory(why);
}

/* What a dropped seal leaves behind is some levels from the paper; the recogniser's line
 * finder is misled by it, and a stretch by these two levels removes it. */
void page_contrast(PIX *even, double ink_level)
{
    enum { BLACK_TO = 40, WHITE_FROM = 215, PALE_INK = 110, BLACK_BELOW_INK = 45 };
    int black_to = ink_level > PALE_INK ? (int)ink_level - BLACK_BELOW_INK : BLACK_TO;
    pixGammaTRC(even, even, 1.0f, black_to, WHITE_FROM);
}

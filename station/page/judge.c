/* How much ink, blank or not, and the reasons for a second look.
 *
 * Ink is what is darker than the evened paper by INK_DEPTH. Print that shines through
 * a sheet is about a tenth darker than the paper, a pencil's line a third: the border
 * lies between. Specks are smaller than a character's parts, edge lines touch the edge:
 * neither is a mark. */
#include "station/page/judge.h"

#include "station/page/bits.h"
#include "station/page/pix.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    EVEN_WHITE = 245, /* where page_clean() puts the paper */
    INK_BELOW = 196,  /* evened level under which a pixel is ink */
    BLACK_PAPER = 40, /* raw level: nothing reflected light */
    TINT_MIN = 100,   /* a channel of paper: darker is no tint */
    COLOUR_MIN = 70,  /* spread of the channels that is no paper */
};

static const double speck_mm = 0.9, mark_mm = 2.2, margin_mm = 4.0;
static const double edge_text_mm = 8.0, line_thin_mm = 0.4;
static const double hole_min_mm = 4.0, hole_max_mm = 8.0, hole_zone_mm = 20.0;
static const double blank_colour = 0.001;

static unsigned level_at(const unsigned histogram[256], double part, unsigned total)
{
    unsigned seen = 0, level = 0;
    for (; level < 255; level++) {
        seen += histogram[level];
        if (seen > part * total)
            break;
    }
    return level;
}

/* What makes the paper's own colour white, in 256ths for each channel: pink and yellow
 * forms are no seals. Taken from every sixteenth pixel. */
static void find_tint(PIX *work, const struct page_paper *paper, unsigned ret_gain[3])
{
    unsigned histogram[3][256] = { { 0 } }, total = 0;
    for (l_int32 y = paper->top; y < paper->bottom; y += 16) {
        l_uint32 *line = pixGetData(work) + (size_t)y * (size_t)pixGetWpl(work);
        for (l_int32 x = paper->left; x < paper->right; x += 16, total++)
            for (int channel = 0; channel < 3; channel++)
                histogram[channel][line[x] >> (24 - 8 * channel) & 255]++;
    }
    for (int channel = 0; channel < 3; channel++) {
        unsigned level = level_at(histogram[channel], 0.6, total);
        ret_gain[channel] = 255u * 256 / (level > TINT_MIN ? level : TINT_MIN);
    }
}

static inline unsigned spread(unsigned a, unsigned b, unsigned c)
{
    unsigned most = a > b ? a : b, least = a < b ? a : b;
    most = most > c ? most : c;
    least = least < c ? least : c;
    return most - least;
}

/* Paper level and colour from every fourth pixel of the raw picture, as far as it is
 * paper. */
static void measure_paper(PIX *work, const struct page_paper *paper, struct page_ink *ink)
{
    unsigned histogram[256] = { 0 }, total = 0, coloured = 0;
    bool colour = pixGetDepth(work) == 32;
    unsigned gain[3] = { 256, 256, 256 };
    if (colour)
        find_tint(work, paper, gain);
    for (l_int32 y = paper->top; y < paper->bottom; y += 4) {
        l_uint32 *line = pixGetData(work) + (size_t)y * (size_t)pixGetWpl(work);
        for (l_int32 x = paper->left; x < paper->right; x += 4, total++) {
            if (!colour) {
                histogram[GET_DATA_BYTE(line, x)]++;
                continue;
            }
            unsigned r = line[x] >> 24, g = line[x] >> 16 & 255, b = line[x] >> 8 & 255;
            /* Neither the tint of the paper nor the white lid beside it is a colour. */
            coloured +=
                spread(r, g, b) > COLOUR_MIN / 2 &&
                spread(r * gain[0] >> 8, g * gain[1] >> 8, b * gain[2] >> 8) > COLOUR_MIN;
            histogram[(r * 77 + g * 151 + b * 28) >> 8]++;
        }
    }
    ink->paper = level_at(histogram, 0.6, total);
    ink->black = level_at(histogram, 0.98, total) < BLACK_PAPER;
    ink->coloured = total ? (double)coloured / total : 0;
}

static double ink_level(PIX *even)
{
    unsigned histogram[256] = { 0 }, total = 0;
    l_int32 width = pixGetWidth(even), height = pixGetHeight(even);
    for (l_int32 y = 0; y < height; y += 2) {
        l_uint32 *line = pixGetData(even) + (size_t)y * (size_t)pixGetWpl(even);
        for (l_int32 x = 0; x < width; x += 2) {
            if (x % 4 == 0 && x + 4 <= width &&
                bits_all_at_least(line[x / 4], INK_BELOW)) {
                x += 2; /* and two more: four pixels of paper */
                continue;
            }
            unsigned level = GET_DATA_BYTE(line, x);
            if (level < INK_BELOW) {
                histogram[level]++;
                total++;
            }
        }
    }
    return total ? level_at(histogram, 0.25, total) : EVEN_WHITE;
}

/* The middle one of all steps at the left edges of marks, as a part of the way from paper
 * to ink. Out of focus, or from a sheet that moved, an edge needs many pixels. */
static double sharpness(PIX *even, double ink)
{
    enum { EDGES_MIN = 2000 };
    unsigned histogram[256] = { 0 }, total = 0;
    l_int32 width = pixGetWidth(even), height = pixGetHeight(even);
    for (l_int32 y = 0; y < height; y += 2) {
        l_uint32 *line = pixGetData(even) + (size_t)y * (size_t)pixGetWpl(even);
        for (l_int32 x = 1; x + 1 < width; x++) {
            if (x % 4 == 0 && x + 4 <= width &&
                bits_all_at_least(line[x / 4], INK_BELOW)) {
                x += 3; /* and one more: four pixels of paper */
                continue;
            }
            if (GET_DATA_BYTE(line, x) >= INK_BELOW ||
                GET_DATA_BYTE(line, x - 1) < INK_BELOW)
                continue;
            int step = GET_DATA_BYTE(line, x - 1) - GET_DATA_BYTE(line, x + 1);
            histogram[step > 0 ? step : 0]++;
            total++;
        }
    }
    double depth = EVEN_WHITE - ink;
    if (total < EDGES_MIN || depth < 1)
        return -1;
    double part = level_at(histogram, 0.5, total) / depth;
    return part > 1 ? 1 : part;
}

/* A punched hole: round, near an edge. */
static bool is_hole(double w, double h, double from_edge)
{
    return w > hole_min_mm && w < hole_max_mm && h > hole_min_mm && h < hole_max_mm &&
           fabs(w - h) < 1.0 && from_edge < hole_zone_mm;
}

/* Count marks and specks inside the margin, and text-like marks cut by an edge. */
static void count_marks(BOXA *boxes, l_int32 width, l_int32 height, double px_mm,
                        struct page_ink *ink)
{
    unsigned sides[4] = { 0 };
    for (l_int32 i = 0; i < boxaGetCount(boxes); i++) {
        l_int32 x, y, w, h;
        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        double wide = w / px_mm, high = h / px_mm;
        double longer = wide > high ? wide : high, shorter = wide > high ? high : wide;
        if (longer < speck_mm)
            continue;
        bool at[4] = { x <= 1, y <= 1, x + w >= width - 1, y + h >= height - 1 };
        for (int side = 0; side < 4; side++)
            sides[side] += at[side] && longer < edge_text_mm && shorter > line_thin_mm;
        l_int32 left = x < width - x - w ? x : width - x - w;
        l_int32 top = y < height - y - h ? y : height - y - h;
        double from_edge = (left < top ? left : top) / px_mm;
        if (from_edge < margin_mm || is_hole(wide, high, from_edge))
            continue;
        if (longer < mark_mm)
            ink->specks++;
        else
            ink->marks++;
    }
    for (int side = 0; side < 4; side++)
        if (sides[side] > ink->edge_marks)
            ink->edge_marks = sides[side];
}

enum rc page_measure_ink(PIX *work, PIX *even, double work_dpi,
                         const struct page_paper *paper, struct page_ink *ret_ink,
                         struct fault *why)
{
    struct page_ink ink = { 0 };
    measure_paper(work, paper, &ink);
    SCOPED_PIX bits = bits_darker(even, INK_BELOW);
    SCOPED_PIX half =
        bits ? pixReduceRankBinary2(bits, 2, NULL) : NULL; /* drops specks */
    SCOPED_BOXA boxes = half ? pixConnCompBB(half, 8) : NULL;
    if (!boxes)
        return pix_no_memory(why);
    l_int32 width = pixGetWidth(half), height = pixGetHeight(half), black = 0;
    double px_mm = work_dpi / 25.4 / 2;
    count_marks(boxes, width, height, px_mm, &ink);
    l_int32 margin = (l_int32)(margin_mm * px_mm);
    if (width > margin * 4 && height > margin * 4) {
        BOX *inside = boxCreate(margin, margin, width - 2 * margin, height - 2 * margin);
        pixCountPixelsInRect(half, inside, &black, NULL);
        boxDestroy(&inside);
        width -= 2 * margin;
        height -= 2 * margin;
    } else
        pixCountPixels(half, &black, NULL);
    ink.share = (double)black / ((double)width * height);
    ink.ink = ink_level(even);
    ink.sharp = sharpness(even, ink.ink);
    *ret_ink = ink;
    return RC_OK;
}

bool page_is_blank(const struct page_ink *ink, const struct page_limits *limits)
{
    return !ink->black && ink->coloured < blank_colour &&
           ink->share * 1000 < limits->blank_ink_pm && ink->marks == 0 &&
           ink->specks <= limits->blank_specks;
}

void page_keep_ink(const struct page_ink *ink, struct page_figures *figures)
{
    /* Evening made the paper EVEN_WHITE and took the ink along. */
    double contrast = ink->paper * (EVEN_WHITE - ink->ink) / EVEN_WHITE;
    figures->paper_level = (uint32_t)lround(ink->paper);
    figures->ink_level = (uint32_t)lround(ink->ink);
    figures->contrast = contrast > 0 ? (uint32_t)lround(contrast) : 0;
    figures->sharp_pm = ink->sharp < 0 ? -1 : (int32_t)lround(ink->sharp * 1000);
    figures->ink_pm = (uint32_t)lround(ink->share * 1000);
    figures->coloured_pm = (uint32_t)lround(ink->coloured * 1000);
    figures->edge_marks = ink->edge_marks;
    figures->black = ink->black;
}

void page_keep_paper(double width_px, double height_px, double work_dpi,
                     const struct page_limits *limits, struct page_figures *figures)
{
    double width = width_px * 25.4 / work_dpi;
    double height = height_px * 25.4 / work_dpi, over = 0;
    const char *name = page_paper_name(width, height, limits->size_mm, &over);
    figures->width_mm = (uint32_t)lround(width);
    figures->height_mm = (uint32_t)lround(height);
    figures->over_mm = (uint32_t)lround(over);
    snprintf(figures->paper, sizeof figures->paper, "%s", name ? name : "");
}

void page_add_qc(struct page_result *result, const char *code, const char *sentence)
{
    for (size_t i = 0; i < result->qc_count; i++)
        if (!strcmp(result->qc[i].code, code))
            return;
    if (result->qc_count == PAGE_QC_MAX)
        return;
    struct page_qc *qc = &result->qc[result->qc_count++];
    snprintf(qc->code, sizeof qc->code, "%s", code);
    snprintf(qc->sentence, sizeof qc->sentence, "%s", sentence);
}

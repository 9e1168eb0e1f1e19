/* The border is what is much darker than the paper and hangs together with the edge of
 * the picture; thin strokes that reach the edge (a table's rule, a line of writing) are
 * not it. It is looked for on every fourth pixel of every fourth row, and not at all when
 * the picture's own edge is bright, as it is for nearly every sheet from a feeder. */
#include "station/page/paper.h"

#include "core/bytes.h"
#include "station/page/pix.h"

#include <math.h>
#include <stdint.h>

enum {
    PAPER_LEVEL_MIN = 60, /* of the middle of the picture: darker is no paper to see */
    EDGE_DARK_PM = 200,   /* of one side of the picture, before anything is looked for */
    SQUARES_MIN = 40,     /* sides of the small picture */
};

static const double dark_part = 0.55; /* of the paper's level */
static const double thin_mm = 1.2, speck_mm = 5.0;

/* GB/T 148 (ISO 216, with B5 as printers sell it), the 16 and 8 sheets of Chinese
 * printing, and the two American ones that documents from abroad come on. */
static const struct {
    const char *name;
    int width_mm, height_mm;
} papers[] = {
    { "A4", 210, 297 },    { "A3", 297, 420 },  { "A5", 148, 210 },
    { "B5", 182, 257 },    { "B5", 176, 250 },  { "B4", 257, 364 },
    { "16K", 184, 260 },   { "16K", 195, 270 }, { "8K", 260, 368 },
    { "8K", 270, 390 },    { "A6", 105, 148 },  { "Letter", 216, 279 },
    { "Legal", 216, 356 },
};

const char *page_paper_size(size_t index, int *ret_width_mm, int *ret_height_mm)
{
    if (index >= COUNT(papers))
        return NULL;
    *ret_width_mm = papers[index].width_mm;
    *ret_height_mm = papers[index].height_mm;
    return papers[index].name;
}

/* How far the nearest paper's width is. */
static double nearest_mm(double shorter_mm)
{
    double nearest = INFINITY;
    for (size_t i = 0; i < COUNT(papers); i++)
        nearest = fmin(nearest, fabs(shorter_mm - papers[i].width_mm));
    return nearest;
}

const char *page_paper_name(double width_mm, double height_mm, double tolerance_mm,
                            double *ret_over_mm)
{
    static const double alike_mm = 2;
    double shorter = fmin(width_mm, height_mm), longer = fmax(width_mm, height_mm);
    double nearest = nearest_mm(shorter), over = INFINITY;
    bool cut =
        nearest > tolerance_mm; /* shorter than a paper of its width: torn or cut */
    *ret_over_mm = 0;
    for (size_t i = 0; i < COUNT(papers); i++) {
        double off = fabs(shorter - papers[i].width_mm);
        double more = longer - papers[i].height_mm;
        if (off > nearest + alike_mm)
            continue;
        if (off <= tolerance_mm && fabs(more) <= tolerance_mm)
            return papers[i].name;
        cut = cut || more < 0;
        over = fmin(over, more);
    }
    *ret_over_mm = cut ? 0 : over;
    return NULL;
}

void page_paper_free(struct page_paper *paper)
{
    pixDestroy(&paper->border);
}

/* The level that most of the middle has. */
static unsigned middle_level(PIX *gray)
{
    unsigned histogram[256] = { 0 }, total = 0, seen = 0, level = 0;
    l_int32 width = pixGetWidth(gray), height = pixGetHeight(gray);
    for (l_int32 y = height / 4; y < height * 3 / 4; y += 2 * PAPER_STEP) {
        l_uint32 *line = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
        for (l_int32 x = width / 4; x < width * 3 / 4; x += 2 * PAPER_STEP, total++)
            histogram[GET_DATA_BYTE(line, x)]++;
    }
    for (; level < 255; level++) {
        seen += histogram[level];
        if (seen * 10 > total * 6)
            break;
    }
    return level;
}

static PIX *dark_squares(PIX *gray, unsigned below)
{
    l_int32 width = pixGetWidth(gray) / PAPER_STEP;
    l_int32 height = pixGetHeight(gray) / PAPER_STEP;
    PIX *dark = pixCreate(width, height, 1);
    for (l_int32 y = 0; dark && y < height; y++) {
        l_uint32 *line =
            pixGetData(gray) + (size_t)(y * PAPER_STEP + 1) * (size_t)pixGetWpl(gray);
        l_uint32 *to = pixGetData(dark) + (size_t)y * (size_t)pixGetWpl(dark);
        for (l_int32 x = 0; x < width; x++)
            if (GET_DATA_BYTE(line, x * PAPER_STEP + 1) < below)
                SET_DATA_BIT(to, x);
    }
    return dark;
}

/* Is one of the four sides of the picture itself dark for a good part? */
static bool has_dark_edge(PIX *gray, unsigned below)
{
    l_int32 width = pixGetWidth(gray), height = pixGetHeight(gray);
    unsigned dark[4] = { 0 }, across = 0, along = 0;
    for (l_int32 x = 1; x < width; x += PAPER_STEP, across++)
        for (int side = 0; side < 2; side++) {
            l_int32 y = side ? height - 2 : 1;
            l_uint32 *line = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
            dark[side] += GET_DATA_BYTE(line, x) < below;
        }
    for (l_int32 y = 1; y < height; y += PAPER_STEP, along++) {
        l_uint32 *line = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
        dark[2] += GET_DATA_BYTE(line, 1) < below;
        dark[3] += GET_DATA_BYTE(line, width - 2) < below;
    }
    for (int side = 0; side < 4; side++)
        if (dark[side] * 1000 > (side < 2 ? across : along) * EDGE_DARK_PM)
            return true;
    return false;
}

/* The dark that hangs together with the edge, without its thin arms; grown by one square,
 * which covers the paper's blurred rim. */
static PIX *border_of(PIX *dark, double square_mm)
{
    l_int32 width = pixGetWidth(dark), height = pixGetHeight(dark);
    l_int32 thin = (l_int32)lround(thin_mm / square_mm);
    thin = thin < 2 ? 2 : thin;
    SCOPED_PIX seed = pixCreate(width, height, 1);
    SCOPED_PIX inside =
        seed ? pixSetBlackOrWhite(seed, L_SET_BLACK) ? NULL : pixClone(seed) : NULL;
    if (!inside)
        return NULL;
    pixRasterop(inside, 1, 1, width - 2, height - 2, PIX_CLR, NULL, 0, 0);
    pixAnd(inside, inside, dark);
    SCOPED_PIX filled = pixSeedfillBinary(NULL, inside, dark, 4);
    SCOPED_PIX bare = filled ? pixOpenBrick(NULL, filled, thin, thin) : NULL;
    return bare ? pixDilateBrick(NULL, bare, 3, 3) : NULL;
}

enum rc page_find_paper(PIX *gray, double dpi, struct page_paper *ret_paper,
                        struct fault *why)
{
    l_int32 width = pixGetWidth(gray), height = pixGetHeight(gray);
    struct page_paper paper = { NULL, 0, 0, width, height };
    unsigned level = middle_level(gray), below = (unsigned)(level * dark_part);
    *ret_paper = paper;
    if (width < SQUARES_MIN * PAPER_STEP || height < SQUARES_MIN * PAPER_STEP ||
        level < PAPER_LEVEL_MIN || !has_dark_edge(gray, below))
        return RC_OK;
    double square_mm = PAPER_STEP * 25.4 / dpi;
    l_int32 speck = (l_int32)lround(speck_mm / square_mm) | 1;
    SCOPED_PIX dark = dark_squares(gray, below);
    SCOPED_PIX border = dark ? border_of(dark, square_mm) : NULL;
    SCOPED_PIX bright = border ? pixInvert(NULL, border) : NULL;
    SCOPED_PIX sheet = bright ? pixOpenBrick(NULL, bright, speck, speck) : NULL;
    if (!sheet)
        return pix_no_memory(why);
    l_int32 some = 0, x, y, w, h;
    BOX *box = NULL;
    pixZero(border, &some);
    if (some || pixClipToForeground(sheet, NULL, &box) || !box)
        return RC_OK; /* no border after all, or nothing but border */
    boxGetGeometry(box, &x, &y, &w, &h);
    boxDestroy(&box);
    paper.left = x * PAPER_STEP;
    paper.top = y * PAPER_STEP;
    paper.right = x + w == pixGetWidth(sheet) ? width : (x + w) * PAPER_STEP;
    paper.bottom = y + h == pixGetHeight(sheet) ? height : (y + h) * PAPER_STEP;
    paper.border = TAKE(border);
    *ret_paper = paper;
    return RC_OK;
}

void page_paper_whiten(const struct page_paper *paper, PIX *even)
{
    enum { WHITE = 245 };
    if (!paper->border)
        return;
    l_int32 width = pixGetWidth(even), height = pixGetHeight(even);
    l_int32 wide = pixGetWidth(paper->border), high = pixGetHeight(paper->border);
    for (l_int32 y = 0; y < height; y++) {
        l_int32 row = y / PAPER_STEP < high ? y / PAPER_STEP : high - 1;
        l_uint32 *from =
            pixGetData(paper->border) + (size_t)row * (size_t)pixGetWpl(paper->border);
        l_uint32 *to = pixGetData(even) + (size_t)y * (size_t)pixGetWpl(even);
        for (l_int32 x = 0; x < width; x++) {
            l_int32 at = x / PAPER_STEP < wide ? x / PAPER_STEP : wide - 1;
            if (GET_DATA_BIT(from, at))
                SET_DATA_BYTE(to, x, WHITE);
        }
    }
}

/* From the picture as fed to the upright and level one. */
struct turn {
    double cosine, sine, from_x, from_y, to_x, to_y;
};

static struct turn turn_of(PIX *gray, unsigned rotated_deg, double turn_deg)
{
    double wide = pixGetWidth(gray), high = pixGetHeight(gray);
    double radians = (rotated_deg + turn_deg) * acos(-1) / 180;
    bool aside = rotated_deg % 180;
    return (struct turn){ cos(radians),
                          sin(radians),
                          wide / 2,
                          high / 2,
                          (aside ? high : wide) / 2,
                          (aside ? wide : high) / 2 };
}

static void stand_point(const struct turn *turn, double x, double y, struct page_box *box)
{
    double from_x = x - turn->from_x, from_y = y - turn->from_y;
    x = from_x * turn->cosine - from_y * turn->sine + turn->to_x;
    y = from_x * turn->sine + from_y * turn->cosine + turn->to_y;
    box->left = fmin(box->left, x);
    box->top = fmin(box->top, y);
    box->right = fmax(box->right, x);
    box->bottom = fmax(box->bottom, y);
}

struct page_box page_paper_box(const struct page_paper *paper, PIX *gray,
                               unsigned rotated_deg, double turn_deg)
{
    struct page_box box = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    const struct turn turn = turn_of(gray, rotated_deg, turn_deg);
    if (!paper->border) {
        for (int corner = 0; corner < 4; corner++)
            stand_point(&turn, corner & 1 ? paper->right : paper->left,
                        corner & 2 ? paper->bottom : paper->top, &box);
        return box;
    }
    /* Its outline: where the paper begins and ends in each row inside the box. */
    for (l_int32 y = paper->top / PAPER_STEP; y * PAPER_STEP < paper->bottom; y++) {
        l_int32 x0 = paper->left / PAPER_STEP, x1 = paper->right / PAPER_STEP - 1;
        if (y >= pixGetHeight(paper->border))
            break;
        l_uint32 *line =
            pixGetData(paper->border) + (size_t)y * (size_t)pixGetWpl(paper->border);
        while (x0 <= x1 && GET_DATA_BIT(line, x0))
            x0++;
        while (x1 > x0 && GET_DATA_BIT(line, x1))
            x1--;
        if (x0 > x1)
            continue;
        stand_point(&turn, x0 * PAPER_STEP, y * PAPER_STEP, &box);
        stand_point(&turn, (x1 + 1) * PAPER_STEP, y * PAPER_STEP, &box);
    }
    /* The border was grown by a square, and the last row has a height. */
    box.left -= PAPER_STEP;
    box.top -= PAPER_STEP;
    box.right += PAPER_STEP;
    box.bottom += 2 * PAPER_STEP;
    return isinf(box.left)
               ? (struct page_box){ paper->left, paper->top, paper->right, paper->bottom }
               : box;
}

/* The least box around the outline is the paper's own: it is turned until that is found.
 */
void page_paper_sides(const struct page_paper *paper, PIX *gray, double *ret_width_px,
                      double *ret_height_px)
{
    static const double most_deg = 8, step_deg = 0.25;
    double least = INFINITY;
    *ret_width_px = paper->right - paper->left;
    *ret_height_px = paper->bottom - paper->top;
    for (double turn = -most_deg; paper->border && turn <= most_deg; turn += step_deg) {
        struct page_box box = page_paper_box(paper, gray, 0, turn);
        double width = box.right - box.left, height = box.bottom - box.top;
        if (width * height >= least)
            continue;
        least = width * height;
        *ret_width_px = width;
        *ret_height_px = height;
    }
}

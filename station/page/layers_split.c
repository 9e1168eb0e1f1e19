/* Ink is what is darker than the paper around it by half of what the darkest pixel close
 * by is: so a thin gray stroke and a bold black one are both cut where their edge is, and
 * keep their width. What is too faint for that stays in the ground, where it is kept as
 * a picture; nothing is decided away here.
 *
 * The paper is measured by tiles: the light quarter of each, and a tile that ink fills is
 * told by the tiles around it (a grey closing). Tinted boxes larger than a few tiles are
 * paper of their own.
 *
 * Colour comes by cells, because JPEG has no more of it. Ink in and next to red or cool
 * cells belongs to that colour, unless it is so dark that only print under the seal can
 * be: print and seal then lie in stencils of their own, one over the other. */
#include "station/page/layers_split.h"

#include "station/page/pix.h"

#include <string.h>

enum {
    SEED_DROP = 52,    /* darker than paper by this: may be a stroke */
    FLOOR_DROP = 30,   /* never ink below this, whatever is close by */
    EDGE_PERCENT = 42, /* of the peak: where a stroke's edge is cut */
    CLOSE_TILES = 2,   /* radius of the closing: ink up to 4 tiles wide is no paper */
    COVERED_DROP = 12, /* a tile this much darker than the closing says is covered */
    CHROMA_MIN = 40,   /* greatest less least of three colours, to count as coloured */
    COLOURED_MIN = 3,  /* coloured cells of nine, not to be an accident of JPEG */
    PRINT_MIN = 4,     /* pixels of nine that are as dark as print */
    LEVELS = 64,       /* of a histogram of light */
    DOTS_PERCENT = 30, /* changes a pixel in a tile of halftone dots; text has 20 */
};

struct grid {
    uint32_t width, height;            /* cells */
    uint8_t *hue;                      /* owned: enum ink_kind of each cell */
    uint32_t blocks_wide, blocks_high; /* 2 x 2 cells */
    uint8_t *peak;                     /* owned: greatest drop in a block */
};

static void grid_free_at(struct grid *grid)
{
    free(grid->hue);
    free(grid->peak);
}

void layers_split_free(struct layers_split *split)
{
    colour_map_free(&split->paper);
    free(split->drop);
    free(split->kind);
    *split = (struct layers_split){ 0 };
}

/* The mean colour of the light quarter of a tile's cells. */
static void measure_tile(const struct layers_view *view, struct colour_map *paper,
                         uint32_t tx, uint32_t ty)
{
    unsigned histogram[LEVELS] = { 0 }, count = 0, sum[3] = { 0 }, taken = 0;
    uint32_t x0 = tx * PAPER_CELLS, y0 = ty * PAPER_CELLS;
    uint32_t x1 = x0 + PAPER_CELLS, y1 = y0 + PAPER_CELLS;
    x1 = x1 < view->cells.width_px ? x1 : view->cells.width_px;
    y1 = y1 < view->cells.height_px ? y1 : view->cells.height_px;
    uint8_t rgb[3];
    for (uint32_t y = y0; y < y1; y++)
        for (uint32_t x = x0; x < x1; x++, count++) {
            layers_cell(view, x, y, rgb);
            histogram[colour_light(rgb) * LEVELS / 256]++;
        }
    unsigned level = LEVELS;
    for (unsigned seen = 0; level && seen * 4 < count;)
        seen += histogram[--level];
    level = level ? level - 1 : 0; /* one lower: the paper's noise is in it whole */
    for (uint32_t y = y0; y < y1; y++)
        for (uint32_t x = x0; x < x1; x++) {
            layers_cell(view, x, y, rgb);
            unsigned own = colour_light(rgb) * LEVELS / 256;
            if (own < level || own > level + 3)
                continue;
            for (int c = 0; c < 3; c++)
                sum[c] += rgb[c];
            taken++;
        }
    size_t at = (size_t)ty * paper->width + tx;
    paper->known[at] = taken > 0;
    for (size_t c = 0; taken && c < 3; c++)
        paper->rgb[at * 3 + c] = (uint8_t)((sum[c] + taken / 2) / taken);
}

/* The greatest or least light within CLOSE_TILES of each tile. */
static void spread(const struct colour_map *paper, const uint8_t *from, bool greatest,
                   uint8_t *ret_to)
{
    int width = (int)paper->width, height = (int)paper->height;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint8_t best = from[y * width + x];
            for (int v = y - CLOSE_TILES; v <= y + CLOSE_TILES; v++)
                for (int u = x - CLOSE_TILES; u <= x + CLOSE_TILES; u++) {
                    if (u < 0 || v < 0 || u >= width || v >= height)
                        continue;
                    uint8_t one = from[v * width + u];
                    best = (one > best) == greatest && one != best ? one : best;
                }
            ret_to[y * width + x] = best;
        }
}

static enum rc measure_paper(const struct layers_view *view, struct colour_map *ret_paper,
                             struct fault *why)
{
    uint32_t width = (view->cells.width_px + PAPER_CELLS - 1) / PAPER_CELLS;
    uint32_t height = (view->cells.height_px + PAPER_CELLS - 1) / PAPER_CELLS;
    size_t tiles = (size_t)width * height;
    enum rc rc = colour_map_new(width, height, ret_paper, why);
    SCOPED(free_at) uint8_t *light = calloc(tiles, 3);
    if (rc || !light)
        return rc ? rc : pix_no_memory(why);
    uint8_t *dilated = light + tiles, *closed = dilated + tiles;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            measure_tile(view, ret_paper, x, y);
    for (size_t i = 0; i < tiles; i++)
        light[i] = (uint8_t)colour_light(ret_paper->rgb + i * 3);
    spread(ret_paper, light, true, dilated);
    spread(ret_paper, dilated, false, closed);
    for (size_t i = 0; i < tiles; i++)
        if (light[i] + COVERED_DROP < closed[i])
            ret_paper->known[i] = 0;
    return colour_map_fill(ret_paper, why);
}

/* From light to drop, in place, and the peaks of the blocks on the way. */
static enum rc measure_drop(struct layers_view *view, const struct colour_map *paper,
                            struct grid *grid, struct fault *why)
{
    struct jpeg_raster *gray = &view->gray;
    SCOPED(free_at) uint8_t *line = malloc((size_t)grid->width * 3);
    SCOPED(free_at) uint8_t *light = malloc((size_t)grid->width * view->cell_px);
    if (!line || !light)
        return pix_no_memory(why);
    uint32_t block_px = view->cell_px * 2;
    for (uint32_t y = 0; y < gray->height_px; y++) {
        if (y % block_px == 0) {
            colour_map_line(paper, PAPER_CELLS, y / view->cell_px, grid->width, line);
            for (uint32_t x = 0; x < grid->width * view->cell_px; x++)
                light[x] = (uint8_t)colour_light(line + x / view->cell_px * 3);
        }
        uint8_t *at = gray->at + y * gray->stride;
        uint8_t *peak = grid->peak + (size_t)(y / block_px) * grid->blocks_wide;
        for (uint32_t x0 = 0; x0 < gray->width_px; x0 += block_px, peak++) {
            uint32_t x1 = x0 + block_px < gray->width_px ? x0 + block_px : gray->width_px;
            uint8_t top = *peak;
            for (uint32_t x = x0; x < x1; x++) {
                at[x] = light[x] > at[x] ? (uint8_t)(light[x] - at[x]) : 0;
                top = at[x] > top ? at[x] : top;
            }
            *peak = top;
        }
    }
    return RC_OK;
}

static enum ink_kind hue_of(const uint8_t rgb[3], const uint8_t *paper)
{
    int level[3], most = 0, least = 0;
    for (int c = 0; c < 3; c++)
        level[c] = rgb[c] * 255 / (paper[c] ? paper[c] : 1);
    for (int c = 1; c < 3; c++) {
        most = level[c] > level[most] ? c : most;
        least = level[c] < level[least] ? c : least;
    }
    if (level[most] - level[least] < CHROMA_MIN || level[most] * 2 < level[least] * 3)
        return INK_NONE;
    return most == 0 ? INK_RED : INK_COOL;
}

/* Each cell that is near enough coloured ones takes their colour; the others are none. */
static void settle_hue(struct grid *grid, const uint8_t *raw)
{
    uint32_t width = grid->width;
    for (uint32_t y = 1; y + 1 < grid->height; y++)
        for (uint32_t x = 1; x + 1 < width; x++) {
            const uint8_t *at = raw + (size_t)y * width + x;
            unsigned count[INK_KINDS] = { 0 };
            for (int v = -1; v <= 1; v++)
                for (int u = -1; u <= 1; u++)
                    count[at[v * (int)width + u]]++;
            if (count[INK_RED] >= COLOURED_MIN || count[INK_COOL] >= COLOURED_MIN)
                grid->hue[(size_t)y * width + x] =
                    count[INK_RED] >= count[INK_COOL] ? INK_RED : INK_COOL;
        }
}

static bool find_hue(const struct layers_view *view, const struct colour_map *paper,
                     const struct grid *grid, uint8_t *ret_raw)
{
    bool any = false;
    for (uint32_t y = 0; view->cells.channels == 3 && y < grid->height; y++)
        for (uint32_t x = 0; x < grid->width; x++) {
            const uint8_t *rgb = view->cells.at + y * view->cells.stride + x * 3;
            size_t tile = (size_t)(y / PAPER_CELLS) * paper->width + x / PAPER_CELLS;
            const uint8_t *ground = paper->rgb + tile * 3;
            if (colour_light(rgb) + FLOOR_DROP > colour_light(ground))
                continue;
            enum ink_kind hue = hue_of(rgb, ground);
            ret_raw[(size_t)y * grid->width + x] = (uint8_t)hue;
            any |= hue != INK_NONE;
        }
    return any;
}

/* For each tile of the paper: how dark its coloured ink is. Cells amid others of the same
 * colour count; those at an edge only where there are no others. */
static enum rc measure_ink(const struct layers_view *view, const struct colour_map *paper,
                           const struct grid *grid, const uint8_t *raw,
                           uint8_t *ret_ink_drop, struct fault *why)
{
    enum { AMID_WEIGHT = 256 };
    size_t tiles = (size_t)paper->width * paper->height;
    SCOPED(free_at) uint32_t *sums = calloc(tiles * 2, sizeof *sums);
    if (!sums)
        return pix_no_memory(why);
    for (uint32_t y = 1; y + 1 < grid->height; y++)
        for (uint32_t x = 1; x + 1 < grid->width; x++) {
            const uint8_t *at = raw + (size_t)y * grid->width + x;
            if (!*at)
                continue;
            size_t tile = (size_t)(y / PAPER_CELLS) * paper->width + x / PAPER_CELLS;
            const uint8_t *rgb = view->cells.at + y * view->cells.stride + x * 3;
            bool amid = at[-1] == *at && at[1] == *at && *(at - grid->width) == *at &&
                        at[grid->width] == *at;
            unsigned weight = amid ? AMID_WEIGHT : 1;
            sums[tile * 2] +=
                weight * (colour_light(paper->rgb + tile * 3) - colour_light(rgb));
            sums[tile * 2 + 1] += weight;
        }
    for (size_t i = 0; i < tiles; i++)
        ret_ink_drop[i] = sums[i * 2 + 1] ? (uint8_t)(sums[i * 2] / sums[i * 2 + 1]) : 0;
    return RC_OK;
}

static enum rc measure_hue(const struct layers_view *view, const struct colour_map *paper,
                           struct grid *grid, uint8_t *ret_ink_drop, struct fault *why)
{
    SCOPED(free_at) uint8_t *raw = calloc((size_t)grid->width, grid->height);
    if (!raw)
        return pix_no_memory(why);
    if (!find_hue(view, paper, grid, raw))
        return RC_OK;
    settle_hue(grid, raw);
    return measure_ink(view, paper, grid, raw, ret_ink_drop, why);
}

/* The drop from which ink of a block counts: half its neighbourhood's greatest. */
static uint8_t limit_of(const struct grid *grid, uint32_t bx, uint32_t by)
{
    uint8_t peak = 0;
    uint32_t x0 = bx ? bx - 1 : 0, y0 = by ? by - 1 : 0;
    for (uint32_t y = y0; y <= by + 1 && y < grid->blocks_high; y++)
        for (uint32_t x = x0; x <= bx + 1 && x < grid->blocks_wide; x++) {
            uint8_t one = grid->peak[(size_t)y * grid->blocks_wide + x];
            peak = one > peak ? one : peak;
        }
    if (peak < SEED_DROP)
        return UINT8_MAX;
    uint8_t part = (uint8_t)(peak * EDGE_PERCENT / 100);
    return part > FLOOR_DROP ? part : FLOOR_DROP;
}

/* Print under coloured ink is darker than half the ink's own light. */
static uint8_t dark_limit(const struct colour_map *paper, const uint8_t *ink_drop,
                          uint32_t x_cell, uint32_t y_cell)
{
    size_t tile = (size_t)(y_cell / PAPER_CELLS) * paper->width + x_cell / PAPER_CELLS;
    unsigned white = colour_light(paper->rgb + tile * 3);
    return (uint8_t)((white + ink_drop[tile]) / 2);
}

/* Within coloured ink: is this print, not a speck of noise? */
static bool is_print(const struct layers_view *view, const uint8_t *drop, uint32_t x,
                     uint32_t y, uint8_t dark)
{
    uint32_t width = view->gray.width_px, height = view->gray.height_px, count = 0;
    for (uint32_t v = y ? y - 1 : 0; v <= y + 1 && v < height; v++)
        for (uint32_t u = x ? x - 1 : 0; u <= x + 1 && u < width; u++)
            count += drop[(size_t)v * width + u] > dark;
    return count >= PRINT_MIN;
}

static void mark_block(const struct layers_view *view, const struct grid *grid,
                       const uint8_t *ink_drop, uint32_t bx, uint32_t by,
                       struct layers_split *split)
{
    uint8_t limit = limit_of(grid, bx, by);
    if (limit == UINT8_MAX)
        return;
    uint32_t cell_px = view->cell_px, width = view->gray.width_px;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t cx = bx * 2 + (i & 1), cy = by * 2 + (i >> 1);
        if (cx >= grid->width || cy >= grid->height)
            continue;
        enum ink_kind hue = grid->hue[(size_t)cy * grid->width + cx];
        uint8_t dark = hue ? dark_limit(&split->paper, ink_drop, cx, cy) : 0;
        uint32_t x1 = (cx + 1) * cell_px, y1 = (cy + 1) * cell_px;
        x1 = x1 < width ? x1 : width;
        y1 = y1 < view->gray.height_px ? y1 : view->gray.height_px;
        for (uint32_t y = cy * cell_px; y < y1; y++)
            for (uint32_t x = cx * cell_px; x < x1; x++) {
                size_t at = (size_t)y * width + x;
                uint8_t drop = split->drop[at];
                if (drop < limit)
                    continue;
                bool print = !hue || is_print(view, split->drop, x, y, dark);
                split->kind[at] = (uint8_t)(print ? INK_DARK : hue);
            }
    }
}

/* Tiles of halftone dots go back to the ground: a stencil of dots is large, and the eye
 * sees their mean anyway. */
static void clear_dots(struct layers_split *split, uint32_t width, uint32_t height)
{
    enum { TILE = 32 };
    for (uint32_t y0 = 0; y0 < height; y0 += TILE)
        for (uint32_t x0 = 0; x0 < width; x0 += TILE) {
            uint32_t x1 = x0 + TILE < width ? x0 + TILE : width;
            uint32_t y1 = y0 + TILE < height ? y0 + TILE : height;
            unsigned changes = 0;
            for (uint32_t y = y0; y < y1; y++) {
                const uint8_t *at = split->kind + (size_t)y * width;
                for (uint32_t x = x0 + 1; x < x1; x++)
                    changes += !at[x] != !at[x - 1];
            }
            if (changes * 100 <= (x1 - x0) * (y1 - y0) * DOTS_PERCENT)
                continue;
            for (uint32_t y = y0; y < y1; y++)
                memset(split->kind + (size_t)y * width + x0, INK_NONE, x1 - x0);
        }
}

static enum rc split_into(struct layers_view *view, struct layers_split *split,
                          struct fault *why)
{
    uint32_t width = view->gray.width_px, height = view->gray.height_px;
    SCOPED(grid_free_at)
    struct grid grid = { .width = view->cells.width_px, .height = view->cells.height_px };
    grid.blocks_wide = (grid.width + 1) / 2;
    grid.blocks_high = (grid.height + 1) / 2;
    grid.hue = calloc((size_t)grid.width, grid.height);
    grid.peak = calloc((size_t)grid.blocks_wide, grid.blocks_high);
    split->kind = calloc((size_t)width, height);
    enum rc rc = measure_paper(view, &split->paper, why);
    SCOPED(free_at)
    uint8_t *ink_drop = calloc((size_t)split->paper.width, split->paper.height);
    if (rc || !grid.hue || !grid.peak || !split->kind || !ink_drop)
        return rc ? rc : pix_no_memory(why);
    rc = measure_drop(view, &split->paper, &grid, why);
    rc = rc ? rc : measure_hue(view, &split->paper, &grid, ink_drop, why);
    if (rc)
        return rc;
    split->drop = TAKE(view->gray.at);
    for (uint32_t by = 0; by < grid.blocks_high; by++)
        for (uint32_t bx = 0; bx < grid.blocks_wide; bx++)
            mark_block(view, &grid, ink_drop, bx, by, split);
    clear_dots(split, width, height);
    for (size_t i = 0; i < (size_t)width * height; i++)
        split->count[split->kind[i]]++;
    return RC_OK;
}

enum rc layers_split(struct layers_view *view, struct layers_split *ret_split,
                     struct fault *why)
{
    struct layers_split split = { 0 };
    enum rc rc = split_into(view, &split, why);
    if (rc)
        layers_split_free(&split);
    else
        *ret_split = split;
    return rc;
}

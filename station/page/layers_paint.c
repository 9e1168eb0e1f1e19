/* Ground: each cell that no ink touches, as it was captured; under the ink, a blend of
 * what lies around. Ink: its colour in each place, from the cells that it fills. A thin
 * stroke fills none: its cells are ink mixed with paper, so how dark it is comes from its
 * darkest pixels at full size, and only its hue from the cells.
 *
 * At the end the page is put together again from ground and inks, by cells, and compared
 * with the capture: layers that show something else are not used. */
#include "station/page/layers_paint.h"

#include "station/page/pix.h"

#include <math.h>
#include <string.h>

enum {
    GROUND_CELLS = 8,   /* cells along the side of a place of the ground's blend */
    RING_CELLS = 2,     /* around ink, where JPEG has smeared it */
    TEXTURE_LIGHT = 11, /* standard deviation of light: more is a picture */
    OTHER_TEXTURE = 5,  /* and this, of a tone that is not the paper's */
    OTHER_LIGHT = 32,
    TONE_STEP = 8,
    PICTURE_PERMILLE = 6,
    COVERED_PERCENT = 35,
    UNLIKE_LIGHT = 40, /* mean difference in a place of an ink's colours */
    UNLIKE_PERMILLE = 1,
    TONE_SPREAD = 40, /* light: a place all of ink this far from the rest is a tone */
    TONES_PERMILLE = 4,
    NEAR_SPREAD = 20, /* places this near the mean colour of an ink are that colour */
    FLAT_PERMILLE = 15,
    CORE_EIGHTHS = 6, /* of the darkest drop in a place: the ink itself, not its edge */
};

void layers_paint_free(struct layers_paint *paint)
{
    jpeg_raster_free(&paint->ground);
    for (size_t k = 0; k < INK_KINDS; k++)
        colour_map_free(&paint->front[k]);
}

/* Pixels of ink in each cell, and whether one close by has some. */
struct cover {
    uint32_t width, height;
    uint8_t *ink;     /* owned: pixels, at most 64 */
    uint8_t *touched; /* owned: ink here or close by */
};

static void cover_free_at(struct cover *cover)
{
    free(cover->ink);
    free(cover->touched);
}

static enum rc cover_count(const struct layers_view *view,
                           const struct layers_split *split, struct cover *cover,
                           struct fault *why)
{
    uint32_t width = cover->width = view->cells.width_px;
    uint32_t height = cover->height = view->cells.height_px;
    cover->ink = calloc(width, height);
    cover->touched = calloc(width, height);
    if (!cover->ink || !cover->touched)
        return pix_no_memory(why);
    unsigned shift = view->cell_px == 2 ? 1 : view->cell_px == 4 ? 2 : 3;
    for (uint32_t y = 0; y < view->gray.height_px; y++) {
        const uint8_t *kind = split->kind + (size_t)y * view->gray.width_px;
        uint8_t *ink = cover->ink + (size_t)(y >> shift) * width;
        for (uint32_t x = 0; x < view->gray.width_px; x++)
            ink[x >> shift] = (uint8_t)(ink[x >> shift] + (kind[x] != INK_NONE));
    }
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            if (!cover->ink[(size_t)y * width + x])
                continue;
            uint32_t x0 = x > RING_CELLS ? x - RING_CELLS : 0;
            uint32_t x1 = x + RING_CELLS < width ? x + RING_CELLS : width - 1;
            uint32_t y0 = y > RING_CELLS ? y - RING_CELLS : 0;
            for (uint32_t v = y0; v <= y + RING_CELLS && v < height; v++)
                memset(cover->touched + (size_t)v * width + x0, 1, x1 - x0 + 1);
        }
    return RC_OK;
}

/* Mean colour of the untouched cells of each place, and the standard deviation of their
 * light; 0 where ink leaves too few of them. */
static void measure_ground(const struct layers_view *view, const struct cover *cover,
                           struct colour_map *blend, uint8_t *ret_spread)
{
    for (uint32_t by = 0; by < blend->height; by++)
        for (uint32_t bx = 0; bx < blend->width; bx++) {
            unsigned sum[3] = { 0 }, light = 0, squares = 0, count = 0;
            uint32_t y1 = (by + 1) * GROUND_CELLS, x1 = (bx + 1) * GROUND_CELLS;
            for (uint32_t y = by * GROUND_CELLS; y < y1 && y < cover->height; y++)
                for (uint32_t x = bx * GROUND_CELLS; x < x1 && x < cover->width; x++) {
                    if (cover->touched[(size_t)y * cover->width + x])
                        continue;
                    uint8_t rgb[3];
                    layers_cell(view, x, y, rgb);
                    unsigned one = colour_light(rgb);
                    light += one;
                    squares += one * one;
                    for (int c = 0; c < 3; c++)
                        sum[c] += rgb[c];
                    count++;
                }
            size_t at = (size_t)by * blend->width + bx;
            blend->known[at] = count > 0;
            for (size_t c = 0; count && c < 3; c++)
                blend->rgb[at * 3 + c] = (uint8_t)((sum[c] + count / 2) / count);
            ret_spread[at] = 0;
            if (count < GROUND_CELLS * GROUND_CELLS / 2)
                continue;
            double mean = (double)light / count;
            double spread = sqrt(fmax((double)squares / count - mean * mean, 0));
            ret_spread[at] = (uint8_t)fmin(spread, UINT8_MAX);
        }
}

/* Places of a picture: with detail, or with some and of another tone than the paper.
 * Tinted boxes and shadows are even, and paper of any colour is what most places are. */
static unsigned count_pictures(const struct colour_map *blend, const uint8_t *spread)
{
    size_t places = (size_t)blend->width * blend->height;
    unsigned histogram[256 / TONE_STEP] = { 0 }, paper = 0, pictures = 0;
    for (size_t i = 0; i < places; i++)
        histogram[colour_light(blend->rgb + i * 3) / TONE_STEP] += blend->known[i];
    for (unsigned level = 1; level < COUNT(histogram); level++)
        paper = histogram[level] > histogram[paper] ? level : paper;
    for (size_t i = 0; i < places; i++) {
        int away = (int)colour_light(blend->rgb + i * 3) - (int)(paper * TONE_STEP);
        bool other = abs(away) > OTHER_LIGHT && spread[i] > OTHER_TEXTURE;
        pictures += blend->known[i] && (other || spread[i] > TEXTURE_LIGHT);
    }
    return pictures;
}

static enum rc paint_ground(const struct layers_view *view, const struct cover *cover,
                            const struct colour_map *blend, struct jpeg_raster *ground,
                            struct fault *why)
{
    uint8_t channels = view->cells.channels;
    *ground = (struct jpeg_raster){ .width_px = cover->width,
                                    .height_px = cover->height,
                                    .stride = (size_t)cover->width * channels,
                                    .channels = channels };
    ground->at = malloc(ground->stride * cover->height);
    SCOPED(free_at) uint8_t *line = malloc((size_t)cover->width * 3);
    if (!ground->at || !line)
        return pix_no_memory(why);
    for (uint32_t y = 0; y < cover->height; y++) {
        const uint8_t *touched = cover->touched + (size_t)y * cover->width;
        uint8_t *to = ground->at + y * ground->stride;
        memcpy(to, view->cells.at + y * view->cells.stride, ground->stride);
        if (!memchr(touched, 1, cover->width))
            continue;
        colour_map_line(blend, GROUND_CELLS, y, cover->width, line);
        for (uint32_t x = 0; x < cover->width; x++)
            if (touched[x])
                memcpy(to + (size_t)x * channels, line + (size_t)x * 3, channels);
    }
    return RC_OK;
}

/* What one place of an ink's colours gathers. */
struct gather {
    uint32_t pure[3], pure_count; /* of cells amid others that are ink and nothing else */
    uint32_t
        drop[3]; /* of its cells, weighted by ink: how much less R, G, B than paper */
    uint32_t core, core_count;
    uint8_t peak;
};

static void gather_pixels(const struct layers_view *view,
                          const struct layers_split *split, enum ink_kind kind,
                          struct gather *all, uint32_t wide)
{
    uint32_t place_px = view->cell_px * FRONT_CELLS, width = view->gray.width_px;
    for (int pass = 0; pass < 2; pass++) /* first the peaks, then what is near them */
        for (uint32_t y = 0; y < view->gray.height_px; y++) {
            const uint8_t *at = split->kind + (size_t)y * width, *next = at;
            const uint8_t *drop = split->drop + (size_t)y * width;
            struct gather *line = all + (size_t)(y / place_px) * wide;
            while ((next = memchr(next, (int)kind, (size_t)(at + width - next)))) {
                size_t x = (size_t)(next++ - at);
                struct gather *g = line + x / place_px;
                if (!pass)
                    g->peak = drop[x] > g->peak ? drop[x] : g->peak;
                else if (drop[x] * 8u >= g->peak * (unsigned)CORE_EIGHTHS) {
                    g->core += drop[x];
                    g->core_count++;
                }
            }
        }
}

/* Pixels of `kind` in a cell. */
static unsigned count_in_cell(const struct layers_view *view,
                              const struct layers_split *split, enum ink_kind kind,
                              uint32_t cx, uint32_t cy)
{
    uint32_t width = view->gray.width_px, height = view->gray.height_px, count = 0;
    uint32_t x1 = (cx + 1) * view->cell_px, y1 = (cy + 1) * view->cell_px;
    for (uint32_t y = cy * view->cell_px; y < y1 && y < height; y++)
        for (uint32_t x = cx * view->cell_px; x < x1 && x < width; x++)
            count += split->kind[(size_t)y * width + x] == kind;
    return count;
}

/* Are the cell and those beside it all ink? Then no paper is mixed into its colour. */
static bool is_amid(const struct cover *cover, uint32_t x, uint32_t y, unsigned full)
{
    const uint8_t *at = cover->ink + (size_t)y * cover->width + x;
    return x && y && x + 1 < cover->width && y + 1 < cover->height && at[0] == full &&
           at[-1] == full && at[1] == full && *(at - cover->width) == full &&
           at[cover->width] == full;
}

static void gather_cells(const struct layers_view *view, const struct layers_split *split,
                         const struct cover *cover, enum ink_kind kind,
                         struct gather *all, uint32_t wide)
{
    for (uint32_t y = 0; y < cover->height; y++)
        for (uint32_t x = 0; x < cover->width; x++) {
            if (!cover->ink[(size_t)y * cover->width + x])
                continue;
            unsigned count = count_in_cell(view, split, kind, x, y);
            if (!count)
                continue;
            uint8_t rgb[3];
            layers_cell(view, x, y, rgb);
            const uint8_t *paper =
                split->paper.rgb +
                ((size_t)(y / PAPER_CELLS) * split->paper.width + x / PAPER_CELLS) * 3;
            struct gather *g = all + (size_t)(y / FRONT_CELLS) * wide + x / FRONT_CELLS;
            bool pure = is_amid(cover, x, y, view->cell_px * view->cell_px) &&
                        count == view->cell_px * view->cell_px;
            for (int c = 0; c < 3; c++) {
                g->drop[c] +=
                    count * (unsigned)(paper[c] > rgb[c] ? paper[c] - rgb[c] : 0);
                g->pure[c] += pure ? rgb[c] : 0;
            }
            g->pure_count += pure;
        }
}

/* The colour of the pure cells. Of strokes too thin to have some: paper less the cells'
 * drop, stretched until it is as dark as the core. */
static void mix_place(const struct gather *g, const uint8_t *paper, uint8_t ret_rgb[3])
{
    for (int c = 0; g->pure_count && c < 3; c++)
        ret_rgb[c] = (uint8_t)((g->pure[c] + g->pure_count / 2) / g->pure_count);
    if (g->pure_count)
        return;
    uint64_t light = (uint64_t)g->drop[0] * 77 + (uint64_t)g->drop[1] * 150 +
                     (uint64_t)g->drop[2] * 29;
    uint64_t core = g->core / g->core_count;
    for (int c = 0; c < 3; c++) {
        uint64_t less = light ? g->drop[c] * core * 256 / light : core;
        ret_rgb[c] = less >= paper[c] ? 0 : (uint8_t)(paper[c] - less);
    }
}

/* The mean of the places with pure cells, or of all when there are none. */
static void mean_of(const struct colour_map *front, const struct gather *all,
                    uint8_t ret_colour[3])
{
    size_t places = (size_t)front->width * front->height;
    uint64_t sum[3] = { 0 }, count = 0;
    for (size_t i = 0; i < places; i++) {
        uint64_t weight = all[i].pure_count ? places : front->known[i];
        for (size_t c = 0; c < 3; c++)
            sum[c] += weight * front->rgb[i * 3 + c];
        count += weight;
    }
    for (size_t c = 0; c < 3; c++)
        ret_colour[c] = (uint8_t)(count ? (sum[c] + count / 2) / count : 0);
}

/* Places that are all ink and yet of another tone than the rest: writing has few. */
static unsigned count_tones(const struct colour_map *front, const struct gather *all,
                            const uint8_t colour[3])
{
    unsigned tones = 0, light = colour_light(colour);
    for (size_t i = 0; i < (size_t)front->width * front->height; i++)
        tones += all[i].pure_count >= FRONT_CELLS * FRONT_CELLS / 2 &&
                 abs((int)colour_light(front->rgb + i * 3) - (int)light) > TONE_SPREAD;
    return tones;
}

/* Places near this colour take it, the others come nearer by as much: print of one ink
 * then is of one colour, without steps, and pencil beside it stays gray. True when nearly
 * all places have become one colour. */
static bool draw_together(struct colour_map *front, const uint8_t colour[3])
{
    size_t places = (size_t)front->width * front->height, count = 0, far = 0;
    for (size_t i = 0; i < places; i++) {
        uint8_t *rgb = front->rgb + i * 3;
        int most = 0;
        for (int c = 0; front->known[i] && c < 3; c++)
            most = abs(rgb[c] - colour[c]) > most ? abs(rgb[c] - colour[c]) : most;
        int left = most > NEAR_SPREAD ? most - NEAR_SPREAD : 0;
        for (int c = 0; most && c < 3; c++)
            rgb[c] = (uint8_t)(colour[c] + (rgb[c] - colour[c]) * left / most);
        count += front->known[i] != 0;
        far += left > 0;
    }
    return far * 1000 <= count * FLAT_PERMILLE;
}

static enum rc paint_front(const struct layers_view *view,
                           const struct layers_split *split, const struct cover *cover,
                           enum ink_kind kind, struct layers_paint *paint,
                           unsigned *tones, struct fault *why)
{
    struct colour_map *front = &paint->front[kind];
    uint32_t wide = (cover->width + FRONT_CELLS - 1) / FRONT_CELLS;
    uint32_t high = (cover->height + FRONT_CELLS - 1) / FRONT_CELLS;
    SCOPED(free_at) struct gather *all = calloc((size_t)wide * high, sizeof *all);
    enum rc rc = colour_map_new(wide, high, front, why);
    if (rc || !all)
        return rc ? rc : pix_no_memory(why);
    gather_pixels(view, split, kind, all, wide);
    gather_cells(view, split, cover, kind, all, wide);
    for (uint32_t y = 0; y < high; y++)
        for (uint32_t x = 0; x < wide; x++) {
            size_t at = (size_t)y * wide + x;
            size_t tile = (size_t)(y * FRONT_CELLS / PAPER_CELLS) * split->paper.width +
                          x * FRONT_CELLS / PAPER_CELLS;
            front->known[at] = all[at].core_count > 0;
            if (front->known[at])
                mix_place(&all[at], split->paper.rgb + tile * 3, front->rgb + at * 3);
        }
    mean_of(front, all, paint->colour[kind]);
    *tones += count_tones(front, all, paint->colour[kind]);
    paint->flat[kind] = draw_together(front, paint->colour[kind]);
    return colour_map_fill(front, why);
}

/* Light of a cell as the layers show it. */
static unsigned shown(const struct layers_view *view, const struct layers_split *split,
                      const struct layers_paint *paint, const struct cover *cover,
                      uint32_t x, uint32_t y)
{
    const uint8_t *ground =
        paint->ground.at + y * paint->ground.stride + (size_t)x * paint->ground.channels;
    unsigned light = paint->ground.channels == 1 ? *ground : colour_light(ground);
    unsigned ink = cover->ink[(size_t)y * cover->width + x];
    unsigned area = view->cell_px * view->cell_px, sum = light * (area - ink);
    size_t at =
        (size_t)(y / FRONT_CELLS) * ((cover->width + FRONT_CELLS - 1) / FRONT_CELLS) +
        x / FRONT_CELLS;
    for (enum ink_kind k = INK_DARK; ink && k < INK_KINDS; k++) {
        if (!split->count[k])
            continue;
        unsigned count = count_in_cell(view, split, k, x, y);
        const uint8_t *rgb =
            paint->flat[k] ? paint->colour[k] : paint->front[k].rgb + at * 3;
        sum += count * colour_light(rgb);
        ink -= count;
    }
    return sum / area;
}

/* Places where the page put together again is not the page that was captured: lighter or
 * darker as a whole, since a stencil's edges never are those of a gray picture. */
static unsigned count_unlike(const struct layers_view *view,
                             const struct layers_split *split,
                             const struct layers_paint *paint, const struct cover *cover)
{
    unsigned unlike = 0;
    for (uint32_t by = 0; by < cover->height; by += FRONT_CELLS)
        for (uint32_t bx = 0; bx < cover->width; bx += FRONT_CELLS) {
            int sum = 0, count = 0;
            for (uint32_t y = by; y < by + FRONT_CELLS && y < cover->height; y++)
                for (uint32_t x = bx; x < bx + FRONT_CELLS && x < cover->width; x++) {
                    count++;
                    if (!cover->touched[(size_t)y * cover->width + x])
                        continue;
                    uint8_t rgb[3];
                    layers_cell(view, x, y, rgb);
                    sum += (int)colour_light(rgb) -
                           (int)shown(view, split, paint, cover, x, y);
                }
            unlike += abs(sum) > count * UNLIKE_LIGHT;
        }
    return unlike;
}

enum rc layers_paint(const struct layers_view *view, const struct layers_split *split,
                     struct layers_paint *ret_paint, enum layers_verdict *ret_verdict,
                     struct fault *why)
{
    SCOPED(cover_free_at) struct cover cover = { 0 };
    SCOPED(colour_map_free) struct colour_map blend = { 0 };
    unsigned tones = 0;
    size_t pixels = (size_t)view->gray.width_px * view->gray.height_px;
    enum rc rc = cover_count(view, split, &cover, why);
    rc = rc ? rc
            : colour_map_new((cover.width + GROUND_CELLS - 1) / GROUND_CELLS,
                             (cover.height + GROUND_CELLS - 1) / GROUND_CELLS, &blend,
                             why);
    size_t places = (size_t)blend.width * blend.height;
    SCOPED(free_at) uint8_t *spread = calloc(places + 1, 1);
    if (rc || !spread)
        return rc ? rc : pix_no_memory(why);
    measure_ground(view, &cover, &blend, spread);
    *ret_verdict = LAYERS_FIT;
    if (count_pictures(&blend, spread) * (size_t)1000 > places * PICTURE_PERMILLE)
        *ret_verdict = LAYERS_PICTURE;
    else if ((pixels - split->count[INK_NONE]) * 100 > pixels * COVERED_PERCENT)
        *ret_verdict = LAYERS_COVERED;
    if (*ret_verdict != LAYERS_FIT)
        return RC_OK;
    rc = colour_map_fill(&blend, why);
    rc = rc ? rc : paint_ground(view, &cover, &blend, &ret_paint->ground, why);
    for (enum ink_kind k = INK_DARK; !rc && k < INK_KINDS; k++)
        if (split->count[k])
            rc = paint_front(view, split, &cover, k, ret_paint, &tones, why);
    places *= (GROUND_CELLS / FRONT_CELLS) * (GROUND_CELLS / FRONT_CELLS);
    if (!rc && tones * (size_t)1000 > places * TONES_PERMILLE)
        *ret_verdict = LAYERS_PICTURE;
    else if (!rc && count_unlike(view, split, ret_paint, &cover) * (size_t)1000 >
                        places * UNLIKE_PERMILLE)
        *ret_verdict = LAYERS_UNLIKE;
    return rc;
}

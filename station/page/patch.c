/* Scan lines run from an edge inwards, some millimetres beside each other. On each the
 * runs of black and white are measured; four bars of the right widths between quiet paper
 * are a sighting. Sightings count when they stand beside each other with the same pattern
 * and nearly the same distance from the edge, as the ends of straight bars do. */
#include "station/page/patch.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 4, RUNS = 2 * BARS + 1, SIGHTINGS_MIN = 9 };

static const double narrow_mm = 2.03, wide_mm = 5.08, step_mm = 3.0, reach_mm = 130;
static const double narrow_off_mm = 0.7, wide_off_mm = 1.1, quiet_mm = 2.5;
static const double drift_mm = 1.1; /* from line to line: askew by 20 degrees */

/* A scan line: starts at x, y and goes on by dx, dy. */
struct ray {
    PIX *bits;
    int x, y, dx, dy;
    int length;
};

struct sighting {
    enum page_patch patch;
    double at_mm; /* where the first bar begins */
};

static bool is_black(const struct ray *ray, int at)
{
    const l_uint32 *line = pixGetData(ray->bits) +
                           (size_t)(ray->y + ray->dy * at) * (size_t)pixGetWpl(ray->bits);
    return GET_DATA_BIT(line, ray->x + ray->dx * at);
}

/* Which code the nine runs are: quiet, bar, gap, bar, gap, bar, gap, bar, quiet. */
static enum page_patch pattern(const double runs[RUNS])
{
    static const char *const patterns[] = {
        [PATCH_2] = "WNNW", [PATCH_3] = "WNWN", [PATCH_T] = "NWNW"
    };
    char seen[BARS + 1] = "";
    if (runs[0] < quiet_mm || runs[RUNS - 1] < quiet_mm)
        return PATCH_NONE;
    for (int i = 1; i < RUNS - 1; i++) {
        bool narrow = fabs(runs[i] - narrow_mm) <= narrow_off_mm;
        if (i % 2 == 0 && !narrow)
            return PATCH_NONE;
        if (i % 2 && !narrow && fabs(runs[i] - wide_mm) > wide_off_mm)
            return PATCH_NONE;
        if (i % 2)
            seen[i / 2] = narrow ? 'N' : 'W';
    }
    for (int patch = PATCH_2; patch <= PATCH_T; patch++)
        if (!strcmp(seen, patterns[patch]))
            return (enum page_patch)patch;
    return PATCH_NONE;
}

/* The first code along the ray. */
static struct sighting look_along(const struct ray *ray, double px_mm)
{
    struct sighting none = { PATCH_NONE, 0 };
    double runs[RUNS] = { quiet_mm }; /* the edge itself is quiet enough */
    bool black = false;
    int since = 0;
    for (int at = 0; at <= ray->length; at++) {
        bool now = at < ray->length ? is_black(ray, at) : !black;
        if (now == black)
            continue;
        memmove(runs, runs + 1, (RUNS - 1) * sizeof *runs);
        runs[RUNS - 1] = (at - since) / px_mm;
        enum page_patch patch = black ? PATCH_NONE : pattern(runs);
        if (patch) {
            double bars = 0;
            for (int i = 1; i < RUNS; i++)
                bars += runs[i];
            return (struct sighting){ patch, at / px_mm - bars };
        }
        since = at;
        black = now;
    }
    return none;
}

/* The ray number `i` of an edge: 0 top, 1 bottom, 2 left, 3 right. */
static struct ray ray_of_edge(PIX *bits, int edge, int across, int length)
{
    int width = pixGetWidth(bits), height = pixGetHeight(bits);
    struct ray ray = { .bits = bits, .length = length };
    if (edge < 2) {
        ray.x = across;
        ray.y = edge == 0 ? 0 : height - 1;
        ray.dy = edge == 0 ? 1 : -1;
    } else {
        ray.y = across;
        ray.x = edge == 2 ? 0 : width - 1;
        ray.dx = edge == 2 ? 1 : -1;
    }
    return ray;
}

static enum page_patch along_edge(PIX *bits, int edge, double px_mm)
{
    int side = edge < 2 ? pixGetWidth(bits) : pixGetHeight(bits);
    int depth = edge < 2 ? pixGetHeight(bits) : pixGetWidth(bits);
    int length = (int)(reach_mm * px_mm) < depth ? (int)(reach_mm * px_mm) : depth;
    double step_px = step_mm * px_mm > 1 ? step_mm * px_mm : 1;
    struct sighting last = { PATCH_NONE, 0 };
    int run = 0;
    for (double across = 0; across < side; across += step_px) {
        struct ray ray = ray_of_edge(bits, edge, (int)across, length);
        struct sighting seen = look_along(&ray, px_mm);
        /* Beyond the middle it belongs to the other edge, and reads the other way. */
        if (seen.at_mm * px_mm > depth / 2.0)
            seen.patch = PATCH_NONE;
        bool goes_on = seen.patch && seen.patch == last.patch &&
                       fabs(seen.at_mm - last.at_mm) <= drift_mm;
        run = goes_on ? run + 1 : seen.patch ? 1 : 0;
        if (run >= SIGHTINGS_MIN)
            return seen.patch;
        last = seen;
    }
    return PATCH_NONE;
}

enum page_patch page_find_patch(PIX *bits, double dpi)
{
    enum page_patch patch = PATCH_NONE;
    for (int edge = 0; edge < 4 && !patch; edge++)
        patch = along_edge(bits, edge, dpi / 25.4);
    return patch;
}

/* First the sums of rows and columns are laid over each other: that gives the shift, and
 * tells nearly all pairs of pages apart. Then each place that has ink on one of the two
 * is searched for on the other near by, with no more freedom than a feeder takes, and the
 * least difference must be small against the ink. Both are blurred for that by a square:
 * half a square of shift would otherwise look like other strokes. Measured on court pages
 * fed again with 2 degrees and 5 mm of play, 0.3 % of stretch and noise: no place over
 * 0.30; with three characters exchanged by others: one place or more over 0.34. */
#include "station/page/sight.h"

#include "station/page/pix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP = 4,        /* pixels of a square: one word of an 8-bit picture */
    BLOCK_INK = 10,  /* mean ink of a block to be compared at all */
    INK_BLOCKS = 12, /* fewer blocks with ink: too little to say */
};

static const double shift_mm = 15, block_mm = 6, near_mm = 1.2;
static const double profile_part = 0.2; /* of all ink may stand elsewhere, by its sums */
static const double block_part = 0.32;  /* of a block's ink */
static const double clear_part = 0.2;   /* no need to look for a better place */

struct sight {
    int width, height;
    double square_mm;
    const uint8_t *at;
};

static void put_16(char *at, unsigned value)
{
    at[0] = (char)(value >> 8);
    at[1] = (char)value;
}

static unsigned get_16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static bool sight_read(struct bytes bytes, struct sight *ret)
{
    if (bytes.len < SIGHT_HEAD)
        return false;
    unsigned width = get_16(bytes.at), height = get_16(bytes.at + 2);
    unsigned per_100_in = get_16(bytes.at + 4);
    if (!width || !height || width > SIGHT_SIDE_MAX || height > SIGHT_SIDE_MAX ||
        per_100_in < 1000 || bytes.len != SIGHT_HEAD + (size_t)width * height)
        return false;
    *ret = (struct sight){ (int)width, (int)height, 2540.0 / per_100_in,
                           bytes.at + SIGHT_HEAD };
    return true;
}

/* Mean ink of squares of 4 x 4 pixels: each word is four pixels beside each other. */
static PIX *shrink(PIX *even)
{
    l_int32 width = pixGetWidth(even) / STEP, height = pixGetHeight(even) / STEP;
    size_t words = (size_t)pixGetWpl(even);
    PIX *small = pixCreate(width, height, 8);
    for (l_int32 y = 0; small && y < height; y++) {
        const l_uint32 *from = pixGetData(even) + (size_t)y * STEP * words;
        l_uint32 *to = pixGetData(small) + (size_t)y * (size_t)pixGetWpl(small);
        for (l_int32 x = 0; x < width; x++) {
            uint32_t pairs = 0;
            for (size_t row = 0; row < STEP; row++) {
                uint32_t four = from[row * words + (size_t)x];
                pairs += (four & 0x00ff00ff) + (four >> 8 & 0x00ff00ff);
            }
            uint32_t sum = (pairs & 0xffff) + (pairs >> 16);
            SET_DATA_BYTE(to, x, (l_uint8)(sum / (STEP * STEP)));
        }
    }
    return small;
}

enum rc page_sight(PIX *even, double dpi, double turn_deg, char **ret_sight,
                   size_t *ret_len, struct fault *why)
{
    *ret_sight = NULL;
    *ret_len = 0;
    if (dpi < SIGHT_DPI_LEAST || pixGetWidth(even) < STEP || pixGetHeight(even) < STEP ||
        pixGetWidth(even) > SIGHT_SIDE_MAX * STEP ||
        pixGetHeight(even) > SIGHT_SIDE_MAX * STEP)
        return RC_OK;
    SCOPED_PIX small = shrink(even);
    SCOPED_PIX level = NULL;
    if (small && turn_deg != 0)
        level = pixRotate(small, (l_float32)(turn_deg * M_PI / 180), L_ROTATE_AREA_MAP,
                          L_BRING_IN_WHITE, 0, 0);
    else
        level = pixClone(small);
    if (!level)
        return pix_no_memory(why);
    size_t width = (size_t)pixGetWidth(level), height = (size_t)pixGetHeight(level);
    char *sight = malloc(SIGHT_HEAD + width * height);
    if (!sight)
        return pix_no_memory(why);
    put_16(sight, (unsigned)width);
    put_16(sight + 2, (unsigned)height);
    put_16(sight + 4, (unsigned)lround(dpi * 100 / STEP));
    put_16(sight + 6, 0);
    uint8_t *to = (uint8_t *)sight + SIGHT_HEAD;
    for (size_t y = 0; y < height; y++) {
        l_uint32 *line = pixGetData(level) + y * (size_t)pixGetWpl(level);
        for (size_t x = 0; x < width; x++)
            *to++ = (uint8_t)(255 - GET_DATA_BYTE(line, x));
    }
    *ret_sight = sight;
    *ret_len = SIGHT_HEAD + width * height;
    return RC_OK;
}

/* Sums of ink of each row and each column. */
struct profile {
    uint32_t rows[SIGHT_SIDE_MAX], columns[SIGHT_SIDE_MAX];
    uint64_t all;
};

static void sum_up(const struct sight *sight, struct profile *profile)
{
    memset(profile, 0, sizeof *profile);
    const uint8_t *at = sight->at;
    for (int y = 0; y < sight->height; y++)
        for (int x = 0; x < sight->width; x++, at++) {
            profile->rows[y] += *at;
            profile->columns[x] += *at;
        }
    for (int y = 0; y < sight->height; y++)
        profile->all += profile->rows[y];
}

/* The shift of `b` against `a` at which their sums differ least. */
static int best_shift(const uint32_t *a, int a_len, const uint32_t *b, int b_len,
                      int most, uint64_t *ret_differ)
{
    int best = 0;
    *ret_differ = UINT64_MAX;
    for (int shift = -most; shift <= most; shift++) {
        uint64_t differ = 0;
        int from = shift < 0 ? shift : 0,
            to = a_len > b_len + shift ? a_len : b_len + shift;
        for (int i = from; i < to && differ < *ret_differ; i++) {
            int64_t one = i >= 0 && i < a_len ? a[i] : 0;
            int64_t other = i - shift >= 0 && i - shift < b_len ? b[i - shift] : 0;
            differ += (uint64_t)llabs(one - other);
        }
        if (differ < *ret_differ) {
            *ret_differ = differ;
            best = shift;
        }
    }
    return best;
}

static int ink_at(const struct sight *sight, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < sight->width && y < sight->height;
    return inside ? sight->at[(size_t)y * (size_t)sight->width + (size_t)x] : 0;
}

/* What differs in the block at x, y of `a` when `b` is moved by dx, dy, as a part of
 * their ink. */
static double block_differs(const struct sight *a, const struct sight *b, int side, int x,
                            int y, int dx, int dy)
{
    int differ = 0, ink = 1;
    for (int v = y; v < y + side; v++)
        for (int u = x; u < x + side; u++) {
            int one = ink_at(a, u, v), other = ink_at(b, u - dx, v - dy);
            differ += abs(one - other);
            ink += one + other;
        }
    return (double)differ / ink;
}

/* The best that can be done with the block by moving it about a little. */
static double least_differs(const struct sight *a, const struct sight *b, int side, int x,
                            int y, int dx, int dy)
{
    int near = (int)lround(near_mm / a->square_mm);
    double least = 1;
    for (int v = -near; v <= near && least > clear_part; v++)
        for (int u = -near; u <= near && least > clear_part; u++)
            least = fmin(least, block_differs(a, b, side, x, y, dx + u, dy + v));
    return least;
}

/* Blocks overlap by half, so that a word is whole in one of them. */
static unsigned blocks_differ(const struct sight *a, const struct sight *b, int dx,
                              int dy, unsigned *blocks)
{
    int side = (int)lround(block_mm / a->square_mm);
    unsigned bad = 0;
    for (int y = 0; y + side <= a->height && bad < SIGHT_DIFFERENT; y += side / 2)
        for (int x = 0; x + side <= a->width; x += side / 2) {
            int ink = 0;
            for (int v = y; v < y + side; v++)
                for (int u = x; u < x + side; u++)
                    ink += a->at[v * a->width + u];
            if (ink < BLOCK_INK * side * side)
                continue;
            ++*blocks;
            bad += least_differs(a, b, side, x, y, dx, dy) > block_part;
        }
    return bad;
}

/* Each square gets a quarter of its own ink, an eighth of those beside, a sixteenth of
 * those at its corners. The caller frees *ret_squares. */
static struct sight blurred(const struct sight *sight, uint8_t **ret_squares)
{
    struct sight made = *sight;
    uint8_t *to = malloc((size_t)sight->width * (size_t)sight->height);
    made.at = *ret_squares = to;
    for (int y = 0; to && y < sight->height; y++)
        for (int x = 0; x < sight->width; x++) {
            int sum = 0;
            for (int v = -1; v <= 1; v++)
                for (int u = -1; u <= 1; u++)
                    sum += ink_at(sight, x + u, y + v) * (u ? 1 : 2) * (v ? 1 : 2);
            *to++ = (uint8_t)(sum / 16);
        }
    return made;
}

static unsigned places_differ(const struct sight *a, const struct sight *b, int dx,
                              int dy)
{
    SCOPED(free_at) uint8_t *one = NULL;
    SCOPED(free_at) uint8_t *other = NULL;
    struct sight soft_a = blurred(a, &one), soft_b = blurred(b, &other);
    unsigned blocks = 0;
    if (!one || !other)
        return SIGHT_DIFFERENT;
    unsigned bad = blocks_differ(&soft_a, &soft_b, dx, dy, &blocks);
    bad += blocks_differ(&soft_b, &soft_a, -dx, -dy, &blocks);
    bool enough = blocks >= 2 * INK_BLOCKS && bad < SIGHT_DIFFERENT;
    return enough ? bad : SIGHT_DIFFERENT;
}

static unsigned differ_as_they_lie(const struct sight *a, const struct sight *b)
{
    SCOPED(free_at) struct profile *sums = malloc(2 * sizeof *sums);
    if (!sums)
        return SIGHT_DIFFERENT;
    sum_up(a, &sums[0]);
    sum_up(b, &sums[1]);
    double most_differ = profile_part * (double)(sums[0].all + sums[1].all);
    uint64_t rows = 0, columns = 0;
    int most = (int)lround(shift_mm / a->square_mm);
    int dy = best_shift(sums[0].rows, a->height, sums[1].rows, b->height, most, &rows);
    if ((double)rows > most_differ)
        return SIGHT_DIFFERENT;
    int dx =
        best_shift(sums[0].columns, a->width, sums[1].columns, b->width, most, &columns);
    if ((double)columns > most_differ)
        return SIGHT_DIFFERENT;
    return places_differ(a, b, dx, dy);
}

unsigned page_sights_differ(struct bytes a, struct bytes b)
{
    struct sight one, other;
    if (!sight_read(a, &one) || !sight_read(b, &other) ||
        fabs(one.square_mm - other.square_mm) > one.square_mm * 0.01)
        return SIGHT_DIFFERENT;
    unsigned as_is = differ_as_they_lie(&one, &other);
    size_t count = (size_t)other.width * (size_t)other.height;
    SCOPED(free_at) uint8_t *turned = as_is ? malloc(count) : NULL;
    if (!turned)
        return as_is;
    for (size_t i = 0; i < count; i++)
        turned[i] = other.at[count - 1 - i];
    other.at = turned;
    unsigned over = differ_as_they_lie(&one, &other);
    return over < as_is ? over : as_is;
}

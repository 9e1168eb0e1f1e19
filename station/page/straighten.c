/* A row of the turned picture comes from rows that lie aslant in the other one,
 * and for some dozen columns on end from the same two: those are worked on eight at once.
 * The result is that of pixRotateAMGray(), in a quarter of its time. */
#include "station/page/straighten.h"

#include "station/page/pix.h"

#include <math.h>
#include <string.h>

enum { STRETCH = 64 };

/* Of columns on end: where each comes from, in whole pixels and sixteenths. */
struct places {
    int32_t x[STRETCH], y[STRETCH];
    uint16_t x16[STRETCH], y16[STRETCH];
};

struct turn {
    const uint8_t *from; /* bytes in the order of the columns */
    size_t stride;
    int width, height;
    float sine, cosine; /* times 16 */
};

static void find_places(const struct turn *turn, int left, int y, struct places *places)
{
    float below = (float)(turn->height / 2 - y);
    float x0 = below * turn->sine, y0 = below * turn->cosine;
    for (int i = 0; i < STRETCH; i++) {
        float column = (float)(left - turn->width / 2 + i);
        int32_t x = (int32_t)(column * turn->cosine - x0);
        int32_t down = (int32_t)(-column * turn->sine - y0);
        places->x[i] = turn->width / 2 + (x >> 4);
        places->y[i] = turn->height / 2 + (down >> 4);
        places->x16[i] = x & 15;
        places->y16[i] = down & 15;
    }
}

/* The mean of four neighbours by how much of each is under the pixel. */
static inline uint8_t mean_of_four(const uint8_t *above, const uint8_t *below,
                                   uint16_t x16, uint16_t y16)
{
    uint16_t upper = (uint16_t)((16 - x16) * above[0] + x16 * above[1]);
    uint16_t lower = (uint16_t)((16 - x16) * below[0] + x16 * below[1]);
    return (uint8_t)((uint16_t)((16 - y16) * upper + y16 * lower + 128) >> 8);
}

/* Eight at once, as vectors of GCC and Clang. */
typedef uint8_t eight_bytes __attribute__((vector_size(8)));
typedef uint16_t eight_words __attribute__((vector_size(16)));

static inline eight_words load_bytes(const uint8_t *at)
{
    eight_bytes bytes;
    memcpy(&bytes, at, sizeof bytes);
    return __builtin_convertvector(bytes, eight_words);
}

static inline eight_words load_words(const uint16_t *at)
{
    eight_words words;
    memcpy(&words, at, sizeof words);
    return words;
}

static inline void turn_eight(const uint8_t *above, const uint8_t *below,
                              const uint16_t *x16_at, const uint16_t *y16_at, uint8_t *to)
{
    eight_words x16 = load_words(x16_at), y16 = load_words(y16_at);
    eight_words upper = (16 - x16) * load_bytes(above) + x16 * load_bytes(above + 1);
    eight_words lower = (16 - x16) * load_bytes(below) + x16 * load_bytes(below + 1);
    eight_words mean = ((16 - y16) * upper + y16 * lower + 128) >> 8;
    eight_bytes bytes = __builtin_convertvector(mean, eight_bytes);
    memcpy(to, &bytes, sizeof bytes);
}

/* `count` columns from `at` on that come from the same two rows, side by side. */
static void turn_run(const struct turn *turn, const struct places *places, int at,
                     int count, uint8_t *to)
{
    int x = places->x[at], y = places->y[at], i = 0;
    if (y < 0 || y >= turn->height - 1)
        return;
    const uint8_t *above = turn->from + (size_t)y * turn->stride;
    const uint8_t *below = above + turn->stride;
    if (x < 0 || x + count >= turn->width) {
        for (; i < count; i++)
            if (x + i >= 0 && x + i < turn->width - 1)
                to[at + i] = mean_of_four(above + x + i, below + x + i,
                                          places->x16[at + i], places->y16[at + i]);
        return;
    }
    for (; i + 8 <= count; i += 8)
        turn_eight(above + x + i, below + x + i, places->x16 + at + i,
                   places->y16 + at + i, to + at + i);
    for (; i < count; i++)
        to[at + i] = mean_of_four(above + x + i, below + x + i, places->x16[at + i],
                                  places->y16[at + i]);
}

static void turn_row(const struct turn *turn, int y, uint8_t *to)
{
    struct places places;
    for (int left = 0; left < turn->width; left += STRETCH) {
        int count = turn->width - left < STRETCH ? turn->width - left : STRETCH;
        find_places(turn, left, y, &places);
        for (int at = 0, end = 0; at < count; at = end) {
            for (end = at + 1; end < count && places.y[end] == places.y[at] &&
                               places.x[end] == places.x[at] + end - at;)
                end++;
            turn_run(turn, &places, at, end - at, to + left);
        }
    }
}

enum rc page_turn(PIX *gray, double turn_deg, PIX **ret_turned, struct fault *why)
{
    static const double least = 0.001; /* radians; two pixels of a page's width */
    float radians = (float)(turn_deg * M_PI / 180);
    if (fabs((double)radians) < least) {
        *ret_turned = pixClone(gray);
        return RC_OK;
    }
    SCOPED_PIX framed = pixEmbedForRotation(gray, radians, L_BRING_IN_WHITE,
                                            pixGetWidth(gray), pixGetHeight(gray));
    SCOPED_PIX plain = framed ? pixEndianByteSwapNew(framed) : NULL;
    SCOPED_PIX turned = plain ? pixCreateTemplateNoInit(plain) : NULL;
    if (!turned)
        return pix_no_memory(why);
    pixSetAll(turned); /* white, where nothing comes from */
    struct turn turn = { (const uint8_t *)pixGetData(plain),
                         (size_t)pixGetWpl(plain) * 4,
                         pixGetWidth(plain),
                         pixGetHeight(plain),
                         (float)(16 * sin((double)radians)),
                         (float)(16 * cos((double)radians)) };
    for (int y = 0; y < turn.height; y++)
        turn_row(&turn, y, (uint8_t *)pixGetData(turned) + (size_t)y * turn.stride);
    pixEndianByteSwap(turned);
    pixSetPadBits(turned, 0);
    *ret_turned = TAKE(turned);
    return RC_OK;
}

/* Turning gives the bytes that Leptonica's own function gives; and the end that is up by
 * the ragged edge, whichever way the paragraphs lie. */
#include "check.h"

#include "station/page/layout.h"
#include "station/page/straighten.h"

#include <math.h>

enum { DPI = 188, WIDE = 1550, HIGH = 2193 };

static PIX *noise(int width, int height)
{
    PIX *pix = pixCreate(width, height, 8);
    uint32_t seed = 20261128;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            seed = seed * 1664525 + 1013904223;
            pixSetPixel(pix, x, y, seed >> 24);
        }
    return pix;
}

TEST(page_turn, gives_the_bytes_of_the_library_at_every_angle)
{
    static const double degrees[] = { 0.06, -0.3, 0.51, 1.7, -2.4, 7, -15, 19.9 };
    static const int widths[] = { 640, 641, 643, 127, 66 };
    for (size_t i = 0; i < COUNT(degrees); i++)
        for (size_t k = 0; k < COUNT(widths); k++) {
            PIX *pix = noise(widths[k], 311), *turned = NULL;
            l_int32 same = 0;
            PIX *expected =
                pixRotate(pix, (l_float32)(degrees[i] * M_PI / 180), L_ROTATE_AREA_MAP,
                          L_BRING_IN_WHITE, widths[k], 311);
            CHECK_OK(page_turn(pix, degrees[i], &turned, NULL));
            CHECK_INT(pixGetWidth(expected), pixGetWidth(turned));
            pixEqual(expected, turned, &same);
            CHECK(same);
            pixDestroy(&pix);
            pixDestroy(&turned);
            pixDestroy(&expected);
        }
}

TEST(page_turn, leaves_a_level_picture_alone)
{
    PIX *pix = noise(100, 100), *turned = NULL;
    CHECK_OK(page_turn(pix, 0, &turned, NULL));
    CHECK(turned == pix);
    pixDestroy(&turned);
    pixDestroy(&pix);
}

/* Paragraphs of three rows: the first indented by two characters, the last short. */
static PIX *paragraphs(bool ragged)
{
    PIX *bits = pixCreate(WIDE, HIGH, 1);
    for (int row = 0; row < 24; row++)
        for (int x = 200 + (row % 3 ? 0 : 84);
             x < 1350 - (ragged && row % 3 == 2 ? 500 : 0); x += 42) {
            BOX *box = boxCreate(x, 200 + row * 75, 34, 38);
            pixSetInRect(bits, box);
            boxDestroy(&box);
        }
    return bits;
}

static bool ends_ragged(PIX *bits)
{
    bool ragged = false;
    CHECK_OK(page_ends_ragged(bits, DPI, &ragged, NULL));
    return ragged;
}

TEST(page_ends_ragged, sees_paragraphs_only_upright)
{
    PIX *bits = paragraphs(true);
    CHECK(ends_ragged(bits));
    pixRotate180(bits, bits);
    CHECK(!ends_ragged(bits));
    pixDestroy(&bits);
}

TEST(page_ends_ragged, says_nothing_of_even_edges_and_empty_pages)
{
    PIX *bits = paragraphs(false);
    CHECK(!ends_ragged(bits));
    pixClearAll(bits);
    CHECK(!ends_ragged(bits));
    pixDestroy(&bits);
}

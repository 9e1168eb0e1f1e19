/* Four pixels at a time say the same as one after the other. */
#include "check.h"

#include "station/page/bits.h"
#include "station/page/pix.h"

/* Every level beside every other, at a width that ends inside a word. */
static PIX *noise(l_int32 width, unsigned seed)
{
    PIX *gray = pixCreate(width, 64, 8);
    CHECK(gray != NULL);
    for (l_int32 y = 0; y < 64; y++)
        for (l_int32 x = 0; x < width; x++) {
            seed = seed * 1103515245u + 12345u;
            pixSetPixel(gray, x, y, seed >> 16 & 255);
        }
    return gray;
}

TEST(bits_darker, is_leptonicas_threshold_at_every_level_and_width)
{
    for (l_int32 width = 1; width < 70; width++) {
        SCOPED_PIX gray = noise(width, (unsigned)width);
        for (unsigned below = 128; below < 256; below += width % 4 ? 17 : 1) {
            SCOPED_PIX ours = bits_darker(gray, below);
            SCOPED_PIX theirs = pixThresholdToBinary(gray, (l_int32)below);
            l_int32 same = 0;
            CHECK_INT(0, pixEqual(ours, theirs, &same));
            CHECK_INT(1, same);
        }
    }
}

TEST(bits_all_at_least, asks_each_of_the_four)
{
    for (unsigned level = 128; level < 256; level++) {
        uint32_t four = level * 0x01010101u;
        CHECK(bits_all_at_least(four, level));
        for (int shift = 0; shift < 32; shift += 8)
            CHECK(!bits_all_at_least(four - (1u << shift), level));
    }
    CHECK(bits_all_at_least(0xffffffffu, 255));
    CHECK(!bits_all_at_least(0x7fffffffu, 128));
}

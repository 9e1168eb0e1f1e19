/* A word of leptonica's has its first pixel in its highest byte, and a word of the result
 * its first pixel in the highest bit: so eight words become one, from the top down. */
#include "station/page/bits.h"

enum { GRAY_IN_WORD = 4, WORDS_IN_ONE = 8 };

/* The four top bits of the bytes, side by side. */
static inline uint32_t nibble(uint32_t tops)
{
    return (tops >> 28 & 8) | (tops >> 21 & 4) | (tops >> 14 & 2) | (tops >> 7 & 1);
}

PIX *bits_darker(PIX *gray, unsigned below)
{
    l_int32 width = pixGetWidth(gray), height = pixGetHeight(gray);
    PIX *bits = pixCreate(width, height, 1);
    if (!bits)
        return NULL;
    pixCopyResolution(bits, gray);
    size_t from_step = (size_t)pixGetWpl(gray), to_step = (size_t)pixGetWpl(bits);
    size_t words = (size_t)(width + GRAY_IN_WORD - 1) / GRAY_IN_WORD;
    for (l_int32 y = 0; y < height; y++) {
        const uint32_t *from = pixGetData(gray) + (size_t)y * from_step;
        uint32_t *to = pixGetData(bits) + (size_t)y * to_step;
        for (size_t w = 0; w < words; w++) {
            uint32_t dark = bits_at_least(from[w], below) ^ 0x80808080u;
            if (dark)
                to[w / WORDS_IN_ONE] |= nibble(dark)
                                        << (28 - GRAY_IN_WORD * (w % WORDS_IN_ONE));
        }
    }
    pixSetPadBits(bits, 0);
    return bits;
}

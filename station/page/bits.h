/* Eight bits a pixel, four pixels at a time. */
#ifndef STATION_PAGE_BITS_H
#define STATION_PAGE_BITS_H

#include <allheaders.h>
#include <stdbool.h>

/* Of the four levels in a word: its top bits say which are at least `level`, which is
 * 128..255. */
static inline uint32_t bits_at_least(uint32_t four, unsigned level)
{
    uint32_t lacking = (256 - level) * 0x01010101u;
    return ((four & 0x7f7f7f7fu) + lacking) & four & 0x80808080u;
}

/* True when all four are. */
static inline bool bits_all_at_least(uint32_t four, unsigned level)
{
    return bits_at_least(four, level) == 0x80808080u;
}

/* 1 bit a pixel, black where `gray` is darker than `below` (128..255). The caller owns
 * it; NULL when there is no memory. */
PIX *bits_darker(PIX *gray, unsigned below);

#endif

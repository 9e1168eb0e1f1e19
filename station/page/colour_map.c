/* Holes are filled by halving: a place of the half map is the mean of the measured ones
 * among its four, the half map is filled in the same way, and what is still a hole takes
 * a blend of the half map's nearest places. Large holes so become smooth at once. */
#include "station/page/colour_map.h"

#include "station/page/pix.h"

#include <string.h>

enum { WHITE = 255 };

enum rc colour_map_new(uint32_t width, uint32_t height, struct colour_map *ret_map,
                       struct fault *why)
{
    struct colour_map map = { .width = width, .height = height };
    size_t places = (size_t)width * height;
    map.rgb = malloc(places * 3 + 1);
    map.known = calloc(places + 1, 1);
    if (!map.rgb || !map.known) {
        colour_map_free(&map);
        return pix_no_memory(why);
    }
    memset(map.rgb, WHITE, places * 3);
    *ret_map = map;
    return RC_OK;
}

void colour_map_free(struct colour_map *map)
{
    free(map->rgb);
    free(map->known);
    *map = (struct colour_map){ 0 };
}

/* The mean of the measured places among four. */
static void halve(const struct colour_map *map, struct colour_map *half)
{
    for (uint32_t y = 0; y < half->height; y++)
        for (uint32_t x = 0; x < half->width; x++) {
            unsigned sum[3] = { 0 }, count = 0;
            for (uint32_t i = 0; i < 4; i++) {
                uint32_t u = x * 2 + (i & 1), v = y * 2 + (i >> 1);
                size_t at = (size_t)v * map->width + u;
                if (u >= map->width || v >= map->height || !map->known[at])
                    continue;
                for (int c = 0; c < 3; c++)
                    sum[c] += map->rgb[at * 3 + (size_t)c];
                count++;
            }
            size_t to = (size_t)y * half->width + x;
            half->known[to] = count > 0;
            for (size_t c = 0; count && c < 3; c++)
                half->rgb[to * 3 + c] = (uint8_t)((sum[c] + count / 2) / count);
        }
}

/* Holes of `map` from the filled map of half its size. */
static void take_from_half(struct colour_map *map, const struct colour_map *half)
{
    for (uint32_t y = 0; y < map->height; y++)
        for (uint32_t x = 0; x < map->width; x++) {
            size_t at = (size_t)y * map->width + x;
            if (map->known[at])
                continue;
            uint32_t u = x / 2, v = y / 2;
            uint32_t beside = x % 2 ? u + 1 : u - (u > 0);
            uint32_t below = y % 2 ? v + 1 : v - (v > 0);
            beside = beside < half->width ? beside : u;
            below = below < half->height ? below : v;
            const uint8_t *a = half->rgb + ((size_t)v * half->width + u) * 3;
            const uint8_t *b = half->rgb + ((size_t)v * half->width + beside) * 3;
            const uint8_t *c = half->rgb + ((size_t)below * half->width + u) * 3;
            const uint8_t *d = half->rgb + ((size_t)below * half->width + beside) * 3;
            for (size_t i = 0; i < 3; i++)
                map->rgb[at * 3 + i] =
                    (uint8_t)((9 * a[i] + 3 * b[i] + 3 * c[i] + d[i] + 8) / 16);
        }
}

enum rc colour_map_fill(struct colour_map *map, struct fault *why)
{
    size_t places = (size_t)map->width * map->height;
    if (places <= 1 || !memchr(map->known, 0, places))
        return RC_OK;
    SCOPED(colour_map_free) struct colour_map half = { 0 };
    enum rc rc = colour_map_new((map->width + 1) / 2, (map->height + 1) / 2, &half, why);
    if (rc)
        return rc;
    halve(map, &half);
    rc = colour_map_fill(&half, why);
    if (!rc)
        take_from_half(map, &half);
    return rc;
}

void colour_map_line(const struct colour_map *map, uint32_t step, uint32_t y,
                     uint32_t width, uint8_t *ret_rgb)
{
    /* middles of places lie at half a step: in steps of 1/256 */
    const int32_t pace = 256 / (int32_t)step, first = pace / 2 - 128;
    int32_t down = first + (int32_t)y * pace, last = (int32_t)map->height - 1;
    int32_t upper = down < 0 ? 0 : down >> 8, part = down < 0 ? 0 : down & 255;
    upper = upper > last ? last : upper;
    int32_t lower = upper < last ? upper + 1 : last;
    const uint8_t *a = map->rgb + (size_t)upper * map->width * 3;
    const uint8_t *b = map->rgb + (size_t)lower * map->width * 3;
    size_t most = (size_t)map->width - 1;
    int32_t along = first;
    for (uint32_t x = 0; x < width; x++, along += pace) {
        size_t left = along < 0 ? 0 : (size_t)(along >> 8);
        int32_t rest = along < 0 ? 0 : along & 255;
        left = left < most ? left : most;
        size_t right = left < most ? left + 1 : most;
        for (size_t c = 0; c < 3; c++) {
            int32_t top = a[left * 3 + c] * (256 - rest) + a[right * 3 + c] * rest;
            int32_t foot = b[left * 3 + c] * (256 - rest) + b[right * 3 + c] * rest;
            *ret_rgb++ = (uint8_t)((top * (256 - part) + foot * part + 32768) >> 16);
        }
    }
}

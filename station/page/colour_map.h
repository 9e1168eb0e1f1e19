/* Coarse maps of colour over a page, with holes where nothing could be measured: the
 * paper under the ink, the ink beside the paper. A hole is filled from what lies around
 * it, so that a map has no edge of its own where the measured places end. */
#ifndef STATION_PAGE_COLOUR_MAP_H
#define STATION_PAGE_COLOUR_MAP_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* Red, green and blue of each place, left to right and top to bottom. */
struct colour_map {
    uint32_t width, height;
    uint8_t *rgb;   /* owned: 3 bytes a place */
    uint8_t *known; /* owned: 0 a hole, else measured */
};

/* All holes, white. Ended by colour_map_free(). */
MUST_USE enum rc colour_map_new(uint32_t width, uint32_t height,
                                struct colour_map *ret_map, struct fault *why);
void colour_map_free(struct colour_map *map); /* accepts an empty one; leaves it empty */

/* Fill every hole. A map of holes alone becomes white. */
MUST_USE enum rc colour_map_fill(struct colour_map *map, struct fault *why);

/* One line of the map as a picture `step` times as large would have it, blended between
 * the middles of the places. `step` is a power of two up to 256; `y` and `width` count
 * pixels of that picture. */
void colour_map_line(const struct colour_map *map, uint32_t step, uint32_t y,
                     uint32_t width, uint8_t *ret_rgb);

/* How light the eye finds a colour, 0..255: the luminance of JPEG. */
static inline unsigned colour_light(const uint8_t *rgb)
{
    return (rgb[0] * 77u + rgb[1] * 150u + rgb[2] * 29u + 128) >> 8;
}

#endif

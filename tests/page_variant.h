/* Other captures of a shipped page, made in memory: askew, stretched, noisy, faint, on a
 * black lid. All from a seed, so that a test sees the same pictures on every machine. */
#ifndef TESTS_PAGE_VARIANT_H
#define TESTS_PAGE_VARIANT_H

#include "record/jpeg.h"
#include "station/page/pix.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static uint64_t variant_seed = 1;

/* 0 to 1. A generator of 64 bits, multiply and add, of which the upper bits are taken. */
static inline double variant_chance(void)
{
    variant_seed = variant_seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(variant_seed >> 33) / (double)(1u << 31);
}

static inline double variant_between(double least, double most)
{
    return least + variant_chance() * (most - least);
}

static inline uint32_t variant_gray(unsigned level)
{
    return level << 24 | level << 16 | level << 8;
}

static inline void variant_limit(int *level)
{
    *level = *level < 0 ? 0 : *level > 255 ? 255 : *level;
}

/* Each channel of each pixel times `gain`, plus `add`, plus noise of up to `noise` either
 * way. Changes `pix` (32 bits) itself. */
static inline void variant_levels(PIX *pix, double gain, double add, double noise)
{
    for (l_int32 y = 0; y < pixGetHeight(pix); y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        for (l_int32 x = 0; x < pixGetWidth(pix); x++) {
            int off =
                (int)lround(add + noise * (variant_chance() + variant_chance() - 1));
            uint32_t out = 0;
            for (int shift = 24; shift > 0; shift -= 8) {
                int level = (int)((line[x] >> shift & 255) * gain) + off;
                variant_limit(&level);
                out |= (uint32_t)level << shift;
            }
            line[x] = out;
        }
    }
}

/* Turned clockwise about the centre, in the same frame; what comes in has this level. */
static inline PIX *variant_turn(PIX *pix, double turn_deg, unsigned level)
{
    PIX *turned = pixCreate(pixGetWidth(pix), pixGetHeight(pix), 32);
    PIX *large = pixAddBorderGeneral(pix, 400, 400, 400, 400, variant_gray(level));
    PIX *whole = pixRotate(large, (l_float32)(turn_deg * acos(-1) / 180),
                           L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
    pixRasterop(turned, 0, 0, pixGetWidth(pix), pixGetHeight(pix), PIX_SRC, whole,
                (pixGetWidth(whole) - pixGetWidth(pix)) / 2,
                (pixGetHeight(whole) - pixGetHeight(pix)) / 2);
    pixDestroy(&large);
    pixDestroy(&whole);
    return turned;
}

/* The same sheet through a feeder again: up to 2 degrees, 5 mm and 0.3 % off, noise. */
static inline PIX *variant_fed_again(PIX *pix, double dpi)
{
    double mm = dpi / 25.4;
    PIX *turned = variant_turn(pix, variant_between(-2, 2), 250);
    PIX *stretched = pixScale(turned, (l_float32)variant_between(0.999, 1.001),
                              (l_float32)variant_between(0.997, 1.003));
    PIX *placed = pixCreate(pixGetWidth(pix), pixGetHeight(pix), 32);
    pixSetAllArbitrary(placed, variant_gray(250));
    pixRasterop(placed, (l_int32)(variant_between(-3, 3) * mm),
                (l_int32)(variant_between(-5, 5) * mm), pixGetWidth(stretched),
                pixGetHeight(stretched), PIX_SRC, stretched, 0, 0);
    variant_levels(placed, variant_between(0.95, 1), 0, 12);
    pixDestroy(&turned);
    pixDestroy(&stretched);
    return placed;
}

/* On a lid of this level that shows `mm` on each side. */
static inline PIX *variant_on_lid(PIX *pix, double dpi, double mm, unsigned level)
{
    l_int32 px = (l_int32)lround(mm * dpi / 25.4);
    return pixAddBorderGeneral(pix, px, px, px, px, variant_gray(level));
}

/* As a JPEG file of this resolution; the caller frees *ret_data. */
static inline struct bytes variant_jpeg(PIX *pix, uint32_t dpi, uint8_t quality)
{
    size_t width = (size_t)pixGetWidth(pix), height = (size_t)pixGetHeight(pix), len = 0;
    uint8_t channels = pixGetDepth(pix) == 32 ? 3 : 1;
    uint8_t *rows = malloc(width * height * channels), *at = rows, *data = NULL;
    for (size_t y = 0; rows && y < height; y++) {
        l_uint32 *line = pixGetData(pix) + y * (size_t)pixGetWpl(pix);
        for (size_t x = 0; x < width; x++) {
            if (channels == 1) {
                *at++ = GET_DATA_BYTE(line, x);
                continue;
            }
            *at++ = (uint8_t)(line[x] >> 24);
            *at++ = (uint8_t)(line[x] >> 16);
            *at++ = (uint8_t)(line[x] >> 8);
        }
    }
    struct jpeg_raster raster = { rows, (uint32_t)width, (uint32_t)height,
                                  width * channels, channels };
    struct jpeg_encode_how how = { (uint16_t)dpi, quality };
    if (!rows || jpeg_encode(&raster, &how, &data, &len, NULL))
        abort();
    free(rows);
    return (struct bytes){ data, len };
}

#endif

/* Signed images for the rack on the bench (firmware_hal.h), and its bootloader's key: the
 * first of RFC 8032, section 7.1. */
#ifndef TESTS_FIRMWARE_IMAGES_H
#define TESTS_FIRMWARE_IMAGES_H

#include "drivers/rack/rack_sign.h"
#include "firmware/hal/hal_bootloader.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t image_seed[ED25519_SEED] = {
    0x9D, 0x61, 0xB1, 0x9D, 0xEF, 0xFD, 0x5A, 0x60, 0xBA, 0x84, 0x4A,
    0xF4, 0x92, 0xEC, 0x2C, 0xC4, 0x44, 0x49, 0xC5, 0x69, 0x7B, 0x32,
    0x69, 0x19, 0x70, 0x3B, 0xAC, 0x03, 0x1C, 0xAE, 0x7F, 0x60,
};

const uint8_t boot_keys[][ED25519_KEY_LEN] = {
    { 0 }, /* another key that is believed: none knows its secret */
    { 0xD7, 0x5A, 0x98, 0x01, 0x82, 0xB1, 0x0A, 0xB7, 0xD5, 0x4B, 0xFE,
      0xD3, 0xC9, 0x64, 0x07, 0x3A, 0x0E, 0xE1, 0x72, 0xF3, 0xDA, 0xA6,
      0x23, 0x25, 0xAF, 0x02, 0x1A, 0x68, 0xF7, 0x07, 0x51, 0x1A },
};
const unsigned boot_key_count = COUNT(boot_keys);

enum { IMAGE_BOARD = 77 };

struct image_file {
    uint8_t *at;
    size_t len;
    uint64_t id;
};

/* A body of `len` bytes that begin with `number`. The caller frees it. */
static __attribute__((unused)) struct image_file image_make(uint8_t number, size_t len,
                                                            uint16_t board,
                                                            uint16_t security,
                                                            const uint8_t *seed)
{
    const struct rack_image about = {
        .board = board, .security = security, .major = 1, .minor = number
    };
    struct image_file file = { NULL, 0, 0 };
    uint8_t *body = malloc(len);
    if (!body)
        abort();
    for (size_t i = 0; i < len; i++)
        body[i] = (uint8_t)(number + i * (2u * number + 1u) + i / 251u);
    if (rack_sign((struct bytes){ body, len }, &about, seed, &file.at, &file.len, NULL))
        abort();
    free(body);
    file.id = rack_image_id(file.at + RACK_IMAGE_SIGNATURE_AT);
    return file;
}

static __attribute__((unused)) uint32_t image_place(enum hal_area area,
                                                    const struct image_file *file)
{
    memset(bench_flash[area], 0xFF, RACK_IMAGE_AREA);
    memcpy(bench_flash[area], file->at, file->len);
    return (uint32_t)file->len;
}

#endif

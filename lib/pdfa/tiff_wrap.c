/* Head, directory, three sample depths, then the strip. Little-endian. */
#include "pdfa/tiff_wrap.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHORT = 3,
    LONG = 4,
    TAGS = 9,
    HEAD = 8,
    DEPTHS = HEAD + 2 + TAGS * 12 + 4, /* where they lie */
    STRIP = DEPTHS + 6,
    PACKED_G4 = 4,
    PACKED_DEFLATE = 8,
    WHITE_IS_0 = 0,
    BLACK_IS_0 = 1,
    IS_RGB = 2,
};

static void put(uint8_t *at, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

enum rc tiff_wrap(const struct form_picture *picture, struct bytes data,
                  uint8_t **ret_file, size_t *ret_len)
{
    bool rgb = picture->coding == PDFA_RGB;
    bool bits = picture->coding == PDFA_G4 || picture->coding == PDFA_BITS;
    uint32_t depth = bits ? 1 : 8;
    const struct {
        uint16_t tag, type;
        uint32_t count, value;
    } tags[TAGS] = {
        { 256, LONG, 1, picture->width_px },
        { 257, LONG, 1, picture->height_px },
        { 258, SHORT, rgb ? 3 : 1, rgb ? DEPTHS : depth },
        { 259, SHORT, 1, picture->coding == PDFA_G4 ? PACKED_G4 : PACKED_DEFLATE },
        { 262, SHORT, 1,
          bits  ? WHITE_IS_0
          : rgb ? IS_RGB
                : BLACK_IS_0 },
        { 273, LONG, 1, STRIP },
        { 277, SHORT, 1, rgb ? 3 : 1 },
        { 278, LONG, 1, picture->height_px },
        { 279, LONG, 1, (uint32_t)data.len },
    };
    uint8_t *file = data.len > UINT32_MAX - STRIP ? NULL : malloc(STRIP + data.len);
    if (!file)
        return RC_NO_MEMORY;
    memcpy(file, "II*\0", 4);
    put(file + 4, HEAD, 4);
    put(file + HEAD, TAGS, 2);
    for (size_t i = 0; i < TAGS; i++) {
        uint8_t *at = file + HEAD + 2 + 12 * i;
        put(at, tags[i].tag, 2);
        put(at + 2, tags[i].type, 2);
        put(at + 4, tags[i].count, 4);
        put(at + 8, tags[i].value, 4);
    }
    put(file + DEPTHS - 4, 0, 4); /* no other picture */
    for (unsigned i = 0; i < 3; i++)
        put(file + DEPTHS + 2 * i, 8, 2);
    memcpy(file + STRIP, data.at, data.len);
    *ret_file = file;
    *ret_len = STRIP + data.len;
    return RC_OK;
}

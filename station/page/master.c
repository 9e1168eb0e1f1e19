/* The file: head, strip, directory, and behind it the values that do not fit into their
 * entries. Everything is little-endian. Names and tables stand in one place each: the tag
 * with its type, in rising order, as TIFF wants it. */
#include "station/page/master.h"

#include "station/page/lzw.h"
#include "station/page/master_xmp.h"
#include "station/page/pix.h"
#include "station/page/tiff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BYTE = 1, ASCII = 2, SHORT = 3, LONG = 4, RATIONAL = 5 };
enum { PACK_G4 = 4, PACK_LZW = 5, PACK_JPEG = 7 };
enum { WHITE_IS_0 = 0, BLACK_IS_0 = 1, RGB = 2, YCBCR = 6 };
enum { ENTRIES_MAX = 32, VALUES_MAX = 16384, HEAD = 8, ENTRY = 12 };

struct strip {
    struct bytes data;
    uint8_t *owned; /* NULL: borrowed from the capture */
    unsigned packing, photometric, samples, bits;
    unsigned across, down; /* of the colour of YCbCr */
};

static void strip_free_at(struct strip *strip)
{
    free(strip->owned);
}

/* The directory in the making. */
struct directory {
    uint8_t entries[ENTRIES_MAX * ENTRY];
    unsigned count;
    uint8_t values[VALUES_MAX];
    uint32_t used;
    uint32_t at; /* of the directory in the file */
};

static void put_le(uint8_t *at, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* One entry; `value` is `len` bytes as they are to stand in the file. Empty texts have no
 * entry. */
static void add(struct directory *d, unsigned tag, unsigned type, uint32_t count,
                const void *value, size_t len)
{
    uint8_t *entry = d->entries + d->count * ENTRY;
    if (!count || d->count == ENTRIES_MAX || d->used + len + 1 > VALUES_MAX)
        return;
    d->count++;
    put_le(entry, tag, 2);
    put_le(entry + 2, type, 2);
    put_le(entry + 4, count, 4);
    if (len <= 4) {
        memset(entry + 8, 0, 4);
        memcpy(entry + 8, value, len);
        return;
    }
    put_le(entry + 8, d->used, 4); /* made absolute in the end, see place_values() */
    memcpy(d->values + d->used, value, len);
    d->used += (uint32_t)(len + len % 2);
}

static void add_number(struct directory *d, unsigned tag, unsigned type, uint32_t value)
{
    uint8_t bytes[4];
    put_le(bytes, value, 4);
    add(d, tag, type, 1, bytes, type == SHORT ? 2 : 4);
}

static void add_text(struct directory *d, unsigned tag, const char *text)
{
    add(d, tag, ASCII, *text ? (uint32_t)strlen(text) + 1 : 0, text, strlen(text) + 1);
}

static void add_rationals(struct directory *d, unsigned tag, const uint32_t *values,
                          unsigned count)
{
    uint8_t bytes[64];
    for (unsigned i = 0; i < count; i++) {
        put_le(bytes + i * 8, values[i], 4);
        put_le(bytes + i * 8 + 4, 1, 4);
    }
    add(d, tag, RATIONAL, count, bytes, count * 8);
}

static void add_shorts(struct directory *d, unsigned tag, unsigned first, unsigned second,
                       unsigned third, unsigned count)
{
    uint8_t bytes[6];
    put_le(bytes, first, 2);
    put_le(bytes + 2, second, 2);
    put_le(bytes + 4, third, 2);
    add(d, tag, SHORT, count, bytes, count * 2u);
}

/* Sampling of the first component, and whether the colours are R G B as they are. The
 * file was walked before: lengths are right up to the frame header. */
static void look_jpeg(struct bytes file, struct strip *strip)
{
    strip->across = strip->down = 1;
    for (size_t at = 2; at + 4 <= file.len && file.at[at] == 0xff;) {
        unsigned marker = file.at[at + 1];
        size_t len = (size_t)file.at[at + 2] << 8 | file.at[at + 3];
        if (marker == 0xff) {
            at++;
            continue;
        }
        if (at + 2 + len > file.len)
            return;
        const uint8_t *body = file.at + at + 4;
        if (marker == 0xee && len >= 14 && !memcmp(body, "Adobe", 5) && !body[11])
            strip->photometric = RGB;
        bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
                     marker != 0xc8 && marker != 0xcc;
        if (frame && len >= 11) {
            strip->across = body[7] >> 4;
            strip->down = body[7] & 15;
            return;
        }
        at += 2 + len;
    }
}

/* Rows without the padding of a Pix, packed. */
static enum rc pack_pixels(PIX *whole, struct strip *strip, struct fault *why)
{
    size_t width = (size_t)pixGetWidth(whole), height = (size_t)pixGetHeight(whole);
    int depth = pixGetDepth(whole);
    size_t row = depth == 1 ? (width + 7) / 8 : depth == 8 ? width : width * 3, len = 0;
    uint8_t *rows = malloc(row * height), *at = rows;
    for (size_t y = 0; rows && y < height; y++) {
        l_uint32 *line = pixGetData(whole) + y * (size_t)pixGetWpl(whole);
        for (size_t x = 0; x < (depth == 32 ? width : row); x++) {
            if (depth != 32) {
                *at++ = GET_DATA_BYTE(line, x);
                continue;
            }
            for (int shift = 24; shift > 0; shift -= 8)
                *at++ = (uint8_t)(line[x] >> shift);
        }
    }
    enum rc rc =
        rows ? lzw_pack((struct bytes){ rows, row * height }, &strip->owned, &len, why)
             : pix_no_memory(why);
    free(rows);
    strip->data = (struct bytes){ strip->owned, len };
    strip->packing = PACK_LZW;
    strip->photometric = depth == 1 ? WHITE_IS_0 : depth == 8 ? BLACK_IS_0 : RGB;
    strip->samples = depth == 32 ? 3 : 1;
    strip->bits = depth == 1 ? 1 : 8;
    return rc;
}

static enum rc make_strip(struct bytes capture, struct picture *picture,
                          struct strip *strip, struct fault *why)
{
    const struct picture_look *look = &picture->look;
    if (look->format == PICTURE_JPEG) {
        strip->data = capture;
        strip->packing = PACK_JPEG;
        strip->samples = look->channels;
        strip->bits = 8;
        strip->photometric = look->channels == 1 ? BLACK_IS_0 : YCBCR;
        look_jpeg(capture, strip);
        return RC_OK;
    }
    if (look->format == PICTURE_TIFF && tiff_g4(capture, look, &strip->data)) {
        strip->packing = PACK_G4;
        strip->photometric = WHITE_IS_0;
        strip->samples = strip->bits = 1;
        return RC_OK;
    }
    return pack_pixels(picture->whole, strip, why);
}

static void date_text(int64_t at_ms, char ret_text[20])
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm when;
    *ret_text = '\0';
    if (at_ms && gmtime_r(&seconds, &when))
        (void)strftime(ret_text, 20, "%Y:%m:%d %H:%M:%S", &when);
}

static void fill(struct directory *d, const struct strip *strip,
                 const struct picture_look *look, uint32_t dpi,
                 const struct page_master *facts, const char *xmp)
{
    static const uint32_t full_range[] = { 0, 255, 128, 255, 128, 255 };
    char date[20];
    date_text(facts->at_ms, date);
    add_number(d, 254, LONG, 0); /* the full picture */
    add_number(d, 256, LONG, look->width_px);
    add_number(d, 257, LONG, look->height_px);
    add_shorts(d, 258, strip->bits, strip->bits, strip->bits, strip->samples);
    add_number(d, 259, SHORT, strip->packing);
    add_number(d, 262, SHORT, strip->photometric);
    add_text(d, 269, facts->document);
    add_text(d, 271, facts->make);
    add_text(d, 272, facts->model);
    add_number(d, 273, LONG, HEAD);
    add_number(d, 274, SHORT, 1); /* as it was captured: top left first */
    add_number(d, 277, SHORT, strip->samples);
    add_number(d, 278, LONG, look->height_px);
    add_number(d, 279, LONG, (uint32_t)strip->data.len);
    add_rationals(d, 282, &dpi, 1);
    add_rationals(d, 283, &dpi, 1);
    add_number(d, 284, SHORT, 1); /* samples of a pixel beside each other */
    if (strip->packing == PACK_G4)
        add_number(d, 293, LONG, 0);
    add_number(d, 296, SHORT, 2); /* inch */
    add_text(d, 305, "Juanku " JUANKU_VERSION);
    add_text(d, 306, date);
    if (strip->photometric == YCBCR) {
        add_shorts(d, 530, strip->across, strip->down, 0, 2);
        add_number(d, 531, SHORT, 1); /* JPEG's colours lie in the middle */
        add_rationals(d, 532, full_range, COUNT(full_range));
    }
    add(d, 700, BYTE, (uint32_t)strlen(xmp), xmp, strlen(xmp));
}

/* Offsets of long values from the start of the file. */
static void place_values(struct directory *d)
{
    static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8 };
    uint32_t values_at = d->at + 2 + d->count * ENTRY + 4;
    for (unsigned i = 0; i < d->count; i++) {
        uint8_t *entry = d->entries + i * ENTRY;
        uint32_t count = entry[4] | (uint32_t)entry[5] << 8 | (uint32_t)entry[6] << 16;
        uint32_t offset = entry[8] | (uint32_t)entry[9] << 8 | (uint32_t)entry[10] << 16;
        if (count * sizes[entry[2]] > 4)
            put_le(entry + 8, values_at + offset, 4);
    }
}

static enum rc join(const struct strip *strip, struct directory *d, char **ret_tiff,
                    size_t *ret_len, struct fault *why)
{
    d->at = (uint32_t)(HEAD + strip->data.len + strip->data.len % 2);
    size_t len = d->at + 2 + (size_t)d->count * ENTRY + 4 + d->used;
    uint8_t *file = calloc(1, len);
    if (!file)
        return pix_no_memory(why);
    place_values(d);
    memcpy(file, "II*", 4);
    put_le(file + 4, d->at, 4);
    memcpy(file + HEAD, strip->data.at, strip->data.len);
    put_le(file + d->at, d->count, 2);
    memcpy(file + d->at + 2, d->entries, (size_t)d->count * ENTRY);
    memcpy(file + d->at + 2 + (size_t)d->count * ENTRY + 4, d->values, d->used);
    *ret_tiff = (char *)file;
    *ret_len = len;
    return RC_OK;
}

enum rc page_master_write(struct bytes capture, struct picture *picture,
                          const struct page_result *result,
                          const struct page_master *facts, char **ret_tiff,
                          size_t *ret_len, struct fault *why)
{
    static const char *const packings[] = {
        [PACK_G4] = "CCITT G4", [PACK_LZW] = "LZW", [PACK_JPEG] = "JPEG"
    };
    char xmp[MASTER_XMP_MAX];
    SCOPED(strip_free_at) struct strip strip = { .owned = NULL };
    enum rc rc = make_strip(capture, picture, &strip, why);
    if (rc)
        return rc;
    if (strip.data.len > INT32_MAX)
        return fault_set(why, RC_INVALID, 0, "图片太大，存不成 TIFF 母版");
    struct directory *d = calloc(1, sizeof *d);
    if (!d)
        return pix_no_memory(why);
    master_xmp(capture, result, facts, packings[strip.packing],
               strip.bits * strip.samples, xmp);
    fill(d, &strip, &picture->look, picture->dpi, facts, xmp);
    rc = join(&strip, d, ret_tiff, ret_len, why);
    free(d);
    return rc;
}

/* Six tables are all that an embedded TrueType font needs (PDF 1.4, section 5.8). The
 * three glyphs (.notdef, wide, narrow) are each a line from corner to corner and back: it
 * encloses nothing, so there is never ink, but it has the box of a character. Without a
 * box MuPDF takes a page's only line of text for nothing and drops it. */
#include "pdfa/glyphless.h"

#include <string.h>

enum { GLYPHS = 3, TABLES = 6, DIRECTORY = 12 + 16 * TABLES, GLYPH_WORDS = 17 };

struct table {
    const char *tag;
    const uint16_t *words; /* big-endian when written */
    size_t count;
};

/* One contour, the box, its last point (3), no code; four points on the curve; then the
 * steps from point to point: right and up to the far corner, there, and back. */
#define GLYPH(wide) \
    1, 0, (uint16_t)-GLYPHLESS_DESCENT_EM, wide, GLYPHLESS_ASCENT_EM, 3, 0, 0x0101, \
        0x0101, 0, wide, 0, (uint16_t) - (wide), (uint16_t)-GLYPHLESS_DESCENT_EM, 1000, \
        0, (uint16_t)-1000
static const uint16_t glyf[GLYPHS * GLYPH_WORDS] = { GLYPH(GLYPHLESS_WIDE_EM),
                                                     GLYPH(GLYPHLESS_WIDE_EM),
                                                     GLYPH(GLYPHLESS_NARROW_EM) };
static const uint16_t head[] = {
    1,
    0,
    1,
    0, /* version 1.0, revision 1.0 */
    0,
    0, /* checkSumAdjustment, filled in below */
    0x5F0F,
    0x3CF5, /* magic */
    0x000B,
    1000, /* flags; units per em */
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, /* created, modified */
    0,
    (uint16_t)-GLYPHLESS_DESCENT_EM,
    GLYPHLESS_WIDE_EM,
    GLYPHLESS_ASCENT_EM,
    0,
    8,
    2,
    0,
    0, /* style, smallest size, direction, short loca, glyf format */
};
static const uint16_t hhea[] = { 1,
                                 0,
                                 GLYPHLESS_ASCENT_EM,
                                 (uint16_t)-GLYPHLESS_DESCENT_EM,
                                 0,
                                 GLYPHLESS_WIDE_EM,
                                 0,
                                 0,
                                 0,
                                 1,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 GLYPHS };
static const uint16_t hmtx[] = { GLYPHLESS_WIDE_EM,   0, GLYPHLESS_WIDE_EM, 0,
                                 GLYPHLESS_NARROW_EM, 0 };
static const uint16_t loca[] = { 0, GLYPH_WORDS, 2 * GLYPH_WORDS, 3 * GLYPH_WORDS };
static const uint16_t maxp[] = { 1, 0, GLYPHS, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };

static const struct table tables[TABLES] = {
    { "glyf", glyf, COUNT(glyf) }, { "head", head, COUNT(head) },
    { "hhea", hhea, COUNT(hhea) }, { "hmtx", hmtx, COUNT(hmtx) },
    { "loca", loca, COUNT(loca) }, { "maxp", maxp, COUNT(maxp) },
};

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xFFFF);
}

static uint32_t sum_of(const uint8_t *at, size_t len) /* len: a multiple of 4 */
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i += 4)
        sum += (uint32_t)at[i] << 24 | (uint32_t)at[i + 1] << 16 |
               (uint32_t)at[i + 2] << 8 | at[i + 3];
    return sum;
}

size_t glyphless_font(uint8_t ret_font[GLYPHLESS_ROOM])
{
    size_t at = DIRECTORY, head_at = 0;
    memset(ret_font, 0, GLYPHLESS_ROOM);
    put32(ret_font, 0x00010000);
    put16(ret_font + 4, TABLES);
    put16(ret_font + 6, 64); /* searchRange: 16 x 4, the power of two below six */
    put16(ret_font + 8, 2);
    put16(ret_font + 10, 16 * TABLES - 64);

    for (size_t i = 0; i < TABLES; i++) {
        const struct table *t = &tables[i];
        uint8_t *entry = ret_font + 12 + 16 * i;
        size_t padded = (2 * t->count + 3) & ~(size_t)3;
        for (size_t w = 0; w < t->count; w++)
            put16(ret_font + at + 2 * w, t->words[w]);
        memcpy(entry, t->tag, 4);
        put32(entry + 4, sum_of(ret_font + at, padded));
        put32(entry + 8, (uint32_t)at);
        put32(entry + 12, (uint32_t)(2 * t->count));
        if (t->words == head)
            head_at = at;
        at += padded;
    }
    put32(ret_font + head_at + 8, 0xB1B0AFBA - sum_of(ret_font, at));
    return at;
}

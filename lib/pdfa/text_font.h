/* One TrueType font file: which characters it has, how wide they are, and a subset of it.
 * The only file that includes HarfBuzz is text_font.c. Private to lib/pdfa. */
#ifndef PDFA_TEXT_FONT_H
#define PDFA_TEXT_FONT_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

struct text_font; /* opaque: made by text_font_open(), ended by text_font_close() */

/* Lengths in thousandths of the size. */
struct text_font_facts {
    double ascent_em, descent_em; /* descent is negative */
    double box_em[4];             /* left, bottom, right, top of all glyphs */
};

MUST_USE enum rc text_font_open(const char *path, struct text_font **ret_font,
                                struct fault *why);
void text_font_close(struct text_font *font); /* accepts NULL */

/* False when the font does not have the character. */
bool text_font_has(const struct text_font *font, uint32_t code, double *ret_width_em);

/* A font file with just these characters, without hinting and layout. ret_glyphs[i] is
 * the glyph of codes[i] in it. The caller frees *ret_file. */
MUST_USE enum rc text_font_subset(const struct text_font *font, const uint32_t *codes,
                                  size_t count, uint16_t *ret_glyphs,
                                  struct text_font_facts *ret_facts, uint8_t **ret_file,
                                  size_t *ret_len, struct fault *why);

#endif

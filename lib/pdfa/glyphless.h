/* The font of the invisible text: TrueType without ink, two characters wide and
 * narrow, so that widths in the PDF are those of the font program. */
#ifndef PDFA_GLYPHLESS_H
#define PDFA_GLYPHLESS_H

#include "core/bytes.h"

enum {
    GLYPHLESS_WIDE = 1, /* glyph numbers */
    GLYPHLESS_NARROW = 2,
    GLYPHLESS_WIDE_EM = 1000, /* advances, in thousandths of the size */
    GLYPHLESS_NARROW_EM = 500,
    GLYPHLESS_ASCENT_EM = 880,
    GLYPHLESS_DESCENT_EM = 120,
    GLYPHLESS_NARROW_END = 0x1100, /* code points below this one are narrow */
    GLYPHLESS_ROOM = 512,
};

/* The font file. Returns its length. */
size_t glyphless_font(uint8_t ret_font[GLYPHLESS_ROOM]);

#endif

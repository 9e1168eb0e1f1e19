/* Labels as vector drawings: Code 128 bars in millimetres, text for people below.
 *
 * Code 128 (ISO/IEC 15417): our labels are a letter and digits, so a symbol starts in
 * code set B, takes the letter (and one digit when they are odd in number), and goes on
 * in code set C, two digits a character. Ten modules of quiet zone stand on either side.
 */
#ifndef RECORD_LABEL_SVG_H
#define RECORD_LABEL_SVG_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

enum {
    CODE128_TEXT_MAX = 48, /* characters in one symbol */
    CODE128_VALUES_MAX =
        CODE128_TEXT_MAX * 2 + 3, /* start, data and shifts, check, stop */
    CODE128_QUIET = 10,           /* modules on either side */
    LABEL_SVG_TITLE_MAX = 200,    /* bytes of UTF-8 */
    LABEL_SVG_SHEET = 12,         /* labels on one A4 sheet */
};

/* The symbol characters of a text: start, data, check, stop. */
struct code128 {
    uint8_t value[CODE128_VALUES_MAX];
    size_t count;
};

/* RC_INVALID when empty, too long, or with a character outside ASCII 32..126. */
MUST_USE enum rc code128_encode(const char *text, struct code128 *ret_code);

/* Widths in modules of the six (stop: seven) bars and spaces of one value 0..106, bar
 * first, ending in 0. */
const uint8_t *code128_widths(uint8_t value);

/* Modules of the whole symbol, without the quiet zones. */
unsigned code128_modules(const struct code128 *code);

struct label_print {
    const char *text;     /* what the bars say; borrowed */
    const char *title;    /* large line above, may be NULL */
    const char *subtitle; /* second line above, may be NULL */
};

enum label_paper {
    LABEL_PAPER_ONE,   /* one label, 100 mm by 45 mm */
    LABEL_PAPER_SHEET, /* A4, two across and six down, for label paper or scissors */
    LABEL_PAPER_PAGE,  /* A4 with one label in the upper half: a cover or a separator that
                          goes through the feeder with the pages */
};

/* Draw. *ret_svg is one NUL-ended SVG 1.1 document; the caller frees it.
 *   RC_INVALID  a text that Code 128 cannot say, a title too long, or too many labels
 *               for the paper (one; LABEL_SVG_SHEET; one) */
MUST_USE enum rc label_svg(const struct label_print *labels, size_t count,
                           enum label_paper paper, char **ret_svg, struct fault *why);

#endif

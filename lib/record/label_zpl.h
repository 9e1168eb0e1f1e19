/* Labels for printers that speak ZPL II (Zebra and many others): the bars are drawn by
 * the printer, the words are sent as UTF-8 (^CI28) and need a font in the printer that
 * has Chinese. One ^XA…^XZ for each label, 100 mm by 45 mm, as label_svg() draws one.
 *
 * Source: Zebra Programming Guide for ZPL II: ^BC (Code 128, mode A chooses the subsets),
 * ^CI28 (UTF-8), ^FH (hexadecimal for the three characters that are commands). Pure. */
#ifndef RECORD_LABEL_ZPL_H
#define RECORD_LABEL_ZPL_H

#include "record/label_svg.h"

enum { LABEL_ZPL_FONT_MAX = 40, LABEL_ZPL_COUNT_MAX = 200 };

struct label_zpl_how {
    unsigned dots_per_mm; /* 8 for printers of 203 dpi, 12 for those of 300 */
    const char *font; /* file in the printer, "E:SIMSUN.FNT"; borrowed, NULL: its own */
};

/* Write. *ret_zpl is one NUL-ended text in UTF-8; the caller frees it.
 *   RC_INVALID  a text that Code 128 cannot say or that is too wide, a title too long,
 * too many labels, another resolution, or a font name with ^, ~ or a comma */
MUST_USE enum rc label_zpl(const struct label_print *labels, size_t count,
                           const struct label_zpl_how *how, char **ret_zpl,
                           struct fault *why);

#endif

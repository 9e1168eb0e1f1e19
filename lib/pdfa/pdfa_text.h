/* Documents that people read and print, as PDF/A-1b: certificate, catalogue, 备考表. A4,
 * Chinese and Latin, with headings, paragraphs, simple tables and numbered pages.
 *
 * Fonts are embedded as subsets of two TrueType files: what the Chinese font lacks (the
 * usual one has no digits) comes from the Latin one. A character that neither has is
 * shown as 〓[U+2A123], so that it is never silently lost.
 *
 * Calls only collect; errors are kept and told by pdfa_text_write(). Text is UTF-8 and
 * copied. Same input and fonts, same bytes. Reads the font files, else pure. */
#ifndef PDFA_PDFA_TEXT_H
#define PDFA_PDFA_TEXT_H

#include "pdfa/pdfa.h"

enum {
    PDFA_TEXT_PAGES_MAX = 2000,
    PDFA_TEXT_CHARS_MAX = 2000000, /* of the whole document */
    PDFA_TEXT_COLUMNS_MAX = 12,
    PDFA_TEXT_WIDTH_PT = 471, /* between the margins */
};

#define PDFA_FONT_HAN "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"
#define PDFA_FONT_LATIN "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

enum pdfa_style { PDFA_TITLE, PDFA_HEADING, PDFA_BODY, PDFA_SMALL };

struct pdfa_text; /* a document in the making */

/* Begin. NULL for a font path takes the constants above (fonts-droid-fallback,
 * fonts-dejavu-core). The caller frees *ret_text.
 *   RC_NOT_FOUND  no such font, or it is no TrueType font; the sentence names it */
MUST_USE enum rc pdfa_text_new(const struct pdfa_about *about, const char *han_font,
                               const char *latin_font, struct pdfa_text **ret_text,
                               struct fault *why);
void pdfa_text_free(struct pdfa_text *text); /* accepts NULL */

/* Wrapped text; '\n' begins a new line. Headings stay with the paragraph below. */
void pdfa_text_put(struct pdfa_text *text, enum pdfa_style style, const char *utf8);

/* White space of this height. */
void pdfa_text_space(struct pdfa_text *text, double height_pt);

/* What follows needs this height together: begin a new page where there is less. */
void pdfa_text_need(struct pdfa_text *text, double height_pt);

/* A square of `side` by `side` modules (a QR code), row by row, 1 dark, at the left, this
 * wide; the quiet zone is the caller's. */
void pdfa_text_modules(struct pdfa_text *text, const uint8_t *dark, size_t side,
                       double width_pt);

/* A table: columns with their widths in points (sum at most PDFA_TEXT_WIDTH_PT), then its
 * rows. The first row is the head and is repeated on each page. Cells wrap. */
struct pdfa_table {
    const double *widths_pt; /* borrowed until pdfa_text_table() returns */
    size_t columns;
    enum pdfa_style style;
};
void pdfa_text_table(struct pdfa_text *text, const struct pdfa_table *table,
                     const char *const *head);
void pdfa_text_row(struct pdfa_text *text,
                   const char *const *cells); /* of the last table */

/* Bars in the middle of the line: widths in modules, bar and space in turn, bar first.
 * Quiet zones of ten modules are kept on either side.
 *   RC_INVALID (from the writing)  wider than the line at 0.5 pt a module */
void pdfa_text_bars(struct pdfa_text *text, const uint8_t *widths, size_t count,
                    double height_pt);

/* The file. Call once; the caller frees *ret_pdf.
 *   RC_INVALID  text that is not UTF-8, too much of it, a cell higher than a page */
MUST_USE enum rc pdfa_text_write(struct pdfa_text *text, uint8_t **ret_pdf,
                                 size_t *ret_len, struct fault *why);

#endif

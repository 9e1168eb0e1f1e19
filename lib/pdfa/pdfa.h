/* PDF/A-1b (ISO 19005-1, PDF 1.4), written by ourselves: one page of paper is one file,
 * and files of pages become a volume without being encoded again.
 *
 * The capture goes in as the scanner gave it. What cleaning found (which way up, how far
 * askew) is a matrix in front of it, never a change of its bits. The text is invisible,
 * in one embedded font without ink, one run a line, so that what a reader copies
 * is exactly the text that was given. Same input, same bytes: dates are the caller's.
 *
 * All calls are pure and use no global state; none logs. Lengths of text are in bytes,
 * text is UTF-8. */
#ifndef PDFA_PDFA_H
#define PDFA_PDFA_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PDFA_SIDE_PX_MAX = 65500, /* width or height of a capture: what JPEG can hold */
    PDFA_SIDE_PT_MAX = 14400, /* width or height of a page: PDF 1.4, appendix C */
    PDFA_DPI_MIN = 50,
    PDFA_DPI_MAX = 4800,
    PDFA_SKEW_MDEG_MAX = 45000,
    PDFA_LINES_MAX = 20000,     /* text lines on one page */
    PDFA_LINE_CHARS_MAX = 4000, /* code points in one line */
    PDFA_TITLE_MAX = 1000,      /* bytes of a title or author */
    PDFA_INKS_MAX = 3,          /* stencils of a layered page */
    PDFA_READERS_MAX = 3,       /* models that read one page */
    PDFA_READER_TEXT_MAX = 48,  /* a name of engine or model, with NUL */
    PDFA_JOIN_PAGES_MAX = 8000, /* an array of PDF 1.4 has at most 8191 entries */
    PDFA_JOIN_MARKS_MAX = 4000,
    PDFA_MARK_DEPTH_MAX = 3,
};

/* What the capture's bytes are. */
enum pdfa_coding {
    PDFA_JPEG = 1, /* a JPEG file, gray or colour; its own header gives the size */
    PDFA_G4,       /* bare CCITT Group 4 (ITU-T T.6) rows, black = 1, no byte alignment */
    PDFA_BITS,     /* 1 bit a pixel, rows padded to bytes, 1 = black; is deflated */
    PDFA_GRAY,     /* 8 bits a pixel, rows without padding; is deflated */
    PDFA_RGB,      /* 3 x 8 bits a pixel (sRGB), rows without padding; is deflated */
};

struct pdfa_capture {
    enum pdfa_coding coding;
    struct bytes data;            /* borrowed */
    uint32_t width_px, height_px; /* as stored, before turning. With PDFA_JPEG they may be
                                   * 0; else they must be what the file says */
    uint32_t dpi;
};

/* A stencil over the ground of a layered page: where its bits are 1, ink shows. */
struct pdfa_ink {
    struct bytes mask;    /* borrowed: G4 as PDFA_G4 */
    struct bytes colours; /* borrowed: a JPEG stretched over the capture. Empty: `flat` */
    uint8_t flat[3];      /* sRGB */
};

/* A page whose capture is shown as stencils of ink over a coarse picture of the paper.
 * Explicit masks and stencils are no transparency (ISO 19005-1, 6.4; PDF 1.4, 4.8.5). */
struct pdfa_layers {
    struct bytes ground;         /* borrowed: a JPEG stretched over the capture */
    const struct pdfa_ink *inks; /* borrowed, the lowest first; may be none */
    size_t ink_count;
    uint32_t mask_width_px, mask_height_px; /* of each; stretched over the capture */
    const char *source; /* borrowed: SHA-256 of the capture's file, 64 lower-case hex
                         * digits; stands in the page's metadata as dc:source */
};

/* One line of text on the upright, straightened page.
 *
 * The frame of all coordinates: turn the capture clockwise by rotated_deg, so that it
 * stands upright and is W x H pixels; then turn it by skew_mdeg about its centre and keep
 * the W x H window (pixRotate of leptonica without expanding does just this). Pixels are
 * the capture's, also when reading was done on a smaller picture: scale back first.
 * x goes right from the window's left edge, y down from its top edge. Positions a little
 * outside of the window are fine: the page shows the whole turned paper. */
struct pdfa_line {
    const char *text; /* borrowed, UTF-8, NUL-ended. Runs of white space become one space,
                       * white space at both ends and control characters go */
    float left_px, right_px; /* where the first character begins and the last one ends */
    float baseline_px;       /* y of the foot of the characters */
    float height_px;         /* from lowest descender to highest ascender; > 0 */
    const float *starts_px;  /* NULL: characters share the width by their nature. Else
                              * borrowed, one x per code point of `text` (the ones that are
                              * dropped too): where it begins. Falling values are raised */
    bool down; /* it runs from top to bottom, in a column: left, right and starts are y,
                * and the baseline is the x of the column's left side */
};

/* The part of the page that readers show, in the frame of struct pdfa_line: the paper and
 * a little around it, without the lid. The rest stays in the file, and in its picture. */
struct pdfa_crop {
    double left_px, top_px, right_px, bottom_px;
};

/* A model that read some of the page's text, kept in the page's XMP (xmpMM:History).
 * Names have letters of ASCII, digits, spaces and . _ + - only. */
struct pdfa_reader {
    const char *engine; /* borrowed: "tesseract 5.3.0" */
    const char *model;  /* borrowed: "chi_sim" */
    const char *sha256; /* borrowed: of the model's file, 64 lower-case hex digits */
};

/* What the file says about itself, in its Info and its XMP packet. */
struct pdfa_about {
    const char *title;  /* borrowed, not empty */
    const char *author; /* borrowed, NULL for none: the court */
    int64_t created_ms; /* Unix time UTC; written to the second. Years 1970..9999 */
};

struct pdfa_page {
    struct pdfa_about about;
    struct pdfa_capture capture;
    uint16_t rotated_deg; /* 0, 90, 180, 270: clockwise, until the page stands upright */
    int32_t skew_mdeg; /* then clockwise, thousandths of a degree, until it is straight */
    const struct pdfa_line *lines; /* borrowed, in reading order */
    size_t line_count;
    const struct pdfa_crop *crop;     /* borrowed; NULL: the whole page is shown */
    const struct pdfa_layers *layers; /* borrowed; NULL: the capture itself is shown. Else
                                       * capture.coding and .data do not count, its size
                                       * and dpi do */
    const struct pdfa_reader *readers; /* borrowed: who read the lines, the page's own
                                        * model first; none: it is not said */
    size_t reader_count;
};

/* Write one page as a whole PDF/A-1b file. The page is as large as the turned paper, so
 * no corner is cut. On success the caller frees *ret_pdf.
 *   RC_INVALID  a size, number or text is out of its range, or the JPEG cannot stand in
 *               PDF/A (four colours, 12 bits, arithmetic coding, no whole header);
 *               why->text is a Chinese sentence */
MUST_USE enum rc pdfa_page_write(const struct pdfa_page *page, uint8_t **ret_pdf,
                                 size_t *ret_len, struct fault *why);

/* Is `fd` a page file of ours? Reads with pread, at most some kilobytes.
 *   RC_CORRUPT  it is not, or it was changed in its structure */
struct pdfa_page_facts {
    uint32_t width_px, height_px; /* of the picture, as stored; of a layered page: of its
                                   * ground */
    bool layered;
    double width_pt, height_pt; /* of the page */
    char id[33];                /* the document id: 32 lower-case hex digits */
};
MUST_USE enum rc pdfa_page_check(int fd, struct pdfa_page_facts *ret_facts,
                                 struct fault *why);

/* A place in a volume that has a name: an entry in the reader's side bar. */
struct pdfa_mark {
    const char *title; /* borrowed, not empty */
    size_t page;       /* 0 is the first page of the file */
    unsigned depth;    /* 0: on its own; else below the last one of depth - 1 before it */
};

/* From page `page` on, readers show prefix + number instead of the place in the file. */
struct pdfa_label {
    size_t page;        /* rising; the first must be 0 */
    const char *prefix; /* borrowed; NULL for none */
    uint32_t start;     /* the first number; 0: the prefix alone, no number */
};

/* Open the page file at `index`; the join closes *ret_fd. */
typedef enum rc pdfa_open_page(void *context, size_t index, int *ret_fd,
                               struct fault *why);

struct pdfa_join {
    struct pdfa_about about;
    size_t page_count;
    pdfa_open_page *open_page;
    void *context;
    const struct pdfa_mark *marks; /* borrowed, in the order shown; may be none */
    size_t mark_count;
    const struct pdfa_label *labels; /* borrowed; may be none */
    size_t label_count;
};

/* Write a volume of our page files to `fd` (from its present offset, which must be 0; not
 * flushed to the disk), linearised: the first page comes first. Pictures and text are
 * copied, the font and the colour profile stand in it once. Each page is opened three
 * times, and must be the same each time. Holds one page's head, 64 KiB and a few numbers
 * for each object. On failure what was written to `fd` is worthless.
 *   RC_CORRUPT  a page is not ours; why->text says which
 *   RC_INVALID  a number, mark or label is out of range
 *   or what open_page or writing answered */
MUST_USE enum rc pdfa_join(const struct pdfa_join *join, int fd, struct fault *why);

#endif

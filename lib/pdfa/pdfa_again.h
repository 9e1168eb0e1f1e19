/* A page file read back, so that its text can be made anew: by another engine, by a
 * better model, years later. The pictures, their place and what is shown of them stay as
 * they are, byte for byte; only the text and what the page says about its reader change.
 *
 * Reads with pread; pure otherwise. Faults are Chinese sentences. */
#ifndef PDFA_PDFA_AGAIN_H
#define PDFA_PDFA_AGAIN_H

#include "pdfa/pdfa.h"

/* A whole picture file: a JPEG as it stands in the page, or its coded bits in a TIFF. */
struct pdfa_piece {
    uint8_t *at; /* owned; NULL: none */
    size_t len;
};

struct pdfa_parts {
    uint32_t width_px, height_px; /* of the capture, as struct pdfa_line is placed on */
    uint32_t dpi;
    uint16_t rotated_deg; /* as struct pdfa_page */
    int32_t skew_mdeg;
    bool cropped, layered;
    struct pdfa_piece picture; /* the capture; of a layered page: its ground */
    struct pdfa_part_ink {
        struct pdfa_piece mask;    /* bilevel, black where ink shows */
        struct pdfa_piece colours; /* none: `flat` */
        uint8_t flat[3];
    } inks[PDFA_INKS_MAX]; /* the lowest first */
    size_t ink_count;
    struct pdfa_reader readers[PDFA_READERS_MAX]; /* borrowed from `told` */
    size_t reader_count;
    void *told; /* owned */
};

void pdfa_parts_free(struct pdfa_parts *parts); /* what it owns; leaves it empty */

/* Take a page file apart. RC_CORRUPT: not one of ours, or changed. */
MUST_USE enum rc pdfa_parts_read(int fd, struct pdfa_parts *ret_parts, struct fault *why);

/* The same page with other lines and readers; of `page` nothing else counts but `about`.
 * On success the caller frees *ret_pdf.
 *   RC_CORRUPT  `fd` is no page file of ours
 *   RC_INVALID  as pdfa_page_write() */
MUST_USE enum rc pdfa_page_again(int fd, const struct pdfa_page *page, uint8_t **ret_pdf,
                                 size_t *ret_len, struct fault *why);

#endif

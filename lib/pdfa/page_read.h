/* Page files read back, strictly: only what our own writer writes is taken. Private to
 * lib/pdfa. */
#ifndef PDFA_PAGE_READ_H
#define PDFA_PAGE_READ_H

#include "pdfa/page_form.h"

/* A run of bytes in the file. */
struct page_span {
    uint64_t at, len;
};

/* Everything that a volume needs of a page file. The descriptor is borrowed. */
struct page_read {
    int fd;
    uint64_t size;
    uint32_t objects;                        /* with the free object 0 */
    struct page_span body[FORM_OBJECTS_MAX]; /* between "n 0 obj\n" and "endobj\n" */
    struct page_span data[FORM_OBJECTS_MAX]; /* of a stream: its bytes; else 0 long */
    double width_pt, height_pt;
    struct form_crop crop;
    struct form_picture picture;
    bool has_rare;
    struct form_layers layers;
    uint32_t mask_width_px, mask_height_px; /* of a layered page with ink */
    struct form_picture colours[PDFA_INKS_MAX];
    struct form_told told; /* of a page with XMP */
    char id[PDF_ID_MAX];
};

/* Read the head, the table and the dictionaries. RC_CORRUPT: not a page file of ours. */
MUST_USE enum rc page_read(int fd, struct page_read *ret_page, struct fault *why);

/* Hash the file and compare with its id. RC_CORRUPT: a byte was changed. *ret_kept is
 * the hash of all that a volume keeps of the page: what stands before its Info. */
MUST_USE enum rc page_read_proof(const struct page_read *page, struct sha256 *ret_kept,
                                 struct fault *why);

#endif

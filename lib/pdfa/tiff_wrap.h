/* Coded bits of a picture in a TIFF file of one strip, for programs that read pictures by
 * the file (TIFF 6.0). Private to lib/pdfa. */
#ifndef PDFA_TIFF_WRAP_H
#define PDFA_TIFF_WRAP_H

#include "pdfa/page_form.h"

/* `data` is the stream's: G4, or deflated rows. The caller frees *ret_file. */
MUST_USE enum rc tiff_wrap(const struct form_picture *picture, struct bytes data,
                           uint8_t **ret_file, size_t *ret_len);

#endif

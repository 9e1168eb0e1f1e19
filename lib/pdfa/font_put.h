/* The font of the invisible text as streams: its program and its two maps. Private to
 * lib/pdfa. */
#ifndef PDFA_FONT_PUT_H
#define PDFA_FONT_PUT_H

#include "pdfa/pdf_out.h"

enum { FONT_RARE_MAX = 1000 }; /* different characters beyond the BMP on one page */

/* Objects FORM_FONT .. FORM_PROFILE. */
void font_put_common(struct pdf_out *out);

/* Objects FORM_RARE_FONT .. FORM_RARE_UNICODE: code i + 1 is codes[i]. */
void font_put_rare(struct pdf_out *out, const uint32_t *codes, size_t count);

#endif

/* What a file says about itself, twice: the Info dictionary for old readers and the XMP
 * packet that PDF/A asks for; both must say the same (ISO 19005-1, 6.7.3). */
#ifndef PDFA_XMP_H
#define PDFA_XMP_H

#include "pdfa/pdf_out.h"

/* A title, author and date that can be written? why->text is Chinese. */
MUST_USE enum rc xmp_check(const struct pdfa_about *about, struct fault *why);

void xmp_put_info(struct pdf_out *out, const struct pdfa_about *about, uint32_t number);
void xmp_put_packet(struct pdf_out *out, const struct pdfa_about *about, uint32_t number,
                    const char *id);

#endif

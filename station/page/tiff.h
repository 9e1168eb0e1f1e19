/* TIFF through libtiff, from memory. Only tiff.c includes its header.
 *
 * libtiff carries on over damage and fills with what it has; every complaint it makes
 * while decoding is counted here, and one is enough for RC_CORRUPT. */
#ifndef STATION_PAGE_TIFF_H
#define STATION_PAGE_TIFF_H

#include "station/page/look.h"

#include <allheaders.h>

enum { TIFF_FRAMES_MAX = 2000 }; /* pictures in one file; later ones are not looked at */

/* Fills all but `format` of *look. Errors as picture_look(). */
MUST_USE enum rc tiff_look(struct bytes file, uint32_t frame, struct picture_look *look,
                           struct fault *why);

/* Decode frame look->frame to 1, 8 or 32 bits a pixel. The caller owns *ret_pix. */
MUST_USE enum rc tiff_read(struct bytes file, const struct picture_look *look,
                           PIX **ret_pix, struct fault *why);

/* The bits of a CCITT G4 picture as they lie in the file, when it is bilevel with black
 * as 1, in one strip, in ordinary bit order; borrowed from `file`. False for every other
 * picture. */
bool tiff_g4(struct bytes file, const struct picture_look *look, struct bytes *ret_bits);

/* Pack bilevel rows (1 = black, most significant bit first, each row padded to a byte) as
 * one bare run of CCITT G4 (ITU-T T.6), lossless. The caller frees *ret_bits.
 *   RC_NO_MEMORY */
MUST_USE enum rc tiff_pack_g4(const uint8_t *rows, uint32_t width_px, uint32_t height_px,
                              uint8_t **ret_bits, size_t *ret_len, struct fault *why);

#endif

/* JPEG through TurboJPEG: look at a file without decoding it, decode it (also smaller),
 * encode what a scanner delivered as bare lines. jpeg.c is the only file of the house
 * that includes turbojpeg.h.
 *
 * All calls are pure: bytes in, bytes out, no files, no shared state, safe from any
 * thread. Nothing here blocks; a page of A4 at 300 dpi decodes in about 40 ms. */
#ifndef RECORD_JPEG_H
#define RECORD_JPEG_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

/* A picture with more pixels is refused before anything is allocated for it. */
enum { JPEG_PIXELS_MAX = 100 * 1000 * 1000, JPEG_SIDE_MAX = 65500 };

struct jpeg_info {
    uint32_t width_px, height_px;
    uint8_t channels;      /* 1 gray, 3 colour, 4 CMYK or YCCK (which decode refuses) */
    uint16_t x_dpi, y_dpi; /* of the JFIF header; 0 when it states none */
    bool progressive;      /* SOF2; PDF readers and every decoder here take both */
    bool complete; /* the scan data is closed by EOI: false for a truncated file */
    size_t used;   /* bytes up to and with EOI; the file may carry more behind it */
};

/* Walk the markers to EOI. Does not decode, so damage inside the scan data is not seen.
 *   RC_INVALID  not a JPEG, no frame header, or a side or area beyond the maxima
 * A file that breaks off after its frame header is RC_OK with complete = false. */
MUST_USE enum rc jpeg_look(struct bytes file, struct jpeg_info *ret_info,
                           struct fault *why);

/* Lines of pixels, top line first, `stride` bytes apart. channels: 1 gray, 3 R G B. */
struct jpeg_raster {
    uint8_t *at; /* owned: jpeg_raster_free() */
    uint32_t width_px, height_px;
    size_t stride; /* width_px * channels, no padding */
    uint8_t channels;
};

void jpeg_raster_free(
    struct jpeg_raster *raster); /* accepts an empty one; leaves it empty */

/* Any damage is RC_CORRUPT, or: what could be read is delivered, the rest gray. */
enum jpeg_care { JPEG_STRICT, JPEG_SALVAGE };

/* A decoder's scale is num/8 with num 1..8: 8 = full size, 4 = half, 1 = an eighth. Sides
 * are rounded up. Smaller is much faster, since the transform itself is done smaller. */
struct jpeg_how {
    unsigned eighths; /* 1..8 */
    enum jpeg_care care;
};

/* Side of the picture after scaling. */
uint32_t jpeg_scaled_px(uint32_t side_px, unsigned eighths);

/* Decode to gray (a colour picture gives its luminance) or to R G B. The caller owns
 * *ret_raster.
 *   RC_INVALID    not a JPEG, too large, or CMYK
 *   RC_CORRUPT    damaged or truncated, and care is JPEG_STRICT
 *   RC_NO_MEMORY */
MUST_USE enum rc jpeg_decode_gray(struct bytes file, const struct jpeg_how *how,
                                  struct jpeg_raster *ret_raster, struct fault *why);
MUST_USE enum rc jpeg_decode_rgb(struct bytes file, const struct jpeg_how *how,
                                 struct jpeg_raster *ret_raster, struct fault *why);

/* Decode to words of the machine, R G B from the highest byte down, the lowest undefined:
 * `words` has room for `stride` words a line and the scaled height's lines, and belongs
 * to the caller. One copy of a page less than jpeg_decode_rgb(). Same codes; what is in
 * `words` after a failure is undefined. */
MUST_USE enum rc jpeg_decode_words(struct bytes file, const struct jpeg_how *how,
                                   uint32_t *words, size_t stride, struct fault *why);

struct jpeg_encode_how {
    uint16_t dpi;    /* written as JFIF density when not 0 */
    uint8_t quality; /* 1..100; colour is subsampled 4:2:0 below 90, else 4:4:4 */
};

/* Encode a raster. The same input gives the same bytes. *ret_data is the caller's, to be
 * given to free().
 *   RC_INVALID  sides, channels or quality out of range */
MUST_USE enum rc jpeg_encode(const struct jpeg_raster *raster,
                             const struct jpeg_encode_how *how, uint8_t **ret_data,
                             size_t *ret_len, struct fault *why);

#endif

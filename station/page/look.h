/* What a picture file says about itself, before anything is decoded.
 *
 * Sizes are checked here, so that a file that unfolds to gigabytes is refused while it is
 * still small; and the outline of the file is walked to its end, since decoders deliver
 * half a picture without a word. */
#ifndef STATION_PAGE_LOOK_H
#define STATION_PAGE_LOOK_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

enum picture_format { PICTURE_JPEG, PICTURE_PNG, PICTURE_TIFF, PICTURE_BMP };

struct picture_look {
    enum picture_format format;
    uint32_t width_px, height_px;
    uint32_t x_dpi, y_dpi;  /* 0 when the file does not say, or says nonsense */
    uint8_t channels;       /* 1 gray or bilevel, 3 colour; 4 CMYK or with alpha */
    uint8_t bits;           /* of one sample */
    uint32_t frame, frames; /* frames > 1 only for TIFF */
};

/* Pixels above this need more memory decoded than one page may have. */
enum { PICTURE_BYTES_MAX = 600 * 1000 * 1000 };

/* Look at picture `frame` of the file.
 *   RC_INVALID  not one of the four formats, or too large; the sentence is Chinese
 *   RC_CORRUPT  cut off or broken; the sentence is Chinese
 *   RC_NOT_FOUND  the file has fewer frames */
MUST_USE enum rc picture_look(struct bytes file, uint32_t frame,
                              struct picture_look *ret_look, struct fault *why);

/* Side, area and decoded size against the maxima of page.h. */
MUST_USE enum rc picture_check_size(const struct picture_look *look, struct fault *why);

#endif

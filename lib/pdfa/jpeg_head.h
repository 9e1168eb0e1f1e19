/* What a JPEG file says about itself before its first scan, as far as a PDF needs it. */
#ifndef PDFA_JPEG_HEAD_H
#define PDFA_JPEG_HEAD_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

struct jpeg_head {
    uint32_t width_px, height_px;
    bool is_gray;  /* one component; else three */
    bool is_plain; /* three components that are RGB, not YCbCr */
};

/* Walk over the markers. Nothing is decoded; whether an end marker is there is looked at.
 *   RC_INVALID  not a JPEG that PDF/A may hold; why->text is a Chinese sentence */
MUST_USE enum rc jpeg_head_read(struct bytes data, struct jpeg_head *ret_head,
                                struct fault *why);

#endif

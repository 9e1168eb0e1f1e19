/* Decode a picture: once whole when the PDF needs its pixels, and once small for work.
 *
 * The working picture has about 200 dpi, which is enough for every later step: the
 * recogniser is as right there as at 300 and a third faster. A JPEG is never decoded at
 * full size, since its own bits go into the PDF and the decoder can make it small. */
#ifndef STATION_PAGE_READ_H
#define STATION_PAGE_READ_H

#include "station/page/look.h"

#include <allheaders.h>

struct picture {
    struct picture_look look;
    uint32_t dpi;     /* of the capture: said by caller or file, else estimated */
    bool dpi_guessed; /* estimated from a paper width of A4 */
    PIX *work;        /* 8 bits gray or 32 bits colour; owned */
    double work_dpi;  /* of `work` */
    PIX *whole;       /* the capture's pixels, 1, 8 or 32 bits; NULL for JPEG; owned */
};

void picture_free(struct picture *picture); /* what it owns; accepts an empty one */

/* How large the working picture is wanted. The smaller one serves all but recognition,
 * and a JPEG is decoded to half its size at half the cost of five eighths. */
enum { PICTURE_TEXT_DPI = 200, PICTURE_SIGHT_DPI = 150 };

struct picture_how {
    uint32_t told_dpi; /* what the scanner was told, or 0 */
    uint32_t work_dpi; /* PICTURE_TEXT_DPI or PICTURE_SIGHT_DPI, about */
};

/* Decodes frame look->frame of the file.
 *   RC_CORRUPT  the decoder met damage; RC_INVALID it cannot be decoded
 *   RC_NO_MEMORY */
MUST_USE enum rc picture_read(struct bytes file, const struct picture_look *look,
                              const struct picture_how *how, struct picture *ret_picture,
                              struct fault *why);

/* The same of pixels that are there already, 8 or 32 bits; `whole` is taken over, also on
 * failure. */
MUST_USE enum rc picture_of_pixels(PIX *whole, const struct picture_how *how,
                                   struct picture *ret_picture, struct fault *why);

/* The JPEG's pixels after all, for one that cannot stand in a PDF/A as it is. */
MUST_USE enum rc picture_read_whole(struct bytes file, struct picture *picture,
                                    struct fault *why);

#endif

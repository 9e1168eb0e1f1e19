/* Reading a page that stands upright and level. */
#ifndef STATION_PAGE_RECOGNISE_H
#define STATION_PAGE_RECOGNISE_H

#include "station/page/ocr.h"

/* Read the page with `ocr`, once. `bits` is `gray` in black and white. The caller owns
 * *ret_text. */
MUST_USE enum rc page_recognise(PIX *gray, PIX *bits, double dpi, struct ocr *ocr,
                                struct ocr_text *ret_text, struct fault *why);

/* Second looks at what page_recognise() read of `gray`: lines that are mostly Latin with
 * the English model when it is installed, doubtful ones. A page on which nothing was read
 * with confidence (a photograph, a drawing) becomes an empty text. */
MUST_USE enum rc page_recognise_better(PIX *gray, double dpi, struct ocr *ocr,
                                       struct ocr_text *text, struct fault *why);

/* The clockwise turn in degrees that would still level the lines that were read. */
double page_residual_deg(const struct ocr_text *text);

#endif

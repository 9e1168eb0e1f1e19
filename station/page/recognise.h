/* Reading a page that stands upright and level. */
#ifndef STATION_PAGE_RECOGNISE_H
#define STATION_PAGE_RECOGNISE_H

#include "station/page/ocr.h"
#include "station/page/orient.h"

/* Read the page that `stand` holds with `ocr`, and its doubtful lines once more: those
 * that are mostly Latin with the English model when it is installed. A page that was
 * only assumed to stand upright and does not read so is stood up from `even` again,
 * which changes *stand; one that reads well only by its columns has lines that run down,
 * and *ret_vertical. The caller owns *ret_text. A page on which nothing was read with
 * confidence (a photograph, a drawing) gives an empty text. */
MUST_USE enum rc page_recognise(PIX *even, double dpi, struct ocr *ocr,
                                struct page_stand *stand, struct ocr_text *ret_text,
                                bool *ret_vertical, struct fault *why);

/* The clockwise turn in degrees that would still level the lines that were read. */
double page_residual_deg(const struct ocr_text *text);

#endif

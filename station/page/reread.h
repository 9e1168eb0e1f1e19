/* Second looks at single lines of a page that was read. */
#ifndef STATION_PAGE_REREAD_H
#define STATION_PAGE_REREAD_H

#include "station/page/ocr.h"

/* Lines that came out mostly Latin, by the English model when it is installed. Replaces
 * them in *text where that is surer. */
MUST_USE enum rc reread_latin(PIX *gray, double dpi, struct ocr_text *text,
                              struct fault *why);

/* Lines that were read with doubt, enlarged or shrunk: by `ocr`, the model that read the
 * page, and then by another model of the same writing when one is installed. Replaces
 * them in *text where that is surer. */
MUST_USE enum rc reread_doubtful(PIX *gray, double dpi, struct ocr *ocr,
                                 struct ocr_text *text, struct fault *why);

#endif

/* What was read, word by word, with places and confidences: kept beside the page
 * (docs/words.md gives the JSON), and the list of words a person should look at. */
#ifndef STATION_PAGE_WORDS_H
#define STATION_PAGE_WORDS_H

#include "station/page/ocr.h"
#include "station/page/page.h"

/* How the picture that was read lies in the upright one, which is the one people see. */
struct words_how {
    int read_width_px, read_height_px;
    int width_px, height_px; /* of the upright picture, at the same scale */
    double turn_deg;         /* the read one was turned by, clockwise about its centre */
    const char *engine;      /* "tesseract 5.3.0" */
    const struct ocr_model *model;
};

/* The JSON, compact. The caller frees *ret_json. */
MUST_USE enum rc words_json(const struct ocr_text *text, const struct words_how *how,
                            char **ret_json, size_t *ret_len, struct fault *why);

/* Words below PAGE_DOUBT_CONFIDENCE in reading order, neighbours of a line as one, at
 * most PAGE_DOUBTS_MAX. Punctuation alone is no doubt. Returns how many. */
size_t words_doubtful(const struct ocr_text *text, const struct words_how *how,
                      struct page_doubt *ret_doubts);

#endif

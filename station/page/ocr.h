/* The recogniser: Tesseract behind one file. Gray picture in, characters with places and
 * confidences out, in reading order. Only ocr.c includes its header.
 *
 * A handle is for one thread. Its memory is about 100 MB. The environment variable
 * OMP_THREAD_LIMIT is set to 1 by ocr_open(): its threads cost more than they bring. */
#ifndef STATION_PAGE_OCR_H
#define STATION_PAGE_OCR_H

#include "core/rc.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdbool.h>

enum { OCR_SYMBOL_MAX = 20, OCR_SYMBOLS_MAX = 60000 };

struct ocr_symbol {
    char text[OCR_SYMBOL_MAX];    /* UTF-8, usually one code point */
    int left, top, right, bottom; /* pixels of the picture given */
    float confidence;             /* 0..100, of its word */
    bool word_start;
};

struct ocr_line {
    size_t first, count; /* its symbols */
    int left, top, right, bottom;
    float baseline; /* y, at the line's middle */
    float tilt;     /* of the baseline: pixels down per pixel to the right */
    bool block_start;
};

struct ocr_text {
    struct ocr_symbol *symbols; /* owned */
    size_t symbol_count;
    struct ocr_line *lines; /* owned */
    size_t line_count;
};

void ocr_text_free(struct ocr_text *text); /* what it owns; leaves it empty */

/* Mean confidence over the symbols, or -1 when there are none. */
int ocr_confidence(const struct ocr_text *text);

/* The same of one line, rounded down; 0 when it has none. */
int ocr_line_confidence(const struct ocr_text *text, const struct ocr_line *line);

struct ocr; /* a loaded recogniser */

enum ocr_shape { OCR_PAGE, OCR_BLOCK, OCR_LINE };

/* Load model `lang` ("chi_sim").
 *   RC_UNAVAILABLE  the model is not installed; a Chinese sentence */
MUST_USE enum rc ocr_open(const char *lang, struct ocr **ret_ocr, struct fault *why);
void ocr_close(struct ocr *ocr); /* accepts NULL */

/* Read `gray` (8 bits), or the part of it inside `part` (NULL: all). The caller owns
 * *ret_text (ocr_text_free), which may be empty.
 *   RC_IO  the recogniser gave up */
MUST_USE enum rc ocr_read(struct ocr *ocr, PIX *gray, int dpi, enum ocr_shape shape,
                          BOX *part, struct ocr_text *ret_text, struct fault *why);

const char *ocr_engine(void); /* "tesseract 5.3.0" */
/* The folder of the models, once one was loaded; NULL before. Borrowed. */
const char *ocr_models_path(void);
const char *ocr_lang(const struct ocr *ocr);

/* The recogniser of this process for `lang`, loaded at the first call and kept until the
 * end of the process: loading costs a third of a page. Borrowed. A model that failed
 * to load is not tried again in this process. */
MUST_USE enum rc ocr_of_process(const char *lang, struct ocr **ret_ocr,
                                struct fault *why);

#endif

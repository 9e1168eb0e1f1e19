/* The recogniser: engines and models behind one door. Gray picture in, characters with
 * places and confidences out, in reading order.
 *
 * An engine is a struct ocr_engine in a file of its own and one entry in the table of
 * ocr.c; Tesseract is the first. A model is a file that an engine loads. Both are chosen
 * by name: "chi_sim" (of the first engine), "tesseract:chi_sim", or "" for the preset.
 *
 * A handle is for one thread. Its memory is about 100 MB. */
#ifndef STATION_PAGE_OCR_H
#define STATION_PAGE_OCR_H

#include "core/rc.h"
#include "station/page/model.h"
#include "sys/fault.h"

#include <allheaders.h>
#include <stdbool.h>

enum {
    OCR_SYMBOL_MAX = 20,
    OCR_SYMBOLS_MAX = 60000,
    OCR_SPEC_MAX = 48,  /* "engine:model" with NUL */
    OCR_TITLE_MAX = 48, /* "tesseract 5.3.0" with NUL */
};

struct ocr_symbol {
    char text[OCR_SYMBOL_MAX];    /* UTF-8, usually one code point */
    int left, top, right, bottom; /* pixels of the picture given */
    float confidence;             /* 0..100, of its word */
    bool word_start;
};

struct ocr_line {
    size_t first, count; /* its symbols */
    int left, top, right, bottom;
    bool down;      /* it runs from top to bottom: a column; then, of `baseline`, x */
    float baseline; /* y, at the line's middle */
    float tilt;     /* of the baseline: pixels down per pixel to the right */
    bool block_start;
};

enum { OCR_HELPERS_MAX = 2 }; /* the English model, the second opinion */

struct ocr_text {
    struct ocr_symbol *symbols; /* owned */
    size_t symbol_count;
    struct ocr_line *lines; /* owned */
    size_t line_count;
    /* Models beside the page's own whose reading of a line stands; borrowed, kept until
     * the end of the process. */
    const struct ocr_model *helpers[OCR_HELPERS_MAX];
    size_t helper_count;
};

void ocr_text_free(struct ocr_text *text); /* what it owns; leaves it empty */

/* Mean confidence over the symbols, or -1 when there are none. */
int ocr_confidence(const struct ocr_text *text);

/* The same of one line, rounded down; 0 when it has none. */
int ocr_line_confidence(const struct ocr_text *text, const struct ocr_line *line);

enum ocr_shape { OCR_PAGE, OCR_BLOCK, OCR_LINE };

/* What an engine does. Its functions follow the rules of ocr_open() and ocr_read(). */
struct ocr_engine {
    const char *name;   /* "tesseract" */
    const char *ending; /* of its model files, with the dot */
    const char *(*version)(void);
    /* A handle whose model failed to load is thrown away: RC_UNAVAILABLE. */
    enum rc (*open)(const struct ocr_model *model, void **ret_handle, struct fault *why);
    enum rc (*read)(void *handle, PIX *gray, int dpi, enum ocr_shape shape, BOX *part,
                    struct ocr_text *ret_text, struct fault *why);
    void (*close)(void *handle);
};

extern const struct ocr_engine ocr_tesseract; /* ocr_tesseract.c */

struct ocr; /* a loaded recogniser */

/* Load the model that `spec` names.
 *   RC_UNAVAILABLE  engine or model is not installed; a Chinese sentence
 *   RC_INVALID      a name that cannot be one */
MUST_USE enum rc ocr_open(const char *spec, struct ocr **ret_ocr, struct fault *why);
void ocr_close(struct ocr *ocr); /* accepts NULL */

/* Read `gray` (8 bits), or the part of it inside `part` (NULL: all). The caller owns
 * *ret_text (ocr_text_free), which may be empty.
 *   RC_IO  the recogniser gave up */
MUST_USE enum rc ocr_read(struct ocr *ocr, PIX *gray, int dpi, enum ocr_shape shape,
                          BOX *part, struct ocr_text *ret_text, struct fault *why);

const char *ocr_engine(const struct ocr *ocr); /* "tesseract 5.3.0"; borrowed */
const struct ocr_model *ocr_model(const struct ocr *ocr); /* borrowed */

/* The recogniser of this process for `spec`, loaded at the first call and kept until the
 * end of the process: loading costs a third of a page. Borrowed. A model that failed
 * to load is not tried again in this process. */
MUST_USE enum rc ocr_of_process(const char *spec, struct ocr **ret_ocr,
                                struct fault *why);

#endif

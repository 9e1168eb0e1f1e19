/* Files of models: where they are, and which bytes they hold, so that a page can say for
 * ever which model read it. */
#ifndef STATION_PAGE_MODEL_H
#define STATION_PAGE_MODEL_H

#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <stddef.h>

enum {
    OCR_NAME_MAX = 32,    /* of a model, with NUL: letters, digits, '_', '-' */
    OCR_FOLDER_MAX = 256, /* longer paths are passed over */
    OCR_FOLDERS_MAX = 8,
};

struct ocr_model {
    char name[OCR_NAME_MAX];     /* "chi_sim" */
    char folder[OCR_FOLDER_MAX]; /* absolute, without links */
    char sha256[SHA256_HEX];     /* of the file, lower-case hex */
};

struct ocr_folders {
    char at[OCR_FOLDERS_MAX][OCR_FOLDER_MAX]; /* absolute; those that exist */
    size_t count;
};

/* Where models are looked for, the first first: $TESSDATA_PREFIX, the folders that came
 * with this program, Debian's. */
void ocr_model_folders(struct ocr_folders *ret_folders);

/* The file `name` + `ending` of the first folder that has it, hashed (milliseconds).
 *   RC_INVALID      the name is no name
 *   RC_UNAVAILABLE  it is in no folder; a Chinese sentence */
MUST_USE enum rc ocr_model_find(const char *name, const char *ending,
                                struct ocr_model *ret_model, struct fault *why);

/* The model meant when none is named: the first of Chinese that is installed. A static
 * text, never NULL. */
const char *ocr_model_preset(void);

/* Another installed model of the same writing, to ask about lines that `first` doubts, or
 * NULL. A static text. */
const char *ocr_model_second(const char *first);

#endif

/* Pictures in, one searchable PDF/A out: no daemon, no scanner. What `juanku convert` and
 * `juanku scan` share. */
#ifndef STATION_PAGE_CONVERT_H
#define STATION_PAGE_CONVERT_H

#include "core/rc.h"
#include "station/page/page.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONVERT_FILES_MAX = 100000 };

struct convert_options {
    const char *out_path;    /* OUT.pdf; replaced as a whole or not touched */
    const char *text_path;   /* UTF-8, pages separated by form feed; NULL: none */
    const char *report_path; /* JSON; NULL: none */
    const char *rules_path; /* rules file whose rows give titles to the report, or NULL */
    const char *model;      /* "chi_sim", "tesseract:chi_sim"; NULL: the preset */
    uint32_t jobs;          /* worker processes; 0: one for each processor */
    uint32_t dpi;           /* what the scanner was told; 0: as the files say */
    uint32_t timeout_ms;    /* for one picture; 0: 60000 */
    bool keep_all;          /* blank, cover and separator pages too */
    bool no_ocr;
    const char *masters_path; /* folder for a TIFF master of each picture; NULL: none */
    const char *limits_path;  /* a court's own limits (limits.h); NULL: the usual ones */
    const char *case_no; /* whose papers these are, as anybody writes it; NULL: any */
    enum page_compress compress;
    const char *again_path; /* a PDF of ours: its pages are read again, no files; NULL */
    /* Told about every file that cannot be used, with a Chinese sentence; may be NULL. */
    void (*complain)(const char *path, const char *sentence, void *context);
    void *context; /* borrowed */
};

struct convert_summary {
    size_t pages, blank, cover, separator; /* by kind, kept or not */
    size_t in_pdf;                         /* pages of OUT.pdf */
    size_t failed;                         /* files or frames that could not be used */
    uint32_t total_ms;
};

/* Convert `count` files in their order, or read the pages of again_path again: pictures,
 * bookmarks, labels, title and date stay, text and readers are new. Then every page must
 * come out well, else nothing is written and RC_INVALID says so; out_path may be
 * again_path, which is replaced as a whole. Blocks; runs its own event loop and worker
 * processes (so main() must answer "--role page", see page_pool_new()). A file that
 * cannot be used is complained about and left out; the rest goes on. *ret_summary is set
 * in any case.
 *   RC_INVALID      some files could not be used, or no page was left to write; OUT.pdf
 *                   holds the good pages if there is any; or again_path is not ours; or
 *                   an output would be written over what is read
 *   RC_CONFLICT     again_path is to be replaced, and was changed meanwhile
 *   RC_CORRUPT      again_path was ours, and was changed
 *   RC_UNAVAILABLE  the recogniser or its model is missing
 *   others          OUT.pdf, the text or the report could not be written */
MUST_USE enum rc convert_files(const char *const *paths, size_t count,
                               const struct convert_options *options,
                               struct convert_summary *ret_summary, struct fault *why);

#endif

/* What a conversion leaves behind: the PDF, the text file, the report. */
#ifndef STATION_PAGE_CONVERT_OUT_H
#define STATION_PAGE_CONVERT_OUT_H

#include "pdfa/pdfa_volume.h"
#include "station/page/convert.h"

#include <sys/stat.h>

/* One picture's place in the result, in the order of the input. */
struct convert_page {
    const char *path; /* borrowed */
    uint32_t number;  /* of its file among all, from 1 */
    uint32_t frame;
    bool done, failed, in_pdf;
    char sentence[PAGE_SENTENCE_MAX];   /* why it failed */
    uint64_t pdf_at, text_at, sight_at; /* in the spool */
    uint32_t pdf_len, text_len, sight_len;
    struct page_result result;
};

struct convert_pages {
    struct convert_page *at; /* owned by the caller */
    size_t count;
    int spool_fd; /* one nameless file with the pages' PDFs and texts */
    json_t *rows; /* owned by the caller: a catalogue to find titles in, or NULL */
    struct pdfa_volume *volume; /* owned by the caller: what is read again, or NULL */
    bool in_place;              /* and it is what is replaced: */
    struct stat was;            /* as it was when it was opened */
    int64_t newest_ms; /* date of the newest picture file, which is the PDF's; 0: none */
};

/* A picture file: its date is the PDF's when none is newer. */
void convert_note_date(struct convert_pages *pages, const char *path);

/* RC_INVALID: an output is an input, or another output, or no PDF and would be lost. */
MUST_USE enum rc convert_check_paths(const char *const *paths, size_t count,
                                     const struct convert_options *options,
                                     struct fault *why);

/* The same file, and nobody wrote to it. */
bool convert_same_state(const struct stat *a, const struct stat *b);

/* Keep the bytes of the file `fd` at the end of the spool. `fd` -1 keeps nothing. */
MUST_USE enum rc convert_keep(int spool_fd, int fd, uint64_t *ret_at, uint32_t *ret_len,
                              struct fault *why);

/* Keep the master `fd` (-1: none) as NUMBER-NAME.tif in the folder, durable. */
MUST_USE enum rc convert_keep_master(const struct convert_page *page, int fd,
                                     const char *folder, struct fault *why);

/* Add what the pages tell beside each other: numbers that jump, the same sheet twice, a
 * case number that is not `case_no` (NULL: not asked for). Once all pages are there. */
MUST_USE enum rc convert_judge_order(const struct convert_pages *pages,
                                     const struct page_limits *limits,
                                     const char *case_no, struct fault *why);

/* Bytes of the spool, with a NUL behind them; the caller frees *ret_data. */
MUST_USE enum rc convert_take(const struct convert_pages *pages, uint64_t at,
                              uint32_t len, char **ret_data, struct fault *why);

/* Write `path` whole or not at all; a pipe or device is written to. */
MUST_USE enum rc convert_replace(const char *path, struct bytes data, struct fault *why);

/* The "rows" of a rules file, new reference. RC_INVALID: it is none. */
MUST_USE enum rc convert_read_rows(const char *path, json_t **ret_rows,
                                   struct fault *why);

/* Join the pages that have a PDF into `path`, whole or not at all, durable. */
MUST_USE enum rc convert_write_pdf(const struct convert_pages *pages, const char *path,
                                   struct fault *why);
MUST_USE enum rc convert_write_text(const struct convert_pages *pages, const char *path,
                                    struct fault *why);
MUST_USE enum rc convert_write_report(const struct convert_pages *pages,
                                      uint32_t total_ms, const char *path,
                                      struct fault *why);

#endif

/* One captured picture becomes one judged, recognised PDF/A page.
 *
 * page_process() is the whole path in this process: read, labels, kind, orientation,
 * deskew, recognition, PDF/A page, thumbnail and preview. It holds no state between
 * pictures except the recogniser, which is loaded at its first use.
 *
 * struct page_pool runs page_process() in worker processes that can be killed: pictures
 * come from outside, and the recogniser may hang or crash on any of them. */
#ifndef STATION_PAGE_PAGE_H
#define STATION_PAGE_PAGE_H

#include "core/bytes.h"
#include "core/rc.h"
#include "record/case_no.h"
#include "station/page/limits.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

enum {
    PAGE_LABELS_MAX = 8,
    PAGE_LABEL_TYPE_MAX = 16,
    PAGE_LABEL_TEXT_MAX = 512, /* UTF-8 with NUL; longer codes are cut */
    PAGE_QC_MAX = 16,
    PAGE_CODE_MAX = 24,
    PAGE_SENTENCE_MAX = 192,
    PAGE_SPEC_MAX = 48,  /* "engine:model" with NUL */
    PAGE_MODEL_MAX = 32, /* a model's name with NUL */
    PAGE_HASH_MAX = 65,  /* SHA-256 as hex with NUL */
    PAGE_DOUBTS_MAX = 64,
    PAGE_DOUBT_SYMBOLS_MAX = 16,
    PAGE_DOUBT_TEXT_MAX = 64,
    PAGE_DOUBT_CONFIDENCE = 60, /* words below are marked for a person */
    PAGE_BOX_WHOLE = 10000,     /* a box is told in shares of the picture */
    PAGE_CASES_MAX = 4,
    PAGE_NUMBER_MAX = 9999,
    PAGE_CAPTURE_MAX = 256 * 1024 * 1024, /* bytes of one capture file */
    PAGE_SIDE_MAX_PX = 20000,
    PAGE_PIXELS_MAX = 200 * 1000 * 1000,
    PAGE_THUMB_PX = 240,    /* greatest width */
    PAGE_PREVIEW_PX = 1200, /* greatest width or height */
};

enum page_kind { PAGE_TEXT, PAGE_BLANK, PAGE_COVER, PAGE_SEPARATOR };

/* How a capture goes into its PDF: its own bits, or layers where the page is fit for them
 * (station/page/layers.h). The words in settings and on the command line: "exact",
 * "layered". */
enum page_compress { PAGE_EXACT, PAGE_LAYERED };

const char *page_compress_name(enum page_compress compress);
MUST_USE enum rc page_compress_read(const char *name, enum page_compress *ret_compress);

/* Name of the model that stands for no recognition: labels, kind, deskew, PDF only. */
#define PAGE_MODEL_NONE "none"

/* The word in manifests and reports: "page", "blank", "cover", "separator". */
const char *page_kind_name(enum page_kind kind);

/* A code that was read on the page. */
struct page_label {
    char type[PAGE_LABEL_TYPE_MAX]; /* as zbar names it: "CODE-128", "QR-Code", ... */
    char text[PAGE_LABEL_TEXT_MAX]; /* UTF-8 */
    bool ours; /* a label of this system whose check digits are right */
};

/* Something to look at while the sheet is still in hand. All codes: page_reason(). */
struct page_qc {
    char code[PAGE_CODE_MAX];         /* "low-dpi" */
    char sentence[PAGE_SENTENCE_MAX]; /* Chinese, for the operator */
};

/* A word that was read with doubt; neighbours of one line are told as one. */
struct page_doubt {
    char text[PAGE_DOUBT_TEXT_MAX]; /* UTF-8 */
    uint16_t box[4];    /* left, top, width, height in ten-thousandths of the upright
                           picture's width and height, as preview and thumbnail show it */
    uint8_t confidence; /* 0..100, of the least sure of its words */
};

/* What was measured, and by which table it was judged. Levels are 0 black to 255 white,
 * _pm thousandths. */
struct page_figures {
    char limits[PAGE_LIMITS_VERSION_MAX];
    char paper[8];     /* "A4"; "" when it is no known paper */
    uint32_t width_mm; /* of the paper, upright; 0 when the resolution is not known */
    uint32_t height_mm;
    uint32_t over_mm;     /* longer than the paper of its width by */
    uint32_t paper_level; /* as captured */
    uint32_t ink_level;   /* once the paper is made white */
    uint32_t contrast;    /* levels between paper and ink, as captured */
    int32_t sharp_pm;     /* how much of the way from paper to ink an edge goes within two
                             pixels; -1 when there are too few edges to say */
    uint32_t ink_pm;      /* of the paper that is covered by ink, but for a margin */
    uint32_t coloured_pm; /* with strong colour: seals, stamps, marker */
    uint32_t seals;       /* red ones */
    uint32_t edge_marks;  /* as large as text, on the very edge, on its worst side */
    bool black;           /* the lid was open: neither paper nor text */
    bool ruled;           /* a table with upright rules; known of pages that were read */
    bool vertical;        /* its text runs down, in columns; known of the same pages */
    bool border;          /* there is lid around the paper */
};

/* A case number on the page, as case_no_text() writes it. */
struct page_case {
    char text[CASE_NO_TEXT_MAX];
    bool head; /* it is what the page is headed with, no citation in a sentence */
};

struct page_ms {
    uint32_t read, clean, ocr, write; /* labels count as clean */
};

/* Everything known about one picture. Plain data, may be copied. */
struct page_result {
    enum page_kind kind;
    uint32_t width_px, height_px; /* of the capture as it lies in the file */
    uint32_t dpi;                 /* as said by the file or the options; else estimated */
    uint32_t rotated_deg; /* 0 90 180 270: clockwise turn after which it stands upright */
    int32_t skew_mdeg;    /* then: clockwise turn that straightens it, thousandths */
    int32_t confidence;   /* of the recognised words, 0..100; -1 nothing recognised */
    char layers[16]; /* "layered"; else why not: "exact" was wanted, "picture" "covered"
                        "unlike" "large" "coarse" "plain"; "" when there is no PDF */
    uint32_t frame, frames;     /* which picture of the file this is, from 0; how many */
    char engine[48];            /* "tesseract 5.3.0", "" when not recognised */
    char model[PAGE_MODEL_MAX]; /* "chi_sim" */
    char model_sha256[PAGE_HASH_MAX]; /* of the model's file, "" when not recognised */
    struct page_doubt doubts[PAGE_DOUBTS_MAX];
    size_t doubt_count;
    struct page_label labels[PAGE_LABELS_MAX];
    size_t label_count;
    struct page_qc qc[PAGE_QC_MAX];
    size_t qc_count;
    struct page_figures figures;
    uint32_t number_left, number_right; /* page number in that corner; 0: none was read */
    struct page_case cases[PAGE_CASES_MAX];
    size_t case_count;
    struct page_ms ms;
};

/* What the master's file says about where it comes from; empty texts are left out. */
struct page_master {
    bool wanted;
    char document[128], make[64], model[64], serial[64];
    char station[32], operator_name[64], side[8];
    int64_t at_ms; /* of the capture; 0: not known */
};

struct page_options {
    char model[PAGE_SPEC_MAX]; /* "chi_sim" or "tesseract:chi_sim"; "" = the preset */
    uint32_t dpi;              /* what the scanner was told; 0 = take it from the file */
    uint32_t frame;            /* picture of a multi-page TIFF, from 0 */
    int64_t created_ms; /* date in the PDF: Unix time UTC; 0 stands for 1970, so that the
                           same picture gives the same file */
    char title[128];    /* of the PDF, UTF-8; "" = "扫描页" */
    bool turned;        /* a person said how the picture is to be turned: */
    uint32_t turn_deg;  /* 0 90 180 270, clockwise */
    bool no_ocr;        /* no recognition: no text, orientation is left alone */
    bool keep_all;      /* recognise and write a PDF for blank, cover and separator too */
    uint32_t plain_patches; /* patch codes that mean nothing: patch_meanings_plain() */
    enum page_compress compress;
    bool no_pictures; /* no thumbnail and no preview */
    bool again; /* what is given is a page file of ours, to be read again: its pictures
                   and their place stay, `turned`, `dpi` and `keep_all` follow from it */
    struct page_master master; /* a TIFF of the capture's own pixels is wanted, too */
    struct page_limits limits; /* to judge by; without a version: the usual ones */
};

/* What page_process() makes. Each buffer is malloc'ed or NULL. `pdf` is NULL for blank,
 * cover and separator unless options.keep_all. `text` is UTF-8, lines end in '\n';
 * `words` is its JSON with places (docs/words.md), made where `text` is. */
struct page_output {
    char *pdf, *text, *words, *thumb, *preview;
    size_t pdf_len, text_len, words_len, thumb_len, preview_len;
    char *master; /* TIFF, of every kind of sheet, when it is wanted */
    size_t master_len;
    char *sight; /* of a page that is kept; see station/page/sight.h */
    size_t sight_len;
};

void page_output_free(struct page_output *output); /* the buffers; accepts NULL */

/* Process one picture: JPEG, PNG, TIFF or BMP (or a page file, see options.again). Blocks
 * for seconds. Same bytes and options give the same outputs. On success the caller owns
 * *ret_output (page_output_free). RC_INVALID  not a picture we read, or too large;
 * why->text is a Chinese sentence RC_CORRUPT  damaged or cut off; nothing is made from
 * it; a Chinese sentence RC_UNAVAILABLE  the recogniser or its model is missing */
MUST_USE enum rc page_process(struct bytes capture, const struct page_options *options,
                              struct page_result *ret_result,
                              struct page_output *ret_output, struct fault *why);

/* The result as JSON and back: the keys are those of an image in the upload manifest
 * (kind, dpi, width_px, height_px, rotated_deg, skew_mdeg, confidence, engine, model,
 * model_sha256, doubtful, labels, qc, figures) and number_left, number_right, cases,
 * frame, frames, ms. page_result_json() never returns NULL. */
json_t *page_result_json(const struct page_result *result);
MUST_USE enum rc page_result_read(const json_t *json, struct page_result *ret_result);

/* --- the pool ------------------------------------------------------------------ */

struct page_pool; /* one thread: everything happens in the owner's sd-event loop */

struct page_pool_options {
    uint32_t workers;    /* processes, 1..32 */
    uint32_t timeout_ms; /* for one picture; then the worker is killed. 0 = 60000 */
    uint32_t queue_max;  /* jobs that wait, more are refused with RC_FULL; 0 = 4096 */
    char model[PAGE_SPEC_MAX]; /* loaded when a worker starts; "" = the preset */
    bool no_ocr;               /* load nothing: no job will be recognised */
    int nice;                  /* how far the workers stand back, 0..19 */
};

/* Outputs as files in memory, offset 0; -1 where there is none. They belong to the pool
 * and are closed after the callback; take one out by setting it to -1 (TAKE_FD). Read
 * with file_read_fd(). */
struct page_files {
    int pdf, text, words, thumb, preview, sight, master;
};
#define PAGE_FILES_NONE ((struct page_files){ -1, -1, -1, -1, -1, -1, -1 })

/* Called once for each submitted job, from the loop, never from page_pool_submit().
 * rc RC_OK: `result` and `files` are set. Else `result` is NULL, `files` all -1, and
 * why->text is a Chinese sentence for the operator:
 *   RC_INVALID, RC_CORRUPT  the picture; see page_process()
 *   RC_TIMEOUT, RC_IO       the worker hung or died twice on this picture
 *   RC_UNAVAILABLE          no worker could be started, or the model is missing
 *   RC_CANCELLED            page_pool_cancel() or page_pool_free() */
typedef void page_pool_done(uint64_t job, enum rc rc, const struct page_result *result,
                            struct page_files *files, const struct fault *why,
                            void *context);

struct page_job {
    int capture_fd; /* the picture; duplicated, the caller keeps its own. Read from 0 */
    struct page_options options;
    int32_t
        priority; /* higher goes first: the page somebody waits for. Same = in order */
    page_pool_done *done;
    void *context; /* borrowed until done was called */
};

/* Workers start when there is work, by re-execution of this program with
 * "--role page", so the program's main() must call page_worker_main() for it. */
MUST_USE enum rc page_pool_new(sd_event *loop, const struct page_pool_options *options,
                               struct page_pool **ret_pool, struct fault *why);
/* Kills the workers. Each job not done yet is called back with RC_CANCELLED. */
void page_pool_free(struct page_pool *pool); /* accepts NULL */

/* RC_FULL when queue_max jobs wait already. *ret_job is never 0. */
MUST_USE enum rc page_pool_submit(struct page_pool *pool, const struct page_job *job,
                                  uint64_t *ret_job, struct fault *why);
/* Change the place of a waiting job. RC_NOT_FOUND when it runs or is done already. */
enum rc page_pool_raise(struct page_pool *pool, uint64_t job, int32_t priority);
/* Forget a job; a worker that is busy with it is killed. RC_NOT_FOUND when done. */
enum rc page_pool_cancel(struct page_pool *pool, uint64_t job);
size_t page_pool_waiting(const struct page_pool *pool); /* jobs waiting or running */

/* The worker's whole life: `--role page` of each program ends here. The channel is
 * descriptor 3 (ROLE_CHANNEL_FD). `model` is the word after "--role page", or NULL.
 * Returns the exit status. */
int page_worker_main(const char *model);

#endif

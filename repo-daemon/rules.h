/* Binding rules 立卷规则: what a volume must hold before it may be bound, as data.
 *
 * One JSON file is one version of the rules of one kind of volume: the rows of its
 * catalogue (编目) with the materials of each, and the rules that name a row and say when
 * it must be there. Files are part of the program; a volume keeps the version it was
 * checked under. Beside the rules stands the reconciliation of paper and picture: sheets,
 * images, pages, page numbers and hashes must agree.
 *
 * Everything here is a pure function over plain structs: no store, no network, no log,
 * no global state. Sentences are Chinese and name what to do next. */
#ifndef REPO_RULES_H
#define REPO_RULES_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RULES_ROWS_MAX = 99,       /* a label's row has two digits */
    RULES_COUNT_MAX = 200,     /* rules in a file */
    RULES_MATERIALS_MAX = 100, /* materials of a row */
    RULES_ID_MAX = 16,
    RULES_SENTENCE_MAX = 600,
    RULES_LINE_MAX = 240,
    RULES_LINES_MAX = 16,
    RULES_FILE_MAX = 1024 * 1024,
    RULES_IMAGES_MAX = 20000,
};

struct rules; /* one file, read and checked */

/* Read a rules file. Unknown fields, rows named twice, a rule on a row that is not there
 * and the like are refused: a typing error in a law must not pass silently.
 *   RC_INVALID  why->text names the place, in English: who edits rules is a developer */
MUST_USE enum rc rules_load(struct bytes json, struct rules **ret_rules,
                            struct fault *why);
void rules_free(struct rules *rules); /* accepts NULL */

/* The newest built-in rules for a case type ("民事一审"), kind of volume (1 正卷, 2
 * 副卷), court ("粤0399"; a file for this court goes before one for "*") and day
 * ("2026-11-20"). RC_NOT_FOUND  there is none; the sentence says for what */
MUST_USE enum rc rules_find(const char *case_type, unsigned kind, const char *court,
                            const char *day, struct rules **ret_rules, struct fault *why);

/* "民事一审-正卷 2026.1". Borrowed from `rules`, as all answers below. */
const char *rules_name(const struct rules *rules);
/* Title of a row, or NULL when the catalogue has no such row. Rows
 * are 1..rules_row_count. */
const char *rules_row_title(const struct rules *rules, unsigned row);
unsigned rules_row_count(const struct rules *rules);
/* Cover, catalogue, 备考表, evidence bag and back cover carry no page number. */
bool rules_row_is_numbered(const struct rules *rules, unsigned row);
/* The first `most` materials of a row as "甲、乙、丙等". "" for an unknown row. */
void rules_row_materials(const struct rules *rules, unsigned row, unsigned most,
                         char ret_text[RULES_LINE_MAX]);

/* Material `index` (0, 1, ...) of a row, NULL behind the last one. */
const char *rules_row_material(const struct rules *rules, unsigned row, unsigned index);

/* What the rules ask of one item (the pages under one row). More than one of the same row
 * is fine. A thing without pages (a disc, an exhibit) has pages 0 and registered true. */
struct rules_item {
    unsigned row;
    unsigned pages;
    bool registered;
};

/* Where a missing thing was last seen, if anybody knows: "2026-11-03 10:12
 * 由窗口收件员李四登记". Shown behind the sentence. */
struct rules_seen {
    unsigned row;
    const char *text; /* borrowed */
};

struct rules_facts {
    const char *outcome; /* 判决 调解 撤诉 裁定; must be in the file's list */
    const char *const
        *facts; /* borrowed: 保全 上诉 合议庭 … each must be in the file's list */
    size_t fact_count;
};

struct rules_failure {
    unsigned row;
    char rule[RULES_ID_MAX];           /* "R03" */
    char sentence[RULES_SENTENCE_MAX]; /* Chinese: what is missing, what it may be, where
                                        * it was last seen, what to do */
    char english[RULES_SENTENCE_MAX];
};

struct rules_report {
    struct rules_failure *failures; /* by row; owned, see rules_report_free() */
    size_t count;                   /* 0: nothing is missing */
};

/* Check the items against the rules. A waived rule is the caller's affair: it takes the
 * failure out and records who waived it. The caller frees the report.
 *   RC_INVALID  an outcome or fact that the rules do not know, an item of no row */
struct rules_check {
    struct rules_facts facts;
    const struct rules_item *items; /* borrowed */
    size_t item_count;
    const struct rules_seen *seen; /* borrowed; may be none */
    size_t seen_count;
};
MUST_USE enum rc rules_check(const struct rules *rules, const struct rules_check *check,
                             struct rules_report *ret_report, struct fault *why);
void rules_report_free(struct rules_report *report); /* leaves it empty */

/* ---- paper against picture ---- */

enum rules_kind { RULES_PAGE = 1, RULES_BLANK, RULES_COVER, RULES_SEPARATOR };

/* One feeding of the scanner. */
struct rules_batch {
    unsigned sheets_declared, sheets_counted, images;
    bool duplex; /* both sides of each sheet were taken: images must be 2 x sheets */
};

/* One image. rules_arrange() puts them in order and fills page_no. */
struct rules_image {
    enum rules_kind kind;
    unsigned batch;             /* index into the batches: 0 is the first feeding */
    unsigned index;             /* 1.. within its batch, in the order of scanning */
    unsigned row;               /* RULES_PAGE: its row; else 0 */
    unsigned page_no;           /* 1..n over the volume; 0: carries none */
    const char *capture_sha256; /* borrowed, 64 hex digits; NULL when missing */
    const char *pdf_sha256;     /* RULES_PAGE only */
    bool qc_ok;                 /* the second person passed it */
};

/* Merge feedings into catalogue order: pages by row, then batch, then index, numbered
 * from 1 without gaps (rows without numbers get 0); images that are no pages come last,
 * by batch and index. Sorts in place. */
void rules_arrange(const struct rules *rules, struct rules_image *images, size_t count);

struct rules_line {
    bool ok;
    char text[RULES_LINE_MAX]; /* Chinese; begins with what was compared */
};

struct rules_reconciliation {
    unsigned sheets_declared, sheets_counted; /* sums over the batches */
    unsigned images, pages, blank, cover, separator;
    unsigned numbered; /* the last page number */
    bool ok;           /* every line is */
    struct rules_line lines[RULES_LINES_MAX];
    size_t line_count;
};

/* Reconcile. `images` in the order of rules_arrange(). Never fails: what is wrong is in
 * the lines. */
void rules_reconcile(const struct rules *rules, const struct rules_batch *batches,
                     size_t batch_count, const struct rules_image *images,
                     size_t image_count, struct rules_reconciliation *ret_result);

#endif

/* One scanning job in memory: what was declared, the sheets that are safe in the spool,
 * what was read on each picture, and what the operator decided about it.
 *
 * A picture's index is its place in the order of feeding, from 1, as in the manifest.
 * Everything here can be made again from the spool's files (station/spool.h). */
#ifndef STATION_JOB_H
#define STATION_JOB_H

#include "core/label.h"
#include "core/rc.h"
#include "station/job_flow.h"
#include "station/page/limits.h"
#include "station/page/patch_meaning.h"
#include "station/page/title.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    JOB_REASON_MAX = 128, /* of a repair, in the operator's words */
    JOB_ID_LEN = 32,
    JOB_SHEETS_MAX = 2000, /* of one volume; a usual one has some 200 pages */
    JOB_LEAVES_MAX = 9000, /* fed for it: backs by hand and repairs are leaves, too; four
                            * digits in the spool's names */
    JOB_TITLE_MAX = 160,
    JOB_SENTENCE_MAX = 512,
    JOB_WORD_MAX = 64,
    JOB_ROWS_MAX = 99,
};

enum side { SIDE_FRONT, SIDE_BACK };
const char *side_name(enum side side); /* "front", "back" */

enum image_state {
    IMAGE_CAPTURED, /* in the spool, not read yet */
    IMAGE_READING,  /* a page worker has it */
    IMAGE_READY,    /* `result` is set and in the spool */
    IMAGE_FAILED,   /* could not be read twice; `result` says why in "sentence" */
};
const char *image_state_name(enum image_state state);

/* What the operator decided about a picture. */
enum image_edit {
    EDIT_NONE = 0,
    EDIT_KEEP_AS_PAGE = 1,
    EDIT_SET_BLANK = 2,
    EDIT_MOVE = 4,
    EDIT_TURN = 8,
    EDIT_TITLE = 16,
    EDIT_CHECKED = 32 /* a person looked at the sheet: it is right as it is */
};

/* The scanner's bits as they lie in the spool. */
struct capture {
    char file[24]; /* "0001-front.jpg", in the job's folder sheets/ */
    char sha256[SHA256_HEX];
    uint64_t bytes;
    uint32_t dpi, width_px, height_px;
    char type[24]; /* "image/jpeg" */
    char mode[16]; /* "Color" */
};

struct job_image {
    unsigned leaf;  /* in the order of feeding, from 1: names its files, never changes */
    unsigned of;    /* the leaf of its sheet's front; 0: a back that belongs to none */
    unsigned sheet; /* its place among the sheets of the volume, from 1 */
    enum side side;
    struct capture capture;
    enum image_state state;
    json_t *result; /* owned; NULL until looked at, read or failed */
    bool looked;    /* a first look was asked for; see session_pages.c */
    unsigned edit;  /* bits of enum image_edit */
    unsigned edit_row;
    json_t *beside;    /* owned; reasons beside other pages, or NULL. By group_pages() */
    unsigned turn_deg; /* with EDIT_TURN: 0 90 180 270, clockwise */
    char edit_title[JOB_TITLE_MAX]; /* with EDIT_TITLE: what the paper is called */
    struct title_proposal proposal; /* row 0: none. Made by group_pages() */
    bool proposed;                  /* the proposal was looked for */
    bool behind;                    /* the end of the volume. Made by group_pages() */
    bool begins;                    /* an item begins with it. Made by group_pages() */
    char seen_by[LABEL_TEXT_MAX];   /* who looked at it and let it be so; "" nobody yet */
    unsigned row; /* of the catalogue; 0: none, or not a page. Made by group_pages() */
    unsigned told_row; /* what the readers of the page were told last */
    bool told_doubt;
};

/* Why feeding stands still; the word of the scanner's end, or one of ours. */
struct job_stop {
    char code[24];  /* "" none; "jam" "no-docs" "disk-full" "crash" "other-volume" ... */
    unsigned sheet; /* the sheet that was in the path, not kept; 0 none */
};

struct job {
    char id[JOB_ID_LEN + 1];
    char volume[LABEL_TEXT_MAX];
    char case_no[96];
    char kind[16]; /* "first" or "supplement" */
    enum job_state state;
    struct job_stop stop;
    char note[JOB_SENTENCE_MAX]; /* one more sentence for the operator; "" none */
    unsigned sheets_declared;
    unsigned leaves; /* acknowledged; the next one fed is leaf leaves + 1 */
    unsigned sheets; /* of them in the volume: without replaced and removed ones */
    unsigned sides;  /* 1 or 2; 0 before the first sheet */
    char profile[JOB_WORD_MAX]; /* how it is scanned; "": the first of the settings */
    bool by_hand;               /* both sides at a feeder of one: station/turn.h */
    bool glass;     /* a flatbed: sheet by sheet; from the profile, not in the files */
    bool turned;    /* the stack was turned over: what is fed next are backs */
    bool confirmed; /* the volume's label was read a second time, by a person */
    char operator_badge[LABEL_TEXT_MAX], operator_name[JOB_WORD_MAX];
    int64_t started_ms, ended_ms;
    json_t
        *scanner;  /* owned; vendor, model, serial, device; NULL before the first scan */
    json_t *rules; /* owned; rows of the catalogue from the repository, or NULL */
    json_t *recounts; /* owned; corrections of sheets_declared, with who and when */
    json_t *stored;   /* owned; the repository's answer, when done */
    json_t *repair;   /* owned; what the next sheet is for, or NULL: see job_repair.h */
    json_t *repairs;  /* owned; all repairs done, in order; NULL none */
    json_t *returned; /* owned; pages that quality control sent back: see job_return.h */
    char resend[JOB_ID_LEN + 1]; /* id of the feeding that is sent after a return; "" */
    bool folded;    /* a repair was found that only the sheet's record knew */
    bool mended;    /* when it came back from the spool, its last sheet was a repair */
    int64_t fed_ms; /* of the last leaf, when it came back from the spool; 0 none */
    json_t *runs;   /* owned; each feeding: who, when, which leaves, how it ended */
    const struct page_limits *limits; /* borrowed, to judge its order; NULL: the usual */
    const struct patch_meanings *patches; /* borrowed; NULL: the usual */
    struct job_image *images;             /* owned; in the order of the volume */
    size_t count, room;
    struct job_image *gone; /* owned; kept, but not in the volume any more */
    size_t gone_count;
};

/* A new job in state declared, with a fresh id. Ends the process when out of memory. */
struct job *job_new(void);
void job_free(struct job *job); /* accepts NULL */

/* Append the pictures of one acknowledged sheet, at the end. Copies. */
void job_add_sheet(struct job *job, const struct capture *sides, unsigned count);
/* The picture of this leaf, in the volume or not; *ret_index is its index, 0 when it is
 * gone. NULL when there is none. Borrowed, as below. */
struct job_image *job_leaf_image(struct job *job, unsigned leaf, enum side side,
                                 unsigned *ret_index);
/* By index from 1; NULL when there is none. Borrowed, until the next job_add_sheet(). */
struct job_image *job_image(struct job *job, unsigned index);

/* The kind that counts, after the operator's decision: "page" "blank" "cover"
 * "separator"; "" while it is not known. */
const char *image_kind(const struct job_image *image);

/* job.json, without the pictures (but with the decisions about them) and back. */
json_t *job_to_json(const struct job *job);
/* RC_CORRUPT: a field is missing or out of its bounds. *ret_decisions gets a new
 * reference to the list of decisions, for job_decide_all(), since the sheets come later.
 */
MUST_USE enum rc job_from_json(const json_t *json, struct job **ret_job,
                               json_t **ret_decisions, struct fault *why);
/* All decisions, new reference; part of job.json. */
json_t *job_decisions_json(const struct job *job);
/* Apply the list of decisions once the sheets are there; unknown leaves are left out. */
void job_decide_all(struct job *job, const json_t *decisions);

/* What the next sheet's record says it was fed for: new reference, or NULL. */
json_t *job_purpose(const struct job *job);

/* One sheet's record and back. `repair`: what it was fed for, NULL the next in order;
 * borrowed both ways. A sheet that was fed as a back (station/turn.h) has that alone.
 * RC_CORRUPT as above; also when it is not sheet `leaf`. */
json_t *sheet_to_json(unsigned leaf, const struct capture *sides, unsigned count,
                      json_t *repair);
MUST_USE enum rc sheet_from_json(const json_t *json, unsigned leaf,
                                 struct capture ret_sides[2], unsigned *ret_count,
                                 json_t **ret_repair, struct fault *why);

#endif

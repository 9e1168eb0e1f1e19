/* Alarms: what the racks sense, or the files show, against the records, until it is put
 * right.
 *
 * An alarm is raised and ended by an event of the ledger, so that it outlives a restart;
 * VIEW_ALARMS holds the open ones. Its name is that of the place and what is wrong there
 * ("S0100100121", "S0100100121-late", "01.001-dead", "0123456789abcdef-wrong"): the same
 * thing is told once. The place of a file is the first sixteen digits of its hash.
 *
 * Most end when the thing itself is put right: the volume is back, the door shut, the
 * rack answers. The others say what has happened, and end when a person has looked and
 * written down what it was. */
#ifndef REPO_ALARM_H
#define REPO_ALARM_H

#include "repo-daemon/repo.h"

#include <stdbool.h>

enum alarm_kind {
    ALARM_TAKEN,      /* a volume was taken that nobody ordered */
    ALARM_PUT,        /* something was put in that nobody ordered */
    ALARM_WRONG_PUT,  /* the same, while another slot waits for a volume */
    ALARM_WRONG_TAKE, /* the same, while another slot's volume was to be taken */
    ALARM_LATE,       /* a lit slot that no hand has touched for SHELF_LATE_MS */
    ALARM_DOOR,       /* a door open for a minute */
    ALARM_FORCED,     /* a door opened without its bolt being driven */
    ALARM_TAG,        /* an order to a lock that we did not sign */
    ALARM_CHATTER,    /* a switch that does not rest */
    ALARM_DEAD,       /* a rack that does not answer */
    ALARM_FILE_WRONG, /* a kept file has another content than its name says */
    ALARM_FILE_GONE,  /* a file that an event names is not there */
    ALARM_FILES_MANY, /* more of these than are told one by one */
    ALARM_KINDS
};

enum { ALARM_NAME_MAX = 24, ALARM_NOTE_MAX = 900 }; /* bytes, with NUL */

struct alarm_row {
    const char *word;   /* "wrong-put" */
    const char *suffix; /* of the name, behind the place; "" none */
    bool of_slot;       /* else of a rack, or of a file */
    bool by_hand;       /* a person ends it with a note; else it ends when put right */
    const char *what;   /* Chinese: what is wrong */
    const char *now;    /* Chinese: what to do */
};

/* NULL behind the last. */
const struct alarm_row *alarm_row(size_t kind);
/* NULL: no such word. */
const struct alarm_row *alarm_find(const char *word);

/* The name of an alarm at `place`: a slot label, or "01.001" for a rack. */
void alarm_name(const struct alarm_row *row, const char *place,
                char ret_name[ALARM_NAME_MAX]);

/* Raise one of a rack, or ALARM_LATE and ALARM_CHATTER of a slot (those of a slot's
 * content come with its "odd", shelf.c). Nothing happens when it is open already.
 * `source` names this occurrence: told twice, it is raised once. */
MUST_USE enum rc alarm_raise(struct repo *repo, enum alarm_kind kind, const char *place,
                             const json_t *evidence, const char *source,
                             struct fault *why);
/* End it; that it is not open is RC_OK. `by` "" for what ended by itself. */
MUST_USE enum rc alarm_end(struct repo *repo, enum alarm_kind kind, const char *place,
                           const char *source, struct fault *why);

/* Does it speak of a 副卷: its volume, or one that was meant? */
bool alarm_is_secret(const json_t *alarm);
/* The open alarms, oldest first, as the pages show them; those that speak of a 副卷 only
 * when `secret_too`. New reference. */
MUST_USE enum rc alarm_list(struct repo *repo, bool secret_too, json_t **ret_list,
                            struct fault *why);
/* One of them; `name` is its key. Of a file of a 副卷 those who may not see it hear only
 * that it is one. New reference. */
json_t *alarm_show(const char *name, const json_t *alarm, bool secret_too);

#endif

/* Fixity: every kept file is read again and compared with its name, round after round.
 *
 * A round reads all files in the order of their names, then looks whether each file that
 * an event names is there. It goes in small slices between requests and within the hours,
 * so that it is done in the days of the setting and never reads faster than allowed.
 * Where it stands is written down every half minute and outlives a restart: what comes
 * after that place is read again, nothing is passed over.
 *
 * A file that is wrong or gone becomes an alarm (alarm.h), which ends when the file is
 * read and found right again. A finished round is an event of the ledger.
 *
 * Used from the store's one thread; a step blocks for at most FIXITY_SLICE bytes. */
#ifndef REPO_FIXITY_H
#define REPO_FIXITY_H

#include "repo-daemon/repo.h"

#include <stdbool.h>

enum {
    FIXITY_STEP_MS = 100,           /* the usual time between two steps */
    FIXITY_SLICE = 4 * 1024 * 1024, /* bytes that one step reads at most */
    FIXITY_ALARMS_MOST = 200,       /* told one by one; then ALARM_FILES_MANY */
    FIXITY_SAVE_MS = 30 * 1000,     /* of work that is done again after a restart */
    FIXITY_QUIET_MS = 600 * 1000,   /* after a start, before a round begins by itself */
};

enum fixity_phase { FIXITY_IDLE, FIXITY_FILES, FIXITY_NAMES, FIXITY_PHASES };

struct fixity_options {
    unsigned days; /* 1.. for a round */
    uint64_t bytes_per_s;
    unsigned from_hour, to_hour; /* of Beijing, from 0..23 to 0..24; over midnight too */
};

/* Of one round. */
struct fixity_sums {
    int64_t began_ms, ended_ms; /* Unix ms; 0 none */
    uint64_t files, bytes;      /* read */
    uint64_t wrong, gone;
};

struct fixity_facts {
    uint64_t round; /* the one that runs, or ran last; 0 none yet */
    enum fixity_phase phase;
    bool asked;              /* by a person: regardless of the hours */
    bool late;               /* the round has taken longer than the days allow */
    uint64_t rate;           /* bytes a second that it reads now */
    struct fixity_sums now;  /* of the round that runs */
    struct fixity_sums last; /* of the last that came to its end */
};

/* "20-6": hours, as in the setting. False: no such span. */
bool fixity_hours(const char *text, unsigned *ret_from, unsigned *ret_to);

/* Goes on where the last one stood. The caller frees it before the repository. */
MUST_USE enum rc fixity_new(struct repo *repo, const struct fixity_options *options,
                            struct fixity **ret_fixity, struct fault *why);
void fixity_free(struct fixity *fixity); /* accepts NULL; keeps nothing */

/* One slice. Faults are kept for the next step, which tries the same again. */
MUST_USE enum rc fixity_step(struct fixity *fixity, int64_t now_ms, struct fault *why);

/* A round at once; one that runs goes on at the full rate. What is alarmed is looked at
 * first. Call it within the transaction that writes down who asked. */
MUST_USE enum rc fixity_ask(struct fixity *fixity, struct store_txn *txn,
                            struct fault *why);

struct fixity_facts fixity_facts(const struct fixity *fixity, int64_t now_ms);
const struct fixity_options *fixity_options(const struct fixity *fixity);
const char *fixity_phase_word(enum fixity_phase phase); /* "idle" "files" "names" */

#endif

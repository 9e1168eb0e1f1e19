/* Inside of fixity: what its three files share. */
#ifndef REPO_FIXITY_IN_H
#define REPO_FIXITY_IN_H

#include "repo-daemon/fixity.h"
#include "repo-daemon/fixity_read.h"

/* A folder of a large house has a hundred thousand files and is read whole for each list:
 * so seldom that nobody waits for it. */
enum { FIXITY_QUEUE = 8192 };

struct fixity {
    struct repo *repo; /* borrowed */
    struct fixity_options options;
    struct fixity_facts facts; /* `late` and `rate` are worked out when asked */
    char after[SHA256_HEX];    /* place in the phase: what is done up to here; "" none */
    struct sha256 queue[FIXITY_QUEUE]; /* the next files */
    size_t queue_at, queue_len;
    struct sha256 again[FIXITY_ALARMS_MOST]; /* alarmed ones, looked at first */
    size_t again_at, again_len;
    bool look_again; /* fill `again` */
    struct fixity_read *read;
    uint64_t allowance; /* bytes that may be read now */
    int64_t last_ms, saved_ms;
    int64_t first_ms; /* of the first step */
};

/* fixity_plan.c: when, and how fast. */
bool fixity_may_begin(const struct fixity *fixity, int64_t now_ms);
bool fixity_in_hours(const struct fixity_options *options, int64_t now_ms);
uint64_t fixity_rate(const struct fixity *fixity, int64_t now_ms);
/* Where it stands, in the table of what is no history. */
MUST_USE enum rc fixity_load(struct fixity *fixity, struct fault *why);
MUST_USE enum rc fixity_save(struct fixity *fixity, struct fault *why);
MUST_USE enum rc fixity_save_in(struct fixity *fixity, struct store_txn *txn,
                                struct fault *why);

/* fixity_alarm.c: what a file that was read means for its alarms. `is` as of
 * fixity_read_on(). */
MUST_USE enum rc fixity_tell(struct fixity *fixity, struct sha256 file, enum rc is,
                             int64_t now_ms, struct fault *why);
/* Those that are alarmed now, into `again`. */
MUST_USE enum rc fixity_alarmed(struct fixity *fixity, struct fault *why);
/* The round is over: event, and the end of ALARM_FILES_MANY when it no longer holds. */
MUST_USE enum rc fixity_tell_round(struct fixity *fixity, int64_t now_ms,
                                   struct fault *why);

#endif

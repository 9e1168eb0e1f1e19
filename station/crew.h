/* Who is logged in at this station. The repository checks the password; its answer is
 * kept here, in memory only: after a restart everybody logs in again. A person who is
 * logged in goes on working while the repository is away. */
#ifndef STATION_CREW_H
#define STATION_CREW_H

#include "core/label.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    CREW_MAX = 8, /* log-ins at the same time; the one unused longest makes room */
    CREW_TOKEN_LEN = 32,
    CREW_IDLE_MS = 12 * 60 * 60 * 1000, /* a shift */
    CREW_WRONG_MAX = 5,                 /* passwords; then the log-in ends */
};

struct crew_member {
    char token[CREW_TOKEN_LEN + 1]; /* "" a free place */
    char badge[LABEL_TEXT_MAX];
    char name[64];
    int64_t used_ms; /* monotonic */
    bool locked;     /* idle too long, or by wish: only the password opens it again */
    bool has_secret;
    unsigned wrong;               /* passwords in a row */
    uint8_t salt[16], secret[32]; /* scrypt of the password, so that a person can come
                                     back to his place while the repository is away */
};

struct crew {
    struct crew_member at[CREW_MAX];
    int64_t lock_ms; /* idle time after which a place is locked; 0 never */
};

/* Take in the answer of POST /v1/session. Borrowed result.
 *   RC_DENIED   the person has no role that may scan (operator, qc, cataloguer, admin)
 *   RC_CORRUPT  the answer is not as it should be */
MUST_USE enum rc crew_enter(struct crew *crew, const json_t *session, int64_t now_ms,
                            const struct crew_member **ret_who, struct fault *why);
/* The person with this token, or NULL; notes that it was used, unless the place is locked
 * (`locked` says so). Constant time. */
const struct crew_member *crew_find(struct crew *crew, const char *token, int64_t now_ms);
/* Keep what the password is compared with; takes some 0.1 s. */
MUST_USE enum rc crew_keep_secret(struct crew *crew, const char *token,
                                  const char *password, struct fault *why);
void crew_lock(struct crew *crew, const char *token);
/* RC_DENIED: not the password; after CREW_WRONG_MAX in a row the log-in has ended.
 * RC_NOT_FOUND: nobody is logged in by this token. */
MUST_USE enum rc crew_unlock(struct crew *crew, const char *token, const char *password,
                             int64_t now_ms, struct fault *why);
void crew_leave(struct crew *crew, const char *token);
/* Who did something last; NULL when nobody is logged in. */
const struct crew_member *crew_last(const struct crew *crew, int64_t now_ms);

#endif

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
};

struct crew_member {
    char token[CREW_TOKEN_LEN + 1]; /* "" a free place */
    char badge[LABEL_TEXT_MAX];
    char name[64];
    int64_t used_ms; /* monotonic */
};

struct crew {
    struct crew_member at[CREW_MAX];
};

/* Take in the answer of POST /v1/session. Borrowed result.
 *   RC_DENIED   the person has no role that may scan (operator, qc, cataloguer, admin)
 *   RC_CORRUPT  the answer is not as it should be */
MUST_USE enum rc crew_enter(struct crew *crew, const json_t *session, int64_t now_ms,
                            const struct crew_member **ret_who, struct fault *why);
/* The person with this token, or NULL; notes that it was used. Constant time. */
const struct crew_member *crew_find(struct crew *crew, const char *token, int64_t now_ms);
void crew_leave(struct crew *crew, const char *token);
/* Who did something last; NULL when nobody is logged in. */
const struct crew_member *crew_last(const struct crew *crew, int64_t now_ms);

#endif

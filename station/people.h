/* Who is logged in at this station. The repository checks the password; its answer is
 * kept here, in memory only: after a restart everybody logs in again. A person who is
 * logged in goes on working while the repository is away. */
#ifndef STATION_PEOPLE_H
#define STATION_PEOPLE_H

#include "core/label.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PEOPLE_MAX = 8, /* log-ins at the same time; the one unused longest makes room */
    PEOPLE_TOKEN_LEN = 32,
    PEOPLE_IDLE_MS = 12 * 60 * 60 * 1000, /* a shift */
};

struct operator
{
    char token[PEOPLE_TOKEN_LEN + 1]; /* "" a free place */
    char badge[LABEL_TEXT_MAX];
    char name[64];
    int64_t used_ms; /* monotonic */
};

struct people {
    struct operator at[PEOPLE_MAX];
};

/* Take in the answer of POST /v1/session. Borrowed result.
 *   RC_DENIED   the person has no role that may scan (operator, qc, cataloguer, admin)
 *   RC_CORRUPT  the answer is not as it should be */
MUST_USE enum rc people_enter(struct people *people, const json_t *session,
                              int64_t now_ms, const struct operator** ret_who,
                              struct fault *why);
/* The person with this token, or NULL; notes that it was used. Constant time. */
const struct operator*
    people_find(struct people *people, const char *token, int64_t now_ms);
void people_leave(struct people *people, const char *token);
/* Who did something last; NULL when nobody is logged in. */
const struct operator* people_last(const struct people *people, int64_t now_ms);

#endif

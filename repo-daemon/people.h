/* People and machine accounts: adding them, log-in, sessions. Passwords are kept as
 * scrypt hashes beside the ledger, session tokens only as their SHA-256; neither is ever
 * in the ledger or in a log line. */
#ifndef REPO_PEOPLE_H
#define REPO_PEOPLE_H

#include "repo-daemon/repo.h"
#include "repo-daemon/roles.h"

enum {
    PERSON_BADGE_MAX = 16,
    PERSON_NAME_MAX = 64,
    PERSON_LOGIN_MAX = 64,
    PASSWORD_LEAST = 8,
    PASSWORD_MOST = 200,
    PIN_LEAST = 4,
    PIN_MOST = 12,
    TOKEN_MAX = 65,
    SESSION_MS = 12 * 3600 * 1000,
    SESSION_FRESH_MS = 10 * 60 * 1000, /* the person himself was here a moment ago */
};

struct person {
    char badge[PERSON_BADGE_MAX]; /* "P0000000197" */
    char name[PERSON_NAME_MAX];   /* "王库" */
    char login[PERSON_LOGIN_MAX];
    char dept[PERSON_NAME_MAX]; /* 庭室; "" for none */
    unsigned roles;
    bool disabled;   /* may do nothing any more */
    int64_t keys_ms; /* when another person last set password or roles, or took the codes
                        away: who did could have logged in as this one; 0: never */
};

/* Add a person; `by` is the badge of who does it, "" from the command line. The answer is
 * the person as JSON.
 *   RC_INVALID  name, log-in name or password are not usable; Chinese sentence
 *   RC_CONFLICT the log-in name is taken */
struct person_new {
    const char *id, *by, *login, *name, *password; /* borrowed */
    const char *dept;                              /* borrowed, NULL for none */
    unsigned roles;
    struct sha256 request;
};
MUST_USE enum rc people_add(struct repo *repo, const struct person_new *who,
                            json_t **ret_person, struct fault *why);

MUST_USE enum rc people_find(struct repo *repo, struct store_txn *txn, const char *badge,
                             struct person *ret_person);
json_t *people_json(const struct person *person); /* all fields */
/* {"badge","name"}, or JSON null for "". */
json_t *people_short(struct repo *repo, struct store_txn *txn, const char *badge);

/* Log in. The same sentence and the same time for a wrong name and a wrong password.
 *   RC_DENIED   wrong
 *   RC_AGAIN    wrong too often (guess.h)
 *   RC_REFUSED  the password is right, but a one-time code is needed and none was given
 */
struct log_in {
    const char *login, *password; /* borrowed, all */
    const char *code;             /* one-time or recovery code; NULL or "" for none */
    const char *source;           /* address; NULL for unknown */
    int64_t now_ms;
};
MUST_USE enum rc people_log_in(struct repo *repo, const struct log_in *log_in,
                               char ret_token[TOKEN_MAX], struct person *ret_person,
                               struct fault *why);
/* Who has this token? RC_DENIED: nobody, or it has expired. */
MUST_USE enum rc people_of_token(struct repo *repo, const char *token, int64_t now_ms,
                                 struct person *ret_person);
/* Has the person logged in just now? What he is known by is changed only then: not by who
 * finds his desk open. */
bool people_is_fresh(struct repo *repo, const char *token, int64_t now_ms);
/* Who shows this badge and knows its PIN; wrong ones make wait as those of log-in names
 * do. RC_DENIED, RC_AGAIN with a sentence. `source` is the address of the desk. */
MUST_USE enum rc people_by_pin(struct repo *repo, const char *badge, const char *pin,
                               const char *source, int64_t now_ms,
                               struct person *ret_person, struct fault *why);
/* A secret as it is kept: {"salt","scrypt"}, new reference; NULL when it cannot be made.
 */
json_t *people_secret(const char *secret);
MUST_USE enum rc people_log_out(struct repo *repo, const char *token, struct fault *why);
/* Every session of a person ends, within a write transaction; that of the token `but`
 * stays ("" for none). */
MUST_USE enum rc people_log_out_all(struct repo *repo, struct store_txn *txn,
                                    const char *badge, const char *but,
                                    struct fault *why);

#endif

/* One request as the store sees it: who asks, for what, and the answer that goes back to
 * the http role. A handler answers by filling in, or fails with a fault whose Chinese
 * sentence is shown to the person; a fault in English is logged and shown as a general
 * sentence of its code. */
#ifndef REPO_CALL_H
#define REPO_CALL_H

#include "repo-daemon/command.h"
#include "repo-daemon/people.h"
#include "repo-daemon/repo.h"

enum { CALL_TITLE_MAX = 512, CALL_COOKIE_MAX = 200, CALL_TYPE_MAX = 64 };

struct repo_settings;
struct route;

struct call {
    struct repo *repo;
    const struct route *route;
    const json_t *parts, *query; /* borrowed, as body */
    json_t *body;                /* object, or NULL */
    const char *token, *last_id; /* borrowed; "" for none */
    bool by_cookie;
    const char *peer;   /* address of who asks; borrowed, NULL for unknown */
    const json_t *cert; /* of the machine: {"state","name","serial"}; borrowed, or NULL */
    const json_t *counts; /* of the http role, for /metrics; borrowed, may be NULL */
    const struct repo_settings *settings; /* borrowed */
    struct person by;
    int64_t now_ms;

    int status;
    json_t *answer;       /* owned */
    int fd;               /* owned, -1 for none: sent instead of `answer` */
    uint64_t size;        /* of fd */
    struct blob_put *put; /* owned: an upload that begins; its file is `fd` */
    char type[CALL_TYPE_MAX], etag[SHA256_HEX], cookie[CALL_COOKIE_MAX];
    const char *code; /* of a problem; NULL when all is well */
    char title[CALL_TITLE_MAX];
    const char *detail;
};

/* Look the route up by its path, check token and role, run the handler. Never fails: what
 * went wrong is the answer. The caller frees the call. */
void call_run(struct call *call, const char *method, const char *path);
void call_free(struct call *call);
/* The answer as the message for the http role; new reference. `call->fd` goes with it. */
json_t *call_message(const struct call *call);

/* The fault as an answer of the call. */
void call_fail(struct call *call, enum rc rc, const struct fault *why);

/* Must the caller set one-time codes up before anything else? (login.totp_roles) */
bool call_needs_totp(const struct call *call);

/* Fields of the request; "" or `otherwise` when missing or of another kind. */
const char *call_part(const struct call *call, const char *name);
const char *call_query(const struct call *call, const char *name);
const char *call_text(const struct call *call, const char *name);
int64_t call_number(const struct call *call, const char *name, int64_t otherwise);

/* A request's body without passwords, PINs and codes: all of it that may be kept. A new
 * object that shares its values. */
json_t *call_body_open(const json_t *body);

/* Begin a command from the request's id and body. RC_EXISTS: it was done before and is
 * answered already, return RC_OK. */
MUST_USE enum rc call_command(struct call *call, const char *event,
                              struct command *ret_command, struct fault *why);
/* Run it and answer with `status`, or 200 when it was done before. */
MUST_USE enum rc call_commit(struct call *call, const struct command *command, int status,
                             struct fault *why);

/* Did the caller log in just now (people_is_fresh)? RC_REFUSED with a sentence. */
MUST_USE enum rc call_is_fresh(const struct call *call, struct fault *why);

/* Tell the boards of an entry, though no event of it was applied. */
void call_told(const struct call *call, enum view view, const char *key);

/* Answer with an object; the reference is stolen. Always RC_OK. */
enum rc call_answer(struct call *call, int status, json_t *answer);
/* Answer with text in memory. */
MUST_USE enum rc call_answer_text(struct call *call, const char *type, struct bytes text,
                                  struct fault *why);

/* A volume or case of the path or body. RC_INVALID for a label whose check digits are
 * wrong, RC_NOT_FOUND for one that is not here; each with its sentence. RC_DENIED for a
 * 副卷 that is not here, to those who may not know that. */
MUST_USE enum rc call_volume(struct call *call, const char *label, json_t **ret_volume,
                             struct fault *why);
MUST_USE enum rc call_case(struct call *call, const char *id, json_t **ret_case,
                           struct fault *why);
/* 副卷 is for those who work with it. RC_DENIED with a sentence. */
MUST_USE enum rc call_may_see(const struct call *call, int64_t kinds, struct fault *why);

/* The volume of the path, if the caller may see what is in it; reading a 副卷 leaves a
 * trace. */
MUST_USE enum rc call_volume_to_read(struct call *call, json_t **ret_volume,
                                     struct fault *why);
/* The same for a stored volume: also its holder and named receiver see it. */
MUST_USE enum rc call_may_see_volume(const struct call *call, const json_t *volume,
                                     struct fault *why);
/* Is this the label of a 副卷? */
bool call_is_secret(const char *label);

/* Fields of stored objects. */
const char *json_text(const json_t *object, const char *name); /* "" when missing */
int64_t json_number(const json_t *object, const char *name);   /* 0 when missing */

#endif

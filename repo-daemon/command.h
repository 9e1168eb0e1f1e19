/* Commands: one event, what follows from it, and the answer, written together or not at
 * all. The same id with the same request gets the same answer for ever, also after a
 * restart; with another request it is refused. */
#ifndef REPO_COMMAND_H
#define REPO_COMMAND_H

#include "repo-daemon/repo.h"

struct command {
    const char *id;        /* borrowed, all pointers: 32 lower-case hex digits */
    struct sha256 request; /* of who asked for what */
    const char *event, *by;
    int64_t at_ms;
    const json_t *data;
    const struct ledger_move *moves;
    size_t move_count;
    /* Writes beside the event (a password); may be NULL. */
    enum rc (*beside)(struct repo *repo, struct store_txn *txn, void *context,
                      struct fault *why);
    /* The answer, from the views after the event; NULL: {"seq"}. New reference. */
    json_t *(*answer)(struct repo *repo, struct store_txn *txn, uint64_t seq,
                      void *context);
    void *context;
};

/* RC_OK: done before, *ret_answer is its answer. RC_NOT_FOUND: not done.
 * RC_CONFLICT: the id is taken by another request. */
MUST_USE enum rc command_known(struct repo *repo, const char *id,
                               const struct sha256 *request, json_t **ret_answer,
                               struct fault *why);

/* Do it. Durable on RC_OK; then repo->on_change has been told. RC_EXISTS: it was done
 * before, with the same answer. RC_CONFLICT, RC_FULL, RC_INVALID as ledger_append(). */
MUST_USE enum rc command_run(struct repo *repo, const struct command *command,
                             json_t **ret_answer, struct fault *why);

/* A command that has no caller: the same source gives the same id, so what is told twice
 * is done once. Fills in id and request. */
MUST_USE enum rc command_run_source(struct repo *repo, struct command *command,
                                    const char *source, struct fault *why);
void command_source_id(const char *source, char ret_id[33], struct sha256 *ret_request);

#endif

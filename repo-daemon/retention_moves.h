/* Events on volumes that change nothing of custody: a hold, a proposal. Each volume gets
 * a new version, its state stays. */
#ifndef REPO_RETENTION_MOVES_H
#define REPO_RETENTION_MOVES_H

#include "repo-daemon/call.h"

struct retention_moves {
    struct ledger_move at[LEDGER_MOVES_MAX];
    size_t count;
    json_t *volumes; /* owned: the stored objects, as they were */
    json_t *labels;  /* owned */
};

void retention_moves_begin(struct retention_moves *moves);
void retention_moves_end(struct retention_moves *moves); /* also for SCOPED */

/* `version` is what the caller saw, -1 when it does not matter. The volume is borrowed
 * for the call. RC_CONFLICT: it has another one; RC_INVALID: too many, or twice. */
MUST_USE enum rc retention_move(struct retention_moves *moves, json_t *volume,
                                int64_t version, struct fault *why);
/* "volumes" of the request, each with its version; at most `most`. `fits` (may be NULL)
 * says no to a volume with its sentence. */
MUST_USE enum rc retention_moves_call(
    struct call *call, struct retention_moves *moves, size_t most,
    enum rc (*fits)(struct call *call, const json_t *volume, struct fault *why),
    struct fault *why);
/* "reason", which has to be there. */
MUST_USE enum rc retention_reason(const struct call *call, const char **ret_reason,
                                  struct fault *why);

#endif

/* Events read ahead by a second thread while the first applies those before them. Only a
 * rebuild uses it. */
#ifndef REPO_APPLY_AHEAD_H
#define REPO_APPLY_AHEAD_H

#include "repo-daemon/ledger_event.h"

struct apply_ahead;

/* What is done with each event, in their order. */
typedef enum rc apply_ahead_each(void *context, const struct ledger_record *event,
                                 struct fault *why);

/* The caller ends with apply_ahead_free(). */
MUST_USE enum rc apply_ahead_new(struct apply_ahead **ret_ahead, struct fault *why);
void apply_ahead_free(struct apply_ahead *ahead); /* accepts NULL */

/* Events `from` to `to` of the ledger, read within `txn`, which only the calling thread
 * touches. RC_CORRUPT names an event that is damaged; what `each` answers ends it. */
MUST_USE enum rc apply_ahead_run(struct apply_ahead *ahead, struct ledger *ledger,
                                 struct store_txn *txn, uint64_t from, uint64_t to,
                                 apply_ahead_each *each, void *context,
                                 struct fault *why);

#endif

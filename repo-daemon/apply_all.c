/* All views again, from the first event to the last.
 *
 * Many events are applied in one transaction, with the entries they touch kept beside it
 * (view_cache.h), while a second thread reads those that follow (apply_ahead.h). The
 * views are marked as not whole from the first transaction to the last, so that nobody
 * uses them when the rebuild is cut off. */
#include "repo-daemon/apply.h"
#include "repo-daemon/apply_ahead.h"
#include "repo-daemon/view_cache.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

enum { TOGETHER = 50000 };

SCOPE_RELEASER(ahead_free_at, struct apply_ahead *, apply_ahead_free)

struct all_applying {
    struct repo *repo;
    struct store_txn *txn;
    struct apply_ahead *ahead;
    uint64_t from, to; /* seqs of this transaction */
};

static enum rc clear_views(struct store_txn *txn, void *context, struct fault *why)
{
    struct repo *repo = context;
    enum rc rc = views_mark(repo, txn, false, why);
    for (enum view v = 0; v < TABLE_PASSWORDS && !rc; v++) {
        rc = store_clear(txn, repo->tables[v], why);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

static enum rc mark_whole(struct store_txn *txn, void *context, struct fault *why)
{
    return views_mark(context, txn, true, why);
}

static enum rc apply_one(void *context, const struct ledger_record *event,
                         struct fault *why)
{
    const struct all_applying *all = context;
    return apply_event(all->repo, all->txn, event, why);
}

static enum rc apply_some(struct store_txn *txn, void *context, struct fault *why)
{
    struct all_applying *all = context;
    struct repo *repo = all->repo;
    view_cache_clear(repo->cache); /* of those before, or of a run thrown away */
    all->txn = txn;
    enum rc rc = apply_ahead_run(all->ahead, repo->ledger, txn, all->from, all->to,
                                 apply_one, all, why);
    return rc ? rc : view_flush(repo, txn, why);
}

static enum rc apply_each(struct repo *repo, uint64_t size, struct fault *why)
{
    SCOPED(ahead_free_at) struct apply_ahead *ahead = NULL;
    enum rc rc = apply_ahead_new(&ahead, why);
    repo->cache = view_cache_new();
    for (uint64_t seq = 1; !rc && seq <= size; seq += TOGETHER) {
        uint64_t last = seq + TOGETHER - 1;
        struct all_applying all = { repo, NULL, ahead, seq, last < size ? last : size };
        rc = store_update(repo->store, apply_some, &all, why);
    }
    view_cache_free(TAKE(repo->cache));
    return rc;
}

enum rc apply_all(struct repo *repo, uint64_t *ret_events, struct fault *why)
{
    struct ledger_head head;
    enum rc rc = ledger_head(repo->ledger, &head, why);
    if (!rc)
        rc = store_update(repo->store, clear_views, repo, why);
    if (!rc)
        rc = apply_each(repo, head.size, why);
    if (!rc)
        rc = view_index_all(repo, why);
    if (!rc)
        rc = store_update(repo->store, mark_whole, repo, why);
    if (!rc)
        *ret_events = head.size;
    return rc;
}

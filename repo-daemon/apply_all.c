/* All views again, from the first event to the last.
 *
 * Many events are applied in one transaction, with the entries they touch kept beside it
 * (view_cache.h). The views are marked as not whole from the first transaction to the
 * last, so that nobody uses them when the rebuild is cut off. */
#include "repo-daemon/apply.h"
#include "repo-daemon/view_cache.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

enum { TOGETHER = 50000 };

SCOPE_RELEASER(cache_free_at, struct view_cache *, view_cache_free)

struct all_applying {
    struct repo *repo;
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

static enum rc apply_some(struct store_txn *txn, void *context, struct fault *why)
{
    const struct all_applying *all = context;
    enum rc rc = RC_OK;
    view_cache_clear(all->repo->cache); /* of a run that was thrown away */
    for (uint64_t seq = all->from; !rc && seq <= all->to; seq++)
        rc = apply_seq(all->repo, txn, seq, why);
    return rc ? rc : view_flush(all->repo, txn, why);
}

static enum rc apply_each(struct repo *repo, uint64_t size, struct fault *why)
{
    enum rc rc = RC_OK;
    for (uint64_t seq = 1; !rc && seq <= size; seq += TOGETHER) {
        uint64_t last = seq + TOGETHER - 1;
        struct all_applying all = { repo, seq, last < size ? last : size };
        rc = store_update(repo->store, apply_some, &all, why);
    }
    return rc;
}

enum rc apply_all(struct repo *repo, uint64_t *ret_events, struct fault *why)
{
    SCOPED(cache_free_at) struct view_cache *cache = view_cache_new();
    struct ledger_head head;
    enum rc rc = ledger_head(repo->ledger, &head, why);
    if (!rc)
        rc = store_update(repo->store, clear_views, repo, why);
    repo->cache = cache;
    if (!rc)
        rc = apply_each(repo, head.size, why);
    repo->cache = NULL;
    if (!rc)
        rc = view_index_all(repo, why);
    if (!rc)
        rc = store_update(repo->store, mark_whole, repo, why);
    if (!rc)
        *ret_events = head.size;
    return rc;
}

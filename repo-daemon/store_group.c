/* Groups of changes. They go into one transaction of LMDB that stays open, each when it
 * stands (store_change.c); what makes a group durable is its record in the redo log. Now
 * and then the transaction is committed and the log begins again.
 *
 * When the transaction is lost (the map was too small, the disk full), it is made again
 * from the log: what was acknowledged is in there. */
#include "repo-daemon/store_lmdb_in.h"

#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 4096,
    ENTRY_PAGES = 4, /* that one entry may make new: the path to it, and a split */
    GROWS_MOST = 40,
};

static void kept_abort(struct store *store)
{
    if (store->kept)
        mdb_txn_abort(store->kept);
    store->kept = NULL;
    store->kept_entries = store->kept_bytes = 0;
}

/* LMDB does not have what was acknowledged, and cannot get it: the next start tries. */
static void give_up(const char *what, const char *why)
{
    fprintf(stderr,
            "<2>store: %s: %s; ending, so that the next start puts in what the redo log "
            "has\n",
            what, why);
    abort();
}

static enum rc kept_begin(struct store *store, struct fault *why)
{
    struct store_figures now;
    store_spare(store);
    store_figures(store, &now);
    int code = mdb_txn_begin(store->env, NULL, 0, &store->kept);
    store->kept_entries = store->kept_bytes = 0;
    store->kept_room = now.map_bytes - now.used_bytes;
    return code ? store_fault(why, code, "begin a group") : RC_OK;
}

/* The transaction again, from the log. */
static void kept_again(struct store *store)
{
    struct fault why = { 0 };
    enum rc rc = RC_AGAIN;
    kept_abort(store);
    for (int grows = 0; store->promised && rc == RC_AGAIN && grows < GROWS_MOST;
         grows++) {
        rc = grows ? store_grow(store, &why) : RC_OK;
        if (!rc)
            rc = kept_begin(store, &why);
        if (!rc)
            rc = store_replay(store, store->kept, &why);
        if (rc)
            kept_abort(store);
    }
    if (store->promised && !store->kept)
        give_up("what was acknowledged does not fit", why.text);
}

/* Commit; with it go the groups of the log, and the one that ends now if it is not
 * logged. On failure that one is lost, the others are as before. RC_AGAIN: the map was
 * too small. */
static enum rc kept_commit(struct store *store, struct fault *why)
{
    int code = store->redo.fd >= 0 ? store_mark(store, store->kept) : 0;
    if (code)
        mdb_txn_abort(store->kept);
    else
        code = mdb_txn_commit(store->kept);
    store->kept = NULL;
    enum rc rc = RC_OK;
    if (code == MDB_MAP_FULL)
        rc = fault_set(why, RC_AGAIN, 0, "store: the map is full");
    else if (code)
        rc = store_commit_failed(store, code, why);
    if (rc) {
        kept_again(store);
        return rc;
    }
    store->promised = false;
    redo_restart(&store->redo);
    return RC_OK;
}

enum rc store_settle(struct store *store, struct fault *why)
{
    if (!store->kept)
        return RC_OK;
    if (store->group_open || store->open_txns)
        abort();
    if (!store->promised) {
        kept_abort(store);
        return RC_OK;
    }
    enum rc rc = kept_commit(store, why);
    for (int grows = 0; rc == RC_AGAIN && grows < GROWS_MOST; grows++) {
        kept_abort(store); /* the map grows between transactions */
        rc = store_grow(store, why);
        kept_again(store);
        if (!rc)
            rc = kept_commit(store, why);
    }
    return rc;
}

bool store_is_settled(const struct store *store)
{
    return !store->promised;
}

/* Might the pages that are new since the last commit fill the map? Each entry makes a few
 * new, but not more than there are, besides those for what it adds. */
static bool is_much(const struct store *store)
{
    struct store_figures now;
    store_figures((struct store *)(uintptr_t)store, &now);
    uint64_t copied = store->kept_entries * ENTRY_PAGES * PAGE;
    copied = copied < now.used_bytes ? copied : now.used_bytes;
    return copied + 2 * store->kept_bytes > store->kept_room / 2;
}

enum rc store_group_begin(struct store *store, struct fault *why)
{
    if (getpid() != store->owner || store->group_open || store->open_txns)
        abort(); /* a group is begun and ended by one hand, between transactions */
    if (!store->redo_tried) {
        store->redo_tried = true;
        struct fault unused; /* without a log each group is a commit */
        if (store->redo.fd < 0 && store_redo_make(store, &unused))
            fprintf(stderr, "<4>store: no redo log: %s\n", unused.text);
    }
    enum rc rc = store->kept ? RC_OK : kept_begin(store, why);
    store->group_full = store->group_broken = false;
    store->group_open = !rc;
    redo_clear(&store->entries);
    return rc;
}

void store_group_again(struct store *store)
{
    struct fault unused;
    struct bytes before = { redo_entries_at(&store->entries), store->entries.len };
    kept_again(store);
    enum rc rc = store->kept ? RC_OK : kept_begin(store, &unused);
    if (!rc)
        rc = store_put_entries(store->kept, before, &unused);
    store->group_broken = store->group_broken || rc;
}

/* There is no log, or no room in it: LMDB gets all of it now. */
static enum rc group_commit(struct store *store, struct fault *why)
{
    enum rc rc = kept_commit(store, why);
    return rc == RC_AGAIN ? fault_set(why, RC_FULL, 0,
                                      "库文件已满，这一步没有保存；请用同一编号再做一次")
                          : rc;
}

enum rc store_group_end(struct store *store, struct fault *why)
{
    if (!store->group_open || store->open_txns)
        abort();
    store->group_open = false;
    if (store->group_broken) {
        kept_again(store);
        return fault_set(why, RC_FULL, 0,
                         "库文件已满，这一步没有保存；请用同一编号再做一次");
    }
    if (!store->entries.len)
        return RC_OK;
    store->kept_entries += store->entries.count;
    store->kept_bytes += store->entries.len;
    struct fault later = { 0 };
    enum rc rc = store->redo.fd >= 0 ? redo_append(&store->redo, &store->entries, &later)
                                     : RC_AGAIN;
    if (rc == RC_AGAIN)
        return group_commit(store, why);
    if (rc == RC_FULL) {
        kept_again(store); /* without this group */
        return fault_set(why, rc, later.err, "%s", later.text);
    }
    if (rc)
        give_up("a group could not be flushed", later.text);
    store->promised = true;
    if (is_much(store) && store_settle(store, &later))
        fprintf(stderr, "<4>store: %s; trying again\n", later.text);
    return RC_OK; /* it stands in the log */
}

bool store_group_is_open(const struct store *store)
{
    return store->group_open;
}

bool store_group_is_full(const struct store *store)
{
    return store->group_full;
}

void store_group_close(struct store *store)
{
    store->group_open = false;
    if (store->promised && store->kept && !store->open_txns && store_settle(store, NULL))
        fprintf(stderr, "<4>store: closed with its redo log\n");
    kept_abort(store);
    redo_close(&store->redo);
    free(store->entries.at);
}

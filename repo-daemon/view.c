/* Views: tables of JSON objects by name. */
#include "repo-daemon/repo.h"
#include "repo-daemon/view_cache.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static struct bytes key_bytes(const char *key)
{
    return (struct bytes){ (const uint8_t *)key, strlen(key) };
}

enum rc view_get(struct repo *repo, struct store_txn *txn, enum view view,
                 const char *key, json_t **ret_object)
{
    struct bytes value;
    json_t *kept = repo->cache ? view_cache_get(repo->cache, view, key) : NULL;
    if (!*key || strlen(key) > STORE_KEY_MAX)
        return RC_NOT_FOUND;
    if (kept) {
        *ret_object = json_incref(kept);
        return RC_OK;
    }
    enum rc rc = store_get(txn, repo->tables[view], key_bytes(key), &value);
    if (rc)
        return rc;
    *ret_object = json_text_read(value);
    if (*ret_object && repo->cache)
        view_cache_put(repo->cache, view, key, *ret_object, false);
    return *ret_object ? RC_OK : RC_CORRUPT;
}

enum rc view_find(struct repo *repo, enum view view, const char *key, json_t **ret_object)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, NULL);
    return rc ? rc : view_get(repo, txn, view, key, ret_object);
}

static void touch(struct repo *repo, enum view view, const char *key)
{
    for (size_t i = 0; i < repo->touched_count; i++)
        if (repo->touched[i].view == view && !strcmp(repo->touched[i].key, key))
            return;
    if (repo->touched_count == REPO_TOUCHED_MAX)
        return; /* the boards ask again anyway when they fall behind */
    struct repo_touched *t = &repo->touched[repo->touched_count++];
    t->view = view;
    snprintf(t->key, sizeof t->key, "%s", key);
}

static enum rc view_write(struct repo *repo, struct store_txn *txn, enum view view,
                          const char *key, const json_t *object, struct fault *why)
{
    /* An answer is given again as it was, also in the order of its fields. */
    size_t len = 0;
    SCOPED(free_at)
    char *text = view == TABLE_ANSWERS ? json_dumps(object, JSON_COMPACT)
                                       : json_text_write(object, &len);
    if (!text || !*key || strlen(key) > STORE_KEY_MAX)
        return fault_set(why, RC_INVALID, 0, "a view entry cannot be written: '%s'", key);
    return store_put(txn, repo->tables[view], key_bytes(key), key_bytes(text), why);
}

/* The entry as it is still stored; of a volume what its indexes and sums look at
 * (view_index.c, view_sums.c), as it is large and changes most. */
static json_t *stored_read(enum view view, struct bytes value)
{
    static const char *const of_volume[] = { "state",     "holder", "to",
                                             "case",      "kind",   "retention",
                                             "purged_ms", "holds",  NULL };
    return view == VIEW_VOLUMES ? json_text_pick(value, of_volume)
                                : json_text_read(value);
}

/* The entry as it is still stored, against what it becomes. */
static enum rc index_write(struct repo *repo, struct store_txn *txn, enum view view,
                           const char *key, const json_t *object, struct fault *why)
{
    struct bytes value;
    SCOPED(json_free_at) json_t *old = NULL;
    if (*key && strlen(key) <= STORE_KEY_MAX &&
        !store_get(txn, repo->tables[view], key_bytes(key), &value))
        old = stored_read(view, value);
    return view_index_change(repo, txn, view, key, old, object, why);
}

enum rc view_put(struct repo *repo, struct store_txn *txn, enum view view,
                 const char *key, const json_t *object, struct fault *why)
{
    if (repo->cache && *key && strlen(key) <= STORE_KEY_MAX) {
        json_t *kept = view_cache_get(repo->cache, view, key);
        bool itself = kept && kept == object;
        SCOPED(json_free_at)
        json_t *copy = itself ? json_incref(kept) : json_deep_copy(object);
        if (!copy)
            return fault_set(why, RC_NO_MEMORY, 0, "no memory for a view");
        view_cache_put(repo->cache, view, key, copy, true);
        return RC_OK;
    }
    enum rc rc =
        view_indexed(view) ? index_write(repo, txn, view, key, object, why) : RC_OK;
    if (rc)
        return rc;
    if (view == VIEW_VOLUMES || view == VIEW_PEOPLE || view == VIEW_SLOTS ||
        view == VIEW_ORDERS || view == VIEW_ALARMS || view == VIEW_INTAKES ||
        view == VIEW_STOCKTAKES || view == VIEW_COUNTS)
        touch(repo, view, key);
    return view_write(repo, txn, view, key, object, why);
}

enum rc view_keep(struct repo *repo, struct store_txn *txn, enum view view,
                  const char *key, json_t *object, struct fault *why)
{
    if (!repo->cache || !*key || strlen(key) > STORE_KEY_MAX)
        return view_put(repo, txn, view, key, object, why);
    view_cache_put(repo->cache, view, key, object, true);
    return RC_OK;
}

struct flushing {
    struct repo *repo;
    struct store_txn *txn;
};

static enum rc flush_one(void *context, enum view view, const char *key,
                         const json_t *object, struct fault *why)
{
    const struct flushing *f = context;
    return view_write(f->repo, f->txn, view, key, object, why);
}

static enum rc flush(struct repo *repo, struct store_txn *txn, enum view view,
                     struct fault *why)
{
    struct flushing flushing = { repo, txn };
    return repo->cache ? view_cache_flush(repo->cache, view, flush_one, &flushing, why)
                       : RC_OK;
}

enum rc view_flush(struct repo *repo, struct store_txn *txn, struct fault *why)
{
    return flush(repo, txn, VIEWS, why);
}

enum rc views_mark(struct repo *repo, struct store_txn *txn, bool whole,
                   struct fault *why)
{
    SCOPED(json_free_at)
    json_t *about = json_pack("{s:i, s:i}", "format", VIEWS_FORMAT, "whole", (int)whole);
    return view_write(repo, txn, TABLE_ABOUT, "views", about, why);
}

enum rc view_del(struct repo *repo, struct store_txn *txn, enum view view,
                 const char *key, struct fault *why)
{
    bool cached = repo->cache && view_cache_get(repo->cache, view, key);
    if (!*key)
        return RC_NOT_FOUND;
    if (cached)
        view_cache_drop(repo->cache, view, key);
    if (view == VIEW_ALARMS) /* that one is over is news as well */
        touch(repo, view, key);
    enum rc rc = !repo->cache && view_indexed(view)
                     ? index_write(repo, txn, view, key, NULL, why)
                     : RC_OK;
    if (!rc)
        rc = store_del(txn, repo->tables[view], key_bytes(key), why);
    return rc == RC_NOT_FOUND && cached ? RC_OK : rc; /* it was never written */
}

/* One step of view_each: false ends the walk. */
static bool entry_show(struct bytes key, struct bytes value, const char *prefix,
                       const char *after, view_on_entry *each, void *context)
{
    char name[STORE_KEY_MAX + 1];
    if (key.len > STORE_KEY_MAX || key.len < strlen(prefix) ||
        memcmp(key.at, prefix, strlen(prefix)) != 0)
        return false;
    memcpy(name, key.at, key.len);
    name[key.len] = 0;
    if (after && !strcmp(name, after))
        return true;
    SCOPED(json_free_at)
    json_t *object = json_text_read(value);
    return !object || each(name, object, context);
}

enum rc view_each(struct repo *repo, struct store_txn *txn, enum view view,
                  const char *prefix, const char *after, view_on_entry *each,
                  void *context, struct fault *why)
{
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    enum rc rc = flush(repo, txn, view, why); /* a walk looks at the table itself */
    if (!rc)
        rc = store_cursor_open(txn, repo->tables[view], &cursor, why);
    if (rc)
        return rc;
    struct bytes key, value;
    const char *start = after && strcmp(after, prefix) > 0 ? after : prefix;
    rc = store_cursor_from(cursor, key_bytes(start), &key, &value);
    while (!rc && entry_show(key, value, prefix, after, each, context))
        rc = store_cursor_next(cursor, &key, &value);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

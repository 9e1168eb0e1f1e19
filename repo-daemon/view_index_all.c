/* All indexes and sums at once, after a rebuild: keys are gathered over many entries and
 * written in their order, so that the store fills its pages one after the other. */
#include "repo-daemon/view_index.h"

#include "repo-daemon/view_sums.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 20000, FIRST_BYTES = 1 << 20 };

SCOPE_RELEASER(totals_free_at, struct view_totals *, view_totals_free)

/* Texts behind one another, each with its NUL. */
struct gathering {
    struct repo *repo;
    struct view_totals *totals; /* borrowed */
    struct store_txn *txn;      /* the walk's */
    enum view view;
    char from[STORE_KEY_MAX + 1], last[STORE_KEY_MAX + 1]; /* done and kept; looked at */
    size_t entries;
    char *text; /* owned */
    size_t len, room, count;
    bool full; /* no memory */
};

static void gather_key(struct gathering *g, const char *key)
{
    size_t size = strlen(key) + 1;
    if (g->len + size > g->room) {
        size_t room = g->room ? g->room * 2 : FIRST_BYTES;
        char *grown = realloc(g->text, room);
        if (!grown) {
            g->full = true;
            return;
        }
        g->text = grown;
        g->room = room;
    }
    memcpy(g->text + g->len, key, size);
    g->len += size;
    g->count++;
}

static bool gather_entry(const char *key, json_t *object, void *context)
{
    static char keys[FIND_KEYS_MAX][FIND_KEY_MAX]; /* one thread */
    struct gathering *g = context;
    if (g->entries++ == TOGETHER)
        return false;
    view_totals_add(g->totals, g->txn, g->view, key, object);
    size_t count = view_index_keys(g->view, key, object, keys);
    for (size_t i = 0; i < count; i++)
        gather_key(g, keys[i]);
    memcpy(g->last, key, strlen(key) + 1);
    return !g->full;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum rc gathered_write(struct store_txn *txn, void *context, struct fault *why)
{
    struct gathering *g = context;
    static const struct bytes nothing = { (const uint8_t *)"{}", 2 };
    SCOPED(free_at) const char **keys = calloc(g->count + 1, sizeof *keys);
    enum rc rc = RC_OK;
    if (!keys || g->full)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for an index");
    const char *at = g->text;
    for (size_t i = 0; i < g->count; i++, at += strlen(at) + 1)
        keys[i] = at;
    if (g->count)
        qsort(keys, g->count, sizeof *keys, by_text);
    for (size_t i = 0; !rc && i < g->count; i++)
        rc = store_put(txn, g->repo->tables[VIEW_FIND],
                       (struct bytes){ (const uint8_t *)keys[i], strlen(keys[i]) },
                       nothing, why);
    return rc;
}

/* Looked at in a transaction of its own, as one that writes may have to run twice. */
static enum rc gather_some(struct gathering *g, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(g->repo->store, &txn, why);
    g->entries = g->len = g->count = 0;
    g->txn = txn;
    return rc ? rc
              : view_each(g->repo, txn, g->view, "", *g->from ? g->from : NULL,
                          gather_entry, g, why);
}

static enum rc gather_view(struct repo *repo, struct view_totals *totals, enum view view,
                           struct fault *why)
{
    struct gathering g = { .repo = repo, .totals = totals, .view = view };
    enum rc rc;
    do {
        rc = gather_some(&g, why);
        if (!rc)
            rc = store_update(repo->store, gathered_write, &g, why);
        memcpy(g.from, g.last, sizeof g.from);
    } while (!rc && g.entries > TOGETHER);
    free(g.text);
    return rc;
}

static enum rc totals_write(struct store_txn *txn, void *context, struct fault *why)
{
    return view_totals_write(context, txn, why);
}

enum rc view_index_all(struct repo *repo, struct fault *why)
{
    SCOPED(totals_free_at) struct view_totals *totals = view_totals_new(repo);
    enum rc rc = RC_OK;
    for (enum view view = 0; !rc && view < TABLE_PASSWORDS; view++)
        if (view_indexed(view))
            rc = gather_view(repo, totals, view, why);
    return rc ? rc : store_update(repo->store, totals_write, totals, why);
}

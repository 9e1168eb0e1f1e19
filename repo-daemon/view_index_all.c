/* All indexes and sums at once, after a rebuild. A second thread makes the keys of many
 * entries and sorts them, so that the store fills its pages one after the other, while
 * the first writes those before and reads the entries that follow. */
#include "repo-daemon/view_index.h"

#include "repo-daemon/aside.h"
#include "repo-daemon/view_sums.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 20000, FIRST_BYTES = 1 << 20, FIRST_PAIRS = 1 << 14 };

/* Pairs of texts behind one another, each with its NUL. */
struct pairs {
    char *text; /* owned */
    size_t *at; /* owned: where each key begins */
    size_t len, room, count, count_room;
    bool full; /* no memory */
};

/* Entries of one view, and what is written for them. */
struct chunk {
    struct indexing *in;
    enum view view; /* VIEWS: there are no more entries */
    struct pairs entries, find, sums;
};

struct indexing {
    struct repo *repo;
    struct view_totals *totals;
    struct aside *aside;
    enum view view;               /* of the next entries */
    char last[STORE_KEY_MAX + 1]; /* the one before these; "": none */
    struct chunk chunks[2];
};

static bool room_for(struct pairs *p, size_t bytes)
{
    if (p->len + bytes > p->room) {
        size_t room = 2 * p->room + bytes + FIRST_BYTES;
        char *grown = realloc(p->text, room);
        p->full = p->full || !grown;
        p->text = grown ? grown : p->text;
        p->room = grown ? room : p->room;
    }
    if (p->count == p->count_room) {
        size_t room = 2 * p->count_room + FIRST_PAIRS;
        size_t *grown = reallocarray(p->at, room, sizeof *p->at);
        p->full = p->full || !grown;
        p->at = grown ? grown : p->at;
        p->count_room = grown ? room : p->count_room;
    }
    return !p->full;
}

static void text_add(struct pairs *p, struct bytes text)
{
    memcpy(p->text + p->len, text.at, text.len);
    p->text[p->len + text.len] = 0;
    p->len += text.len + 1;
}

static void pair_add(struct pairs *p, struct bytes key, struct bytes value)
{
    if (!room_for(p, key.len + value.len + 2))
        return;
    p->at[p->count++] = p->len;
    text_add(p, key);
    text_add(p, value);
}

static void pairs_clear(struct pairs *p)
{
    p->len = p->count = 0;
}

static void pairs_free(struct pairs *p)
{
    free(p->text);
    free(p->at);
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static int by_key(const void *left, const void *right, void *text)
{
    const size_t *a = left, *b = right;
    return strcmp((const char *)text + *a, (const char *)text + *b);
}

static void pairs_sort(struct pairs *p)
{
    if (p->count)
        qsort_r(p->at, p->count, sizeof *p->at, by_key, p->text);
}

/* ---- the second thread ---- */

static void sum_told(const char *key, int64_t n, int64_t secret, void *context)
{
    char value[80];
    if (secret)
        snprintf(value, sizeof value, "{\"n\":%" PRId64 ",\"secret\":%" PRId64 "}", n,
                 secret);
    else
        snprintf(value, sizeof value, "{\"n\":%" PRId64 "}", n);
    pair_add(context, text_bytes(key), text_bytes(value));
}

static void entry_index(struct chunk *c, const char *key)
{
    static char keys[FIND_KEYS_MAX][FIND_KEY_MAX]; /* this thread's */
    SCOPED(json_free_at)
    json_t *object = json_text_read(text_bytes(key + strlen(key) + 1));
    if (!object)
        return;
    view_totals_add(c->in->totals, c->view, key, object);
    size_t count = view_index_keys(c->view, key, object, keys);
    for (size_t i = 0; i < count; i++)
        pair_add(&c->find, text_bytes(keys[i]), text_bytes("{}"));
}

static void chunk_index(void *context)
{
    struct chunk *c = context;
    pairs_clear(&c->find);
    pairs_clear(&c->sums);
    view_totals_told_to(c->in->totals, sum_told, &c->sums);
    for (size_t i = 0; i < c->entries.count; i++)
        entry_index(c, c->entries.text + c->entries.at[i]);
    if (c->view == VIEWS)
        view_totals_case_end(c->in->totals);
    pairs_sort(&c->find);
    pairs_sort(&c->sums);
}

/* ---- the first ---- */

/* What follows in this view, as it lies in the store. */
static enum rc entries_read(struct indexing *in, struct chunk *c, struct store_txn *txn,
                            struct fault *why)
{
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    struct bytes key, value, last = text_bytes(in->last);
    enum rc rc = store_cursor_open(txn, in->repo->tables[in->view], &cursor, why);
    if (rc)
        return rc;
    rc = store_cursor_from(cursor, last, &key, &value);
    if (!rc && last.len && key.len == last.len && !memcmp(key.at, last.at, key.len))
        rc = store_cursor_next(cursor, &key, &value);
    for (; !rc && c->entries.count < TOGETHER && !c->entries.full;
         rc = store_cursor_next(cursor, &key, &value))
        pair_add(&c->entries, key, value);
    if (c->entries.count)
        strcpy(in->last, c->entries.text + c->entries.at[c->entries.count - 1]);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc chunk_read(struct indexing *in, struct chunk *c, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(in->repo->store, &txn, why);
    pairs_clear(&c->entries);
    while (!rc && in->view < TABLE_PASSWORDS && !c->entries.count) {
        c->view = in->view;
        if (view_indexed(in->view))
            rc = entries_read(in, c, txn, why);
        if (!c->entries.count) {
            in->view++;
            in->last[0] = 0;
        }
    }
    if (!c->entries.count)
        c->view = VIEWS;
    return rc;
}

static enum rc pairs_write(struct store_txn *txn, struct store_table table,
                           const struct pairs *p, struct fault *why)
{
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    enum rc rc = store_cursor_open(txn, table, &cursor, why);
    for (size_t i = 0; !rc && i < p->count; i++) {
        const char *key = p->text + p->at[i];
        rc = store_cursor_put(txn, table, cursor, text_bytes(key),
                              text_bytes(key + strlen(key) + 1), why);
    }
    return rc;
}

static enum rc chunk_write(struct store_txn *txn, void *context, struct fault *why)
{
    const struct chunk *c = context;
    struct repo *repo = c->in->repo;
    if (c->entries.full || c->find.full || c->sums.full)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for an index");
    enum rc rc = pairs_write(txn, repo->tables[VIEW_FIND], &c->find, why);
    if (!rc)
        rc = pairs_write(txn, repo->tables[VIEW_SUMS], &c->sums, why);
    return rc || c->view != VIEWS ? rc : view_totals_write(c->in->totals, repo, txn, why);
}

static enum rc chunks_all(struct indexing *in, struct fault *why)
{
    enum rc rc = chunk_read(in, &in->chunks[0], why);
    if (!rc)
        aside_give(in->aside, chunk_index, &in->chunks[0]);
    for (unsigned turn = 0; !rc; turn = !turn) {
        struct chunk *now = &in->chunks[turn], *next = &in->chunks[!turn];
        bool more = now->view != VIEWS;
        if (more)
            rc = chunk_read(in, next, why);
        aside_wait(in->aside);
        if (rc)
            return rc;
        if (more)
            aside_give(in->aside, chunk_index, next);
        rc = store_update(in->repo->store, chunk_write, now, why);
        if (!more)
            return rc;
    }
    return rc;
}

enum rc view_index_all(struct repo *repo, struct fault *why)
{
    struct indexing in = { .repo = repo };
    enum rc rc = view_totals_new(repo, &in.totals, why);
    in.aside = aside_new();
    for (size_t i = 0; i < COUNT(in.chunks); i++)
        in.chunks[i].in = &in;
    if (!rc)
        rc = chunks_all(&in, why);
    aside_free(in.aside);
    for (size_t i = 0; i < COUNT(in.chunks); i++) {
        pairs_free(&in.chunks[i].entries);
        pairs_free(&in.chunks[i].find);
        pairs_free(&in.chunks[i].sums);
    }
    view_totals_free(in.totals);
    return rc;
}

/* One change of a group, while it runs: rows beside LMDB, found by key.
 *
 * A transaction of LMDB within another copies every page that it touches, and looks for
 * pages in two lists. Most changes write a dozen entries and walk nothing; those are kept
 * as rows that point into the group's entries (redo.h), and go into the group's
 * transaction when the change stands. One that walks, counts what it wrote, clears a
 * table or is large goes on in a transaction of its own. */
#include "repo-daemon/store_lmdb_in.h"

#include "core/siphash.h"

#include <stdlib.h>
#include <string.h>

void change_begin(struct store *store)
{
    struct change *change = &store->change;
    if (change->open)
        abort();           /* one at a time */
    if (change->row_count) /* of the one before */
        memset(change->slots, 0, sizeof change->slots);
    change->open = true;
    change->from = store->entries.len;
    change->count_from = store->entries.count;
    change->tables = 0;
    change->nested = NULL;
    change->row_count = 0;
}

static uint32_t hash_of(struct store_table table, struct bytes key)
{
    static const uint8_t seed[SIPHASH_KEY_LEN] = { 1 };
    return (uint32_t)siphash(seed, key) + table.handle;
}

static bool row_is(const struct store *store, const struct change_row *row, uint32_t hash,
                   struct store_table table, struct bytes key)
{
    return row->hash == hash && row->table == table.handle && row->key_len == key.len &&
           !memcmp(redo_entries_at(&store->entries) + row->key_at, key.at, key.len);
}

/* The slot of the key: with its newest row, or where that goes. */
static uint16_t *slot_of(struct store *store, uint32_t hash, struct store_table table,
                         struct bytes key)
{
    struct change *change = &store->change;
    size_t at = hash % CHANGE_SLOTS;
    while (change->slots[at] &&
           !row_is(store, &change->rows[change->slots[at] - 1], hash, table, key))
        at = (at + 1) % CHANGE_SLOTS;
    return &change->slots[at];
}

char change_find(const struct store *store, struct store_table table, struct bytes key,
                 struct bytes *ret_value)
{
    if (!change_touches(store, table))
        return 0;
    uint16_t slot =
        *slot_of((struct store *)(uintptr_t)store, hash_of(table, key), table, key);
    if (!slot)
        return 0;
    const struct change_row *row = &store->change.rows[slot - 1];
    *ret_value = (struct bytes){ redo_entries_at(&store->entries) + row->value_at,
                                 row->value_len };
    return row->op;
}

enum rc change_add(struct store_txn *txn, struct store_table table, char op,
                   struct bytes key, struct bytes value, struct fault *why)
{
    struct store *store = txn->store;
    struct change *change = &store->change;
    struct redo_entry entry = { op, store->names[table.handle], key, value };
    enum rc rc = RC_OK;
    if (!change->nested && change->row_count == CHANGE_ROWS)
        rc = change_nest(txn, why);
    if (!rc && (!key.len || key.len > STORE_KEY_MAX) && op != 'c')
        rc = fault_set(why, RC_INVALID, 0, "store: a key of %zu bytes", key.len);
    if (rc)
        return rc;
    /* The key may lie in the entries, which move. */
    uint32_t hash = hash_of(table, key);
    uint16_t *slot = change->nested ? NULL : slot_of(store, hash, table, key);
    rc = redo_add(&store->entries, &entry, why);
    if (rc || !slot)
        return rc;
    if (*slot)
        change->rows[*slot - 1].op = 0;
    uint32_t value_at = (uint32_t)(store->entries.len - value.len);
    change->rows[change->row_count] = (struct change_row){
        .hash = hash,
        .key_at = value_at - (uint32_t)key.len,
        .value_at = value_at,
        .key_len = (uint32_t)key.len,
        .value_len = (uint32_t)value.len,
        .table = (uint8_t)table.handle,
        .op = op,
    };
    *slot = (uint16_t)++change->row_count;
    change->tables |= (uint64_t)1 << table.handle;
    return RC_OK;
}

/* The rows, in the order they were written. */
static int rows_put(const struct store *store, MDB_txn *txn)
{
    const uint8_t *entries = redo_entries_at(&store->entries);
    int code = 0;
    for (size_t i = 0; !code && i < store->change.row_count; i++) {
        const struct change_row *row = &store->change.rows[i];
        MDB_val key = { row->key_len, (void *)(uintptr_t)(entries + row->key_at) };
        MDB_val value = { row->value_len, (void *)(uintptr_t)(entries + row->value_at) };
        if (row->op == 'p')
            code = mdb_put(txn, row->table, &key, &value, 0);
        else if (row->op == 'd')
            code = mdb_del(txn, row->table, &key, NULL);
        code = code == MDB_NOTFOUND ? 0 : code; /* it was the change's own */
    }
    return code;
}

enum rc change_nest(struct store_txn *txn, struct fault *why)
{
    struct store *store = txn->store;
    struct change *change = &store->change;
    if (change->nested)
        return RC_OK;
    int code = mdb_txn_begin(store->env, store->kept, 0, &change->nested);
    if (!code)
        code = rows_put(store, change->nested);
    if (code == MDB_MAP_FULL) {
        txn->map_full = true;
        return fault_set(why, RC_AGAIN, 0, "store: the map is full");
    }
    return code ? store_fault(why, code, "nest a change") : RC_OK;
}

void change_drop(struct store *store)
{
    struct change *change = &store->change;
    if (change->nested)
        mdb_txn_abort(change->nested);
    change->nested = NULL;
    change->open = false;
    store->entries.len = change->from;
    store->entries.count = change->count_from;
}

int change_end(struct store *store)
{
    struct change *change = &store->change;
    int code = 0;
    if (change->nested) {
        code = mdb_txn_commit(change->nested);
        change->nested = NULL;
        if (code)
            change_drop(store);
    } else {
        code = rows_put(store, store->kept);
        if (code) { /* half of it is in */
            change_drop(store);
            store_group_again(store);
        }
    }
    change->open = false;
    return code;
}

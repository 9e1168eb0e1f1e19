/* The store over LMDB: entries of a table, walking it, and what is done beside the
 * transactions. */
#include "repo-daemon/store_file.h"
#include "repo-daemon/store_lmdb_in.h"

#include <errno.h>
#include <stdlib.h>

enum rc store_fault(struct fault *why, int code, const char *what)
{
    enum rc rc = RC_IO;
    if (code == MDB_NOTFOUND)
        rc = RC_NOT_FOUND;
    else if (code == MDB_INVALID || code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND ||
             code == MDB_VERSION_MISMATCH)
        rc = RC_CORRUPT;
    else if (code == MDB_BAD_VALSIZE || code == MDB_TXN_FULL)
        rc = RC_INVALID;
    else if (code == MDB_READERS_FULL)
        rc = RC_AGAIN;
    else if (code == ENOMEM)
        rc = RC_NO_MEMORY;
    else if (code > 0)
        rc = rc_of_errno(code);
    return fault_set(why, rc, code > 0 ? code : 0, "store: %s: %s", what,
                     mdb_strerror(code));
}

void store_figures(struct store *store, struct store_figures *ret_figures)
{
    MDB_envinfo info;
    MDB_stat stat;
    *ret_figures = (struct store_figures){ .map_bytes = store->map_bytes,
                                           .most_bytes = store->most_bytes,
                                           .readers_reaped = store->reaped };
    if (!mdb_env_info(store->env, &info) && !mdb_env_stat(store->env, &stat))
        ret_figures->used_bytes = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

enum rc store_get(struct store_txn *txn, struct store_table table, struct bytes key,
                  struct bytes *ret_value)
{
    MDB_val k = { key.len, (void *)(uintptr_t)key.at }, v;
    char op = txn->beside ? change_find(txn->store, table, key, ret_value) : 0;
    if (op)
        return op == 'p' ? RC_OK : RC_NOT_FOUND;
    int code = mdb_get(store_now(txn), table.handle, &k, &v);
    if (code)
        return code == MDB_NOTFOUND ? RC_NOT_FOUND : store_fault(NULL, code, "get");
    *ret_value = (struct bytes){ v.mv_data, v.mv_size };
    return RC_OK;
}

/* What LMDB says to a write. */
static enum rc written(struct store_txn *txn, int code, const char *what,
                       struct fault *why)
{
    if (code == MDB_MAP_FULL) {
        txn->map_full = true;
        return fault_set(why, RC_AGAIN, 0, "store: the map is full");
    }
    return code ? store_fault(why, code, what) : RC_OK;
}

enum rc store_put(struct store_txn *txn, struct store_table table, struct bytes key,
                  struct bytes value, struct fault *why)
{
    if (txn->beside && txn->write) {
        enum rc rc = change_add(txn, table, 'p', key, value, why);
        if (rc || !txn->store->change.nested)
            return rc;
        change_last(txn->store, &key, &value);
    }
    MDB_val k = { key.len, (void *)(uintptr_t)key.at };
    MDB_val v = { value.len, (void *)(uintptr_t)value.at };
    return written(txn, mdb_put(store_now(txn), table.handle, &k, &v, 0), "put", why);
}

enum rc store_del(struct store_txn *txn, struct store_table table, struct bytes key,
                  struct fault *why)
{
    struct bytes old, none = BYTES("");
    if (txn->beside) {
        enum rc rc = key.len ? store_get(txn, table, key, &old) : change_nest(txn, why);
        if (!rc)
            rc = change_add(txn, table, key.len ? 'd' : 'c', key, none, why);
        if (rc || !txn->store->change.nested)
            return rc;
        change_last(txn->store, &key, &none);
    }
    MDB_val k = { key.len, (void *)(uintptr_t)key.at };
    int code = key.len ? mdb_del(store_now(txn), table.handle, &k, NULL)
                       : mdb_drop(store_now(txn), table.handle, 0);
    return code == MDB_NOTFOUND ? RC_NOT_FOUND : written(txn, code, "del", why);
}

uint64_t store_count(struct store_txn *txn, struct store_table table)
{
    MDB_stat stat;
    if (txn->beside && change_touches(txn->store, table) && change_nest(txn, NULL))
        return 0;
    return mdb_stat(store_now(txn), table.handle, &stat) ? 0 : stat.ms_entries;
}

enum rc store_cursor_open(struct store_txn *txn, struct store_table table,
                          struct store_cursor **ret_cursor, struct fault *why)
{
    MDB_cursor *cursor = NULL;
    /* A cursor must see what is written behind it as well. */
    enum rc rc = txn->beside && txn->store->change.open ? change_nest(txn, why) : RC_OK;
    if (rc)
        return rc;
    int code = mdb_cursor_open(store_now(txn), table.handle, &cursor);
    if (code)
        return store_fault(why, code, "cursor");
    struct store_cursor *made = calloc(1, sizeof *made);
    if (!made) {
        mdb_cursor_close(cursor);
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "store: no memory");
    }
    made->cursor = cursor;
    *ret_cursor = made;
    return RC_OK;
}

enum rc store_cursor_move(struct store_cursor *cursor, enum store_step step,
                          struct bytes *ret_key, struct bytes *ret_value)
{
    static const MDB_cursor_op ops[] = { [STORE_FROM] = MDB_SET_RANGE,
                                         [STORE_NEXT] = MDB_NEXT,
                                         [STORE_PREV] = MDB_PREV,
                                         [STORE_LAST] = MDB_LAST };
    MDB_cursor_op op = ops[step];
    MDB_val k = { 0, NULL }, v;
    if (step == STORE_FROM) {
        k = (MDB_val){ ret_key->len, (void *)(uintptr_t)ret_key->at };
        if (!k.mv_size)
            op = MDB_FIRST;
    }
    int code = mdb_cursor_get(cursor->cursor, &k, &v, op);
    if (code)
        return code == MDB_NOTFOUND ? RC_NOT_FOUND : store_fault(NULL, code, "walk");
    *ret_key = (struct bytes){ k.mv_data, k.mv_size };
    *ret_value = (struct bytes){ v.mv_data, v.mv_size };
    return RC_OK;
}

enum rc store_cursor_put(struct store_txn *txn, struct store_table table,
                         struct store_cursor *cursor, struct bytes key,
                         struct bytes value, struct fault *why)
{
    MDB_val k = { key.len, (void *)(uintptr_t)key.at };
    MDB_val v = { value.len, (void *)(uintptr_t)value.at };
    if (txn->beside) /* it has to be noted as well */
        return store_put(txn, table, key, value, why);
    return written(txn, mdb_cursor_put(cursor->cursor, &k, &v, 0), "put", why);
}

void store_cursor_free(struct store_cursor *cursor)
{
    if (cursor)
        mdb_cursor_close(cursor->cursor);
    free(cursor);
}

void store_reap(struct store *store)
{
    int dead = 0;
    if (!mdb_reader_check(store->env, &dead) && dead > 0)
        store->reaped += (uint64_t)dead;
}

enum rc store_copy(struct store *store, const char *to, struct fault *why)
{
    enum rc rc = store_settle(store, why);
    if (rc)
        return rc;
    int code = mdb_env_copy2(store->env, to, MDB_CP_COMPACT);
    if (code)
        return store_fault(why, code, "copy");
    return store_file_flush(to, "data.mdb", why);
}

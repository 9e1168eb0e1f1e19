/* The redo log against LMDB: which records it has, and putting in those it has not. */
#include "repo-daemon/store_lmdb_in.h"

#include "repo-daemon/store_file.h"
#include "sys/scope.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const char TABLE[] = "store.redo", APPLIED[] = "applied";
static const uint8_t NO_ID[REDO_ID];

enum {
    MARK_SIZE = REDO_ID + 8,
    AWAIT_MS = 5000, /* a store is a second behind at most; this is one that hangs */
    AWAIT_STEP_MS = 5,
    GROWS_MOST = 40,
};

static MDB_val key_of_mark(void)
{
    return (MDB_val){ sizeof APPLIED - 1, (void *)(uintptr_t)APPLIED };
}

/* The log that LMDB knows, and the number of the last record that it has; zeros when it
 * knows none. */
static int mark_read(struct store *store, MDB_txn *txn, uint8_t ret_id[REDO_ID],
                     uint64_t *ret_number)
{
    MDB_val key = key_of_mark(), value;
    memset(ret_id, 0, REDO_ID);
    *ret_number = 0;
    int code = mdb_dbi_open(txn, TABLE, 0, &store->redo_dbi);
    if (!code)
        code = mdb_get(txn, store->redo_dbi, &key, &value);
    if (code)
        return code == MDB_NOTFOUND ? 0 : code;
    if (value.mv_size != MARK_SIZE)
        return MDB_CORRUPTED;
    memcpy(ret_id, value.mv_data, REDO_ID);
    *ret_number = store_u64_read((const uint8_t *)value.mv_data + REDO_ID);
    return 0;
}

int store_mark(struct store *store, MDB_txn *txn)
{
    uint8_t mark[MARK_SIZE];
    MDB_val key = key_of_mark(), value = { MARK_SIZE, mark };
    memcpy(mark, store->redo.id, REDO_ID);
    store_u64_write(store->redo.last, mark + REDO_ID);
    return mdb_put(txn, store->redo_dbi, &key, &value, 0);
}

static enum rc replay_fault(struct fault *why, int code)
{
    return code == MDB_MAP_FULL ? fault_set(why, RC_AGAIN, 0, "store: the map is full")
                                : store_fault(why, code, "put in the redo log");
}

static enum rc put_again(const struct redo_entry *entry, void *context, struct fault *why)
{
    MDB_txn *txn = context;
    MDB_dbi dbi = 0;
    MDB_val key = { entry->key.len, (void *)(uintptr_t)entry->key.at };
    MDB_val value = { entry->value.len, (void *)(uintptr_t)entry->value.at };
    int code = mdb_dbi_open(txn, entry->table, MDB_CREATE, &dbi);
    if (!code && entry->op == 'p')
        code = mdb_put(txn, dbi, &key, &value, 0);
    else if (!code && entry->op == 'd')
        code = mdb_del(txn, dbi, &key, NULL);
    else if (!code)
        code = mdb_drop(txn, dbi, 0);
    return code ? replay_fault(why, code) : RC_OK;
}

enum rc store_put_entries(MDB_txn *txn, struct bytes entries, struct fault *why)
{
    return redo_entries_read(entries, put_again, txn, why);
}

enum rc store_replay(struct store *store, MDB_txn *txn, struct fault *why)
{
    uint8_t id[REDO_ID];
    uint64_t applied = 0;
    int code = mark_read(store, txn, id, &applied);
    return code ? replay_fault(why, code)
                : redo_each(&store->redo, applied, put_again, txn, why);
}

/* One look at the mark. */
static enum rc mark_look(struct store *store, uint8_t ret_id[REDO_ID],
                         uint64_t *ret_number, struct fault *why)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code == MDB_MAP_RESIZED) {
        code = mdb_env_set_mapsize(store->env, 0);
        if (!code)
            code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    }
    if (code)
        return store_fault(why, code, "begin");
    code = mark_read(store, txn, ret_id, ret_number);
    if (code)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn); /* a handle that was opened stays so */
    return code ? store_fault(why, code, "read the mark of the redo log") : RC_OK;
}

/* Open the log that LMDB knows. RC_NOT_FOUND when it knows none, or it is not there: a
 * copy of the store has none, and lacks nothing. */
static enum rc log_open(struct store *store, uint64_t *ret_applied, struct fault *why)
{
    uint8_t id[REDO_ID];
    enum rc rc = mark_look(store, id, ret_applied, why);
    if (rc)
        return rc;
    if (!memcmp(id, NO_ID, REDO_ID))
        return RC_NOT_FOUND;
    rc = redo_open(store->folder_fd, &store->redo, why);
    if (rc || !memcmp(id, store->redo.id, REDO_ID))
        return rc;
    redo_close(&store->redo);
    return fault_set(why, RC_CORRUPT, 0,
                     "“redo.log”是另一个库的；请把两者从同一份备份恢复");
}

static enum rc recover_once(struct store *store, struct fault *why)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (code)
        return store_fault(why, code, "begin");
    enum rc rc = store_replay(store, txn, why);
    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }
    code = store_mark(store, txn);
    if (code)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    return code ? replay_fault(why, code) : RC_OK;
}

enum rc store_recover(struct store *store, struct fault *why)
{
    uint64_t applied = 0;
    enum rc rc = log_open(store, &applied, why);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (!rc)
        rc = redo_each(&store->redo, applied, NULL, NULL, why);
    if (rc || store->redo.last == applied)
        return rc;
    store_spare(store);
    rc = recover_once(store, why);
    for (int grows = 0; rc == RC_AGAIN && grows < GROWS_MOST; grows++) {
        rc = store_grow(store, why);
        if (!rc)
            rc = recover_once(store, why);
    }
    redo_restart(&store->redo);
    return rc;
}

enum rc store_redo_make(struct store *store, struct fault *why)
{
    uint8_t id[REDO_ID];
    uint64_t applied = 0;
    MDB_txn *txn = NULL;
    enum rc rc = mark_look(store, id, &applied, why);
    if (!rc)
        rc = redo_create(store->folder_fd, memcmp(id, NO_ID, REDO_ID) ? id : NULL,
                         applied, &store->redo, why);
    if (rc)
        return rc;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (!code)
        code = mdb_dbi_open(txn, TABLE, MDB_CREATE, &store->redo_dbi);
    if (!code)
        code = store_mark(store, txn);
    if (!code)
        code = mdb_txn_commit(txn);
    else if (txn)
        mdb_txn_abort(txn);
    if (!code)
        return RC_OK;
    redo_close(&store->redo); /* LMDB does not know it: nobody will read it */
    return code > 0 ? store_commit_failed(store, code, why)
                    : store_fault(why, code, "make the redo log");
}

/* Nobody writes: be the writer for a moment, who puts in what the log has. */
static enum rc settle_for(struct store *store, const struct store_options *options,
                          struct fault *why)
{
    struct store_options writing = *options;
    struct store *writer = NULL;
    writing.read_only = writing.create = false;
    mdb_env_close(store->env); /* never twice in a process */
    store->env = NULL;
    enum rc rc = store_open(&writing, &writer, why);
    store_close(writer);
    return rc;
}

enum rc store_await(struct store *store, const struct store_options *options,
                    struct fault *why)
{
    uint8_t id[REDO_ID];
    uint64_t applied = 0;
    enum rc rc = log_open(store, &applied, why);
    if (rc)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = redo_each(&store->redo, applied, NULL, NULL, why);
    uint64_t want = store->redo.last;
    redo_close(&store->redo);
    for (int ms = 0; !rc && applied < want; ms += AWAIT_STEP_MS) {
        SCOPED(fd_close_at) int lock = -1;
        if (!store_file_lock(store->folder_fd, &lock, NULL)) {
            fd_close_at(&lock);
            lock = -1;
            rc = settle_for(store, options, why);
            return rc ? rc : store_env_open(store, options, why);
        }
        if (ms >= AWAIT_MS)
            return fault_set(why, RC_AGAIN, 0, "库正忙；请稍后再做一次");
        nanosleep(&(struct timespec){ .tv_nsec = AWAIT_STEP_MS * 1000000L }, NULL);
        rc = mark_look(store, id, &applied, why);
    }
    return rc;
}

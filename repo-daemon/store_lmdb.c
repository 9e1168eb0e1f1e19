/* The store over LMDB: opened, grown, committed; store_lmdb_walk.c has the rest.
 *
 * Two things are added to what LMDB does. Space: the data file is extended with
 * fallocate() to the size of the map before the map may use it, so a full disk is met
 * while growing, when nothing is half written, and not in the middle of a commit. Growth:
 * a write transaction begins with room to spare; when it still runs out, the whole
 * transaction is thrown away, the map grows, and the caller does it again.
 *
 * A commit that fails for want of space (it can, on copy-on-write file systems) leaves
 * only pages that no durable root points to, so the service goes on. Any other failed
 * commit aborts the process: the next start reads what the disk really holds. */
#include "repo-daemon/store_lmdb_in.h"

#include "repo-daemon/store_file.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    START_SIZE = 16 * 1024 * 1024,
    SPARE_LEAST = 4 * 1024 * 1024, /* room that a write transaction begins with */
    GROW_MOST = 1024 * 1024 * 1024,
    READERS_MOST = 126,
    TRIES_MOST = 40, /* doublings from the smallest map to the largest */
};
static const uint64_t MOST_SIZE = (uint64_t)1 << 40;

enum rc store_grow(struct store *store, struct fault *why)
{
    uint64_t step = store->map_bytes < GROW_MOST ? store->map_bytes : GROW_MOST;
    uint64_t want = store->map_bytes + step;
    if (want > store->most_bytes)
        want = store->most_bytes;
    if (want <= store->map_bytes)
        return fault_set(why, RC_FULL, 0,
                         "库文件已到设定的上限（%llu "
                         "MiB），这一步没有保存；请管理员调大上限后再做一次",
                         (unsigned long long)(store->most_bytes >> 20));
    if (store->open_txns)
        return fault_set(
            why, RC_FULL, 0,
            "库正忙，这一步没有保存；请再做一次 (a read is still open, so the map "
            "cannot grow)");
    int data = -1;
    (void)mdb_env_get_fd(store->env, &data);
    enum rc rc = store_file_reserve(data, want, why);
    if (rc)
        return rc;
    int code = mdb_env_set_mapsize(store->env, (size_t)want);
    if (code)
        return store_fault(why, code, "grow the map");
    store->map_bytes = want;
    return RC_OK;
}

enum rc store_env_open(struct store *store, const struct store_options *options,
                       struct fault *why)
{
    uint64_t start = options->start_size ? options->start_size : START_SIZE;
    uint64_t stands = store_file_size(store->folder_fd, "data.mdb");
    store->most_bytes = options->most_size ? options->most_size : MOST_SIZE;
    store->map_bytes = stands > start ? stands : start;

    int code = mdb_env_create(&store->env);
    if (!code)
        code = mdb_env_set_maxdbs(store->env, STORE_TABLES_MAX);
    if (!code)
        code = mdb_env_set_maxreaders(store->env, READERS_MOST);
    if (!code)
        code = mdb_env_set_mapsize(store->env, (size_t)store->map_bytes);
    if (!code) /* MDB_NOTLS: a reader belongs to its transaction, not to the thread */
        code = mdb_env_open(store->env, options->folder,
                            MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0), 0640);
    if (code == EAGAIN)
        return fault_set(why, RC_AGAIN, code, "store: '%s' is locked", options->folder);
    if (code)
        return store_fault(why, code, "open");
    if (store->read_only)
        return RC_OK;

    int data = -1;
    (void)mdb_env_get_fd(store->env, &data);
    enum rc rc = store_file_reserve(data, store->map_bytes, why);
    if (!rc && (fsync(data) || fsync(store->folder_fd)))
        rc = fault_set(why, rc_of_errno(errno), errno, "flush '%s'", options->folder);
    return rc;
}

int store_folder_fd(const struct store *store)
{
    return store->folder_fd;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_group_close(store);
    if (store->env)
        mdb_env_close(store->env);
    fd_close_at(&store->lock_fd);
    fd_close_at(&store->folder_fd);
    free(store);
}

SCOPE_RELEASER(store_close_at, struct store *, store_close)

enum rc store_open(const struct store_options *options, struct store **ret_store,
                   struct fault *why)
{
    SCOPED(store_close_at) struct store *store = calloc(1, sizeof *store);
    if (!store)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "store: no memory");
    store->lock_fd = store->folder_fd = store->redo.fd = -1;
    store->read_only = options->read_only;
    store->owner = getpid();

    enum rc rc = RC_OK;
    if (options->create)
        rc = file_make_folder(options->folder, 0750, why);
    if (!rc)
        rc = file_open_folder(options->folder, &store->folder_fd, why);
    if (rc == RC_NOT_FOUND ||
        (!rc && !options->create && !store_file_size(store->folder_fd, "data.mdb")))
        rc = fault_set(why, RC_NOT_FOUND, 0, "“%s”里没有库；请先运行 juanku repo init",
                       options->folder);
    if (!rc && !options->read_only)
        rc = store_file_lock(store->folder_fd, &store->lock_fd, why);
    if (!rc)
        rc = store_env_open(store, options, why);
    if (!rc)
        rc = options->read_only ? store_await(store, options, why)
                                : store_recover(store, why);
    if (rc)
        return rc;
    if (!options->read_only)
        store_reap(store);
    *ret_store = TAKE(store);
    return RC_OK;
}

enum rc store_table(struct store *store, const char *name, struct store_table *ret_table,
                    struct fault *why)
{
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;
    enum rc rc = store_settle(store, why);
    if (rc)
        return rc;
    int code = mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &txn);
    if (code)
        return store_fault(why, code, name);
    code = mdb_dbi_open(txn, name, store->read_only ? 0 : MDB_CREATE, &dbi);
    if (code) {
        mdb_txn_abort(txn);
        return store_fault(why, code, name);
    }
    code = mdb_txn_commit(txn);
    if (code)
        return store_fault(why, code, name);
    ret_table->handle = dbi;
    if (dbi >= COUNT(store->names) || strlen(name) >= sizeof store->names[0])
        return fault_set(why, RC_INVALID, 0, "store: no room for the table '%s'", name);
    strcpy(store->names[dbi], name);
    return RC_OK;
}

void store_spare(struct store *store)
{
    uint64_t want = store->map_bytes / 8;
    if (want < SPARE_LEAST)
        want = SPARE_LEAST;
    struct store_figures now;
    store_figures(store, &now);
    if (now.used_bytes + want > store->map_bytes)
        if (store_grow(store, NULL))
            return; /* what is left may still be enough */
}

static int begin_outside(struct store *store, bool write, MDB_txn **ret_txn)
{
    unsigned flags = write ? 0 : MDB_RDONLY;
    int code = mdb_txn_begin(store->env, NULL, flags, ret_txn);
    if (code == MDB_MAP_RESIZED && !store->open_txns) { /* the writer grew it: follow */
        code = mdb_env_set_mapsize(store->env, 0);
        if (!code)
            code = mdb_txn_begin(store->env, NULL, flags, ret_txn);
    }
    return code;
}

enum rc store_begin(struct store *store, bool write, struct store_txn **ret_txn,
                    struct fault *why)
{
    if (getpid() != store->owner)
        abort(); /* the locks of the environment do not survive fork() */
    if (write && store->read_only)
        return fault_set(why, RC_DENIED, 0, "store: opened to read only");
    if (write && !store->group_open && store->kept && store->open_txns)
        return fault_set(why, RC_AGAIN, 0, "store: a read is open, cannot settle");
    if (write && !store->group_open && !store->open_txns) {
        enum rc rc = store_settle(store, why);
        if (rc)
            return rc;
        store_spare(store);
    }
    struct store_txn *txn = calloc(1, sizeof *txn);
    if (!txn)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "store: no memory");
    txn->beside = store->kept;
    int code = txn->beside ? 0 : begin_outside(store, write, &txn->txn);
    if (code) {
        free(txn);
        return store_fault(why, code, "begin");
    }
    txn->store = store;
    txn->write = write;
    if (write && txn->beside)
        change_begin(store);
    store->open_txns++;
    *ret_txn = txn;
    return RC_OK;
}

/* The handle is gone; what LMDB has of it is the caller's. */
static void forget(struct store_txn *txn)
{
    txn->store->open_txns--;
    free(txn);
}

void store_abort(struct store_txn *txn)
{
    if (!txn)
        return;
    if (!txn->beside)
        mdb_txn_abort(txn->txn);
    else if (txn->write)
        change_drop(txn->store);
    forget(txn);
}

enum rc store_commit_failed(struct store *store, int code, struct fault *why)
{
    bool space = code == ENOSPC || code == EDQUOT || code == EFBIG;
    MDB_txn *probe = NULL; /* LMDB refuses to begin when a root could not be restored */
    if (!space || mdb_txn_begin(store->env, NULL, 0, &probe)) {
        fprintf(stderr,
                "<2>store: commit failed: %s; ending, so that the next start reads "
                "what the disk holds\n",
                mdb_strerror(code));
        abort();
    }
    mdb_txn_abort(probe);
    return fault_set(why, RC_FULL, code,
                     "磁盘空间不足，这一步没有保存；请管理员腾出空间后再做一次");
}

/* A change of a group: what does not fit is thrown away. */
static enum rc commit_beside(struct store_txn *txn, struct fault *why)
{
    struct store *store = txn->store;
    bool map_full = txn->map_full;
    int code = 0;
    if (map_full)
        change_drop(store);
    else
        code = change_end(store);
    forget(txn);
    if (!map_full && !code)
        return RC_OK;
    store->group_full = true;
    return code && code != MDB_MAP_FULL
               ? store_fault(why, code, "commit a change of a group")
               : fault_set(why, RC_AGAIN, 0, "store: the map is full");
}

enum rc store_commit(struct store_txn *txn, struct fault *why)
{
    struct store *store = txn->store;
    bool map_full = txn->map_full;
    int code = 0;
    if (txn->beside)
        return commit_beside(txn, why);
    if (map_full)
        mdb_txn_abort(txn->txn);
    else
        code = mdb_txn_commit(txn->txn);
    forget(txn);
    if (map_full || code == MDB_MAP_FULL) {
        enum rc rc = store_grow(store, why);
        return rc ? rc : fault_set(why, RC_AGAIN, 0, "store: the map has grown");
    }
    return code ? store_commit_failed(store, code, why) : RC_OK;
}

enum rc store_update(struct store *store, store_change *change, void *context,
                     struct fault *why)
{
    enum rc rc = RC_AGAIN;
    int most = store->group_open ? 1 : TRIES_MOST;
    for (int tries = 0; rc == RC_AGAIN && tries < most; tries++) {
        struct store_txn *txn = NULL;
        rc = store_begin(store, true, &txn, why);
        if (rc)
            return rc;
        rc = change(txn, context, why);
        if (rc && !txn->map_full) {
            store_abort(txn);
            return rc;
        }
        rc = store_commit(txn, why);
    }
    return rc;
}

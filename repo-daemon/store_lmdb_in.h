/* Inside of the store: only its own files include this, and lmdb.h with it. */
#ifndef REPO_STORE_LMDB_IN_H
#define REPO_STORE_LMDB_IN_H

#include "repo-daemon/redo.h"
#include "repo-daemon/store_lmdb.h"

#include <lmdb.h>
#include <sys/types.h>

/* What the open change of a group wrote, beside LMDB until it stands (store_change.c). */
enum { CHANGE_ROWS = 256, CHANGE_SLOTS = 1024 };

struct change_row {
    uint32_t hash;
    uint32_t key_at, value_at; /* within the group's entries */
    uint32_t key_len, value_len;
    uint8_t table; /* its handle */
    char op;       /* 'p', 'd'; 0: written again since */
};

struct change {
    bool open;
    size_t from;         /* where its entries begin */
    uint64_t count_from; /* and how many there were */
    uint64_t tables;     /* that have a row, a bit each */
    MDB_txn *nested;     /* instead of rows, once it walks or is large */
    size_t row_count;
    struct change_row rows[CHANGE_ROWS];
    uint16_t slots[CHANGE_SLOTS]; /* row + 1, by hash */
};

struct store {
    MDB_env *env;
    int lock_fd; /* -1 when read only */
    int folder_fd;
    bool read_only;
    pid_t owner; /* an environment must not cross fork() */
    unsigned open_txns;
    uint64_t map_bytes, most_bytes, reaped;
    char names[STORE_TABLES_MAX + 8][32]; /* of tables, by handle */

    /* Groups (store_group.c). */
    MDB_txn *kept; /* not committed: the changes of groups, also of those that ended */
    bool group_open;
    bool group_broken;           /* it could not be made again */
    bool group_full;             /* a change of the group did not fit */
    bool promised;               /* the redo log has records that LMDB has not */
    struct redo_entries entries; /* of the open group */
    struct change change;
    uint64_t kept_entries, kept_bytes, kept_room; /* since `kept` began; room it had */
    struct redo redo;
    bool redo_tried; /* since it was opened */
    MDB_dbi redo_dbi;
};

struct store_txn {
    struct store *store;
    MDB_txn *txn; /* NULL when beside */
    bool write;
    bool beside;   /* within what groups wrote: see store_now() */
    bool map_full; /* some put did not fit: only a bigger map helps */
};

struct store_cursor {
    MDB_cursor *cursor;
};

/* Reserve a bigger file and map it. RC_FULL when disk, limit or an open transaction of
 * this process says no; the store goes on with the map it has. */
MUST_USE enum rc store_grow(struct store *store, struct fault *why);
MUST_USE enum rc store_env_open(struct store *store, const struct store_options *options,
                                struct fault *why);
/* Before a write: room to spare, while the map may still grow. */
void store_spare(struct store *store);
/* A commit to the disk that failed: want of space is survived, nothing else. */
MUST_USE enum rc store_commit_failed(struct store *store, int code, struct fault *why);

/* Where a transaction reads and writes now. */
static inline MDB_txn *store_now(const struct store_txn *txn)
{
    const struct store *store = txn->store;
    return !txn->beside ? txn->txn
                        : (store->change.nested ? store->change.nested : store->kept);
}

/* ---- the open change of a group (store_change.c) ---- */

void change_begin(struct store *store);
/* Its entry of this key: 'p' with the value, 'd', or 0 when it wrote none. */
char change_find(const struct store *store, struct store_table table, struct bytes key,
                 struct bytes *ret_value);
/* Add an entry ('c': to the entries only). */
MUST_USE enum rc change_add(struct store_txn *txn, struct store_table table, char op,
                            struct bytes key, struct bytes value, struct fault *why);
/* Key and value of the entry added last where they lie now: what was given may itself
 * have lain in the entries, which move. */
static inline void change_last(const struct store *store, struct bytes *key,
                               struct bytes *value)
{
    value->at = redo_entries_at(&store->entries) + store->entries.len - value->len;
    key->at = value->at - key->len;
}
/* Has it rows, of this table? */
static inline bool change_touches(const struct store *store, struct store_table table)
{
    return store->change.open && !store->change.nested &&
           store->change.tables >> table.handle & 1;
}
/* From now on in a transaction of LMDB within the group's: for what rows cannot do. */
MUST_USE enum rc change_nest(struct store_txn *txn, struct fault *why);
/* Put it into the group's transaction. LMDB's code; it is over on every result. */
int change_end(struct store *store);
void change_drop(struct store *store);
/* Make the group's transaction again without the change that failed in it. */
void store_group_again(struct store *store);

/* The end of the process: LMDB gets what the redo log has, if it can. */
void store_group_close(struct store *store);

/* ---- the redo log against LMDB (store_recover.c) ---- */

/* Put what the log has and LMDB has not into a transaction. RC_AGAIN: the map is full. */
MUST_USE enum rc store_replay(struct store *store, MDB_txn *txn, struct fault *why);
/* Put entries into a transaction. RC_AGAIN: the map is full. */
MUST_USE enum rc store_put_entries(MDB_txn *txn, struct bytes entries, struct fault *why);
/* As an entry of the transaction: everything up to the log's last record is in it. */
int store_mark(struct store *store, MDB_txn *txn);
/* After opening to write: put in what a crash left in the log. */
MUST_USE enum rc store_recover(struct store *store, struct fault *why);
/* Make the log where there is none yet. */
MUST_USE enum rc store_redo_make(struct store *store, struct fault *why);
/* After opening to read: wait until LMDB has what was acknowledged before, or put it in
 * when nobody writes. Blocks for at most 5 s; RC_AGAIN. */
MUST_USE enum rc store_await(struct store *store, const struct store_options *options,
                             struct fault *why);

/* A result of LMDB as ours, with its text. */
enum rc store_fault(struct fault *why, int code, const char *what);

#endif

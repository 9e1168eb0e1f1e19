/* Inside of the store: only its own files include this, and lmdb.h with it. */
#ifndef REPO_STORE_LMDB_IN_H
#define REPO_STORE_LMDB_IN_H

#include "repo-daemon/redo.h"
#include "repo-daemon/store_lmdb.h"

#include <lmdb.h>
#include <sys/types.h>

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
    MDB_txn *kept;   /* not committed: the changes of groups, also of those that ended */
    MDB_txn *change; /* within it, the one that runs */
    bool group_open;
    bool group_full;             /* a change of the group did not fit */
    bool promised;               /* the redo log has records that LMDB has not */
    struct redo_entries entries; /* of the open group */
    size_t change_from;          /* where those of the open change begin */
    uint64_t kept_entries, kept_bytes, kept_room; /* since `kept` began; room it had */
    struct redo redo;
    bool redo_tried; /* since it was opened */
    MDB_dbi redo_dbi;
};

struct store_txn {
    struct store *store;
    MDB_txn *txn;
    bool write;
    bool borrowed; /* a look into the open group: not ours to end */
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

/* Note what a change of a group wrote. */
MUST_USE enum rc store_group_note(struct store_txn *txn, struct store_table table,
                                  struct redo_entry *entry, struct fault *why);
/* The end of the process: LMDB gets what the redo log has, if it can. */
void store_group_close(struct store *store);

/* ---- the redo log against LMDB (store_recover.c) ---- */

/* Put what the log has and LMDB has not into a transaction. RC_AGAIN: the map is full. */
MUST_USE enum rc store_replay(struct store *store, MDB_txn *txn, struct fault *why);
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

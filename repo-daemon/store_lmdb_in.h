/* Inside of the store: only its own files include this, and lmdb.h with it. */
#ifndef REPO_STORE_LMDB_IN_H
#define REPO_STORE_LMDB_IN_H

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
    MDB_txn *group, *change; /* an open group, and the change that runs in it */
    bool group_full;         /* a change of the group did not fit */
    uint64_t map_bytes, most_bytes, reaped;
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

/* A result of LMDB as ours, with its text. */
enum rc store_fault(struct fault *why, int code, const char *what);

#endif

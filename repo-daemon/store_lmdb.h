/* The store: one LMDB environment with named tables, and transactions over them.
 *
 * Ledger and views lie in one environment, so that an event and what follows from it
 * (who holds what, which slot is full) are written together or not at all. Keys and
 * values are bytes; keys are at most STORE_KEY_MAX and sort like memcmp.
 *
 * One process writes (it holds a file lock in the folder) and uses the store from one
 * thread. Never open a store before fork() and use it after. Other processes may open it
 * to read only. Everything a transaction returns is borrowed from the map: it is good
 * until the next write in that transaction, or until its end.
 *
 * A commit is on the disk when it returns. Space is reserved in the file before it is
 * used, so a full disk shows as RC_FULL while nothing is half written; any other failure
 * of a commit ends the process by abort(), because after a failed flush nobody knows
 * what the disk holds. */
#ifndef REPO_STORE_LMDB_H
#define REPO_STORE_LMDB_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stdint.h>

enum { STORE_KEY_MAX = 500, STORE_TABLES_MAX = 48 };

struct store;
struct store_txn;
struct store_cursor;

struct store_options {
    const char *folder; /* made when missing and `create` */
    bool create;
    bool read_only;      /* no lock taken, no write transaction possible */
    uint64_t start_size; /* bytes reserved at first; 0: 16 MiB */
    uint64_t most_size;  /* never grows over this; 0: 1 TiB */
};

/* A table, from store_table(). */
struct store_table {
    unsigned handle;
};

/* Open the environment. On success the caller owns *ret_store.
 *   RC_NOT_FOUND  no store there and not `create`
 *   RC_AGAIN      another process has it open for writing
 *   RC_CORRUPT    the file is no store */
MUST_USE enum rc store_open(const struct store_options *options, struct store **ret_store,
                            struct fault *why);
void store_close(struct store *store); /* accepts NULL; no transaction may be open */
int store_folder_fd(const struct store *store); /* its folder, borrowed */

/* The table `name`, made when missing. Call at the start, outside any transaction. In a
 * read-only store RC_NOT_FOUND when the writer never made it. */
MUST_USE enum rc store_table(struct store *store, const char *name,
                             struct store_table *ret_table, struct fault *why);

/* Begin. At most one write transaction at a time. End with store_commit() or
 * store_abort(); a read transaction is ended with store_abort(). Keep both short: an open
 * reader keeps old pages from being used again. */
MUST_USE enum rc store_begin(struct store *store, bool write, struct store_txn **ret_txn,
                             struct fault *why);
static inline MUST_USE enum rc store_begin_read(struct store *store,
                                                struct store_txn **ret_txn,
                                                struct fault *why)
{
    return store_begin(store, false, ret_txn, why);
}
static inline MUST_USE enum rc store_begin_write(struct store *store,
                                                 struct store_txn **ret_txn,
                                                 struct fault *why)
{
    return store_begin(store, true, ret_txn, why);
}

/* Flushed to the disk when this returns RC_OK. The transaction is gone on every result.
 *   RC_AGAIN  the map was too small; it has grown: do the whole transaction again
 *   RC_FULL   no space; nothing of this transaction was kept */
MUST_USE enum rc store_commit(struct store_txn *txn, struct fault *why);
void store_abort(struct store_txn *txn); /* accepts NULL */

/* For SCOPED: TAKE the transaction into store_commit(). */
static inline void store_abort_at(struct store_txn **txn)
{
    store_abort(*txn);
}

/* Run `change` in a write transaction and commit, and do it again from the start when the
 * map had to grow: so `change` must not keep anything from a run that was thrown away.
 * When `change` fails, nothing is kept and its code is returned. This is the usual way to
 * write. */
typedef enum rc store_change(struct store_txn *txn, void *context, struct fault *why);
MUST_USE enum rc store_update(struct store *store, store_change *change, void *context,
                              struct fault *why);

/* A group: many changes, one flush. Between begin and end each store_update() stands or
 * falls for itself as before, and each read sees what was done so far; but nothing is on
 * the disk before store_group_end() answers RC_OK, so nothing may be acknowledged before.
 * When it answers something else, nothing of the group was kept. No transaction may be
 * open at either end.
 *
 * What a group wrote is on the disk in the redo log (redo.h) first; LMDB has it after
 * store_settle(), which whoever ends groups calls a moment later. Reads of this process
 * see it at once; whoever opens the store to read waits for it. A write outside of a
 * group, a copy and the close settle by themselves.
 *
 * The map cannot grow within a group: a change that does not fit is thrown away with
 * RC_AGAIN, and store_group_is_full() tells to end the group and do it again outside. */
MUST_USE enum rc store_group_begin(struct store *store, struct fault *why);
MUST_USE enum rc store_group_end(struct store *store, struct fault *why);
MUST_USE enum rc store_settle(struct store *store, struct fault *why);
bool store_is_settled(const struct store *store);
bool store_group_is_open(const struct store *store);
bool store_group_is_full(const struct store *store);

/* RC_NOT_FOUND (with no fault text) when the key is not there. */
MUST_USE enum rc store_get(struct store_txn *txn, struct store_table table,
                           struct bytes key, struct bytes *ret_value);

/* Add or replace. RC_AGAIN and RC_FULL as with commit: give the transaction up. */
MUST_USE enum rc store_put(struct store_txn *txn, struct store_table table,
                           struct bytes key, struct bytes value, struct fault *why);

/* RC_NOT_FOUND (with no fault text) when the key was not there. An empty key stands for
 * every entry of the table. */
MUST_USE enum rc store_del(struct store_txn *txn, struct store_table table,
                           struct bytes key, struct fault *why);
static inline MUST_USE enum rc store_clear(struct store_txn *txn,
                                           struct store_table table, struct fault *why)
{
    return store_del(txn, table, (struct bytes){ NULL, 0 }, why);
}
uint64_t store_count(struct store_txn *txn, struct store_table table);

/* Walk a table in key order. Free every cursor before its transaction ends. Each call
 * answers RC_NOT_FOUND when there is no such entry (the end).
 *   from   the first key that is >= `key` (the first of all when key.len is 0)
 *   next   the one after; prev the one before
 *   last   the greatest key of the table */
MUST_USE enum rc store_cursor_open(struct store_txn *txn, struct store_table table,
                                   struct store_cursor **ret_cursor, struct fault *why);
enum store_step { STORE_FROM, STORE_NEXT, STORE_PREV, STORE_LAST };
MUST_USE enum rc store_cursor_move(struct store_cursor *cursor, enum store_step step,
                                   struct bytes *ret_key, struct bytes *ret_value);
static inline MUST_USE enum rc store_cursor_from(struct store_cursor *cursor,
                                                 struct bytes key, struct bytes *ret_key,
                                                 struct bytes *ret_value)
{
    *ret_key = key;
    return store_cursor_move(cursor, STORE_FROM, ret_key, ret_value);
}
static inline MUST_USE enum rc store_cursor_next(struct store_cursor *cursor,
                                                 struct bytes *ret_key,
                                                 struct bytes *ret_value)
{
    return store_cursor_move(cursor, STORE_NEXT, ret_key, ret_value);
}
static inline MUST_USE enum rc store_cursor_prev(struct store_cursor *cursor,
                                                 struct bytes *ret_key,
                                                 struct bytes *ret_value)
{
    return store_cursor_move(cursor, STORE_PREV, ret_key, ret_value);
}
static inline MUST_USE enum rc store_cursor_last(struct store_cursor *cursor,
                                                 struct bytes *ret_key,
                                                 struct bytes *ret_value)
{
    return store_cursor_move(cursor, STORE_LAST, ret_key, ret_value);
}
/* store_put() by a cursor of the table: cheaper for many keys in their order. */
MUST_USE enum rc store_cursor_put(struct store_txn *txn, struct store_table table,
                                  struct store_cursor *cursor, struct bytes key,
                                  struct bytes value, struct fault *why);
void store_cursor_free(struct store_cursor *cursor); /* accepts NULL */
static inline void store_cursor_free_at(struct store_cursor **cursor)
{
    store_cursor_free(*cursor);
}

struct store_figures {
    uint64_t map_bytes;  /* reserved now */
    uint64_t used_bytes; /* highest page in use */
    uint64_t most_bytes;
    uint64_t readers_reaped; /* slots of dead readers cleared since open */
};
void store_figures(struct store *store, struct store_figures *ret_figures);

/* Clear the slots of readers that died; call each minute or so. */
void store_reap(struct store *store);

/* A consistent copy of the environment into the empty folder `to`, while the store stays
 * in use. The copy is flushed when this returns. */
MUST_USE enum rc store_copy(struct store *store, const char *to, struct fault *why);

/* Numbers as keys and values that sort right: 8 bytes, big-endian. */
static inline void store_u64_write(uint64_t value, uint8_t ret_at[8])
{
    for (int i = 0; i < 8; i++)
        ret_at[i] = (uint8_t)(value >> (56 - 8 * i));
}
static inline uint64_t store_u64_read(const uint8_t at[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

#endif

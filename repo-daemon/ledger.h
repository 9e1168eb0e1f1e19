/* Ledger: every act, in one gap-free sequence, only ever added.
 *
 * An event is canonical JSON (docs/ledger.md gives the bytes); its hash is a leaf of one
 * Merkle tree (RFC 6962), and the head of the tree is signed (C2SP checkpoint), so that
 * an outsider can verify the whole from files. Each volume has a version that goes up by
 * one with each event that names it, and a state that each event takes on from the one
 * before.
 *
 * A URI chooses the backend: "lmdb:DIR" keeps the ledger in a store (store_lmdb.h)
 * together with the views, and ledger_append_in() adds to it within the caller's own
 * transaction. One process, one thread; appends block until the disk has them. */
#ifndef REPO_LEDGER_H
#define REPO_LEDGER_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    LEDGER_EVENT_MAX = 64 * 1024, /* bytes of one event */
    LEDGER_BATCH_MAX = 256,       /* events in one append */
    LEDGER_MOVES_MAX = 400,       /* volumes in one event; the bytes bound it as well */
    LEDGER_ID_MAX = 33,           /* 32 lower-case hex digits with NUL */
    LEDGER_WORD_MAX = 32,         /* event and state words, with NUL */
    LEDGER_VOLUME_MAX = 32,       /* volume label with NUL */
    LEDGER_PERSON_MAX = 32,       /* badge with NUL */
    LEDGER_COURT_MAX = 16,
    LEDGER_ORIGIN_MAX = 120,
    LEDGER_CHECKPOINT_MAX = 1024,
    LEDGER_KEY_MAX = 256,
};

struct ledger;
struct store;
struct store_txn;

/* What an event does to one volume. The new version is `expected` + 1. */
struct ledger_move {
    const char *volume; /* "V..." */
    uint64_t expected;  /* its version now; 0: this is its first event */
    const char *from;   /* state now; "" for the first event */
    const char *to;     /* state after */
};

/* One event to append; `seq`, `court`, `id` and `v` are added by the ledger. Everything
 * is borrowed for the call. */
struct ledger_event {
    const char *event; /* a-z and '-', at most LEDGER_WORD_MAX - 1 */
    const char *by;    /* badge of who answers for it; "" for the system itself */
    int64_t at_ms;     /* Unix time, UTC, milliseconds */
    const struct ledger_move *moves;
    size_t move_count;  /* may be 0 */
    const json_t *data; /* object of strings, integers, arrays, objects; NULL: {} */
};

/* A command: its events are appended all or none. */
struct ledger_batch {
    const char *id;               /* 32 lower-case hex digits, chosen by the caller */
    const struct sha256 *request; /* hash of the command's body; NULL: not compared */
    const struct ledger_event *events;
    size_t count; /* 1..LEDGER_BATCH_MAX */
};

struct ledger_result {
    uint64_t first_seq; /* of this command; its events are first_seq .. + count - 1 */
    uint64_t count;
    char volume[LEDGER_VOLUME_MAX]; /* RC_CONFLICT by version: which, ... */
    uint64_t version;               /* ... and the version it has */
};

struct ledger_head {
    uint64_t size; /* number of events = seq of the last */
    struct sha256 root;
};

struct ledger_volume {
    uint64_t version;  /* 0: never seen */
    uint64_t last_seq; /* of the last event that names it */
    char state[LEDGER_WORD_MAX];
};

/* An event as fed: `text` is its canonical bytes, borrowed for the call. Return RC_OK to
 * go on; anything else stops the feed and is returned by it. */
typedef enum rc ledger_on_event(uint64_t seq, struct bytes text, void *context,
                                struct fault *why);
/* Called in the same thread after events were committed. Read the ledger from the loop,
 * not from within. */
typedef void ledger_on_growth(uint64_t first_seq, uint64_t last_seq, void *context);

struct ledger_ops {
    const char *scheme; /* "lmdb" */
    enum rc (*append)(struct ledger *ledger, const struct ledger_batch *batch,
                      struct ledger_result *ret_result, struct fault *why);
    enum rc (*settle)(struct ledger *ledger, const char *id,
                      struct ledger_result *ret_result, struct fault *why);
    enum rc (*head)(struct ledger *ledger, struct ledger_head *ret_head,
                    struct fault *why);
    enum rc (*volume)(struct ledger *ledger, const char *volume,
                      struct ledger_volume *ret_volume, struct fault *why);
    enum rc (*feed)(struct ledger *ledger, uint64_t from_seq, uint64_t most,
                    ledger_on_event *on_event, void *context, struct fault *why);
    enum rc (*feed_volume)(struct ledger *ledger, const char *volume,
                           ledger_on_event *on_event, void *context, struct fault *why);
    enum rc (*wait)(struct ledger *ledger, uint64_t after_seq, uint32_t timeout_ms,
                    struct fault *why);
    enum rc (*prove)(struct ledger *ledger, uint64_t seq, uint64_t size,
                     struct sha256 ret_proof[64], size_t *ret_count, struct fault *why);
    enum rc (*prove_growth)(struct ledger *ledger, uint64_t old_size, uint64_t size,
                            struct sha256 ret_proof[64], size_t *ret_count,
                            struct fault *why);
    enum rc (*rotate)(struct ledger *ledger, const struct ledger_batch *as,
                      struct fault *why);
    enum rc (*key_changes)(struct ledger *ledger, ledger_on_event *on_event,
                           void *context, struct fault *why);
    enum rc (*checkpoint)(struct ledger *ledger, char ret_text[LEDGER_CHECKPOINT_MAX],
                          struct fault *why);
    void (*close)(struct ledger *ledger);
};

struct ledger_options {
    bool read_only;
    uint64_t start_size, most_size; /* as in store_options; 0: the defaults */
};

/* Make an empty ledger with a fresh signing key (file "ledger.key", mode 0600).
 * `court` is its six digits ("440399"), `origin` the name in checkpoints
 * ("juanku/440399": no white space, no '+'). RC_EXISTS when there is one. */
MUST_USE enum rc ledger_create(const char *uri, const char *court, const char *origin,
                               struct fault *why);

/* Open. On success the caller owns *ret_ledger. The tree is checked against the last
 * checkpoint that was stored.
 *   RC_NOT_FOUND  no ledger there: `juanku repo init` makes one
 *   RC_AGAIN      another process writes it
 *   RC_CORRUPT    last event, tree and checkpoint do not agree */
MUST_USE enum rc ledger_open(const char *uri,
                             const struct ledger_options *options_or_null,
                             struct ledger **ret_ledger, struct fault *why);
void ledger_close(struct ledger *ledger); /* accepts NULL */

/* The store that the ledger lies in, for the views beside it; borrowed. NULL when the
 * backend has none. Table names that begin with "ledger." are the ledger's. */
struct store *ledger_store(struct ledger *ledger);
const char *ledger_court(const struct ledger *ledger);
const char *ledger_origin(const struct ledger *ledger);
/* The verifier key, "origin+hash+base64", without newline; borrowed. */
const char *ledger_key(const struct ledger *ledger);

/* Append all events of the command, or none. When it answers RC_OK they are on the disk.
 *   RC_EXISTS       this id was appended before: ret_result has its first seq
 *   RC_CONFLICT     a volume has another version or state (ret_result names it); or the
 *                   id is there with another `request`, then ret_result->volume is ""
 *   RC_INVALID      an event breaks the form: too long, unknown word, real number ...
 *   RC_FULL         no space; nothing was kept and the ledger goes on
 *   RC_UNKNOWN      (remote backends) ask again with ledger_settle()
 *   RC_UNAVAILABLE  (remote backends) nothing was done */
MUST_USE enum rc ledger_append(struct ledger *ledger, const struct ledger_batch *batch,
                               struct ledger_result *ret_result, struct fault *why);

/* The same within the caller's write transaction on ledger_store(): the events and the
 * caller's own puts stand or fall together at store_commit(). Read the ledger within the
 * transaction only by the `_in` calls. On RC_EXISTS and RC_CONFLICT nothing was written
 * by this call and the transaction is still good; on other failures give it up. Growth is
 * told by ledger_committed(), which the caller calls after its commit succeeded. */
MUST_USE enum rc ledger_append_in(struct ledger *ledger, struct store_txn *txn,
                                  const struct ledger_batch *batch,
                                  struct ledger_result *ret_result, struct fault *why);
MUST_USE enum rc ledger_settle_in(struct ledger *ledger, struct store_txn *txn,
                                  const char *id, struct ledger_result *ret_result,
                                  struct fault *why);
MUST_USE enum rc ledger_volume_in(struct ledger *ledger, struct store_txn *txn,
                                  const char *volume, struct ledger_volume *ret_volume,
                                  struct fault *why);
/* The canonical bytes of one event, borrowed from the transaction. RC_NOT_FOUND. */
MUST_USE enum rc ledger_event_in(struct ledger *ledger, struct store_txn *txn,
                                 uint64_t seq, struct bytes *ret_text, struct fault *why);
/* Each event from `from_seq` on, until `on_step` answers false. RC_CORRUPT when one is
 * not there. */
typedef bool ledger_on_step(struct bytes text, void *context);
MUST_USE enum rc ledger_walk_in(struct ledger *ledger, struct store_txn *txn,
                                uint64_t from_seq, ledger_on_step *on_step, void *context,
                                struct fault *why);
void ledger_committed(struct ledger *ledger, const struct ledger_result *result);

/* Was the command with this id appended? RC_OK with its seq, RC_NOT_FOUND: it was not,
 * and it never will be by itself. */
MUST_USE enum rc ledger_settle(struct ledger *ledger, const char *id,
                               struct ledger_result *ret_result, struct fault *why);

MUST_USE enum rc ledger_head(struct ledger *ledger, struct ledger_head *ret_head,
                             struct fault *why);
/* RC_OK with version 0 when the volume is not known. */
MUST_USE enum rc ledger_volume(struct ledger *ledger, const char *volume,
                               struct ledger_volume *ret_volume, struct fault *why);

/* Events from `from_seq` (1 is the first) on, at most `most` (0: all that are there now),
 * each from its own short read: the callback may write to the store. */
MUST_USE enum rc ledger_feed(struct ledger *ledger, uint64_t from_seq, uint64_t most,
                             ledger_on_event *on_event, void *context, struct fault *why);
/* Only the events that name this volume, in order: its chain. */
MUST_USE enum rc ledger_feed_volume(struct ledger *ledger, const char *volume,
                                    ledger_on_event *on_event, void *context,
                                    struct fault *why);
/* Block until there is an event after `after_seq`; RC_TIMEOUT. For readers in a process
 * of their own; the writer uses ledger_watch(). */
MUST_USE enum rc ledger_wait(struct ledger *ledger, uint64_t after_seq,
                             uint32_t timeout_ms, struct fault *why);
/* One watcher; a later call replaces it, NULL ends it. */
void ledger_watch(struct ledger *ledger, ledger_on_growth *on_growth, void *context);

/* The signed head of the tree as it is now: C2SP checkpoint text. The writer signs and
 * stores it (so it writes one short transaction when the tree grew); call it at least
 * once in each minute that saw an event. A reader gets the last one that was stored. */
MUST_USE enum rc ledger_checkpoint(struct ledger *ledger,
                                   char ret_text[LEDGER_CHECKPOINT_MAX],
                                   struct fault *why);

/* Inclusion proof of event `seq` in the tree of the first `size` events: at most 64
 * hashes, leaf side first. The leaf hash is merkle_leaf() of the event's bytes. */
MUST_USE enum rc ledger_prove(struct ledger *ledger, uint64_t seq, uint64_t size,
                              struct sha256 ret_proof[64], size_t *ret_count,
                              struct fault *why);
/* Why the tree of `size` events begins with that of `old_size`; as merkle_prove_growth().
 * RC_INVALID when there are not so many, or fewer than before. */
MUST_USE enum rc ledger_prove_growth(struct ledger *ledger, uint64_t old_size,
                                     uint64_t size, struct sha256 ret_proof[64],
                                     size_t *ret_count, struct fault *why);

/* Change to a fresh signing key. The change is an event (ledger_keys.h) with this id, by
 * this person; the heads from it on are signed by the new key. Only for the writer.
 * RC_EXISTS when the id was used before; RC_FULL: the old key stays. */
MUST_USE enum rc ledger_rotate(struct ledger *ledger, const char *id, const char *by,
                               int64_t at_ms, struct fault *why);
/* The events of all changes of key, in order. */
MUST_USE enum rc ledger_key_changes(struct ledger *ledger, ledger_on_event *on_event,
                                    void *context, struct fault *why);

#endif

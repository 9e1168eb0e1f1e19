/* The ledger in LMDB: its tables, for the three files that make it up.
 *
 *   ledger.meta    word -> text           format, court, origin, verifier, changes
 *   ledger.event   seq -> bytes           canonical events, 1, 2, 3 ...
 *   ledger.id      id (16) -> first seq, count, request hash
 *   ledger.volume  label -> version, last seq, state word
 *   ledger.chain   label NUL seq -> ""    which events name a volume
 *   ledger.node    level (1), index -> hash   kept nodes of the Merkle tree
 *   ledger.head    size -> checkpoint text    signed heads, for good
 *
 * Numbers are 8 bytes big-endian. */
#ifndef REPO_LEDGER_LMDB_H
#define REPO_LEDGER_LMDB_H

#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_backend.h"
#include "repo-daemon/merkle.h"
#include "repo-daemon/store_lmdb.h"

#include <string.h>

struct ledger_lmdb {
    struct ledger base;
    struct store_table meta, event, id, volume, chain, node, head;
    struct checkpoint_key signer; /* seed only when not read_only */
    bool read_only;
};

static inline struct ledger_lmdb *ledger_lmdb_of(struct ledger *ledger)
{
    return (struct ledger_lmdb *)ledger; /* `base` stands first */
}

/* A key made of text, with its own room. */
static inline struct bytes ledger_text_key(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* The tree's nodes within `txn`. Keep *ret_context as long as the nodes. */
struct ledger_nodes {
    struct ledger_lmdb *ledger;
    struct store_txn *txn;
};
struct merkle_nodes ledger_nodes_in(struct ledger_nodes *context);

/* Head of the tree within `txn`. */
MUST_USE enum rc ledger_head_in(struct ledger_lmdb *ledger, struct store_txn *txn,
                                struct ledger_head *ret_head, struct fault *why);

/* Sign the head within `txn` and keep it. */
MUST_USE enum rc ledger_sign_in(struct ledger_lmdb *ledger, struct store_txn *txn,
                                char ret_text[LEDGER_CHECKPOINT_MAX], struct fault *why);
MUST_USE enum rc ledger_meta_put(struct ledger_lmdb *ledger, struct store_txn *txn,
                                 const char *word, const char *text, struct fault *why);

/* ledger_lmdb_keys.c: the signing key in its file. Of a new ledger; of one whose verifier
 * stands in *key already, also when a change of key was cut off. */
MUST_USE enum rc ledger_key_new(int dir, const char *origin,
                                struct checkpoint_key *ret_key, struct fault *why);
MUST_USE enum rc ledger_key_load(int dir, struct checkpoint_key *key, struct fault *why);
MUST_USE enum rc ledger_lmdb_rotate(struct ledger *ledger, const struct ledger_batch *as,
                                    struct fault *why);
MUST_USE enum rc ledger_lmdb_key_changes(struct ledger *ledger, ledger_on_event *on_event,
                                         void *context, struct fault *why);

/* Calls of the table that stand in ledger_lmdb_read.c. */
MUST_USE enum rc ledger_lmdb_settle(struct ledger *ledger, const char *id,
                                    struct ledger_result *ret_result, struct fault *why);
MUST_USE enum rc ledger_lmdb_head(struct ledger *ledger, struct ledger_head *ret_head,
                                  struct fault *why);
MUST_USE enum rc ledger_lmdb_volume(struct ledger *ledger, const char *volume,
                                    struct ledger_volume *ret_volume, struct fault *why);
MUST_USE enum rc ledger_lmdb_feed(struct ledger *ledger, uint64_t from_seq, uint64_t most,
                                  ledger_on_event *on_event, void *context,
                                  struct fault *why);
MUST_USE enum rc ledger_lmdb_feed_volume(struct ledger *ledger, const char *volume,
                                         ledger_on_event *on_event, void *context,
                                         struct fault *why);
MUST_USE enum rc ledger_lmdb_wait(struct ledger *ledger, uint64_t after_seq,
                                  uint32_t timeout_ms, struct fault *why);
MUST_USE enum rc ledger_lmdb_prove(struct ledger *ledger, uint64_t seq, uint64_t size,
                                   struct sha256 ret_proof[64], size_t *ret_count,
                                   struct fault *why);
MUST_USE enum rc ledger_lmdb_prove_growth(struct ledger *ledger, uint64_t old_size,
                                          uint64_t size, struct sha256 ret_proof[64],
                                          size_t *ret_count, struct fault *why);

#endif

/* The Merkle tree of RFC 6962 (SHA-256): leaf hash, root, inclusion and consistency
 * proofs. Pure: nodes come and go by callbacks.
 *
 * A node is the hash of a perfect subtree: (level, index) covers the 2^level leaves from
 * index * 2^level on; level 0 are the leaf hashes. A tree of n leaves keeps exactly the
 * nodes whose leaves are all there, and none ever changes, so an append writes about two
 * nodes and a proof reads O(log n). */
#ifndef REPO_MERKLE_H
#define REPO_MERKLE_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <stdbool.h>
#include <stdint.h>

enum { MERKLE_PROOF_MAX = 64 };

struct merkle_nodes {
    enum rc (*read)(void *context, unsigned level, uint64_t index,
                    struct sha256 *ret_hash, struct fault *why);
    enum rc (*write)(void *context, unsigned level, uint64_t index, struct sha256 hash,
                     struct fault *why); /* only for merkle_append() */
    void *context;
};

struct merkle_proof {
    size_t count;
    struct sha256 at[MERKLE_PROOF_MAX]; /* leaf side first */
};

struct sha256 merkle_leaf(struct bytes entry); /* H(0x00 || entry) */
struct sha256 merkle_pair(struct sha256 left,
                          struct sha256 right); /* H(0x01 || l || r) */

/* Put the next leaf on a tree that has `size` leaves. */
MUST_USE enum rc merkle_append(const struct merkle_nodes *nodes, uint64_t size,
                               struct sha256 leaf, struct fault *why);

/* Root of the first `size` leaves; of none it is the hash of nothing. */
MUST_USE enum rc merkle_root(const struct merkle_nodes *nodes, uint64_t size,
                             struct sha256 *ret_root, struct fault *why);

/* Why leaf `index` (from 0) is in the tree of `size`. RC_INVALID when index >= size. */
MUST_USE enum rc merkle_prove(const struct merkle_nodes *nodes, uint64_t index,
                              uint64_t size, struct merkle_proof *ret_proof,
                              struct fault *why);
bool merkle_proof_holds(struct sha256 leaf, uint64_t index, uint64_t size,
                        struct sha256 root, const struct merkle_proof *proof);

/* Why the tree of `size` begins with the tree of `old_size`; empty when old_size is 0 or
 * equal. RC_INVALID when old_size > size. */
MUST_USE enum rc merkle_prove_growth(const struct merkle_nodes *nodes, uint64_t old_size,
                                     uint64_t size, struct merkle_proof *ret_proof,
                                     struct fault *why);
bool merkle_growth_holds(uint64_t old_size, struct sha256 old_root, uint64_t size,
                         struct sha256 root, const struct merkle_proof *proof);

#endif

/* A Merkle tree whose nodes lie in memory: for export, verification and tests. About 64
 * bytes a leaf. Ends the process when memory runs out. */
#ifndef REPO_MERKLE_MEMORY_H
#define REPO_MERKLE_MEMORY_H

#include "repo-daemon/merkle.h"

struct merkle_memory;

struct merkle_memory *merkle_memory_new(void);       /* never NULL */
void merkle_memory_free(struct merkle_memory *tree); /* accepts NULL */
void merkle_memory_add(struct merkle_memory *tree, struct sha256 leaf);
uint64_t merkle_memory_size(const struct merkle_memory *tree);
struct sha256 merkle_memory_root(struct merkle_memory *tree);
/* For merkle_prove() and its like; good as long as the tree. */
struct merkle_nodes merkle_memory_nodes(struct merkle_memory *tree);
/* The kept nodes of a level, borrowed until the next add; *ret_count of them. */
const struct sha256 *merkle_memory_level(const struct merkle_memory *tree, unsigned level,
                                         uint64_t *ret_count);

#endif

/* A Merkle tree in memory: one growing array of nodes for each level. */
#include "repo-daemon/merkle_memory.h"

#include <stdlib.h>

enum { LEVELS = 64, FIRST_ROOM = 64 };

struct merkle_memory {
    struct {
        struct sha256 *at;
        uint64_t count, room;
    } levels[LEVELS];
};

static enum rc node_read(void *context, unsigned level, uint64_t index,
                         struct sha256 *ret_hash, struct fault *why)
{
    const struct merkle_memory *tree = context;
    if (level >= LEVELS || index >= tree->levels[level].count)
        return fault_set(why, RC_NOT_FOUND, 0, "merkle: no node %u/%llu", level,
                         (unsigned long long)index);
    *ret_hash = tree->levels[level].at[index];
    return RC_OK;
}

static enum rc node_write(void *context, unsigned level, uint64_t index,
                          struct sha256 hash, struct fault *why)
{
    struct merkle_memory *tree = context;
    if (level >= LEVELS || index != tree->levels[level].count)
        return fault_set(why, RC_INVALID, 0, "merkle: node %u/%llu is not the next",
                         level, (unsigned long long)index);
    if (index == tree->levels[level].room) {
        uint64_t room = index ? 2 * index : FIRST_ROOM;
        struct sha256 *more =
            reallocarray(tree->levels[level].at, (size_t)room, sizeof *more);
        if (!more)
            abort();
        tree->levels[level].at = more;
        tree->levels[level].room = room;
    }
    tree->levels[level].at[index] = hash;
    tree->levels[level].count++;
    return RC_OK;
}

struct merkle_memory *merkle_memory_new(void)
{
    struct merkle_memory *tree = calloc(1, sizeof *tree);
    if (!tree)
        abort();
    return tree;
}

void merkle_memory_free(struct merkle_memory *tree)
{
    for (unsigned i = 0; tree && i < LEVELS; i++)
        free(tree->levels[i].at);
    free(tree);
}

struct merkle_nodes merkle_memory_nodes(struct merkle_memory *tree)
{
    return (struct merkle_nodes){ node_read, node_write, tree };
}

uint64_t merkle_memory_size(const struct merkle_memory *tree)
{
    return tree->levels[0].count;
}

void merkle_memory_add(struct merkle_memory *tree, struct sha256 leaf)
{
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    if (merkle_append(&nodes, tree->levels[0].count, leaf, NULL))
        abort(); /* the arrays always have what the tree's size says */
}

struct sha256 merkle_memory_root(struct merkle_memory *tree)
{
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    struct sha256 root;
    if (merkle_root(&nodes, tree->levels[0].count, &root, NULL))
        abort();
    return root;
}

const struct sha256 *merkle_memory_level(const struct merkle_memory *tree, unsigned level,
                                         uint64_t *ret_count)
{
    *ret_count = level < LEVELS ? tree->levels[level].count : 0;
    return *ret_count ? tree->levels[level].at : NULL;
}

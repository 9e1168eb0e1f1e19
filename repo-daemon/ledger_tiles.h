/* The tree as files: C2SP tlog-tiles. A tile holds up to 256 hashes of one level of the
 * tree, tile level L standing for node level 8 * L:
 *
 *   tile/L/NNN          a full tile, 8192 bytes
 *   tile/L/NNN.p/W      the last one, with W < 256 hashes
 *
 * NNN is the tile's number in groups of three digits, "x" before all but the last
 * ("x001/234"). */
#ifndef REPO_LEDGER_TILES_H
#define REPO_LEDGER_TILES_H

#include "repo-daemon/merkle_memory.h"

enum { LEDGER_TILE_WIDTH = 256, LEDGER_TILE_PATH_MAX = 96 };

struct ledger_tile {
    unsigned level;
    uint64_t number;
    unsigned width; /* hashes in it, 1..256 */
    char path[LEDGER_TILE_PATH_MAX];
};

/* The tile after *tile in the tree of `size` leaves: level by level, from left to right.
 * Begin with one that is all zero. False at the end. */
bool ledger_tile_next(uint64_t size, struct ledger_tile *tile);

/* Write all tiles below `folder` (flushed), or compare them: RC_CORRUPT names the file,
 * which is also in *ret_tile. */
MUST_USE enum rc ledger_tiles_write(struct merkle_memory *tree, const char *folder,
                                    struct fault *why);
MUST_USE enum rc ledger_tiles_compare(struct merkle_memory *tree, const char *folder,
                                      struct ledger_tile *ret_tile, struct fault *why);

/* The leaf hashes that the tiles of level 0 hold, as a tree; it ends where a tile is
 * missing or too short. */
struct merkle_memory *ledger_tiles_leaves(const char *folder, uint64_t size);

#endif

/* Tiles: which there are for a size, and what is in them. */
#include "repo-daemon/ledger_tiles.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { BITS = 8, TILE_BYTES = LEDGER_TILE_WIDTH * SHA256_SIZE };

static void name_tile(struct ledger_tile *tile)
{
    char number[64] = "", group[8];
    uint64_t left = tile->number;
    snprintf(number, sizeof number, "%03u", (unsigned)(left % 1000));
    for (left /= 1000; left; left /= 1000) {
        char rest[64];
        memcpy(rest, number, sizeof rest);
        snprintf(group, sizeof group, "x%03u/", (unsigned)(left % 1000));
        snprintf(number, sizeof number, "%s%.48s", group, rest);
    }
    int len = snprintf(tile->path, sizeof tile->path, "tile/%u/%s", tile->level, number);
    if (tile->width < LEDGER_TILE_WIDTH)
        snprintf(tile->path + len, sizeof tile->path - (size_t)len, ".p/%u", tile->width);
}

bool ledger_tile_next(uint64_t size, struct ledger_tile *tile)
{
    if (tile->width == LEDGER_TILE_WIDTH)
        tile->number++;
    else if (tile->width) {
        tile->level++;
        tile->number = 0;
    }
    for (; tile->level * BITS < 64 && size >> (tile->level * BITS); tile->level++) {
        uint64_t hashes = size >> (tile->level * BITS);
        uint64_t first = tile->number * LEDGER_TILE_WIDTH;
        if (first < hashes) {
            uint64_t width = hashes - first;
            tile->width = width < LEDGER_TILE_WIDTH ? (unsigned)width : LEDGER_TILE_WIDTH;
            name_tile(tile);
            return true;
        }
        tile->number = 0;
    }
    return false;
}

static struct bytes tile_bytes(const struct merkle_memory *tree,
                               const struct ledger_tile *tile)
{
    uint64_t count = 0;
    const struct sha256 *level = merkle_memory_level(tree, tile->level * BITS, &count);
    return (struct bytes){ level[tile->number * LEDGER_TILE_WIDTH].at,
                           (size_t)tile->width * SHA256_SIZE };
}

static enum rc write_tile(const char *folder, const char *path, struct bytes data,
                          struct fault *why)
{
    char place[PATH_MAX];
    if (snprintf(place, sizeof place, "%s/%s", folder, path) >= (int)sizeof place)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", folder);
    char *name = strrchr(place, '/');
    *name++ = 0;
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_make_folder(place, 0755, why);
    if (!rc)
        rc = file_open_folder(place, &dir, why);
    return rc ? rc : file_create(dir, name, data, why);
}

enum rc ledger_tiles_write(struct merkle_memory *tree, const char *folder,
                           struct fault *why)
{
    struct ledger_tile tile = { 0 };
    while (ledger_tile_next(merkle_memory_size(tree), &tile)) {
        enum rc rc = write_tile(folder, tile.path, tile_bytes(tree, &tile), why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc read_tile(const char *folder, const char *path, char **ret_data,
                         size_t *ret_len, struct fault *why)
{
    char place[PATH_MAX];
    if (snprintf(place, sizeof place, "%s/%s", folder, path) >= (int)sizeof place)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", folder);
    return file_read(AT_FDCWD, place, TILE_BYTES, ret_data, ret_len, why);
}

enum rc ledger_tiles_compare(struct merkle_memory *tree, const char *folder,
                             struct ledger_tile *ret_tile, struct fault *why)
{
    struct ledger_tile tile = { 0 };
    while (ledger_tile_next(merkle_memory_size(tree), &tile)) {
        SCOPED(free_at) char *data = NULL;
        size_t len = 0;
        struct bytes want = tile_bytes(tree, &tile);
        enum rc rc = read_tile(folder, tile.path, &data, &len, NULL);
        if (rc || len != want.len || memcmp(data, want.at, len) != 0) {
            *ret_tile = tile;
            return fault_set(why, RC_CORRUPT, 0, "文件 %s %s (tile does not verify)",
                             tile.path, rc == RC_NOT_FOUND ? "缺失" : "被改动");
        }
    }
    return RC_OK;
}

struct merkle_memory *ledger_tiles_leaves(const char *folder, uint64_t size)
{
    struct merkle_memory *leaves = merkle_memory_new();
    struct ledger_tile tile = { 0 };
    while (ledger_tile_next(size, &tile) && tile.level == 0) {
        SCOPED(free_at) char *data = NULL;
        size_t len = 0;
        if (read_tile(folder, tile.path, &data, &len, NULL) ||
            len != (size_t)tile.width * SHA256_SIZE)
            break;
        for (size_t at = 0; at < len; at += SHA256_SIZE) {
            struct sha256 leaf;
            memcpy(leaf.at, data + at, SHA256_SIZE);
            merkle_memory_add(leaves, leaf);
        }
    }
    return leaves;
}

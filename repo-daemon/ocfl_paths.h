/* Digests and paths of an inventory. Private to ocfl_*. */
#ifndef REPO_OCFL_PATHS_H
#define REPO_OCFL_PATHS_H

#include "repo-daemon/ocfl_inventory.h"

#include <stdbool.h>

/* Hex digits of this algorithm's length, into lower case. */
bool ocfl_digest_lower(const char *text, enum bag_algorithm algorithm,
                       char ret_hex[BAG_HEX_MAX]);

/* Fill `paths` and `files` from "manifest". */
MUST_USE enum rc ocfl_manifest_read(struct ocfl_inventory *inventory, struct fault *why);
/* One version's state against the manifest; its digests are added to `used`. */
MUST_USE enum rc ocfl_state_check(const struct ocfl_inventory *inventory,
                                  const json_t *state, json_t *used, struct fault *why);

#endif

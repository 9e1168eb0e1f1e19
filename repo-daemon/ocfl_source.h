/* What is to be stored: every file below a folder, with its digest. Private to ocfl_*. */
#ifndef REPO_OCFL_SOURCE_H
#define REPO_OCFL_SOURCE_H

#include "repo-daemon/ocfl_inventory.h"

/* Hash every file below `dir`. *ret_state: digests with their paths, sorted, as a version
 * has them; the caller owns it. RC_INVALID: a link, a device, a name that cannot be kept,
 * too many files, or none. */
MUST_USE enum rc ocfl_source_read(int dir, json_t **ret_state, unsigned *ret_files,
                                  struct fault *why);

/* Make below `to` what stands below `from`, by links to the same content. */
MUST_USE enum rc ocfl_link_tree(int from, int to, struct fault *why);

/* Copy `path` below `from` to `path` below `to`, flushed. */
MUST_USE enum rc ocfl_copy_file(int from, const char *path, int to, const char *as,
                                struct fault *why);

#endif

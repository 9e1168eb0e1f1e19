/* Paths below a bag: which are allowed, how they stand in a manifest, and opening them
 * without ever leaving the bag. Private to bagit_*. */
#ifndef REPO_BAGIT_PATHS_H
#define REPO_BAGIT_PATHS_H

#include "repo-daemon/bagit.h"

#include <stdbool.h>

/* Relative, without empty, "." or ".." parts, without backslash or a leading '~', at most
 * `most` bytes. */
bool bag_path_is_safe(const char *path, size_t most);
bool bag_path_is_payload(const char *path); /* begins with "data/" */

/* CR, LF and '%' as %0D %0A %25 (RFC 8493, 2.1.3). `ret_text`: 3 bytes for each, and 1.
 */
void bag_path_encode(const char *path, char *ret_text);
void bag_path_decode(char *path); /* in place */

/* Open the regular file `path` below `dir` for reading; no part may be a symbolic link.
 *   RC_NOT_FOUND, RC_CORRUPT (a link, a folder, a device) */
MUST_USE enum rc bag_path_open(int dir, const char *path, int *ret_fd, struct fault *why);

/* Create it with its folders, for writing; never over an existing one. */
MUST_USE enum rc bag_path_create(int dir, const char *path, int *ret_fd,
                                 struct fault *why);

/* Delete the folder `name` in `dir` with all in it. A missing one is RC_OK. */
MUST_USE enum rc bag_path_remove(int dir, const char *name, struct fault *why);

/* Flush every folder below `dir`, and itself. */
MUST_USE enum rc bag_path_flush(int dir, struct fault *why);

#endif

/* What the files of ocfl_* share: names, and walking folders. Private to ocfl_*. */
#ifndef REPO_OCFL_IN_H
#define REPO_OCFL_IN_H

#include "repo-daemon/ocfl_inventory.h"

#include <dirent.h>

#define OCFL_OBJECT_NAME "0=ocfl_object_1.1"
#define OCFL_ROOT_NAME "0=ocfl_1.1"

enum ocfl_kind { OCFL_NOTHING, OCFL_FILE, OCFL_FOLDER, OCFL_OTHER };

/* Of `name` in `dir`; a symbolic link is OCFL_OTHER. */
enum ocfl_kind ocfl_kind_of(int dir, const char *name);
/* Never through a symbolic link; the caller closes *ret_list. */
MUST_USE enum rc ocfl_open_list(int dir, const char *name, DIR **ret_list,
                                struct fault *why);
/* The next name but "." and ".."; NULL behind the last. Borrowed until the next call. */
const char *ocfl_next_name(DIR *list);

/* A declaration "0=text" whose content is "text" and a line end, else these codes. */
MUST_USE enum rc ocfl_declared(int dir, const char *name, const char *missing,
                               const char *differs, struct fault *why);

/* The inventory of an object with its sidecar. ocfl_inventory_free() on every result. */
MUST_USE enum rc ocfl_object_load(int dir, struct ocfl_inventory *inventory,
                                  struct fault *why);

/* ocfl_store.c: ROOT.making with its lock; the caller closes both. RC_AGAIN: another
 * process has it. */
MUST_USE enum rc ocfl_making_open(const char *root, int *ret_making, int *ret_lock,
                                  struct fault *why);

/* ocfl_root.c: where an object of this id stands, "abc/def/012/urn%3ax-…". */
void ocfl_place(const char *id, char ret_path[OCFL_FOLDER_MAX]);
/* Write what makes the empty folder a storage root, flushed. */
MUST_USE enum rc ocfl_root_write(int dir, struct fault *why);

#endif

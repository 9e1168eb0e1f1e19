/* The files around a store: the writer's lock, space reserved before it is used. */
#ifndef REPO_STORE_FILE_H
#define REPO_STORE_FILE_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdint.h>

/* Take the writer's lock of the folder; it is held as long as *ret_fd is open. RC_AGAIN
 * when another process holds it. */
MUST_USE enum rc store_file_lock(int folder, int *ret_fd, struct fault *why);

/* Make the file at least `size` bytes long, with blocks of its own. RC_FULL when there
 * are none; the file is then as it was. */
MUST_USE enum rc store_file_reserve(int fd, uint64_t size, struct fault *why);

/* Bytes of the file, 0 when there is none. */
uint64_t store_file_size(int folder, const char *name);

/* Flush a file that a library wrote, and its folder. */
MUST_USE enum rc store_file_flush(const char *folder, const char *name,
                                  struct fault *why);

#endif

/* Files that are really on the disk. "Written" here means: the bytes and the name both
 * survive a power cut, so the file and its folder were flushed. */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* Replace or create `name` in the folder `dir` with `data`, whole or not at all.
 *   RC_FULL  no space; the old content stands */
MUST_USE enum rc file_replace(int dir, const char *name, struct bytes data,
                              struct fault *why);

/* The same, whole for whoever reads now, but on the disk only when the kernel gets to it:
 * for what can be made again, and is checked when it is read after a power cut. */
MUST_USE enum rc file_put(int dir, const char *name, struct bytes data,
                          struct fault *why);

/* Flush `name`, which file_put() wrote. The folder is the caller's to flush. */
MUST_USE enum rc file_flush(int dir, const char *name, struct fault *why);

/* Create `name` with `data`, never over an existing file (RC_EXISTS). Durable as above.
 */
MUST_USE enum rc file_create(int dir, const char *name, struct bytes data,
                             struct fault *why);

/* The whole file in memory, NUL added behind the length. The caller frees *ret_data.
 *   RC_INVALID  longer than `most` bytes */
MUST_USE enum rc file_read(int dir, const char *name, size_t most, char **ret_data,
                           size_t *ret_len, struct fault *why);

/* The same from an open descriptor, from its start. */
MUST_USE enum rc file_read_fd(int fd, size_t most, char **ret_data, size_t *ret_len,
                              struct fault *why);

/* All of `data`, whatever short writes there are. Does not flush. */
MUST_USE enum rc file_write_all(int fd, struct bytes data, struct fault *why);

/* Let the disk begin with this part of the file (`len` 0: to its end), so that a flush
 * later finds less to do. A hint: nothing is promised. */
void file_begin_flush(int fd, uint64_t from, uint64_t len);

/* Make the folder and its missing parents, each flushed into its own parent. */
MUST_USE enum rc file_make_folder(const char *path, unsigned mode, struct fault *why);

/* Open a folder for the calls above; the caller closes *ret_dir. */
MUST_USE enum rc file_open_folder(const char *path, int *ret_dir, struct fault *why);

/* An anonymous file in memory with `data` in it, offset 0. The caller closes it. */
MUST_USE enum rc file_in_memory(const char *name, struct bytes data, int *ret_fd,
                                struct fault *why);

/* Delete the name and flush the folder. A missing name is RC_OK. */
MUST_USE enum rc file_remove(int dir, const char *name, struct fault *why);

#endif

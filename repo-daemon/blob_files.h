/* Blobs as files: what the files that make it up share.
 *
 *   DIR/ab/abcd...       the content, mode 0440; the name is its SHA-256
 *   DIR/ab/abcd....keep  the time in Unix ms before which it may not be removed
 *   DIR/ab/.put-...      a put that is not finished; swept
 *   DIR/ab/cd/           of an older store: where this folder stands, it is the one that
 *                        holds abcd..., and none is made any more: at a hundred thousand
 *                        blobs each had cost a folder of its own, which is flushed too */
#ifndef REPO_BLOB_FILES_H
#define REPO_BLOB_FILES_H

#include "repo-daemon/blob_backend.h"

enum { BLOB_FOLDERS = 256, BLOB_FOLDERS_DEEP = 256 * 256 };

struct blob_files {
    struct blobs base;
    int dir;
    /* Folders flushed since this process began, and where they stand: ab, then ab/cd. */
    uint8_t durable[(BLOB_FOLDERS + BLOB_FOLDERS_DEEP) / 8];
};

/* The folder of a hash, open. */
struct blob_folder {
    int dir;
    int above;    /* where it stands when that is ab; -1: it stands in DIR itself */
    unsigned bit; /* of `durable` */
};

/* Open the folder of `hash`, made when `create`. Nothing is flushed. RC_NOT_FOUND. */
MUST_USE enum rc blob_folder_open(const struct blob_files *files,
                                  const struct sha256 *hash, bool create,
                                  struct blob_folder *ret_folder, struct fault *why);
/* Open the content to read when it stands in a folder ab that is durable, in one step; -1
 * when that cannot be said so quickly. */
int blob_folder_open_quick(const struct blob_files *files, const struct sha256 *hash,
                           const char *hex);
void blob_folder_close(struct blob_folder *folder);
/* Once for each folder in the life of this process: what stands in it, and where it
 * stands itself, is on the disk before anybody is told of it, also when a run before this
 * one died between a name and its flushing. */
MUST_USE enum rc blob_folder_make_durable(struct blob_files *files,
                                          const struct blob_folder *folder,
                                          struct fault *why);
/* For a name that is to come: flush where the folder stands, when that was never done;
 * with the name in it, flush the folder. One that failed to flush may or may not hold the
 * name: it is flushed again before anybody is told what is in it. RC_FULL, RC_IO with a
 * sentence. */
MUST_USE enum rc blob_folder_flush_above(struct blob_files *files,
                                         const struct blob_folder *folder,
                                         struct fault *why);
MUST_USE enum rc blob_folder_flush(struct blob_files *files,
                                   const struct blob_folder *folder, struct fault *why);

/* Flush a file or folder: the same answers. */
MUST_USE enum rc blob_files_flush(int fd, struct fault *why);

/* Retention lock of the blob, 0 when it has none. */
int64_t blob_files_kept_until(int dir, const char *hex);

enum rc blob_files_keep(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                        struct fault *why);
enum rc blob_files_remove(struct blobs *blobs, struct sha256 hash, int64_t now_ms,
                          struct fault *why);
enum rc blob_files_scan(struct blobs *blobs, const struct sha256 *after, bool verify,
                        blob_on_found *on_found, void *context, struct fault *why);

#endif

/* Blobs as files: what the two files that make it up share.
 *
 *   DIR/ab/cd/abcd...      the content, mode 0440; the name is its SHA-256
 *   DIR/ab/cd/abcd....keep the time in Unix ms before which it may not be removed
 *   DIR/ab/cd/.put-...     a put on a file system without nameless files; swept */
#ifndef REPO_BLOB_FILES_H
#define REPO_BLOB_FILES_H

#include "repo-daemon/blob_backend.h"
#include "repo-daemon/flush_hand.h"

enum { BLOB_FOLDERS = 256 * 256 };

struct blob_files {
    struct blobs base;
    int dir;
    struct flush_hand *hand; /* owned */
    /* Folders flushed since this process began: of blobs, and those above them. */
    uint8_t durable[BLOB_FOLDERS / 8], durable_upper[256 / 8];
};

/* Open the folder of `hash`; the caller closes *ret_dir. The folder and those above are
 * flushed once in the life of this process, so that a name left by a process that was
 * killed is durable before anybody relies on it. RC_NOT_FOUND. */
MUST_USE enum rc blob_files_folder(struct blob_files *files, const struct sha256 *hash,
                                   int *ret_dir, struct fault *why);

/* Flush a file or folder. RC_FULL, RC_IO with a sentence: a folder that failed to flush
 * may or may not hold the name. */
MUST_USE enum rc blob_files_flush(int fd, struct fault *why);
/* The same answer for a flush that failed elsewhere, with this errno. */
MUST_USE enum rc blob_files_flush_failed(int err, struct fault *why);

/* blob_folders.c: both folders of `hash`, ab and ab/cd, made when `create`; the caller
 * closes them. Nothing is flushed. RC_NOT_FOUND. */
MUST_USE enum rc blob_folders_open(const struct blob_files *files,
                                   const struct sha256 *hash, bool create, int *ret_upper,
                                   int *ret_dir, struct fault *why);
/* Were they, and where they stand, flushed since this process began? */
bool blob_folders_are_durable(const struct blob_files *files, const struct sha256 *hash);
void blob_folders_note(struct blob_files *files, const struct sha256 *hash);
/* Flush ab, and the folder above it when that was never done. */
MUST_USE enum rc blob_folders_flush_above(struct blob_files *files,
                                          const struct sha256 *hash, int upper,
                                          struct fault *why);
/* A flush of ab/cd failed: it is flushed again before anybody is told what is in it. */
void blob_folders_doubt(struct blob_files *files, const struct sha256 *hash);
/* All three, once, and note it. */
MUST_USE enum rc blob_folders_make_durable(struct blob_files *files,
                                           const struct sha256 *hash, int upper, int dir,
                                           struct fault *why);

/* Retention lock of the blob, 0 when it has none. */
int64_t blob_files_kept_until(int dir, const char *hex);

enum rc blob_files_keep(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                        struct fault *why);
enum rc blob_files_remove(struct blobs *blobs, struct sha256 hash, int64_t now_ms,
                          struct fault *why);
enum rc blob_files_scan(struct blobs *blobs, const struct sha256 *after, bool verify,
                        blob_on_found *on_found, void *context, struct fault *why);

#endif

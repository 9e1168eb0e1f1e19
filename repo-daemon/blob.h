/* Blobs: bytes kept under their SHA-256, never changed once there.
 *
 * "Put" verifies: the content is hashed again from what is in the file, flushed, named,
 * and the folders are flushed, before it is acknowledged. A blob is written before the
 * event that names it. A URI chooses the backend: "files:DIR" keeps
 * DIR/ab/abcd... (docs/ledger.md gives the bytes).
 *
 * One process writes, from one thread; calls block for the time of the disk. */
#ifndef REPO_BLOB_H
#define REPO_BLOB_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <stdbool.h>
#include <stdint.h>

enum { BLOB_SIZE_MAX = 1024 * 1024 * 1024 }; /* bytes of one blob */

struct blobs;    /* an open blob store */
struct blob_put; /* one blob on its way in */

/* What blob_scan() reports of each blob. */
struct blob_found {
    struct sha256 hash;
    uint64_t size;
    enum rc rc;            /* RC_OK; RC_CORRUPT when verified and different; RC_IO */
    int64_t kept_until_ms; /* retention lock, 0 none */
};
/* Return true to go on. */
typedef bool blob_on_found(const struct blob_found *found, void *context);

/* What a backend does; the functions below say what each means. */
struct blob_ops {
    const char *scheme; /* "files" */
    enum rc (*begin)(struct blobs *blobs, struct sha256 want, struct blob_put **ret_put,
                     struct fault *why);
    int (*fd)(struct blob_put *put);
    enum rc (*write)(struct blob_put *put, struct bytes data, struct fault *why);
    enum rc (*commit)(struct blob_put *put, uint64_t *ret_size, struct fault *why);
    void (*cancel)(struct blob_put *put);
    enum rc (*get)(struct blobs *blobs, struct sha256 hash, int *ret_fd,
                   uint64_t *ret_size, struct fault *why);
    enum rc (*stat)(struct blobs *blobs, struct sha256 hash, uint64_t *ret_size,
                    struct fault *why);
    enum rc (*keep)(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                    struct fault *why);
    enum rc (*remove)(struct blobs *blobs, struct sha256 hash, int64_t now_ms,
                      struct fault *why);
    enum rc (*scan)(struct blobs *blobs, const struct sha256 *after, bool verify,
                    blob_on_found *on_found, void *context, struct fault *why);
    void (*close)(struct blobs *blobs);
};

/* Open "files:DIR", making DIR when missing and `create`. The caller owns *ret_blobs.
 *   RC_INVALID    no such scheme
 *   RC_NOT_FOUND  nothing there and not `create` */
MUST_USE enum rc blob_open(const char *uri, bool create, struct blobs **ret_blobs,
                           struct fault *why);
void blob_close(struct blobs *blobs); /* accepts NULL; cancel open puts before */

/* Begin to put a blob whose hash is `want`. RC_EXISTS (and no put) when it is there,
 * durably. Then either blob_put_write() the content in pieces, or hand blob_put_fd(), a
 * file open for reading and writing, to the process that has the bytes: it
 * writes, closes its copy, and tells. */
MUST_USE enum rc blob_put_begin(struct blobs *blobs, struct sha256 want,
                                struct blob_put **ret_put, struct fault *why);
int blob_put_fd(struct blob_put *put); /* borrowed */
MUST_USE enum rc blob_put_write(struct blob_put *put, struct bytes data,
                                struct fault *why);

/* Verify, flush, name, flush the folders. The put is gone on every result.
 *   RC_INVALID  the content has another hash, or is longer than BLOB_SIZE_MAX
 *   RC_AGAIN    another process still has the file open for writing; nothing kept
 *   RC_FULL     no space; nothing kept
 *   RC_EXISTS   somebody put the same blob meanwhile: as good as RC_OK
 * A failed flush ends the process by abort(). `ret_size` may be NULL. */
MUST_USE enum rc blob_put_commit(struct blob_put *put, uint64_t *ret_size,
                                 struct fault *why);
void blob_put_cancel(struct blob_put *put);     /* accepts NULL */
void blob_put_cancel_at(struct blob_put **put); /* for SCOPED */

/* All at once: hash `data` and put it. RC_OK also when it was there. */
MUST_USE enum rc blob_put(struct blobs *blobs, struct bytes data, struct sha256 *ret_hash,
                          struct fault *why);
/* The same from an open file, read from its start. */
MUST_USE enum rc blob_put_file(struct blobs *blobs, int fd, struct sha256 *ret_hash,
                               uint64_t *ret_size, struct fault *why);

/* A descriptor open for reading, at offset 0; the caller closes it. It can be sent to
 * another process. Not verified on every read: blob_scan() does. RC_NOT_FOUND. */
MUST_USE enum rc blob_get(struct blobs *blobs, struct sha256 hash, int *ret_fd,
                          uint64_t *ret_size, struct fault *why);
/* Is it there, durably? `ret_size` may be NULL. RC_NOT_FOUND. */
MUST_USE enum rc blob_stat(struct blobs *blobs, struct sha256 hash, uint64_t *ret_size,
                           struct fault *why);

/* Retention lock: not removable before `until_ms` (Unix ms). Can only be prolonged: an
 * earlier time than the present lock is RC_REFUSED. */
MUST_USE enum rc blob_keep(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                           struct fault *why);
/* RC_REFUSED while locked at `now_ms`; RC_NOT_FOUND. Durable when it returns. */
MUST_USE enum rc blob_remove(struct blobs *blobs, struct sha256 hash, int64_t now_ms,
                             struct fault *why);

/* Every blob in the order of names; with `verify` each is read and hashed. Left-overs of
 * broken puts are swept. RC_CORRUPT after the walk when any was not right. */
MUST_USE enum rc blob_scan(struct blobs *blobs, bool verify, blob_on_found *on_found,
                           void *context, struct fault *why);
/* The names behind `after` (NULL: from the first), in order, at most `room`; not read. */
MUST_USE enum rc blob_list(struct blobs *blobs, const struct sha256 *after, size_t room,
                           struct sha256 *ret_hashes, size_t *ret_count,
                           struct fault *why);

#endif

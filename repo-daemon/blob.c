/* The blob store's front door: a URI picks the backend, and calls go through its table.
 */
#include "repo-daemon/blob.h"

#include "repo-daemon/blob_backend.h"
#include "sys/scope.h"

#include <errno.h>
#include <string.h>

enum { PIECE = 1024 * 1024 };

enum rc blob_open(const char *uri, bool create, struct blobs **ret_blobs,
                  struct fault *why)
{
    static const char files[] = "files:";
    if (strncmp(uri, files, sizeof files - 1) != 0 || !uri[sizeof files - 1])
        return fault_set(why, RC_INVALID, 0, "'%s' is no blob store: want files:FOLDER",
                         uri);
    return blob_files_open(uri + sizeof files - 1, create, ret_blobs, why);
}

void blob_close(struct blobs *blobs)
{
    if (blobs)
        blobs->ops->close(blobs);
}

/* A full disk is told to people, wherever it was met. */
static enum rc told(enum rc rc, struct fault *why)
{
    return rc == RC_FULL
               ? fault_set(why, rc, 0,
                           "磁盘空间不足，文件没有保存；请管理员腾出空间后再做一次")
               : rc;
}

enum rc blob_put_begin(struct blobs *blobs, struct sha256 want, struct blob_put **ret_put,
                       struct fault *why)
{
    return told(blobs->ops->begin(blobs, want, ret_put, why), why);
}

int blob_put_fd(struct blob_put *put)
{
    return put->blobs->ops->fd(put);
}

enum rc blob_put_write(struct blob_put *put, struct bytes data, struct fault *why)
{
    return told(put->blobs->ops->write(put, data, why), why);
}

enum rc blob_put_commit(struct blob_put *put, uint64_t *ret_size, struct fault *why)
{
    return told(put->blobs->ops->commit(put, ret_size, why), why);
}

void blob_put_cancel(struct blob_put *put)
{
    if (put)
        put->blobs->ops->cancel(put);
}

void blob_put_cancel_at(struct blob_put **put)
{
    blob_put_cancel(*put);
}

enum rc blob_put(struct blobs *blobs, struct bytes data, struct sha256 *ret_hash,
                 struct fault *why)
{
    SCOPED(blob_put_cancel_at) struct blob_put *put = NULL;
    struct sha256 hash = hash_sha256(data);
    enum rc rc = blob_put_begin(blobs, hash, &put, why);
    if (!rc)
        rc = blob_put_write(put, data, why);
    if (!rc)
        rc = blob_put_commit(TAKE(put), NULL, why);
    if (rc && rc != RC_EXISTS)
        return rc;
    *ret_hash = hash;
    return RC_OK;
}

static enum rc copy_into(struct blob_put *put, int fd, struct fault *why)
{
    SCOPED(free_at) uint8_t *piece = malloc(PIECE);
    if (!piece)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "blob: no memory");
    for (off_t at = 0;;) {
        ssize_t n = pread(fd, piece, PIECE, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "read the content");
        if (!n)
            return RC_OK;
        enum rc rc = blob_put_write(put, (struct bytes){ piece, (size_t)n }, why);
        if (rc)
            return rc;
        at += n;
    }
}

enum rc blob_put_file(struct blobs *blobs, int fd, struct sha256 *ret_hash,
                      uint64_t *ret_size, struct fault *why)
{
    SCOPED(blob_put_cancel_at) struct blob_put *put = NULL;
    struct sha256 hash;
    uint64_t size = 0;
    enum rc rc = hash_fd(fd, &hash, &size, why);
    if (!rc)
        rc = blob_put_begin(blobs, hash, &put, why);
    if (!rc)
        rc = copy_into(put, fd, why);
    if (!rc)
        rc = blob_put_commit(TAKE(put), NULL, why);
    if (rc && rc != RC_EXISTS)
        return rc;
    *ret_hash = hash;
    if (ret_size)
        *ret_size = size;
    return RC_OK;
}

enum rc blob_get(struct blobs *blobs, struct sha256 hash, int *ret_fd, uint64_t *ret_size,
                 struct fault *why)
{
    return blobs->ops->get(blobs, hash, ret_fd, ret_size, why);
}

enum rc blob_stat(struct blobs *blobs, struct sha256 hash, uint64_t *ret_size,
                  struct fault *why)
{
    return blobs->ops->stat(blobs, hash, ret_size, why);
}

enum rc blob_keep(struct blobs *blobs, struct sha256 hash, int64_t until_ms,
                  struct fault *why)
{
    return blobs->ops->keep(blobs, hash, until_ms, why);
}

enum rc blob_remove(struct blobs *blobs, struct sha256 hash, int64_t now_ms,
                    struct fault *why)
{
    return blobs->ops->remove(blobs, hash, now_ms, why);
}

enum rc blob_scan(struct blobs *blobs, bool verify, blob_on_found *on_found,
                  void *context, struct fault *why)
{
    return blobs->ops->scan(blobs, NULL, verify, on_found, context, why);
}

struct listing {
    struct sha256 *hashes; /* borrowed */
    size_t count, room;
};

static bool list_one(const struct blob_found *found, void *context)
{
    struct listing *l = context;
    l->hashes[l->count++] = found->hash;
    return l->count < l->room;
}

enum rc blob_list(struct blobs *blobs, const struct sha256 *after, size_t room,
                  struct sha256 *ret_hashes, size_t *ret_count, struct fault *why)
{
    struct listing l = { ret_hashes, 0, room };
    enum rc rc = room ? blobs->ops->scan(blobs, after, false, list_one, &l, why) : RC_OK;
    if (rc && rc != RC_CORRUPT) /* one that cannot be opened has a name all the same */
        return rc;
    *ret_count = l.count;
    return RC_OK;
}

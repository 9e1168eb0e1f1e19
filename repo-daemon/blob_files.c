/* Blobs as files: put and get.
 *
 * Content goes into a nameless file (O_TMPFILE) in its last folder and gets its name with
 * linkat() only when it is verified and flushed; so whatever breaks, there is never a
 * name with other content, and the kernel sweeps what was not finished. The writer may be
 * another process that was given the descriptor: before hashing we make sure, by asking
 * for a read lease, that nobody can write any more.
 *
 * What has to be on the disk before the name is flushed side by side (flush_hand.h): the
 * content while it is hashed, and with it the folders that are new. Then comes the name,
 * and the folder that holds it is flushed. */
#include "repo-daemon/blob_files.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct files_put {
    struct blob_put base;
    struct sha256 want;
    int fd, dir;
    int upper; /* folder above, to be flushed before the name; -1 when that is done */
    uint64_t written;
    bool replace; /* a damaged file stands under the name */
    char tmp[48]; /* "" when nameless */
};

static enum rc files_get(struct blobs *blobs, struct sha256 hash, int *ret_fd,
                         uint64_t *ret_size, struct fault *why)
{
    struct blob_files *files = (struct blob_files *)blobs;
    SCOPED(fd_close_at) int upper = -1, dir = -1;
    char hex[SHA256_HEX];
    struct stat st;
    hash_hex(hash, hex);
    enum rc rc = blob_folders_open(files, &hash, false, &upper, &dir, NULL);
    SCOPED(fd_close_at)
    int fd = rc ? -1 : openat(dir, hex, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (rc == RC_NOT_FOUND || (!rc && fd < 0 && errno == ENOENT))
        return fault_set(why, RC_NOT_FOUND, ENOENT, "没有这个文件 (%s)", hex);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_set(why, RC_IO, errno, "blob: open %s: %s", hex, strerror(errno));
    rc = blob_folders_make_durable(files, &hash, upper, dir, why);
    if (rc)
        return rc;
    *ret_size = (uint64_t)st.st_size;
    *ret_fd = TAKE_FD(fd);
    return RC_OK;
}

static enum rc files_stat(struct blobs *blobs, struct sha256 hash, uint64_t *ret_size,
                          struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    uint64_t size = 0;
    enum rc rc = files_get(blobs, hash, &fd, &size, why);
    if (!rc && ret_size)
        *ret_size = size;
    return rc;
}

static void put_free(struct files_put *put)
{
    if (put->tmp[0])
        (void)unlinkat(put->dir, put->tmp, 0);
    fd_close_at(&put->fd);
    fd_close_at(&put->dir);
    fd_close_at(&put->upper);
    free(put);
}

SCOPE_RELEASER(put_free_at, struct files_put *, put_free)

static void files_cancel(struct blob_put *put)
{
    put_free((struct files_put *)put);
}

static enum rc open_nameless(struct files_put *put, struct fault *why)
{
    put->fd = openat(put->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0440);
    if (put->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        char id[33];
        random_id(id);
        snprintf(put->tmp, sizeof put->tmp, ".put-%s", id);
        put->fd = openat(put->dir, put->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
    }
    if (put->fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "blob: new file: %s",
                         strerror(errno));
    return RC_OK;
}

/* RC_EXISTS when the whole content is there; a damaged one will be replaced. */
static enum rc look_for(struct blobs *blobs, const struct sha256 *want, bool *ret_replace,
                        struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    uint64_t size = 0;
    struct sha256 now;
    enum rc rc = files_get(blobs, *want, &fd, &size, why);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (!rc)
        rc = hash_fd(fd, &now, &size, why);
    if (rc)
        return rc;
    *ret_replace = !hash_equal(&now, want);
    return *ret_replace ? RC_OK : RC_EXISTS;
}

static enum rc files_begin(struct blobs *blobs, struct sha256 want,
                           struct blob_put **ret_put, struct fault *why)
{
    bool replace = false;
    enum rc rc = look_for(blobs, &want, &replace, why);
    if (rc)
        return rc;
    SCOPED(put_free_at) struct files_put *put = calloc(1, sizeof *put);
    if (!put)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "blob: no memory");
    put->base.blobs = blobs;
    put->want = want;
    put->replace = replace;
    put->fd = put->dir = put->upper = -1;
    struct blob_files *files = (struct blob_files *)blobs;
    rc = blob_folders_open(files, &want, true, &put->upper, &put->dir, why);
    if (!rc && blob_folders_are_durable(files, &want))
        fd_close_at(&put->upper), put->upper = -1;
    if (!rc)
        rc = open_nameless(put, why);
    if (!rc)
        *ret_put = &TAKE(put)->base;
    return rc;
}

static int files_fd(struct blob_put *put)
{
    return ((struct files_put *)put)->fd;
}

static enum rc files_write(struct blob_put *base, struct bytes data, struct fault *why)
{
    struct files_put *put = (struct files_put *)base;
    put->written += data.len;
    if (put->written > BLOB_SIZE_MAX)
        return fault_set(why, RC_INVALID, EFBIG, "文件太大：最多 %d MiB",
                         BLOB_SIZE_MAX >> 20);
    return file_write_all(put->fd, data, why);
}

/* Change our descriptor into one that only reads, and see that no other can write. */
static enum rc end_writing(struct files_put *put, struct fault *why)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", put->fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return RC_OK; /* no /proc here; the writer's word must do */
    close(put->fd);
    put->fd = fd;
    if (fcntl(fd, F_SETLEASE, F_RDLCK))
        return errno == EAGAIN ? fault_set(why, RC_AGAIN, errno,
                                           "blob: still open for writing elsewhere")
                               : RC_OK; /* a file system without leases */
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    return RC_OK;
}

static enum rc verify(const struct files_put *put, uint64_t *ret_size, struct fault *why)
{
    struct sha256 hash;
    enum rc rc = hash_fd(put->fd, &hash, ret_size, why);
    if (rc)
        return rc;
    if (*ret_size > BLOB_SIZE_MAX)
        return fault_set(why, RC_INVALID, EFBIG, "文件太大：最多 %d MiB",
                         BLOB_SIZE_MAX >> 20);
    return hash_equal(&hash, &put->want)
               ? RC_OK
               : fault_set(why, RC_INVALID, 0, "收到的内容与校验值不符；请重新发送");
}

static enum rc verify_and_flush(struct files_put *put, uint64_t *ret_size,
                                struct fault *why)
{
    struct blob_files *files = (struct blob_files *)put->base.blobs;
    flush_hand_give(files->hand, put->fd);
    enum rc rc = verify(put, ret_size, why);
    if (!rc && put->upper >= 0)
        rc = blob_folders_flush_above(files, &put->want, put->upper, why);
    int err = flush_hand_wait(files->hand);
    if (rc || !err)
        return rc;
    return blob_files_flush_failed(err, why); /* without a name nothing was promised */
}

static enum rc give_name(struct files_put *put, struct fault *why)
{
    char hex[SHA256_HEX], path[64], id[33];
    hash_hex(put->want, hex);
    snprintf(path, sizeof path, "/proc/self/fd/%d", put->fd);
    bool direct = !put->tmp[0] && !put->replace;
    if (!put->tmp[0] && put->replace) {
        random_id(id);
        snprintf(put->tmp, sizeof put->tmp, ".put-%s", id);
    }
    const char *name = direct ? hex : put->tmp;
    int failed = 0;
    if (direct || put->replace)
        failed = linkat(AT_FDCWD, path, put->dir, name, AT_SYMLINK_FOLLOW);
    if (!failed && !direct)
        failed = renameat(put->dir, put->tmp, put->dir, hex);
    int err = errno;
    if (!failed)
        put->tmp[0] = 0;
    if (failed && err == EEXIST)
        return RC_EXISTS;
    if (failed)
        return fault_set(why, rc_of_errno(err), err, "blob: name %s: %s", hex,
                         strerror(err));
    return RC_OK;
}

static enum rc files_commit(struct blob_put *base, uint64_t *ret_size, struct fault *why)
{
    SCOPED(put_free_at) struct files_put *put = (struct files_put *)base;
    uint64_t size = 0;
    enum rc rc = end_writing(put, why);
    if (!rc)
        rc = verify_and_flush(put, &size, why);
    if (!rc)
        rc = give_name(put, why);
    if (rc && rc != RC_EXISTS)
        return rc;
    struct blob_files *files = (struct blob_files *)base->blobs;
    enum rc flushed = blob_files_flush(put->dir, why);
    if (flushed) {
        blob_folders_doubt(files, &put->want);
        return flushed;
    }
    blob_folders_note(files, &put->want);
    if (ret_size)
        *ret_size = size;
    return rc;
}

static void files_close(struct blobs *blobs)
{
    struct blob_files *files = (struct blob_files *)blobs;
    flush_hand_free(files->hand);
    fd_close_at(&files->dir);
    free(files);
}

static const struct blob_ops ops = {
    .scheme = "files",
    .begin = files_begin,
    .fd = files_fd,
    .write = files_write,
    .commit = files_commit,
    .cancel = files_cancel,
    .get = files_get,
    .stat = files_stat,
    .keep = blob_files_keep,
    .remove = blob_files_remove,
    .scan = blob_files_scan,
    .close = files_close,
};

enum rc blob_files_open(const char *folder, bool create, struct blobs **ret_blobs,
                        struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = create ? file_make_folder(folder, 0750, why) : RC_OK;
    if (!rc)
        rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    struct blob_files *files = calloc(1, sizeof *files);
    if (!files)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "blob: no memory");
    files->base.ops = &ops;
    files->hand = flush_hand_new();
    files->dir = TAKE_FD(dir);
    *ret_blobs = &files->base;
    return RC_OK;
}

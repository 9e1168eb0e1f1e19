/* Blobs as files: put and get.
 *
 * Content goes into a file that bears a name of its own (.put-...) in its last folder,
 * and gets the name that is its hash only when it is verified and flushed; so whatever
 * breaks, there is never such a name with other content. What was not finished is swept.
 * The writer may be another process that was given the descriptor: before hashing we make
 * sure, by asking for a read lease, that nobody can write any more.
 *
 * Not a nameless file (O_TMPFILE): linked after its flush it has a link that no flush of
 * the folder brings to the disk where the file system keeps no journal, and after a power
 * failure a check of that file system takes it for deleted, name and content.
 *
 * The disk begins to write before it is waited for: pieces while the rest still arrives
 * (the writer's part), all of it while it is hashed. */
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
    int fd;
    struct blob_folder folder;
    uint64_t written;
    bool replace; /* a damaged file stands under the name */
    char tmp[48]; /* "" without one */
};

static void folder_close_at(struct blob_folder *folder)
{
    blob_folder_close(folder);
}
#define NO_FOLDER \
    { \
        .dir = -1, .above = -1 \
    }

static enum rc files_get(struct blobs *blobs, struct sha256 hash, int *ret_fd,
                         uint64_t *ret_size, struct fault *why)
{
    struct blob_files *files = (struct blob_files *)blobs;
    SCOPED(folder_close_at) struct blob_folder folder = NO_FOLDER;
    char hex[SHA256_HEX];
    struct stat st;
    hash_hex(hash, hex);
    SCOPED(fd_close_at) int fd = blob_folder_open_quick(files, &hash, hex);
    bool quick = fd >= 0;
    enum rc rc = quick ? RC_OK : blob_folder_open(files, &hash, false, &folder, NULL);
    if (!quick && !rc)
        fd = openat(folder.dir, hex, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (rc == RC_NOT_FOUND || (!rc && fd < 0 && errno == ENOENT))
        return fault_set(why, RC_NOT_FOUND, ENOENT, "没有这个文件 (%s)", hex);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_set(why, RC_IO, errno, "blob: open %s: %s", hex, strerror(errno));
    rc = quick ? RC_OK : blob_folder_make_durable(files, &folder, why);
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
        (void)unlinkat(put->folder.dir, put->tmp, 0);
    fd_close_at(&put->fd);
    blob_folder_close(&put->folder);
    free(put);
}

SCOPE_RELEASER(put_free_at, struct files_put *, put_free)

static void files_cancel(struct blob_put *put)
{
    put_free((struct files_put *)put);
}

static enum rc open_new(struct files_put *put, struct fault *why)
{
    char id[33];
    random_id(id);
    snprintf(put->tmp, sizeof put->tmp, ".put-%s", id);
    put->fd =
        openat(put->folder.dir, put->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
    if (put->fd >= 0)
        return RC_OK;
    put->tmp[0] = 0;
    return fault_set(why, rc_of_errno(errno), errno, "blob: new file: %s",
                     strerror(errno));
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
    put->fd = -1;
    put->folder = (struct blob_folder)NO_FOLDER;
    rc = blob_folder_open((struct blob_files *)blobs, &want, true, &put->folder, why);
    if (!rc)
        rc = open_new(put, why);
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

/* Never over a name that stands: another put of the same content was faster. A file
 * system that cannot tell lets the same content take its place. */
static enum rc give_name(struct files_put *put, struct fault *why)
{
    int dir = put->folder.dir;
    char hex[SHA256_HEX];
    hash_hex(put->want, hex);
    unsigned flags = put->replace ? 0 : RENAME_NOREPLACE;
    int failed = renameat2(dir, put->tmp, dir, hex, flags);
    if (failed && flags && (errno == EINVAL || errno == ENOSYS))
        failed = renameat(dir, put->tmp, dir, hex);
    if (failed && errno == EEXIST)
        return RC_EXISTS;
    if (failed)
        return fault_set(why, rc_of_errno(errno), errno, "blob: name %s: %s", hex,
                         strerror(errno));
    put->tmp[0] = 0;
    return RC_OK;
}

static enum rc files_commit(struct blob_put *base, uint64_t *ret_size, struct fault *why)
{
    SCOPED(put_free_at) struct files_put *put = (struct files_put *)base;
    struct blob_files *files = (struct blob_files *)base->blobs;
    uint64_t size = 0;
    enum rc rc = end_writing(put, why);
    if (!rc) {
        file_begin_flush(put->fd, 0, 0);
        rc = verify(put, &size, why);
    }
    if (!rc)
        rc = blob_files_flush(put->fd, why); /* without a name nothing was promised */
    if (!rc)
        rc = blob_folder_flush_above(files, &put->folder, why);
    if (!rc)
        rc = give_name(put, why);
    if (rc && rc != RC_EXISTS)
        return rc;
    enum rc flushed = blob_folder_flush(files, &put->folder, why);
    if (flushed)
        return flushed;
    if (ret_size)
        *ret_size = size;
    return rc;
}

static void files_close(struct blobs *blobs)
{
    struct blob_files *files = (struct blob_files *)blobs;
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
    files->dir = TAKE_FD(dir);
    *ret_blobs = &files->base;
    return RC_OK;
}

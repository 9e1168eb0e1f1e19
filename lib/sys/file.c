/* Durable files: write under a temporary name, flush, rename, flush the folder. The
 * folder flush is the part that is easily forgotten: without it a power cut can bring
 * the old name back although the new bytes are on the disk. */
#include "sys/file.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static enum rc errno_fault(struct fault *why, const char *doing, const char *name)
{
    return fault_set(why, rc_of_errno(errno), errno, "%s '%s': %s", doing, name,
                     strerror(errno));
}

enum rc file_write_all(int fd, struct bytes data, struct fault *why)
{
    while (data.len > 0) {
        ssize_t n = write(fd, data.at, data.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "write: %s",
                             strerror(errno));
        data.at += n;
        data.len -= (size_t)n;
    }
    return RC_OK;
}

static enum rc write_named(int dir, const char *tmp, struct bytes data, bool flush,
                           struct fault *why)
{
    SCOPED(fd_close_at)
    int fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno_fault(why, "create", tmp);
    enum rc rc = file_write_all(fd, data, why);
    if (!rc && flush && fsync(fd))
        rc = errno_fault(why, "flush", tmp);
    return rc;
}

/* A rename would put a plain file in the place of a device: /dev/null is lost that way.
 */
static enum rc only_over_files(int dir, const char *name, struct fault *why)
{
    struct stat there;
    if (!fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) && !S_ISREG(there.st_mode) &&
        !S_ISLNK(there.st_mode))
        return fault_set(why, RC_INVALID, 0, "'%s' is there and no plain file", name);
    return RC_OK;
}

static enum rc temporary_name(const char *name, char ret_tmp[NAME_MAX + 1],
                              struct fault *why)
{
    int len = snprintf(ret_tmp, NAME_MAX + 1, ".%s.new", name);
    if (len > NAME_MAX || !*name || strchr(name, '/'))
        return fault_set(why, RC_INVALID, 0, "'%s' is not a usable file name", name);
    return RC_OK;
}

static enum rc replace(int dir, const char *name, struct bytes data, bool flush,
                       struct fault *why)
{
    char tmp[NAME_MAX + 1];
    enum rc rc = temporary_name(name, tmp, why);
    rc = rc ? rc : only_over_files(dir, name, why);
    if (rc)
        return rc;
    rc = write_named(dir, tmp, data, flush, why);
    if (!rc && renameat(dir, tmp, dir, name))
        rc = errno_fault(why, "rename to", name);
    if (rc) {
        (void)unlinkat(dir, tmp, 0); /* the first error is the one worth telling */
        return rc;
    }
    return flush && fsync(dir) ? errno_fault(why, "flush the folder of", name) : RC_OK;
}

enum rc file_replace(int dir, const char *name, struct bytes data, struct fault *why)
{
    return replace(dir, name, data, true, why);
}

enum rc file_put(int dir, const char *name, struct bytes data, struct fault *why)
{
    return replace(dir, name, data, false, why);
}

enum rc file_flush(int dir, const char *name, struct fault *why)
{
    SCOPED(fd_close_at) int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 || fsync(fd) ? errno_fault(why, "flush", name) : RC_OK;
}

void file_begin_flush(int fd, uint64_t from, uint64_t len)
{
    (void)sync_file_range(fd, (off_t)from, (off_t)len, SYNC_FILE_RANGE_WRITE);
}

enum rc file_create(int dir, const char *name, struct bytes data, struct fault *why)
{
    char tmp[NAME_MAX + 1];
    enum rc rc = temporary_name(name, tmp, why);
    if (rc)
        return rc;
    rc = write_named(dir, tmp, data, true, why);
    if (!rc && linkat(dir, tmp, dir, name, 0))
        rc = errno_fault(why, "create", name);
    (void)unlinkat(dir, tmp, 0);
    if (rc)
        return rc;
    return fsync(dir) ? errno_fault(why, "flush the folder of", name) : RC_OK;
}

enum rc file_read_fd(int fd, size_t most, char **ret_data, size_t *ret_len,
                     struct fault *why)
{
    size_t room = 64 * 1024, len = 0;
    SCOPED(free_at) char *data = malloc(room + 1);
    if (!data)
        return fault_set(why, RC_NO_MEMORY, 0, "out of memory");
    for (;;) {
        ssize_t n = pread(fd, data + len, room - len, (off_t)len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "read: %s", strerror(errno));
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > most)
            return fault_set(why, RC_INVALID, 0, "longer than %zu bytes", most);
        if (len < room)
            continue;
        room *= 2;
        char *more = realloc(data, room + 1);
        if (!more)
            return fault_set(why, RC_NO_MEMORY, 0, "out of memory");
        data = more;
    }
    data[len] = 0;
    *ret_data = TAKE(data);
    *ret_len = len;
    return RC_OK;
}

enum rc file_read(int dir, const char *name, size_t most, char **ret_data,
                  size_t *ret_len, struct fault *why)
{
    SCOPED(fd_close_at) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno_fault(why, "open", name);
    enum rc rc = file_read_fd(fd, most, ret_data, ret_len, why);
    return rc ? fault_wrap(why, rc, "'%s'", name) : RC_OK;
}

static enum rc flush_parent(char *path, struct fault *why)
{
    char *slash = strrchr(path, '/');
    const char *parent = !slash ? "." : slash == path ? "/" : path;
    if (slash && slash != path)
        *slash = 0;
    SCOPED(fd_close_at) int dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum rc rc =
        dir < 0 || fsync(dir) ? errno_fault(why, "flush the folder", parent) : RC_OK;
    if (slash && slash != path)
        *slash = '/';
    return rc;
}

enum rc file_make_folder(const char *path, unsigned mode, struct fault *why)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (!len || len >= sizeof part)
        return fault_set(why, RC_INVALID, 0, "'%s' is not a usable folder", path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i])
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (!mkdir(part, (mode_t)mode)) {
            enum rc rc = flush_parent(part, why);
            if (rc)
                return rc;
        } else if (errno != EEXIST)
            return errno_fault(why, "make the folder", part);
    }
    return RC_OK;
}

enum rc file_open_folder(const char *path, int *ret_dir, struct fault *why)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno_fault(why, "open the folder", path);
    *ret_dir = dir;
    return RC_OK;
}

enum rc file_in_memory(const char *name, struct bytes data, int *ret_fd,
                       struct fault *why)
{
    SCOPED(fd_close_at) int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        return errno_fault(why, "memory file", name);
    enum rc rc = file_write_all(fd, data, why);
    if (rc)
        return rc;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return errno_fault(why, "rewind", name);
    *ret_fd = TAKE_FD(fd);
    return RC_OK;
}

enum rc file_remove(int dir, const char *name, struct fault *why)
{
    if (unlinkat(dir, name, 0) && errno != ENOENT)
        return errno_fault(why, "delete", name);
    return fsync(dir) ? errno_fault(why, "flush the folder of", name) : RC_OK;
}

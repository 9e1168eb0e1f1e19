/* Every step down is one openat() with O_NOFOLLOW, so that neither a manifest nor a link
 * in a foreign bag can lead outside. */
#include "repo-daemon/bagit_paths.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, WALK_DEPTH_MAX = 32 };

SCOPE_RELEASER(dir_close_at, DIR *, closedir)

static const struct {
    char plain;
    const char *encoded;
} escapes[] = { { '\n', "%0A" }, { '\r', "%0D" }, { '%', "%25" } };

bool bag_path_is_safe(const char *path, size_t most)
{
    size_t len = strlen(path);
    if (!len || len > most || *path == '/' || *path == '~' || path[len - 1] == '/' ||
        strchr(path, '\\'))
        return false;
    for (const char *part = path; part;) {
        size_t part_len = strcspn(part, "/");
        if (!part_len || part_len > NAME_MAX || !strncmp(part, ".", part_len) ||
            (part_len == 2 && !strncmp(part, "..", 2)))
            return false;
        part = part[part_len] ? part + part_len + 1 : NULL;
    }
    return true;
}

bool bag_path_is_payload(const char *path)
{
    return !strncmp(path, "data/", 5);
}

void bag_path_encode(const char *path, char *ret_text)
{
    for (; *path; path++) {
        const char *with = NULL;
        for (size_t i = 0; i < COUNT(escapes); i++)
            if (escapes[i].plain == *path)
                with = escapes[i].encoded;
        if (with)
            ret_text = stpcpy(ret_text, with);
        else
            *ret_text++ = *path;
    }
    *ret_text = 0;
}

void bag_path_decode(char *path)
{
    char *to = path;
    for (; *path; path++) {
        char plain = *path;
        for (size_t i = 0; i < COUNT(escapes); i++)
            if (!strncasecmp(path, escapes[i].encoded, 3)) {
                plain = escapes[i].plain;
                path += 2;
                break;
            }
        *to++ = plain;
    }
    *to = 0;
}

/* The folder of `path` below `dir` and the last name; folders are made when `make`. */
static enum rc walk_down(int dir, const char *path, bool make, int *ret_dir,
                         const char **ret_name, struct fault *why)
{
    SCOPED(fd_close_at) int at = dup(dir);
    for (const char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
        char name[NAME_MAX + 1];
        (void)snprintf(name, sizeof name, "%.*s", (int)(slash - path), path);
        if (make && mkdirat(at, name, FOLDER_MODE) && errno != EEXIST)
            return fault_set(why, rc_of_errno(errno), errno, "无法建立文件夹 %s", name);
        int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0)
            return fault_set(why, errno == ENOENT ? RC_NOT_FOUND : RC_CORRUPT, errno,
                             "无法打开文件夹 %s", name);
        close(at);
        at = next;
    }
    if (at < 0)
        return fault_set(why, rc_of_errno(errno), errno, "无法打开文件夹");
    *ret_name = path;
    *ret_dir = TAKE_FD(at);
    return RC_OK;
}

enum rc bag_path_open(int dir, const char *path, int *ret_fd, struct fault *why)
{
    SCOPED(fd_close_at) int folder = -1;
    const char *name;
    struct stat st;
    enum rc rc = walk_down(dir, path, false, &folder, &name, why);
    if (rc)
        return rc;
    /* O_NONBLOCK: a pipe in a foreign bag must not hold us up */
    SCOPED(fd_close_at)
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fault_set(why, errno == ENOENT ? RC_NOT_FOUND : RC_CORRUPT, errno,
                         "无法打开文件 %s", path);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_set(why, RC_CORRUPT, 0, "%s 不是普通文件", path);
    *ret_fd = TAKE_FD(fd);
    return RC_OK;
}

enum rc bag_path_create(int dir, const char *path, int *ret_fd, struct fault *why)
{
    SCOPED(fd_close_at) int folder = -1;
    const char *name;
    enum rc rc = walk_down(dir, path, true, &folder, &name, why);
    if (rc)
        return rc;
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    FILE_MODE);
    if (fd < 0)
        return fault_set(why, errno == EEXIST ? RC_INVALID : rc_of_errno(errno), errno,
                         "无法建立文件 %s", path);
    *ret_fd = fd;
    return RC_OK;
}

/* What to do with each entry of a folder, deepest first. */
typedef enum rc on_entry(int dir, const char *name, bool is_folder, struct fault *why);

static enum rc for_each(int dir, unsigned depth, on_entry *act, struct fault *why)
{
    int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SCOPED(dir_close_at) DIR *list = own < 0 ? NULL : fdopendir(own);
    if (!list)
        return fault_set(why, rc_of_errno(errno), errno, "无法读取文件夹");
    if (depth > WALK_DEPTH_MAX)
        return fault_set(why, RC_CORRUPT, 0, "文件夹超过 %d 层", WALK_DEPTH_MAX);
    for (struct dirent *e; (e = readdir(list));) {
        struct stat st;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
            return fault_set(why, rc_of_errno(errno), errno, "无法读取 %s", e->d_name);
        enum rc rc = RC_OK;
        if (S_ISDIR(st.st_mode)) {
            SCOPED(fd_close_at)
            int sub =
                openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            rc = sub < 0
                     ? fault_set(why, rc_of_errno(errno), errno, "无法打开 %s", e->d_name)
                     : for_each(sub, depth + 1, act, why);
        }
        rc = rc ? rc : act(dir, e->d_name, S_ISDIR(st.st_mode), why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc remove_entry(int dir, const char *name, bool is_folder, struct fault *why)
{
    return unlinkat(dir, name, is_folder ? AT_REMOVEDIR : 0)
               ? fault_set(why, rc_of_errno(errno), errno, "无法删除 %s", name)
               : RC_OK;
}

enum rc bag_path_remove(int dir, const char *name, struct fault *why)
{
    SCOPED(fd_close_at)
    int folder = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT
                   ? RC_OK
                   : fault_set(why, rc_of_errno(errno), errno, "无法打开 %s", name);
    enum rc rc = for_each(folder, 0, remove_entry, why);
    return rc ? rc : remove_entry(dir, name, true, why);
}

static enum rc flush_entry(int dir, const char *name, bool is_folder, struct fault *why)
{
    if (!is_folder)
        return RC_OK; /* each file was flushed when it was written */
    SCOPED(fd_close_at)
    int folder = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return folder < 0 || fsync(folder)
               ? fault_set(why, rc_of_errno(errno), errno, "无法写入磁盘：%s", name)
               : RC_OK;
}

enum rc bag_path_flush(int dir, struct fault *why)
{
    enum rc rc = for_each(dir, 0, flush_entry, why);
    if (!rc && fsync(dir))
        rc = fault_set(why, rc_of_errno(errno), errno, "无法写入磁盘");
    return rc;
}

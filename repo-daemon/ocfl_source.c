/* Folders that are read, linked and copied on the way into an object. */
#include "repo-daemon/ocfl_source.h"

#include "repo-daemon/bagit_paths.h"
#include "repo-daemon/ocfl_in.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIECE = 64 * 1024, DEPTH_MAX = 16 };

SCOPE_RELEASER(folder_close_at, DIR *, closedir)

static enum rc collect(json_t *paths, int parent, const char *name, const char *path,
                       unsigned depth, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    enum rc rc = depth > DEPTH_MAX
                     ? fault_set(why, RC_INVALID, 0, "文件夹太深：%.200s", path)
                     : ocfl_open_list(parent, name, &list, why);
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        char below[OCFL_PATH_MAX + 2];
        enum ocfl_kind kind = ocfl_kind_of(dirfd(list), entry);
        int len = snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", entry);
        if (len > OCFL_PATH_MAX || !bag_path_is_safe(below, OCFL_PATH_MAX))
            return fault_set(why, RC_INVALID, 0, "不能归档这样的文件名：%.200s", below);
        if (kind == OCFL_FOLDER)
            rc = collect(paths, dirfd(list), entry, below, depth + 1, why);
        else if (kind != OCFL_FILE)
            rc = fault_set(why, RC_INVALID, 0, "%.200s 不是普通文件，不能归档", below);
        else if (json_array_size(paths) == OCFL_FILES_MAX)
            rc = fault_set(why, RC_INVALID, 0, "要归档的文件超过 %d 个", OCFL_FILES_MAX);
        else if (json_array_append_new(paths, json_string(below)))
            rc = fault_set(why, RC_INVALID, 0, "文件名里有无法识别的文字：%.200s", below);
    }
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum rc state_add(json_t *state, int dir, const char *path, struct fault *why)
{
    SCOPED(fd_close_at) int fd = -1;
    char hex[BAG_HEX_MAX];
    enum rc rc = bag_path_open(dir, path, &fd, why);
    if (!rc)
        rc = bag_hash(fd, BAG_SHA512, hex, why);
    if (rc)
        return rc;
    json_t *list = json_object_get(state, hex);
    if (!list) {
        list = json_array();
        json_object_set_new(state, hex, list);
    }
    return json_array_append_new(list, json_string(path))
               ? fault_set(why, RC_NO_MEMORY, 0, "内存不足")
               : RC_OK;
}

enum rc ocfl_source_read(int dir, json_t **ret_state, unsigned *ret_files,
                         struct fault *why)
{
    SCOPED(json_free_at) json_t *paths = json_array();
    SCOPED(json_free_at) json_t *state = json_object();
    enum rc rc = collect(paths, dir, ".", "", 0, why);
    size_t count = json_array_size(paths);
    SCOPED(free_at) const char **names = calloc(count + 1, sizeof *names);
    if (rc)
        return rc;
    if (!count)
        return fault_set(why, RC_INVALID, 0, "文件夹是空的，没有可归档的文件");
    if (!names)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < count; i++)
        names[i] = json_string_value(json_array_get(paths, i));
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; !rc && i < count; i++)
        rc = state_add(state, dir, names[i], why);
    if (rc)
        return rc;
    *ret_files = (unsigned)count;
    *ret_state = json_incref(state);
    return RC_OK;
}

static enum rc make_sub(int dir, const char *name, int *ret_sub, struct fault *why)
{
    if (mkdirat(dir, name, 0750) ||
        (*ret_sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fault_set(why, rc_of_errno(errno), errno, "无法建立文件夹 %.200s", name);
    return RC_OK;
}

enum rc ocfl_link_tree(int from, int to, struct fault *why)
{
    SCOPED(folder_close_at) DIR *list = NULL;
    enum rc rc = ocfl_open_list(from, ".", &list, why);
    for (const char *entry; !rc && (entry = ocfl_next_name(list));) {
        if (ocfl_kind_of(dirfd(list), entry) == OCFL_FOLDER) {
            SCOPED(fd_close_at) int below = -1;
            SCOPED(fd_close_at)
            int old = openat(dirfd(list), entry,
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            rc = old < 0 ? fault_set(why, RC_IO, errno, "打不开 %.200s", entry)
                         : make_sub(to, entry, &below, why);
            rc = rc ? rc : ocfl_link_tree(old, below, why);
        } else if (linkat(dirfd(list), entry, to, entry, 0)) {
            rc = fault_set(why, rc_of_errno(errno), errno,
                           "归档库所在的磁盘不能建立硬链接：%.200s", entry);
        }
    }
    return rc;
}

enum rc ocfl_copy_file(int from, const char *path, int to, const char *as,
                       struct fault *why)
{
    SCOPED(fd_close_at) int in = -1;
    SCOPED(fd_close_at) int out = -1;
    SCOPED(free_at) uint8_t *piece = malloc(PIECE);
    enum rc rc = piece ? bag_path_open(from, path, &in, why)
                       : fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    if (!rc)
        rc = bag_path_create(to, as, &out, why);
    while (!rc) {
        ssize_t n = read(in, piece, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "读不出 %.200s", path);
        if (!n)
            break;
        rc = file_write_all(out, (struct bytes){ piece, (size_t)n }, why);
    }
    if (!rc && fsync(out))
        rc = fault_set(why, rc_of_errno(errno), errno, "无法写入磁盘：%.200s", path);
    return rc;
}

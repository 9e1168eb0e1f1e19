/* Blobs as files: their folders, and which of them are known to be on the disk. */
#include "repo-daemon/blob_files.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum rc blob_files_flush(int fd, struct fault *why)
{
    if (!fsync(fd))
        return RC_OK;
    int err = errno;
    fprintf(stderr, "<2>blob: a flush failed: %s\n", strerror(err));
    if (err == ENOSPC || err == EDQUOT)
        return fault_set(why, RC_FULL, err,
                         "磁盘空间不足，文件没有保存；请管理员腾出空间后再做一次");
    return fault_set(why, rc_of_errno(err), err,
                     "磁盘写入出错，文件没有保存；请管理员检查磁盘，再做一次");
}

static int open_sub(int dir, const char *name)
{
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

enum rc blob_folder_open(const struct blob_files *files, const struct sha256 *hash,
                         bool create, struct blob_folder *ret_folder, struct fault *why)
{
    char ab[3], cd[3];
    snprintf(ab, sizeof ab, "%02x", hash->at[0]);
    snprintf(cd, sizeof cd, "%02x", hash->at[1]);
    SCOPED(fd_close_at) int dir = open_sub(files->dir, ab);
    if (dir < 0 && errno == ENOENT && create &&
        (!mkdirat(files->dir, ab, 0750) || errno == EEXIST))
        dir = open_sub(files->dir, ab);
    SCOPED(fd_close_at) int deep = dir < 0 ? -1 : open_sub(dir, cd);
    if (dir < 0 || (deep < 0 && errno != ENOENT))
        return fault_set(why, rc_of_errno(errno), errno, "blob: folder %s: %s", ab,
                         strerror(errno));
    *ret_folder = (struct blob_folder){ .bit = hash->at[0] };
    if (deep >= 0)
        ret_folder->bit = BLOB_FOLDERS + ((unsigned)hash->at[0] << 8 | hash->at[1]);
    ret_folder->above = deep >= 0 ? TAKE_FD(dir) : -1;
    ret_folder->dir = deep >= 0 ? TAKE_FD(deep) : TAKE_FD(dir);
    return RC_OK;
}

void blob_folder_close(struct blob_folder *folder)
{
    fd_close_at(&folder->dir);
    fd_close_at(&folder->above);
    folder->dir = folder->above = -1;
}

static bool is_durable(const struct blob_files *files, unsigned bit)
{
    return files->durable[bit / 8] & 1u << bit % 8;
}

static void note(struct blob_files *files, unsigned bit)
{
    files->durable[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static unsigned bit_above(const struct blob_folder *folder)
{
    return (folder->bit - BLOB_FOLDERS) >> 8;
}

int blob_folder_open_quick(const struct blob_files *files, const struct sha256 *hash,
                           const char *hex)
{
    char path[3 + SHA256_HEX];
    if (!is_durable(files, hash->at[0]))
        return -1;
    snprintf(path, sizeof path, "%.2s/%s", hex, hex);
    return openat(files->dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

enum rc blob_folder_flush_above(struct blob_files *files,
                                const struct blob_folder *folder, struct fault *why)
{
    if (is_durable(files, folder->bit))
        return RC_OK;
    bool deep = folder->above >= 0;
    if (deep && is_durable(files, bit_above(folder)))
        return RC_OK;
    enum rc rc = deep ? blob_files_flush(folder->above, why) : RC_OK;
    if (!rc)
        rc = blob_files_flush(files->dir, why);
    if (!rc && deep)
        note(files, bit_above(folder));
    return rc;
}

enum rc blob_folder_flush(struct blob_files *files, const struct blob_folder *folder,
                          struct fault *why)
{
    enum rc rc = blob_files_flush(folder->dir, why);
    if (rc)
        files->durable[folder->bit / 8] &= (uint8_t) ~(1u << folder->bit % 8);
    else
        note(files, folder->bit);
    return rc;
}

enum rc blob_folder_make_durable(struct blob_files *files,
                                 const struct blob_folder *folder, struct fault *why)
{
    if (is_durable(files, folder->bit))
        return RC_OK;
    enum rc rc = blob_folder_flush_above(files, folder, why);
    return rc ? rc : blob_folder_flush(files, folder, why);
}

/* Blobs as files: their folders, and which of them are known to be on the disk. */
#include "repo-daemon/blob_files.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum rc blob_files_flush_failed(int err, struct fault *why)
{
    fprintf(stderr, "<2>blob: a flush failed: %s\n", strerror(err));
    if (err == ENOSPC || err == EDQUOT)
        return fault_set(why, RC_FULL, err,
                         "磁盘空间不足，文件没有保存；请管理员腾出空间后再做一次");
    return fault_set(why, rc_of_errno(err), err,
                     "磁盘写入出错，文件没有保存；请管理员检查磁盘，再做一次");
}

enum rc blob_files_flush(int dir, struct fault *why)
{
    return fsync(dir) ? blob_files_flush_failed(errno, why) : RC_OK;
}

/* Open `name` in `dir`, making it when `create`. */
static int open_sub(int dir, const char *name, bool create)
{
    int sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (sub >= 0 || errno != ENOENT || !create ||
        (mkdirat(dir, name, 0750) && errno != EEXIST))
        return sub;
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Both folders of `hash`, ab and ab/cd; the caller closes them. */
enum rc blob_folders_open(const struct blob_files *files, const struct sha256 *hash,
                          bool create, int *ret_upper, int *ret_dir, struct fault *why)
{
    char ab[3], cd[3];
    snprintf(ab, sizeof ab, "%02x", hash->at[0]);
    snprintf(cd, sizeof cd, "%02x", hash->at[1]);
    SCOPED(fd_close_at) int upper = open_sub(files->dir, ab, create);
    SCOPED(fd_close_at) int dir = upper < 0 ? -1 : open_sub(upper, cd, create);
    if (dir < 0)
        return fault_set(why, rc_of_errno(errno), errno, "blob: folder %s/%s: %s", ab, cd,
                         strerror(errno));
    *ret_upper = TAKE_FD(upper);
    *ret_dir = TAKE_FD(dir);
    return RC_OK;
}

/* Once for each folder after the start: what stands in it, and where it stands itself, is
 * on the disk before anybody is told of it, also when a run before this one died between
 * a name and its flushing. */
bool blob_folders_are_durable(const struct blob_files *files, const struct sha256 *hash)
{
    unsigned index = (unsigned)hash->at[0] << 8 | hash->at[1];
    return files->durable[index / 8] & 1u << index % 8;
}

/* The folder is known to stand: flush where. */
enum rc blob_folders_flush_above(struct blob_files *files, const struct sha256 *hash,
                                 int upper, struct fault *why)
{
    enum rc rc = blob_files_flush(upper, why);
    if (!rc && !(files->durable_upper[hash->at[0] / 8] & 1u << hash->at[0] % 8))
        rc = blob_files_flush(files->dir, why);
    return rc;
}

void blob_folders_note(struct blob_files *files, const struct sha256 *hash)
{
    unsigned index = (unsigned)hash->at[0] << 8 | hash->at[1];
    files->durable[index / 8] |= (uint8_t)(1u << index % 8);
    files->durable_upper[hash->at[0] / 8] |= (uint8_t)(1u << hash->at[0] % 8);
}

void blob_folders_doubt(struct blob_files *files, const struct sha256 *hash)
{
    unsigned index = (unsigned)hash->at[0] << 8 | hash->at[1];
    files->durable[index / 8] &= (uint8_t) ~(1u << index % 8);
}

enum rc blob_folders_make_durable(struct blob_files *files, const struct sha256 *hash,
                                  int upper, int dir, struct fault *why)
{
    if (blob_folders_are_durable(files, hash))
        return RC_OK;
    enum rc rc = blob_files_flush(dir, why);
    if (!rc)
        rc = blob_folders_flush_above(files, hash, upper, why);
    if (!rc)
        blob_folders_note(files, hash);
    return rc;
}

enum rc blob_files_folder(struct blob_files *files, const struct sha256 *hash,
                          int *ret_dir, struct fault *why)
{
    SCOPED(fd_close_at) int upper = -1, dir = -1;
    enum rc rc = blob_folders_open(files, hash, false, &upper, &dir, why);
    if (!rc)
        rc = blob_folders_make_durable(files, hash, upper, dir, why);
    if (!rc)
        *ret_dir = TAKE_FD(dir);
    return rc;
}

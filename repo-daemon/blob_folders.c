/* Blobs as files: their folders, and which of them are known to be on the disk. */
#include "repo-daemon/blob_files.h"

#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

_Noreturn void blob_files_flush_failed(int err)
{
    fprintf(stderr,
            "<2>blob: flushing failed: %s; ending, so that the next start reads what the "
            "disk holds\n",
            strerror(err));
    abort();
}

void blob_files_flush(int dir)
{
    if (fsync(dir))
        blob_files_flush_failed(errno);
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
void blob_folders_flush_above(struct blob_files *files, const struct sha256 *hash,
                              int upper)
{
    blob_files_flush(upper);
    if (!(files->durable_upper[hash->at[0] / 8] & 1u << hash->at[0] % 8))
        blob_files_flush(files->dir);
}

void blob_folders_note(struct blob_files *files, const struct sha256 *hash)
{
    unsigned index = (unsigned)hash->at[0] << 8 | hash->at[1];
    files->durable[index / 8] |= (uint8_t)(1u << index % 8);
    files->durable_upper[hash->at[0] / 8] |= (uint8_t)(1u << hash->at[0] % 8);
}

void blob_folders_make_durable(struct blob_files *files, const struct sha256 *hash,
                               int upper, int dir)
{
    if (blob_folders_are_durable(files, hash))
        return;
    blob_files_flush(dir);
    blob_folders_flush_above(files, hash, upper);
    blob_folders_note(files, hash);
}

enum rc blob_files_folder(struct blob_files *files, const struct sha256 *hash,
                          int *ret_dir, struct fault *why)
{
    SCOPED(fd_close_at) int upper = -1;
    enum rc rc = blob_folders_open(files, hash, false, &upper, ret_dir, why);
    if (!rc)
        blob_folders_make_durable(files, hash, upper, *ret_dir);
    return rc;
}

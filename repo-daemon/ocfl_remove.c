/* Taking an object out of a storage root, whole: the specification knows versions that
 * are added, never content that is taken out of one, so what must not be kept goes with
 * its object. The highest folder that holds nothing but the object is moved out of the
 * root in one step, so the root is valid before and after; then it is deleted. */
#include "repo-daemon/ocfl_in.h"

#include "repo-daemon/bagit_paths.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

SCOPE_RELEASER(list_close_at, DIR *, closedir)

/* Is the folder the parent of one entry only? */
static bool holds_one(int root, const char *path)
{
    SCOPED(list_close_at) DIR *list = NULL;
    unsigned count = 0;
    if (ocfl_open_list(root, path, &list, NULL))
        return false;
    while (count < 2 && ocfl_next_name(list))
        count++;
    return count == 1;
}

/* How much of `place` is moved: up to the highest folder that holds only what leads to
 * the object. */
static size_t alone_from(int root, const char *place)
{
    char path[OCFL_FOLDER_MAX];
    size_t end = strlen(place);
    for (size_t i = end; i--;) {
        if (place[i] != '/')
            continue;
        snprintf(path, sizeof path, "%.*s", (int)i, place);
        if (!holds_one(root, path))
            break;
        end = i;
    }
    return end;
}

static enum rc move_out(int root, int making, const char *place, struct fault *why)
{
    char path[OCFL_FOLDER_MAX];
    if (ocfl_kind_of(root, place) == OCFL_NOTHING)
        return RC_OK;
    snprintf(path, sizeof path, "%.*s", (int)alone_from(root, place), place);
    if (renameat2(root, path, making, "gone", RENAME_NOREPLACE))
        return fault_set(why, rc_of_errno(errno), errno, "无法从归档库移出 %.200s", path);
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = 0;
    SCOPED(fd_close_at)
    int parent = openat(root, slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0 || fsync(parent) || fsync(making))
        return fault_set(why, RC_IO, errno, "无法写入磁盘：%.200s", path);
    return RC_OK;
}

enum rc ocfl_remove(const char *root, const char *id, struct fault *why)
{
    char place[OCFL_FOLDER_MAX];
    SCOPED(fd_close_at) int making = -1;
    SCOPED(fd_close_at) int lock = -1;
    SCOPED(fd_close_at) int dir = -1;
    if (!ocfl_is_root(root))
        return RC_OK; /* none is kept */
    ocfl_place(id, place);
    enum rc rc = ocfl_making_open(root, &making, &lock, why);
    if (!rc)
        rc = file_open_folder(root, &dir, why);
    if (!rc)
        rc = bag_path_remove(making, "gone", why); /* what an earlier try left */
    if (!rc)
        rc = move_out(dir, making, place, why);
    if (!rc)
        rc = bag_path_remove(making, "gone", why);
    return !rc && fsync(making)
               ? fault_set(why, RC_IO, errno, "无法写入磁盘：%.200s", root)
               : rc;
}

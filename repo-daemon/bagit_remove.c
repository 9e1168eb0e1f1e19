/* A bag that is not kept any more: it is hidden by one rename, then deleted, so that a
 * bag that can be seen is whole. */
#include "repo-daemon/bagit.h"

#include "repo-daemon/bagit_paths.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum rc bagit_remove(const char *folder, const char *name, struct fault *why)
{
    char hidden[BAGIT_NAME_MAX + 16];
    SCOPED(fd_close_at) int dir = -1;
    if (!*name || strchr(name, '/') || name[0] == '.' || strlen(name) > BAGIT_NAME_MAX)
        return fault_set(why, RC_INVALID, 0, "'%s' is no name of a bag", name);
    enum rc rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    snprintf(hidden, sizeof hidden, ".gone-%s", name);
    rc = bag_path_remove(dir, hidden, why); /* what an earlier try left */
    if (rc)
        return rc;
    if (renameat(dir, name, dir, hidden))
        return errno == ENOENT
                   ? RC_OK
                   : fault_set(why, rc_of_errno(errno), errno, "无法移走归档包 %s", name);
    if (fsync(dir))
        return fault_set(why, RC_IO, errno, "无法写入磁盘：%.200s", folder);
    rc = bag_path_remove(dir, hidden, why);
    return !rc && fsync(dir)
               ? fault_set(why, RC_IO, errno, "无法写入磁盘：%.200s", folder)
               : rc;
}

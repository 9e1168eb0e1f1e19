/* The files around a store.
 *
 * The lock stands on a file of its own and belongs to the open file description: it ends
 * with the process, however that ends, and two stores in one process exclude each other
 * as well, which LMDB's own lock table does not see to. */
#include "repo-daemon/store_file.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum rc store_file_lock(int folder, int *ret_fd, struct fault *why)
{
    SCOPED(fd_close_at)
    int fd = openat(folder, "writer.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return fault_set(why, rc_of_errno(errno), errno, "open the writer's lock");
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(fd, F_OFD_SETLK, &whole))
        return fault_set(why, RC_AGAIN, errno,
                         "另一个程序正在写这个库；请先停止它 (juanku-repod) 再做一次");
    *ret_fd = TAKE_FD(fd);
    return RC_OK;
}

enum rc store_file_reserve(int fd, uint64_t size, struct fault *why)
{
    struct stat st;
    if (fstat(fd, &st))
        return fault_set(why, rc_of_errno(errno), errno, "look at the store's file");
    if ((uint64_t)st.st_size >= size)
        return RC_OK;
    if (!fallocate(fd, 0, st.st_size, (off_t)size - st.st_size) || errno == EOPNOTSUPP)
        return RC_OK; /* without fallocate() the commit still reports a full disk */
    int err = errno;
    (void)!ftruncate(fd, st.st_size); /* a part may have been given */
    if (err == ENOSPC || err == EDQUOT || err == EFBIG)
        return fault_set(why, RC_FULL, err,
                         "磁盘空间不足，这一步没有保存；请管理员腾出空间后再做一次");
    return fault_set(why, rc_of_errno(err), err, "reserve space for the store");
}

uint64_t store_file_size(int folder, const char *name)
{
    struct stat st;
    return fstatat(folder, name, &st, 0) ? 0 : (uint64_t)st.st_size;
}

enum rc store_file_flush(const char *folder, const char *name, struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    SCOPED(fd_close_at) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) || fsync(dir))
        return fault_set(why, rc_of_errno(errno), errno, "flush '%s/%s'", folder, name);
    return RC_OK;
}

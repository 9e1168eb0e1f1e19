/* The system calls that change a disk, in front of the C library's: counted, and cut at
 * the one that is asked for. A program of this folder includes it once.
 *
 *   CUT_DIE     the process ends at that call (of any kind), as when the power fails
 *   CUT_FLUSH   that flush answers EIO, once
 *   CUT_FULL    that write, or new name, answers ENOSPC, once
 *   CUT_FILLED  it and all after it do, until cut_mend(): a disk that is full
 *
 * `cut` lies in memory that is shared with children; NULL or not armed: nothing is done.
 */
#ifndef TESTS_CRASH_CUT_CALLS_H
#define TESTS_CRASH_CUT_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CUT_CODE = 42 }; /* what a child that was cut ends with */

enum cut_how { CUT_DIE, CUT_FLUSH, CUT_FULL, CUT_FILLED };

struct cut {
    bool armed;
    enum cut_how how;
    unsigned at, calls; /* cut at the how many-th; 0: never. Those that count so far */
    unsigned failed;    /* calls that were made to fail */
    size_t order_len;
    char order[256]; /* w write, F flush a file, D flush a folder, m mkdir, l link, r
                        rename */
};

static struct cut *cut;

static inline void cut_arm(enum cut_how how, unsigned at)
{
    *cut = (struct cut){ .how = how, .at = at, .armed = true };
}

static inline void cut_mend(void)
{
    cut->armed = false;
}

/* Did this status come of the cut: the call at which the process dies, or a flush that
 * failed, which no process survives? */
static inline bool cut_ended(enum cut_how how, int status)
{
    return WIFSIGNALED(status) ? how != CUT_DIE && WTERMSIG(status) == SIGABRT
                               : how == CUT_DIE && WEXITSTATUS(status) == CUT_CODE;
}

/* For one process alone; in tests with children it is a part of what they share. */
static inline void *cut_share(size_t size)
{
    void *shared =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
    return shared;
}

static inline void cut_note(char what)
{
    bool again = what == 'w' && cut->order_len && cut->order[cut->order_len - 1] == 'w';
    if (cut->order_len < sizeof cut->order - 1 && !again)
        cut->order[cut->order_len++] = what;
}

/* True: this call shall fail, errno says why. */
static bool cut_here(char what)
{
    if (!cut || !cut->armed)
        return false;
    bool flush = what == 'F' || what == 'D', fails = false;
    static pthread_mutex_t one =
        PTHREAD_MUTEX_INITIALIZER; /* of two that flush at once */
    if ((cut->how == CUT_FLUSH && !flush) || (cut->how >= CUT_FULL && flush))
        return false;
    pthread_mutex_lock(&one);
    unsigned call = ++cut->calls;
    fails = call == cut->at || (cut->how == CUT_FILLED && cut->at && call > cut->at);
    if (fails && cut->how == CUT_DIE)
        _exit(CUT_CODE);
    if (!fails)
        cut_note(what);
    cut->failed += fails;
    pthread_mutex_unlock(&one);
    if (fails)
        errno = flush ? EIO : ENOSPC;
    return fails;
}

static inline int cut_flush(int fd, long number)
{
    int was = errno;
    struct stat st;
    char what = !fstat(fd, &st) && S_ISDIR(st.st_mode) ? 'D' : 'F';
    errno = was;
    return cut_here(what) ? -1 : (int)syscall(number, fd);
}

#define CUT_EXPORTED __attribute__((visibility("default")))

CUT_EXPORTED ssize_t write(int fd, const void *data, size_t len)
{
    return cut_here('w') ? -1 : syscall(SYS_write, fd, data, len);
}

CUT_EXPORTED ssize_t pwrite(int fd, const void *data, size_t len, off_t to)
{
    return cut_here('w') ? -1 : syscall(SYS_pwrite64, fd, data, len, to);
}

CUT_EXPORTED ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return cut_here('w') ? -1 : syscall(SYS_writev, fd, parts, count);
}

CUT_EXPORTED int fsync(int fd)
{
    return cut_flush(fd, SYS_fsync);
}

CUT_EXPORTED int fdatasync(int fd)
{
    return cut_flush(fd, SYS_fdatasync);
}

CUT_EXPORTED int mkdirat(int dir, const char *name, mode_t mode)
{
    return cut_here('m') ? -1 : (int)syscall(SYS_mkdirat, dir, name, mode);
}

CUT_EXPORTED int linkat(int from_dir, const char *from, int dir, const char *name,
                        int flags)
{
    return cut_here('l') ? -1
                         : (int)syscall(SYS_linkat, from_dir, from, dir, name, flags);
}

CUT_EXPORTED int renameat(int from_dir, const char *from, int dir, const char *name)
{
    return cut_here('r') ? -1 : (int)syscall(SYS_renameat, from_dir, from, dir, name);
}

CUT_EXPORTED int renameat2(int from_dir, const char *from, int dir, const char *name,
                           unsigned flags)
{
    return cut_here('r') ? -1
                         : (int)syscall(SYS_renameat2, from_dir, from, dir, name, flags);
}

/* Taking a name away needs no room: it is cut by a power failure only. */
CUT_EXPORTED int unlinkat(int dir, const char *name, int flags)
{
    if (cut && cut->armed && cut->how == CUT_DIE)
        (void)cut_here('u');
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

#endif

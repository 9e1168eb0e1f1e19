/* Blobs when the process is killed: a child puts blobs and is cut at its 1st, 2nd, 3rd
 * ... call that changes the disk. Afterwards every acknowledged blob is there and whole,
 * and nothing else has a name. The order of flushes, which a kill cannot show, is written
 * down call by call and compared. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { PUTS = 4, CUTS_MAX = 200 };

static struct shared {
    bool armed;
    unsigned cut_at, calls, acked;
    size_t len;
    char order[256]; /* w write, F flush a file, D flush a folder, m mkdir, l link */
} * shared;

static char folder[64];

static void count(char what)
{
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER; /* a file and a folder may be
                                                               flushed at the same time */
    if (!shared || !shared->armed)
        return;
    pthread_mutex_lock(&one);
    if (++shared->calls == shared->cut_at)
        _exit(42);
    if (shared->len < sizeof shared->order - 1 &&
        !(what == 'w' && shared->len && shared->order[shared->len - 1] == 'w'))
        shared->order[shared->len++] = what;
    pthread_mutex_unlock(&one);
}

__attribute__((visibility("default"))) ssize_t write(int fd, const void *data, size_t len)
{
    count('w');
    return syscall(SYS_write, fd, data, len);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
    struct stat st;
    count(!fstat(fd, &st) && S_ISDIR(st.st_mode) ? 'D' : 'F');
    return 0; /* only the order matters here */
}

__attribute__((visibility("default"))) int mkdirat(int dir, const char *name, mode_t mode)
{
    count('m');
    return (int)syscall(SYS_mkdirat, dir, name, mode);
}

__attribute__((visibility("default"))) int linkat(int from_dir, const char *from, int dir,
                                                  const char *name, int flags)
{
    count('l');
    return (int)syscall(SYS_linkat, from_dir, from, dir, name, flags);
}

static struct bytes content(unsigned n)
{
    static char text[32];
    int len = snprintf(text, sizeof text, "content of blob %u", n);
    return (struct bytes){ (uint8_t *)text, (size_t)len };
}

static int work(void)
{
    char uri[96];
    struct blobs *blobs = NULL;
    struct sha256 hash;
    snprintf(uri, sizeof uri, "files:%s", folder);
    if (blob_open(uri, false, &blobs, NULL))
        return 1;
    shared->armed = true;
    for (unsigned n = 0; n < PUTS; n++) {
        if (blob_put(blobs, content(n), &hash, NULL))
            return 2;
        shared->acked = n + 1;
    }
    shared->armed = false;
    blob_close(blobs);
    return 0;
}

static bool count_found(const struct blob_found *found, void *context)
{
    *(unsigned *)context += found->rc == RC_OK;
    return true;
}

static void look(void)
{
    char uri[96];
    struct blobs *blobs = NULL;
    unsigned whole = 0;
    snprintf(uri, sizeof uri, "files:%s", folder);
    CHECK_OK(blob_open(uri, false, &blobs, NULL));
    CHECK_OK(blob_scan(blobs, true, count_found, &whole, NULL)); /* nothing is damaged */
    CHECK(whole == shared->acked || whole == shared->acked + 1);
    for (unsigned n = 0; n < PUTS; n++) {
        struct sha256 hash;
        if (n < shared->acked)
            CHECK_OK(blob_stat(blobs, hash_sha256(content(n)), NULL, NULL));
        CHECK_OK(blob_put(blobs, content(n), &hash, NULL)); /* and the rest can be put */
    }
    whole = 0;
    CHECK_OK(blob_scan(blobs, true, count_found, &whole, NULL));
    CHECK_INT(PUTS, whole);
    blob_close(blobs);
}

/* Returns the child's exit code. */
static int run_again(unsigned cut_at)
{
    *shared = (struct shared){ .cut_at = cut_at };
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(work());
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    shared->armed = false;
    return WEXITSTATUS(status);
}

static int run(unsigned cut_at)
{
    scratch_make(folder);
    return run_again(cut_at);
}

static void share(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
}

TEST(blob, keeps_every_acknowledged_blob_when_killed_at_any_call)
{
    share();
    unsigned cuts = 1;
    int code = 42;
    for (; code == 42; cuts++) {
        code = run(cuts);
        CHECK(code == 42 || code == 0);
        look();
        scratch_drop(folder);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 2);
    CHECK(cuts > 4 * PUTS);
}

TEST(blob, is_flushed_before_it_has_a_name_and_its_folders_before_it_is_acknowledged)
{
    share();
    CHECK_INT(0, run(0));
    /* Two new folders; content; it and the two that the folders stand in are flushed, in
     * any order; name; flush. */
    for (char *f = shared->order; (f = strpbrk(f, "FD")); f += strspn(f, "FD")) {
        size_t files = 0, len = strspn(f, "FD");
        for (size_t i = 0; i < len; i++)
            files += f[i] == 'F';
        memset(f, 'F', files);
        memset(f + files, 'D', len - files);
    }
    CHECK_TEXT("mmwFDDlDmmwFDDlDmmwFDDlDmmwFDDlD", shared->order);
}

TEST(blob, is_believed_after_a_start_only_when_its_folders_are_flushed)
{
    share();
    CHECK_INT(0, run(0));
    CHECK_INT(0, run_again(0));
    scratch_drop(folder);
    CHECK_TEXT("DDDDDDDDDDDD", shared->order);
}

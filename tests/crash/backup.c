/* A backup that is cut off at write, flush or rename 1, 2, 3, ... until it gets through:
 * the repository is as before, the backup before it still verifies, and the next one
 * completes it. Then the drill: a restore has the same events, files and views. */
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/backup.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { CUTS_MAX = 600 };

static struct shared {
    bool armed;
    unsigned calls, cut_at;
} * shared;

static char to[80];
static struct fault why;

static void count_call(void)
{
    if (shared && shared->armed && ++shared->calls == shared->cut_at)
        _exit(42);
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED ssize_t pwrite(int fd, const void *data, size_t len, off_t where)
{
    count_call();
    return syscall(SYS_pwrite64, fd, data, len, where);
}

EXPORTED ssize_t write(int fd, const void *data, size_t len)
{
    count_call();
    return syscall(SYS_write, fd, data, len);
}

EXPORTED int fsync(int fd)
{
    count_call();
    return (int)syscall(SYS_fsync, fd);
}

EXPORTED int renameat(int from_dir, const char *from, int to_dir, const char *name)
{
    count_call();
    return (int)syscall(SYS_renameat, from_dir, from, to_dir, name);
}

EXPORTED int linkat(int from_dir, const char *from, int to_dir, const char *name,
                    int flags)
{
    count_call();
    return (int)syscall(SYS_linkat, from_dir, from, to_dir, name, flags);
}

static void add_blob(unsigned n)
{
    struct sha256 hash;
    CHECK_OK(
        blob_put(at.repo->blobs, (struct bytes){ (uint8_t *)&n, sizeof n }, &hash, NULL));
}

/* So that there is something to copy each time. */
static void forget_one(void)
{
    unsigned n = 1;
    char hex[SHA256_HEX], path[256];
    hash_hex(hash_sha256((struct bytes){ (uint8_t *)&n, sizeof n }), hex);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%.2s/%s", to, hex, hex + 2, hex);
    (void)unlink(path);
}

/* One backup in a child; true when it was cut off. */
static bool run(unsigned cut_at)
{
    struct backup_report report;
    shared->calls = 0;
    shared->cut_at = cut_at;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        shared->armed = true;
        enum rc rc = backup_make(at.folder, to, &report, &why);
        shared->armed = false;
        _exit(rc ? 1 : 0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    shared->armed = false;
    CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 42);
    return WEXITSTATUS(status) == 42;
}

TEST(backup, cut_off_anywhere_leaves_the_last_good_one_and_is_completed_by_the_next)
{
    struct backup_report first, now;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    fixture_volume();
    snprintf(to, sizeof to, "%s-copy", at.folder);
    for (unsigned n = 0; n < 3; n++)
        add_blob(n);
    CHECK_OK(backup_make(at.folder, to, &first, &why)); /* while the writer has it open */
    CHECK_INT(3, first.copied);
    unsigned cuts = 1;
    for (bool cut = true; cut; cuts++) {
        forget_one();
        cut = run(cuts);
        CHECK_OK(backup_verify(to, &now, &why));
        CHECK_INT(first.events, now.events);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 2);
    CHECK(cuts > 20);
    CHECK_OK(backup_make(at.folder, to, &now, &why));
    CHECK_INT(0, now.copied); /* the last one was whole */
}

TEST(backup, refuses_a_damaged_file_and_says_which)
{
    struct backup_report report;
    struct sha256 hash;
    char hex[SHA256_HEX], path[256];
    CHECK_OK(blob_put(at.repo->blobs, BYTES("will rot"), &hash, NULL));
    hash_hex(hash, hex);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%.2s/%s", at.folder, hex, hex + 2, hex);
    CHECK(!chmod(path, 0640));
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    CHECK_INT(1, pwrite(fd, "X", 1, 0));
    close(fd);
    CHECK_RC(RC_CORRUPT, backup_make(at.folder, to, &report, &why));
    CHECK(strstr(why.text, hex));
    CHECK_OK(blob_put(at.repo->blobs, BYTES("will rot"), &hash, NULL)); /* put right */
    CHECK_OK(backup_make(at.folder, to, &report, &why));
}

TEST(backup, comes_back_with_the_same_events_files_and_views)
{
    struct backup_report report, again;
    char back[96];
    uint64_t count = 0;
    CHECK_OK(backup_make(at.folder, to, &report, &why));
    snprintf(back, sizeof back, "%s-back", at.folder);
    CHECK_OK(backup_restore(to, back, &again, &why));
    CHECK_INT(report.events, again.events);
    CHECK_INT(report.files, again.files);
    CHECK_RC(RC_EXISTS, backup_restore(to, back, &again, &why));
    json_t *before = fixture_dump();
    struct repo *here = at.repo;
    CHECK_OK(repo_open(back, &at.repo, &why));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(after);
    CHECK_OK(apply_all(at.repo, &count, &why)); /* and from ledger and files alone */
    after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(after);
    json_decref(before);
    repo_close(at.repo);
    at.repo = here;
    nftw(back, fixture_unlink, 16, FTW_DEPTH | FTW_PHYS);
    nftw(to, fixture_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* A version that is cut off at write, flush, link, folder or rename 1, 2, 3, ... until it
 * gets through: the root is valid at each cut, with the old version or the new one, and
 * the next try completes it. Once for a new object, once for its second version. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/ocfl.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { CUTS_MAX = 400 };

static unsigned cut_at, calls;

static void count_call(void)
{
    if (cut_at && ++calls == cut_at)
        _exit(42);
}

#define EXPORTED __attribute__((visibility("default")))

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

EXPORTED int mkdirat(int dir, const char *name, mode_t mode)
{
    count_call();
    return (int)syscall(SYS_mkdirat, dir, name, mode);
}

EXPORTED int renameat(int from_dir, const char *from, int to_dir, const char *name)
{
    count_call();
    return (int)syscall(SYS_renameat, from_dir, from, to_dir, name);
}

EXPORTED int renameat2(int from_dir, const char *from, int to_dir, const char *name,
                       unsigned flags)
{
    count_call();
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, name, flags);
}

EXPORTED int linkat(int from_dir, const char *from, int to_dir, const char *name,
                    int flags)
{
    count_call();
    return (int)syscall(SYS_linkat, from_dir, from, to_dir, name, flags);
}

EXPORTED int unlinkat(int dir, const char *name, int flags)
{
    count_call();
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

static char work[64], root[100], folder[100];
static struct ocfl_facts facts;
static struct fault why;

static void put(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

static enum rc store(void)
{
    struct ocfl_source source = { .id = "urn:x-juanku:V1",
                                  .folder = folder,
                                  .message = "归档",
                                  .user = "档案员",
                                  .at_ms = 1795000000000 };
    return ocfl_store(root, &source, &facts, &why);
}

/* In a child that ends at call `cut`. True: it got through. */
static bool store_cut(unsigned cut)
{
    pid_t child = fork();
    int status = 0;
    if (!child) {
        cut_at = cut;
        _exit(store() ? 1 : 0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 0);
    return WEXITSTATUS(status) == 0;
}

/* From nothing up to before the version that is cut. */
static void begin(unsigned version)
{
    scratch_drop(root);
    put("b", "two");
    if (version > 1) {
        CHECK_OK(store());
        put("b", "three");
    }
}

/* Cut at every call of storing this version. */
static void cut_everywhere(unsigned version)
{
    bool through = false;
    unsigned cut = 0;
    while (!through) {
        unsigned objects = 0;
        CHECK(++cut < CUTS_MAX);
        begin(version);
        through = store_cut(cut);
        if (ocfl_is_root(root)) {
            if (ocfl_verify_root(root, &objects, &why))
                fail_msg("cut %u: %s", cut, why.text);
            CHECK(objects >= (version > 1));
        }
        CHECK_OK(store()); /* the next try */
        CHECK_OK(ocfl_verify_root(root, &objects, &why));
        CHECK_INT(1, objects);
        CHECK_INT(version, facts.version);
    }
    printf("# %u cuts\n", cut - 1);
    CHECK(cut > 20);
}

TEST(ocfl_store, cut_off_anywhere_leaves_a_valid_root)
{
    scratch_make(work);
    snprintf(root, sizeof root, "%s/archive", work);
    snprintf(folder, sizeof folder, "%s/package", work);
    CHECK(!mkdir(folder, 0755));
    put("a", "one");
    cut_everywhere(1);
    cut_everywhere(2);
    scratch_drop(work);
}

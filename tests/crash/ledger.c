/* The ledger when the power fails.
 *
 * A child appends events and tells, over shared memory, each one it was acknowledged. Its
 * write and flush calls are counted (we stand in front of the C library's), and it is cut
 * at call 1, 2, 3, ... until it gets through. Before each write the old bytes are noted;
 * a flush forgets the notes. So after a cut we can do what a power failure may do to
 * writes that were not flushed: keep all, take all back, or take back any sectors.
 *
 * After every cut: the ledger opens and verifies from the first event to the last, has
 * every acknowledged event and at most the one that was under way, and takes that one
 * again without doubling it. All of it twice: each append a commit, each a group. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_verify.h"
#include "repo-daemon/store_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { APPENDS = 8, SECTOR = 512, NOTES_MAX = 4 * 1024 * 1024, CUTS_MAX = 400 };

enum cut { CUT_NONE, CUT_DIE, CUT_FAIL_FLUSH, CUT_FAIL_WRITE };

/* The files that count. */
enum file { FILE_OTHER, FILE_STORE, FILE_REDO };
static const char *const file_names[] = { "", "data.mdb", "redo.log" };

/* One sector as it was before a write that is not flushed yet. */
struct note {
    enum file file;
    off_t at;
    uint8_t old[SECTOR];
};

static struct shared {
    ino_t inodes[3];
    bool grouped; /* each append a group: through the redo log, as the daemon does it */
    bool armed;
    enum cut cut;
    unsigned cut_at, calls;
    unsigned acked, refused, failed_flushes;
    size_t note_count;
    struct note notes[NOTES_MAX / sizeof(struct note)];
} * shared;

static char folder[64];

static enum file file_of(int fd, bool *ret_through)
{
    struct stat st;
    if (!shared || !shared->armed || fstat(fd, &st))
        return FILE_OTHER;
    *ret_through = fcntl(fd, F_GETFL) & O_DSYNC; /* LMDB writes its roots so */
    return st.st_ino == shared->inodes[FILE_STORE]  ? FILE_STORE
           : st.st_ino == shared->inodes[FILE_REDO] ? FILE_REDO
                                                    : FILE_OTHER;
}

/* Count a call; dies here, or says that the call shall fail. */
static bool call_fails(bool flush)
{
    if (++shared->calls != shared->cut_at)
        return false;
    if (shared->cut == CUT_DIE)
        _exit(42);
    shared->failed_flushes += flush && shared->cut == CUT_FAIL_FLUSH;
    return shared->cut == (flush ? CUT_FAIL_FLUSH : CUT_FAIL_WRITE);
}

static void take_notes(enum file file, int fd, off_t from, size_t len)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reading = open(path, O_RDONLY | O_CLOEXEC); /* LMDB's may be write only */
    for (off_t at = from / SECTOR * SECTOR; at < from + (off_t)len; at += SECTOR) {
        struct note *note = &shared->notes[shared->note_count++];
        if (shared->note_count > COUNT(shared->notes))
            abort();
        note->file = file;
        note->at = at;
        memset(note->old, 0, SECTOR);
        if (pread(reading, note->old, SECTOR, at) < 0)
            abort();
    }
    close(reading);
}

__attribute__((visibility("default"))) ssize_t pwrite(int fd, const void *data,
                                                      size_t len, off_t at)
{
    bool through = false;
    enum file file = file_of(fd, &through);
    if (!file)
        return syscall(SYS_pwrite64, fd, data, len, at);
    if (call_fails(false)) {
        errno = ENOSPC;
        return -1;
    }
    if (!through)
        take_notes(file, fd, at, len);
    return syscall(SYS_pwrite64, fd, data, len, at);
}

__attribute__((visibility("default"))) ssize_t writev(int fd, const struct iovec *parts,
                                                      int count)
{
    bool through = false;
    enum file file = file_of(fd, &through);
    if (!file)
        return syscall(SYS_writev, fd, parts, count);
    if (call_fails(false)) {
        errno = ENOSPC;
        return -1;
    }
    size_t len = 0;
    for (int i = 0; i < count; i++)
        len += parts[i].iov_len;
    if (!through)
        take_notes(file, fd, lseek(fd, 0, SEEK_CUR), len);
    return syscall(SYS_writev, fd, parts, count);
}

static int flush(int fd, long number)
{
    bool through = false;
    enum file file = file_of(fd, &through);
    if (!file)
        return (int)syscall(number, fd);
    if (call_fails(true)) {
        errno = EIO;
        return -1;
    }
    size_t kept = 0; /* the disk itself is spared: we play the power failure */
    for (size_t i = 0; i < shared->note_count; i++)
        if (shared->notes[i].file != file)
            shared->notes[kept++] = shared->notes[i];
    shared->note_count = kept;
    return 0;
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return flush(fd, SYS_fdatasync);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
    return flush(fd, SYS_fsync);
}

static void file_counts(enum file file)
{
    char path[96];
    struct stat st;
    snprintf(path, sizeof path, "%s/db/%s", folder, file_names[file]);
    CHECK(!stat(path, &st));
    shared->inodes[file] = st.st_ino;
}

static enum rc append(struct ledger *ledger, unsigned n)
{
    struct ledger_result result;
    struct store *store = ledger_store(ledger);
    if (shared->grouped && store_group_begin(store, NULL))
        return RC_IO;
    enum rc rc = test_move(ledger, n, TEST_VOLUME, n - 1, n > 1 ? "shelved" : "",
                           "shelved", &result);
    enum rc end = shared->grouped ? store_group_end(store, NULL) : RC_OK;
    return rc ? rc : end;
}

/* What the child does; every acknowledged append is told before the next begins. */
static int work(const char *uri)
{
    struct ledger *ledger = NULL;
    char text[LEDGER_CHECKPOINT_MAX];
    if (ledger_open(uri, NULL, &ledger, NULL))
        return 1;
    if (shared->grouped) { /* the log is made by the first group */
        if (store_group_begin(ledger_store(ledger), NULL) ||
            store_group_end(ledger_store(ledger), NULL))
            return 4;
        file_counts(FILE_REDO);
    }
    shared->armed = true;
    for (unsigned n = 1; n <= APPENDS; n++) {
        enum rc rc = append(ledger, n);
        if (rc == RC_FULL) { /* refused: nothing was kept, the same again must do */
            shared->refused++;
            n--;
            continue;
        }
        if (rc)
            return 2;
        shared->acked = n;
        if (n % 4 == 2 && store_settle(ledger_store(ledger), NULL) == RC_IO)
            return 5;
        if (n % 3 == 0 && ledger_checkpoint(ledger, text, NULL) != RC_OK &&
            ledger_checkpoint(ledger, text, NULL) != RC_OK)
            return 3;
    }
    shared->armed = false;
    ledger_close(ledger);
    return 0;
}

/* Everything that must hold afterwards. Returns the line that did not. */
static int look(const char *uri)
{
    struct ledger *ledger = NULL;
    struct ledger_head head;
    struct ledger_result result;
    struct ledger_source source;
    struct ledger_report report;
    struct fault why = { 0 };
    char out[96];
    uint64_t exported = 0;
    if (ledger_open(uri, NULL, &ledger, &why))
        return __LINE__;
    if (ledger_head(ledger, &head, NULL) || head.size < shared->acked ||
        head.size > shared->acked + 1)
        return __LINE__;
    for (unsigned n = 1; n <= shared->acked; n++)
        if (ledger_settle(ledger, test_id(n), &result, NULL) || result.first_seq != n)
            return __LINE__;
    unsigned next = shared->acked + 1; /* the one under way, with its old id */
    enum rc rc = test_move(ledger, next, TEST_VOLUME, next - 1, next > 1 ? "shelved" : "",
                           "shelved", &result);
    if (rc != (head.size == next ? RC_EXISTS : RC_OK) || result.first_seq != next)
        return __LINE__;
    snprintf(out, sizeof out, "%s/out", folder);
    if (ledger_source_of(ledger, &source, &why) ||
        ledger_export(&source, out, &exported, &why) || exported != next ||
        ledger_verify_folder(out, NULL, &report, &why))
        return __LINE__;
    ledger_close(ledger);
    return 0;
}

static int in_child(int (*run)(const char *uri), const char *uri)
{
    fflush(stdout);
    pid_t child = fork(); /* no store is open in this process */
    if (!child) {
        static const struct rlimit none = { 0, 0 };
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)!freopen("/dev/null", "w", stderr);
        int line = run(uri);
        _exit(line > 255 ? line % 200 + 50 : line);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

/* The power is back: take back what `percent` says of what was not flushed. */
static void take_back(uint32_t *seed, int percent)
{
    int fds[COUNT(file_names)] = { -1, -1, -1 };
    for (enum file file = FILE_STORE; file < COUNT(file_names); file++) {
        char path[96];
        snprintf(path, sizeof path, "%s/db/%s", folder, file_names[file]);
        fds[file] = open(path, O_WRONLY | O_CLOEXEC);
        CHECK(fds[file] >= 0 || (file == FILE_REDO && !shared->grouped));
    }
    for (size_t i = shared->note_count; i-- > 0;) { /* the newest first */
        const struct note *note = &shared->notes[i];
        *seed = *seed * 1664525u + 1013904223u;
        if ((int)(*seed >> 8) % 100 < percent)
            CHECK_INT(SECTOR, pwrite(fds[note->file], note->old, SECTOR, note->at));
    }
    for (enum file file = FILE_STORE; file < COUNT(file_names); file++)
        if (fds[file] >= 0)
            close(fds[file]);
}

static int create(const char *uri)
{
    return ledger_create(uri, "440399", "juanku/440399", NULL) ? 1 : 0;
}

/* One run with one cut. False when the child got through before it. */
static bool one_cut(enum cut cut, unsigned cut_at, bool grouped, uint32_t *seed,
                    int percent)
{
    char uri[96];
    scratch_make(folder);
    snprintf(uri, sizeof uri, "lmdb:%s/db", folder);
    *shared = (struct shared){ .cut = cut, .cut_at = cut_at, .grouped = grouped };
    CHECK_INT(0, in_child(create, uri));
    file_counts(FILE_STORE);

    int status = in_child(work, uri);
    bool reached = shared->calls >= cut_at;
    bool died = WIFEXITED(status) && WEXITSTATUS(status) == 42;
    bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    if (!(reached && (died || aborted)) && status)
        fail_msg("cut at %u: the child ended with %#x", cut_at, (unsigned)status);
    if (shared->failed_flushes && !aborted)
        fail_msg("cut at %u: a failed flush was survived", cut_at);
    if (!reached)
        CHECK_INT(APPENDS, shared->acked);
    shared->armed = false;
    if (died || aborted)
        take_back(seed, percent);
    int line = in_child(look, uri);
    if (line)
        fail_msg("cut at %u, %d %% taken back%s: status %#x, %u acknowledged", cut_at,
                 percent, grouped ? ", in groups" : "", (unsigned)line, shared->acked);
    scratch_drop(folder);
    return reached;
}

static void each_cut(enum cut cut, int percent)
{
    const char *given = getenv("JUANKU_SEED");
    uint32_t seed = given ? (uint32_t)strtoul(given, NULL, 10) : 20261123u;
    if (percent > 0 && percent < 100)
        print_message("# JUANKU_SEED=%u\n", seed);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    for (int grouped = 0; grouped < 2; grouped++) {
        unsigned cuts = 1;
        while (one_cut(cut, cuts, grouped, &seed, percent))
            CHECK(++cuts < CUTS_MAX);
        print_message("# %u cuts\n", cuts - 1);
        CHECK(cuts > (grouped ? 2 : 3) * APPENDS);
    }
    (void)munmap(shared, sizeof *shared);
    shared = NULL;
}

TEST(ledger, keeps_every_acknowledged_event_when_killed_at_any_call)
{
    each_cut(CUT_DIE, 0);
}

TEST(ledger, keeps_every_acknowledged_event_when_nothing_unflushed_reaches_the_disk)
{
    each_cut(CUT_DIE, 100);
}

TEST(ledger, keeps_every_acknowledged_event_when_any_unflushed_sector_is_lost)
{
    each_cut(CUT_DIE, 50);
}

TEST(ledger, ends_the_process_when_a_flush_fails_and_is_whole_after)
{
    each_cut(CUT_FAIL_FLUSH, 50);
}

TEST(ledger, refuses_when_the_disk_is_full_and_goes_on)
{
    each_cut(CUT_FAIL_WRITE, 50);
}

/* A backup that is cut off, or whose write or flush fails, at call 1, 2, 3, ... until it
 * gets through:
 * the repository is as before, the backup before it still verifies, and the next one
 * completes it. Then the drill: a restore has the same events, files and views. */
#include "cut_calls.h"
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/backup.h"

enum { CUTS_MAX = 600 };

static char to[80];
static struct fault why;

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
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s", to, hex, hex);
    (void)unlink(path);
}

/* One backup in a child; true when it was cut, or refused because of the disk. */
static bool run(enum cut_how how, unsigned cut_at)
{
    struct backup_report report;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        cut_arm(how, cut_at);
        enum rc rc = backup_make(at.folder, to, &report, &why);
        cut_mend();
        _exit(!rc ? 0 : cut->failed && *why.text ? 3 : 1);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cut_mend();
    int code = WEXITSTATUS(status);
    if (code != 0 && code != (how == CUT_DIE ? CUT_CODE : 3))
        fail_msg("cut at %u: the child ended with %d", cut_at, code);
    if (how != CUT_DIE)
        CHECK(!cut->failed ==
              !code); /* what failed is told, and nothing is called done */
    return code != 0;
}

static struct backup_report first;

static void prepare(void)
{
    if (cut)
        return;
    cut = cut_share(sizeof *cut);
    fixture_volume();
    snprintf(to, sizeof to, "%s-copy", at.folder);
    for (unsigned n = 0; n < 3; n++)
        add_blob(n);
    CHECK_OK(backup_make(at.folder, to, &first, &why)); /* while the writer has it open */
    CHECK_INT(3, first.copied);
}

/* Cut at 1, 2, 3, ... until it gets through. */
static void cut_everywhere(enum cut_how how)
{
    struct backup_report now;
    unsigned cuts = 1;
    prepare();
    for (bool tripped = true; tripped; cuts++) {
        forget_one();
        tripped = run(how, cuts);
        CHECK_OK(backup_verify(to, &now, &why));
        CHECK_INT(first.events, now.events);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 2);
    CHECK(cuts > 5);
    CHECK_OK(backup_make(at.folder, to, &now, &why));
    CHECK_INT(0, now.copied); /* the last one was whole */
}

TEST(backup, cut_off_anywhere_leaves_the_last_good_one_and_is_completed_by_the_next)
{
    cut_everywhere(CUT_DIE);
}

TEST(backup, with_a_failed_flush_says_so_and_leaves_the_last_good_one)
{
    cut_everywhere(CUT_FLUSH);
}

TEST(backup, on_a_full_disk_says_so_and_leaves_the_last_good_one)
{
    cut_everywhere(CUT_FULL);
    cut_everywhere(CUT_FILLED);
}

TEST(backup, refuses_a_damaged_file_and_says_which)
{
    struct backup_report report;
    struct sha256 hash;
    char hex[SHA256_HEX], path[256];
    CHECK_OK(blob_put(at.repo->blobs, BYTES("will rot"), &hash, NULL));
    hash_hex(hash, hex);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s", at.folder, hex, hex);
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

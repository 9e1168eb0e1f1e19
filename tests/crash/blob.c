/* Blobs when the process is killed, a flush fails or the disk is full: a child puts blobs
 * and is cut at its 1st, 2nd, 3rd ... call that changes the disk. Afterwards every
 * acknowledged blob is there and whole, and nothing else has a name. The order of
 * flushes, which a kill cannot show, is written down call by call and compared. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "cut_calls.h"
#include "repo-daemon/blob.h"

enum { PUTS = 4, CUTS_MAX = 200 };

static struct shared {
    struct cut cut;
    unsigned acked;
} * shared;

static char folder[64];

static struct bytes content(unsigned n)
{
    static char text[32];
    int len = snprintf(text, sizeof text, "content of blob %u", n);
    return (struct bytes){ (uint8_t *)text, (size_t)len };
}

/* Puts them all, again when one is refused for a reason that passes. */
static int work(enum cut_how how, unsigned cut_at)
{
    char uri[96];
    struct blobs *blobs = NULL;
    struct sha256 hash;
    struct fault why = { 0 };
    snprintf(uri, sizeof uri, "files:%s", folder);
    if (blob_open(uri, false, &blobs, NULL))
        return 1;
    cut_arm(how, cut_at);
    for (unsigned n = 0; n < PUTS; n++) {
        enum rc rc = blob_put(blobs, content(n), &hash, &why);
        if (rc &&
            (!cut->failed || !*why.text || rc != (how == CUT_FLUSH ? RC_IO : RC_FULL)))
            return 2;
        if (rc && how != CUT_FLUSH &&
            !blob_stat(blobs, hash_sha256(content(n)), NULL, NULL))
            return 3; /* refused, and yet it has a name */
        if (rc)
            cut_mend(); /* there is room again */
        if (rc && blob_put(blobs, content(n), &hash, &why))
            return 4;
        shared->acked = n + 1;
    }
    cut_mend();
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
static int run_again(enum cut_how how, unsigned cut_at)
{
    shared->acked = 0;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(work(how, cut_at));
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cut_mend();
    return WEXITSTATUS(status);
}

static int run(enum cut_how how, unsigned cut_at)
{
    scratch_make(folder);
    return run_again(how, cut_at);
}

static void share(void)
{
    if (!shared)
        shared = cut_share(sizeof *shared);
    cut = &shared->cut;
}

/* Cut at 1, 2, 3, ... until all is put without it. */
static void cut_everywhere(enum cut_how how)
{
    share();
    unsigned cuts = 1;
    bool tripped = true;
    for (; tripped; cuts++) {
        int code = run(how, cuts);
        if (code && code != CUT_CODE)
            fail_msg("cut at %u: the child ended with %d", cuts, code);
        tripped = code || cut->failed;
        look();
        scratch_drop(folder);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 2);
    CHECK(cuts > 3 * PUTS);
}

TEST(blob, keeps_every_acknowledged_blob_when_killed_at_any_call)
{
    cut_everywhere(CUT_DIE);
}

TEST(blob, of_a_failed_flush_is_never_acknowledged_and_can_be_put_again)
{
    cut_everywhere(CUT_FLUSH);
}

TEST(blob, is_refused_with_a_sentence_on_a_full_disk_and_put_when_there_is_room)
{
    cut_everywhere(CUT_FULL);
    cut_everywhere(CUT_FILLED);
}

TEST(blob, is_flushed_before_it_has_a_name_and_its_folders_before_it_is_acknowledged)
{
    share();
    CHECK_INT(0, run(CUT_DIE, 0));
    /* A new folder; content; it and where the folder stands are flushed; its last name,
     * which replaces another one: a link that is added after the flush of a file stands
     * in the file too, and would need a flush of it; and flush. */
    CHECK_TEXT("mwFDrDmwFDrDmwFDrDmwFDrD", cut->order);
}

TEST(blob, is_believed_after_a_start_only_when_its_folders_are_flushed)
{
    share();
    CHECK_INT(0, run(CUT_DIE, 0));
    CHECK_INT(0, run_again(CUT_DIE, 0));
    scratch_drop(folder);
    CHECK_TEXT("DDDDDDDD", cut->order);
}

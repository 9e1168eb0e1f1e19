/* A purge when the power fails: the approval and everything that goes after it, cut at
 * write, flush, unlink and rename 1, 2, 3, ... to the end. After each cut the store
 * opens: without the event nothing is gone; with it nothing but what its list has, the
 * package is whole or not there, and the archive is valid. The next start finishes it. */
#include "cut_calls.h"
#include "unit/purge_fixture.h"

enum { CUTS_MAX = 400 };

static struct shared {
    struct cut cut;
    bool acked;
} * shared;

static unsigned turn; /* each cut has a volume, and an id, of its own */
static char label[LABEL_TEXT_MAX], own[2][40];
static json_t *purge; /* as it was proposed */

static json_t *decision(void)
{
    json_t *body = json_pack("{s:s, s:I, s:s}", "result", "approved", "version",
                             (json_int_t)json_number(purge, "version"), "reason", "同意");
    json_object_set_new(body, "id", json_sprintf("%032x", turn));
    return body;
}

static int approve(void)
{
    return call_by(ROLE_SUPERVISOR, "POST", "/v1/purges/{purge}/decision",
                   json_pack("{s:s}", "purge", json_text(purge, "purge")), decision(),
                   NULL);
}

static void prepare(void)
{
    const char *pictures[] = { own[0], own[1], "共用" }, *volumes[] = { label };
    for (size_t i = 0; i < COUNT(own); i++)
        snprintf(own[i], sizeof own[i], "第%u轮第%zu页", turn, i);
    purge_volume(1, 100 + (int)turn, pictures, COUNT(pictures), label);
    struct sha256 hash;
    CHECK(hash_from_hex(picture_hex(own[0]), &hash));
    CHECK_OK(blob_keep(at.repo->blobs, hash, clock_now_ms() - 1, NULL)); /* has ended */
    json_decref(purge);
    purge = purge_propose(volumes, 1);
    CHECK_INT(2, json_number(purge, "files"));
}

static bool run(unsigned cut_at)
{
    shared->acked = false;
    repo_close(at.repo);
    at.repo = NULL;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        if (repo_open(at.folder, &at.repo, NULL))
            _exit(2);
        cut_arm(CUT_DIE, cut_at);
        if (approve() != 201)
            _exit(1);
        shared->acked = true;
        purge_run();
        cut_mend();
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cut_mend();
    CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CUT_CODE);
    CHECK_OK(repo_open(at.folder, &at.repo, NULL));
    return WEXITSTATUS(status) == CUT_CODE;
}

static json_t *noted;

static int file_note(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct sha256 hash;
    (void)st, (void)type;
    if (hash_from_hex(path + ftw->base, &hash))
        json_object_set_new(noted, path + ftw->base, json_true());
    return 0;
}

/* The names of all kept files. */
static json_t *files(void)
{
    char path[100];
    snprintf(path, sizeof path, "%s/blobs", at.folder);
    noted = json_object();
    CHECK(!nftw(path, file_note, 16, FTW_PHYS));
    return noted;
}

static bool is_own(const char *hex)
{
    return !strcmp(hex, picture_hex(own[0])) || !strcmp(hex, picture_hex(own[1]));
}

/* How many are gone, each of them one that was approved. */
static size_t gone_since(json_t *before)
{
    json_t *now = files(), *one;
    const char *hex;
    size_t gone = 0;
    json_object_foreach(before, hex, one)
    {
        bool there = json_object_get(now, hex) != NULL;
        if (!there && !is_own(hex))
            fail_msg("%s is gone", hex);
        gone += !there;
    }
    json_decref(now);
    return gone;
}

/* A bag that can be seen is whole, and so is the archive. */
static bool package_there(void)
{
    char path[200], root[100];
    struct fault why;
    struct bagit_facts facts;
    snprintf(path, sizeof path, "%s/%s", at.folder, label);
    snprintf(root, sizeof root, "%s/ocfl", at.folder);
    if (ocfl_verify_root(root, NULL, &why))
        fail_msg("%s", why.text);
    enum rc rc = bagit_verify(path, &facts, &why);
    CHECK(rc == RC_OK || rc == RC_NOT_FOUND);
    return !rc;
}

static void look(json_t *before)
{
    json_t *stands = stored(VIEW_PURGES, json_text(purge, "purge"));
    bool approved = strcmp(json_text(stands, "state"), "proposed") != 0;
    size_t gone = gone_since(before);
    bool packed = package_there();
    CHECK(!shared->acked || approved);
    CHECK(approved || (!gone && packed));
    CHECK(!strcmp(json_text(stands, "state"), "done") == (gone == 2 && !packed) ||
          strcmp(json_text(stands, "state"), "done"));
    json_decref(stands);
    CHECK_INT(approved ? 200 : 201, approve());
    purge_run();
    CHECK_INT(2, gone_since(before));
    CHECK(!package_there() && picture_there("共用"));
    stands = stored(VIEW_PURGES, json_text(purge, "purge"));
    CHECK_TEXT("done", json_text(stands, "state"));
    CHECK_INT(2, json_number(stands, "removed"));
    json_decref(stands);
}

TEST(purge, cut_off_anywhere_takes_nothing_but_what_was_approved_and_is_finished)
{
    static const char *const shared_page[] = { "共用" };
    shared = cut_share(sizeof *shared);
    cut = &shared->cut;
    snprintf(label, sizeof label, "%s", fixture_part(1, 99));
    purge_scan(label, shared_page, 1);
    unsigned cuts = 0;
    for (bool tripped = true; tripped; cuts++) {
        turn++;
        prepare();
        json_t *before = files();
        tripped = run(cuts + 1);
        look(before);
        json_decref(before);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 1);
    CHECK(cuts > 30);
    purge_rebuilt_same();
    json_decref(purge);
}

/* A version that is cut off, or made to fail, at write, flush, link, folder or rename 1,
 * 2, 3, ... until it gets through: the root is valid at each cut, with the old version or
 * the new one, and the next try completes it. Once for a new object, once for its second
 * version. */
#include "check.h"

#include "contract/ledger_fixture.h"
#include "cut_calls.h"
#include "repo-daemon/ocfl.h"

enum { CUTS_MAX = 400 };

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

/* In a child. True: it got through, without a call that failed. */
static bool store_cut(enum cut_how how, unsigned at)
{
    (void)fflush(stdout);
    pid_t child = fork();
    int status = 0;
    if (!child) {
        cut_arm(how, at);
        enum rc rc = store();
        _exit(!rc ? 0 : cut->failed && *why.text ? 3 : 1);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cut_mend();
    int code = WEXITSTATUS(status);
    if (code != 0 && code != (how == CUT_DIE ? CUT_CODE : 3))
        fail_msg("cut at %u: the child ended with %d", at, code);
    if (how != CUT_DIE)
        CHECK(!cut->failed ==
              !code); /* what failed is told, and nothing is called done */
    return code == 0;
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
static void cut_everywhere(enum cut_how how, unsigned version)
{
    bool through = false;
    unsigned cuts = 0;
    while (!through) {
        unsigned objects = 0;
        CHECK(++cuts < CUTS_MAX);
        begin(version);
        through = store_cut(how, cuts);
        if (ocfl_is_root(root)) {
            if (ocfl_verify_root(root, &objects, &why))
                fail_msg("cut %u: %s", cuts, why.text);
            CHECK(objects >= (version > 1));
        }
        CHECK_OK(store()); /* the next try */
        CHECK_OK(ocfl_verify_root(root, &objects, &why));
        CHECK_INT(1, objects);
        CHECK_INT(version, facts.version);
    }
    printf("# %u cuts\n", cuts - 1);
    CHECK(cuts > 10);
}

static void both_versions(enum cut_how how)
{
    if (!cut)
        cut = cut_share(sizeof *cut);
    scratch_make(work);
    snprintf(root, sizeof root, "%s/archive", work);
    snprintf(folder, sizeof folder, "%s/package", work);
    CHECK(!mkdir(folder, 0755));
    put("a", "one");
    cut_everywhere(how, 1);
    cut_everywhere(how, 2);
    scratch_drop(work);
}

TEST(ocfl_store, cut_off_anywhere_leaves_a_valid_root)
{
    both_versions(CUT_DIE);
}

TEST(ocfl_store, with_a_failed_flush_says_so_and_leaves_a_valid_root)
{
    both_versions(CUT_FLUSH);
}

TEST(ocfl_store, on_a_full_disk_says_so_and_leaves_a_valid_root)
{
    both_versions(CUT_FULL);
    both_versions(CUT_FILLED);
}

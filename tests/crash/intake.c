/* The counter when the power fails: an intake, its notice, its papers into the volume,
 * cut at write and flush 1, 2, 3, ... to the end. After each cut the store opens; what
 * was acknowledged is there, with its list, papers and volume agreeing; what was not is
 * done once by asking again with the same id; the views are those of the ledger. */
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/intake.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { STEPS = 4, CUTS_MAX = 400 };

static struct shared {
    bool armed;
    unsigned calls, cut_at, acked; /* acked: steps that were answered */
} * shared;

static void count_call(void)
{
    if (shared && shared->armed && ++shared->calls == shared->cut_at)
        _exit(42);
}

__attribute__((visibility("default"))) ssize_t pwrite(int fd, const void *data,
                                                      size_t len, off_t to)
{
    count_call();
    return syscall(SYS_pwrite64, fd, data, len, to);
}

__attribute__((visibility("default"))) ssize_t writev(int fd, const struct iovec *parts,
                                                      int count)
{
    count_call();
    return syscall(SYS_writev, fd, parts, count);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    count_call();
    return (int)syscall(SYS_fdatasync, fd);
}

static unsigned turn; /* each cut has a party, and ids, of its own */

static json_t *with_id(json_t *body, unsigned step)
{
    char id[33];
    snprintf(id, sizeof id, "%016x%016x", turn, step);
    json_object_set_new(body, "id", json_string(id));
    return body;
}

static json_t *line(const char *title, int declared, int counted)
{
    return json_pack("{s:s, s:s, s:i, s:i}", "title", title, "what", "paper", "declared",
                     declared, "counted", counted);
}

/* The answer of a step; aborts the child when it is refused. */
static json_t *step(unsigned n, unsigned role, const char *path, json_t *parts,
                    json_t *body)
{
    json_t *answer = NULL;
    int status = call_by(role, "POST", path, parts, with_id(body, n), &answer);
    if (status != 200 && status != 201) {
        fprintf(stderr, "# step %u: %d %s\n", n, status, json_string_value(answer));
        _exit(1);
    }
    if (shared->armed && shared->acked < n)
        shared->acked = n;
    return answer;
}

static json_t *list_part(const char *list)
{
    return json_pack("{s:s}", "intake", list);
}

/* All four, each with the same id whenever it is asked for. */
static void play(char ret_lists[2][LABEL_TEXT_MAX])
{
    char from[40];
    snprintf(from, sizeof from, "当事人%u", turn);
    json_t *one =
        step(1, ROLE_CATALOGUER, "/v1/intakes", NULL,
             json_pack("{s:s, s:s, s:s, s:[o, o]}", "case", CASE, "from", from, "side",
                       "原告", "lines", line("起诉状", 2, 2), line("证据", 3, 1)));
    snprintf(ret_lists[0], LABEL_TEXT_MAX, "%s", json_text(one, "intake"));
    json_decref(one);
    json_decref(step(2, ROLE_KEEPER, "/v1/intakes/{intake}/notice",
                     list_part(ret_lists[0]), json_object()));
    json_decref(step(3, ROLE_KEEPER, "/v1/intakes/{intake}/file", list_part(ret_lists[0]),
                     json_pack("{s:s}", "volume", VOLUME)));
    one = step(4, ROLE_KEEPER, "/v1/intakes", NULL,
               json_pack("{s:s, s:s, s:s, s:s, s:s, s:[o]}", "case", CASE, "from", from,
                         "side", "原告", "volume", VOLUME, "supplements", ret_lists[0],
                         "lines", line("证据", 2, 2)));
    snprintf(ret_lists[1], LABEL_TEXT_MAX, "%s", json_text(one, "intake"));
    json_decref(one);
}

static bool run(unsigned cut_at)
{
    char lists[2][LABEL_TEXT_MAX];
    shared->calls = shared->acked = 0;
    shared->cut_at = cut_at;
    repo_close(at.repo);
    at.repo = NULL;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        if (repo_open(at.folder, &at.repo, NULL))
            _exit(2);
        shared->armed = true;
        play(lists);
        shared->armed = false;
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    shared->armed = false;
    CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 42);
    CHECK_OK(repo_open(at.folder, &at.repo, NULL));
    return WEXITSTATUS(status) == 42;
}

struct counting {
    int64_t events, lists, filed;
};

static enum rc count_event(uint64_t seq, struct bytes text, void *context,
                           struct fault *why)
{
    static const char *const words[] = { "intake", "intake-notice", "intake-file" };
    struct counting *c = context;
    json_t *event = json_loadb((const char *)text.at, text.len, 0, NULL);
    (void)seq, (void)why;
    for (size_t i = 0; i < COUNT(words); i++)
        c->events += !strcmp(json_text(event, "event"), words[i]);
    json_decref(event);
    return RC_OK;
}

static bool count_item(const char *key, json_t *item, void *context)
{
    struct counting *c = context;
    (void)key;
    c->filed += !strcmp(json_text(item, "state"), "filed");
    return true;
}

static bool count_list(const char *key, json_t *list, void *context)
{
    (void)key, (void)list;
    ((struct counting *)context)->lists++;
    return true;
}

static struct counting count_all(void)
{
    struct counting c = { 0 };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    CHECK_OK(ledger_feed(at.repo->ledger, 1, 0, count_event, &c, NULL));
    CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
    CHECK_OK(view_each(at.repo, txn, VIEW_ITEMS, "", NULL, count_item, &c, NULL));
    CHECK_OK(view_each(at.repo, txn, VIEW_INTAKES, "", NULL, count_list, &c, NULL));
    return c;
}

/* After the cut, and after everything was asked for again. */
static void look(struct counting before)
{
    char lists[2][LABEL_TEXT_MAX];
    unsigned acked = shared->acked;
    struct counting cut = count_all();
    CHECK(cut.events - before.events >= acked && cut.events - before.events <= STEPS);
    CHECK(cut.lists - before.lists >= (acked ? 1 : 0) + (acked == STEPS));
    play(lists);
    struct counting now = count_all();
    CHECK_INT(before.events + STEPS, now.events); /* nothing twice */
    CHECK_INT(before.lists + 2, now.lists);
    CHECK_INT(before.filed + 3, now.filed);
    json_t *v = stored(VIEW_VOLUMES, VOLUME);
    CHECK_INT(now.filed, json_number(v, "papers"));
    json_decref(v);
    json_t *list = stored(VIEW_INTAKES, lists[0]);
    CHECK_TEXT(lists[1], json_text(list, "answered"));
    json_decref(list);
}

TEST(counter, cut_off_anywhere_keeps_what_was_acknowledged_and_does_nothing_twice)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    fixture_volume();
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", VOLUME, NULL, NULL));
    unsigned cuts = 0;
    for (bool cut = true; cut; cuts++) {
        struct counting before = count_all();
        turn++;
        cut = run(cuts + 1);
        look(before);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 1);
    CHECK(cuts > 12);
    uint64_t events = 0;
    json_t *before = fixture_dump();
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

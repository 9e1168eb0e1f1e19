/* The counter when the power fails, a flush fails or the disk is full: an intake, its
 * notice, its papers into the volume, cut at write and flush 1, 2, 3, ... to the end.
 * After each cut the store opens; what was acknowledged is there, with its list, papers
 * and volume agreeing; what was not is done once by asking again with the same id; the
 * views are those of the ledger. */
#include "cut_calls.h"
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/intake.h"

#include <signal.h>

enum { STEPS = 4, CUTS_MAX = 400 };

static struct shared {
    struct cut cut;
    unsigned acked; /* steps that were answered */
    unsigned refused, ended;
} * shared;

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

/* The answer of a step, asked for again when there was no room; aborts the child when it
 * is refused for another reason, or without a sentence. */
static json_t *step(unsigned n, unsigned role, const char *path, json_t *parts,
                    json_t *body)
{
    json_t *answer = NULL;
    with_id(body, n);
    for (;;) {
        int status = call_by(role, "POST", path, json_incref(parts), json_deep_copy(body),
                             &answer);
        if (status == 200 || status == 201)
            break;
        const char *said = json_string_value(answer);
        if (status != 507 || !shared->cut.failed || !said || !strstr(said, "空间")) {
            fprintf(stderr, "# step %u: %d %s\n", n, status, said);
            _exit(1);
        }
        shared->refused++;
        cut_mend(); /* there is room again */
        json_decref(answer);
        answer = NULL;
    }
    json_decref(parts);
    json_decref(body);
    if (shared->acked < n)
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

/* True: it was cut, or a flush failed, which ends the process that has the store open. */
static bool run(enum cut_how how, unsigned cut_at)
{
    char lists[2][LABEL_TEXT_MAX];
    shared->acked = 0;
    repo_close(at.repo);
    at.repo = NULL;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        if (repo_open(at.folder, &at.repo, NULL))
            _exit(2);
        cut_arm(how, cut_at);
        play(lists);
        cut_mend();
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    bool ended = cut_ended(how, status);
    if (!ended && status)
        fail_msg("cut at %u: the child ended with %#x", cut_at, (unsigned)status);
    if (how == CUT_FLUSH)
        CHECK(ended == (cut->failed != 0)); /* no failed flush is survived */
    bool tripped = ended || cut->failed;
    shared->ended += ended;
    cut_mend();
    CHECK_OK(repo_open(at.folder, &at.repo, NULL));
    return tripped;
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
    struct counting seen = count_all();
    CHECK(seen.events - before.events >= acked && seen.events - before.events <= STEPS);
    CHECK(seen.lists - before.lists >= (acked ? 1 : 0) + (acked == STEPS));
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

static void prepare(void)
{
    if (shared) {
        shared->acked = 0;
        return;
    }
    shared = cut_share(sizeof *shared);
    cut = &shared->cut;
    fixture_volume();
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", VOLUME, NULL, NULL));
}

/* Cut at 1, 2, 3, ... until everything goes through. */
static void cut_everywhere(enum cut_how how)
{
    unsigned cuts = 0;
    prepare();
    shared->refused = shared->ended = 0;
    for (bool tripped = true; tripped; cuts++) {
        struct counting before = count_all();
        turn++;
        tripped = run(how, cuts + 1);
        look(before);
        CHECK(cuts < CUTS_MAX);
    }
    print_message("# %u cuts\n", cuts - 1);
    CHECK(cuts > (how == CUT_FLUSH ? STEPS : 12));
    /* A root that cannot be written ends it; all else is refused, and it goes on. */
    CHECK(how < CUT_FULL ||
          (shared->refused > 2 * STEPS && shared->refused + shared->ended == cuts - 1));
}

TEST(counter, cut_off_anywhere_keeps_what_was_acknowledged_and_does_nothing_twice)
{
    cut_everywhere(CUT_DIE);
}

TEST(counter, ends_when_a_flush_fails_and_has_what_was_acknowledged_after)
{
    cut_everywhere(CUT_FLUSH);
}

TEST(counter, refuses_with_a_sentence_on_a_full_disk_and_goes_on_when_there_is_room)
{
    cut_everywhere(CUT_FULL);
    cut_everywhere(CUT_FILLED);
}

TEST(counter, has_the_views_of_its_ledger_after_all_that)
{
    uint64_t events = 0;
    prepare();
    json_t *before = fixture_dump();
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

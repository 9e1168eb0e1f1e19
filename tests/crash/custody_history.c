/* Random histories of custody with crashes in between: HISTORIES of them (500 in a
 * check, JUANKU_HISTORIES for more, JUANKU_SEED for others).
 *
 * A history is a child that opens the repository, does some commands as random people
 * with random (also stale) versions, volumes and slots, alone or in groups, repeats some,
 * and is killed at a random write or flush. Then we open it, read what is new in the
 * ledger, and hold it and the views against the law written down a second time here
 * (DESIGN: custody): one custodian, the giver until the receiver accepts, one volume a
 * slot, nothing acknowledged lost, nothing twice, no gap. */
#include "cut_calls.h"
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/ledger_chain.h"
#include "repo-daemon/ledger_scan.h"

#include <signal.h>

enum { VOLUMES = 5, SLOTS = 3, STEPS = 10, ACKS_MAX = 64, CUT_WITHIN = 60, SET = 250 };

static struct shared {
    struct cut cut;
    size_t acked;
    char ids[ACKS_MAX][33];
    int64_t seqs[ACKS_MAX];
} * shared;

static uint32_t seed;
static char labels[VOLUMES][LABEL_TEXT_MAX], slots[SLOTS][LABEL_TEXT_MAX];

static unsigned pick(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (unsigned)(((uint64_t)(seed >> 4) * below) >> 28);
}

/* ---- the second telling of the law, from the events alone */

static struct told {
    char holder[32], to[32], slot[32], state[32];
    int64_t version;
} told[VOLUMES];
static struct ledger_chain *chain;
static uint64_t read_up_to;

static int volume_of(struct bytes label)
{
    for (int v = 0; v < VOLUMES; v++)
        if (ledger_scan_is(label, labels[v]))
            return v;
    return -1;
}

static void tell_move(const struct ledger_scan *e, const json_t *data,
                      const struct ledger_scan_move *move)
{
    int v = volume_of(move->volume);
    CHECK(v >= 0);
    struct told *t = &told[v];
    const json_t *holder = json_object_get(data, "holder"),
                 *to = json_object_get(data, "to"), *slot = json_object_get(data, "slot");
    bool accept = ledger_scan_is(e->event, "accept");
    if (holder && strcmp(json_string_value(holder), t->holder) != 0) {
        CHECK(accept || ledger_scan_is(e->event, "receive") ||
              ledger_scan_is(e->event, "find") || ledger_scan_is(e->event, "come-back") ||
              ledger_scan_is(e->event, "return-to-party"));
        if (accept) /* only to whom it was offered, and by himself */
            CHECK(!strcmp(json_string_value(holder), t->to) &&
                  ledger_scan_is(e->by, t->to));
        snprintf(t->holder, sizeof t->holder, "%s", json_string_value(holder));
    }
    CHECK(!accept || *t->to);
    if (to)
        snprintf(t->to, sizeof t->to, "%s", json_string_value(to));
    if (slot && *json_string_value(slot)) {
        CHECK_TEXT("", t->slot);
        for (int o = 0; o < VOLUMES; o++)
            CHECK(strcmp(told[o].slot, json_string_value(slot)) != 0);
    }
    if (slot)
        snprintf(t->slot, sizeof t->slot, "%s", json_string_value(slot));
    snprintf(t->state, sizeof t->state, "%.*s", (int)move->to.len,
             (const char *)move->to.at);
    t->version = (int64_t)move->version;
    bool ours =
        strcmp(t->state, "expected") != 0 && strcmp(t->state, "returned-to-party");
    CHECK(ours == (*t->holder != 0));
    CHECK(strcmp(t->state, "in-transit") || (*t->to && strcmp(t->to, t->holder) != 0));
    CHECK(!strcmp(t->state, "in-transit") || !*t->to);
}

static enum rc tell_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    static struct ledger_scan scan;
    (void)context;
    CHECK_INT(read_up_to + 1, seq);
    CHECK_OK(ledger_chain_add(chain, text, NULL, why));
    CHECK_OK(ledger_scan(text, &scan, why));
    json_t *data = json_loadb((const char *)scan.data.at, scan.data.len, 0, NULL);
    for (size_t i = 0; i < scan.move_count; i++)
        tell_move(&scan, data, &scan.moves[i]);
    json_decref(data);
    read_up_to = seq;
    return RC_OK;
}

static void look_at_views(void)
{
    for (int v = 0; v < VOLUMES; v++) {
        json_t *volume = NULL, *slot = NULL;
        CHECK_OK(view_find(at.repo, VIEW_VOLUMES, labels[v], &volume));
        CHECK_TEXT(told[v].holder, json_text(volume, "holder"));
        CHECK_TEXT(told[v].to, json_text(volume, "to"));
        CHECK_TEXT(told[v].slot, json_text(volume, "slot"));
        CHECK_TEXT(told[v].state, json_text(volume, "state"));
        CHECK_INT(told[v].version, json_number(volume, "version"));
        if (*told[v].slot) {
            CHECK_OK(view_find(at.repo, VIEW_SLOTS, told[v].slot, &slot));
            CHECK_TEXT(labels[v], json_text(slot, "volume"));
        }
        json_decref(volume);
        json_decref(slot);
    }
    for (int s = 0; s < SLOTS; s++) {
        json_t *slot = NULL;
        CHECK_OK(view_find(at.repo, VIEW_SLOTS, slots[s], &slot));
        const char *volume = json_text(slot, "volume");
        struct bytes label = { (const uint8_t *)volume, strlen(volume) };
        if (*volume)
            CHECK_TEXT(slots[s], told[volume_of(label)].slot);
        json_decref(slot);
    }
}

static void look(void)
{
    struct ledger_result result;
    struct fault why = { 0 };
    CHECK_OK(repo_open(at.folder, &at.repo, &why));
    CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, tell_event, NULL, &why));
    look_at_views();
    for (size_t i = 0; i < shared->acked; i++) {
        CHECK_OK(ledger_settle(at.repo->ledger, shared->ids[i], &result, NULL));
        CHECK_INT(shared->seqs[i], result.first_seq);
    }
}

/* ---- what the child does */

static void ack(const char *id, json_t *answer)
{
    size_t n = shared->acked;
    snprintf(shared->ids[n], sizeof shared->ids[n], "%s", id);
    shared->seqs[n] = json_number(answer, "seq");
    shared->acked = n + 1;
}

static const unsigned roles[] = { ROLE_KEEPER, ROLE_OPERATOR, ROLE_BINDER,
                                  ROLE_SUPERVISOR, ROLE_BORROWER };

/* Mostly who could do it, sometimes anybody. */
static unsigned actor_of(const char *event, json_t *volume)
{
    bool receiver = !strcmp(event, "accept") || !strcmp(event, "decline");
    const char *badge = json_text(volume, receiver ? "to" : "holder");
    for (size_t i = 0; pick(5) && *badge && i < COUNT(roles); i++)
        if (!strcmp(at.badges[row_of(roles[i])], badge))
            return roles[i];
    return pick(2) ? ROLE_KEEPER : roles[pick(COUNT(roles))];
}

/* Mostly what could be done with the volume now, sometimes anything. */
static const char *event_for(const json_t *volume)
{
    static const char *const any[] = { "receive", "offer", "accept", "cancel", "decline",
                                       "shelve",  "take",  "lose",   "find",   "recall" };
    static const struct {
        const char *state, *events[4];
    } likely[] = {
        { "expected", { "receive", "receive", "receive", "receive" } },
        { "received", { "offer", "shelve", "offer", "shelve" } },
        { "in-transit", { "accept", "accept", "decline", "cancel" } },
        { "shelved", { "take", "take", "take", "lose" } },
        { "at-scanning", { "offer", "offer", "offer", "offer" } },
        { "missing", { "find", "find", "find", "find" } },
    };
    for (size_t i = 0; pick(6) && i < COUNT(likely); i++)
        if (!strcmp(likely[i].state, json_text(volume, "state")))
            return likely[i].events[pick(4)];
    return any[pick(COUNT(any))];
}

static json_t *random_command(unsigned *ret_role)
{
    json_t *volumes = json_array(), *now = NULL;
    unsigned first = pick(VOLUMES);
    if (view_find(at.repo, VIEW_VOLUMES, labels[first], &now))
        abort();
    const char *event = event_for(now);
    unsigned count = pick(3) ? 1 : 1 + pick(3);
    for (unsigned i = 0; i < count; i++) {
        const char *label = labels[(first + i) % VOLUMES];
        json_decref(now);
        now = NULL;
        if (view_find(at.repo, VIEW_VOLUMES, label, &now))
            abort();
        json_int_t version = json_number(now, "version") - !pick(12);
        json_array_append_new(
            volumes, json_pack("{s:s, s:I}", "volume", label, "version", version));
    }
    char id[33];
    snprintf(id, sizeof id, "%08x%08x%08x%08x", pick(1u << 28), pick(1u << 28),
             pick(1u << 28), pick(1u << 28));
    json_t *body = json_pack("{s:s, s:s, s:o, s:s}", "id", id, "event", event, "volumes",
                             volumes, "reason", "试");
    if (!strcmp(event, "offer"))
        json_object_set_new(body, "to",
                            json_string(at.badges[row_of(roles[pick(COUNT(roles))])]));
    if (!strcmp(event, "shelve"))
        json_object_set_new(body, "slot", json_string(slots[pick(SLOTS)]));
    *ret_role = actor_of(event, now);
    json_decref(now);
    return body;
}

static int work(unsigned cut_at)
{
    struct fault why;
    char waiting[STEPS][33];
    json_t *answers[STEPS] = { NULL };
    size_t waits = 0;
    if (repo_open(at.folder, &at.repo, &why))
        return 1;
    cut_arm(CUT_DIE, cut_at);
    for (unsigned step = 0; step < STEPS; step++) {
        if (!store_group_is_open(at.repo->store) && !pick(6) &&
            store_settle(at.repo->store, &why))
            return 4;
        if (!store_group_is_open(at.repo->store) && !pick(3) &&
            store_group_begin(at.repo->store, &why))
            return 2;
        unsigned role = 0;
        json_t *body = random_command(&role), *answer = NULL;
        for (unsigned again = pick(4) ? 0 : 1; again < 2; again++) { /* some twice */
            json_decref(answer);
            int status =
                call_by(role, "POST", "/v1/custody", NULL, json_deep_copy(body), &answer);
            if (status != 200 && status != 201)
                break;
            if (!again)
                continue;
            snprintf(waiting[waits], 33, "%s", json_text(body, "id"));
            answers[waits++] = json_incref(answer);
        }
        json_decref(answer);
        json_decref(body);
        if (store_group_is_open(at.repo->store) && pick(3) && step + 1 < STEPS)
            continue;
        if (store_group_is_open(at.repo->store) && store_group_end(at.repo->store, &why))
            return 3;
        while (waits) { /* only now are they told */
            waits--;
            ack(waiting[waits], answers[waits]);
            json_decref(answers[waits]);
        }
    }
    cut_mend();
    repo_close(at.repo);
    return 0;
}

static void one_history(void)
{
    repo_close(at.repo);
    at.repo = NULL;
    shared->acked = 0;
    unsigned cut_at = pick(4) ? 1 + pick(CUT_WITHIN) : 0;
    uint32_t childs = seed;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child) {
        seed = childs ^ 0x5a5a5a5au;
        _exit(work(cut_at));
    }
    (void)pick(7);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    cut_mend();
    if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != CUT_CODE)
        fail_msg("seed %u: the child ended with %d", childs, WEXITSTATUS(status));
    look();
}

static void new_volumes(void)
{
    static unsigned made;
    char number[64];
    json_t *answer = NULL;
    snprintf(number, sizeof number, "(2026)粤0399民初%u号", 20000 + made++);
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no", number,
                                     "cause", "试", "plaintiff", "甲", "defendant", "乙",
                                     "case_type", "民事一审"),
                           &answer));
    char the_case[32];
    snprintf(the_case, sizeof the_case, "%s", json_text(answer, "case"));
    json_decref(answer);
    for (int v = 0; v < VOLUMES; v++) {
        CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                               json_pack("{s:s}", "case", the_case),
                               json_pack("{s:i, s:i}", "kind", 1 + v % 2, "part", v + 1),
                               &answer));
        snprintf(labels[v], sizeof labels[v], "%s", json_text(answer, "volume"));
        json_decref(answer);
    }
}

/* The slots stay; the volumes of the set before leave them by being reported lost. */
static void new_slots(unsigned rack)
{
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", (int)rack,
                                     "slots", SLOTS),
                           NULL));
    for (int s = 0; s < SLOTS; s++) {
        struct label label = { .type = LABEL_SLOT,
                               .site = 1,
                               .rack = (uint16_t)rack,
                               .slot = (uint16_t)(s + 1) };
        CHECK_OK(label_write(&label, slots[s]));
    }
}

/* The chain and the telling begin again where the new volumes do. */
static enum rc skip_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    (void)context;
    CHECK_OK(ledger_chain_add(chain, text, NULL, why));
    read_up_to = seq;
    return RC_OK;
}

static void new_set(unsigned set)
{
    struct fault why;
    new_volumes();
    new_slots(set + 1);
    memset(told, 0, sizeof told);
    CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, skip_event, NULL, &why));
    for (int v = 0; v < VOLUMES; v++) {
        strcpy(told[v].state, "expected");
        told[v].version = 1;
    }
}

TEST(custody, keeps_its_invariants_over_random_histories_with_crashes)
{
    const char *given = getenv("JUANKU_SEED"), *many = getenv("JUANKU_HISTORIES");
    unsigned histories = many ? (unsigned)strtoul(many, NULL, 10) : 500;
    uint64_t count = 0;
    seed = given ? (uint32_t)strtoul(given, NULL, 10) : 20261128u;
    print_message("# JUANKU_SEED=%u JUANKU_HISTORIES=%u\n", seed, histories);
    shared = cut_share(sizeof *shared);
    cut = &shared->cut;
    fixture();
    chain = ledger_chain_new(NULL, NULL);
    for (unsigned h = 0; h < histories; h++) {
        if (h % SET == 0)
            new_set(h / SET);
        one_history();
        if (h % SET != SET - 1)
            continue;
        json_t *before = fixture_dump();
        CHECK_OK(apply_all(at.repo, &count, NULL));
        json_t *after = fixture_dump();
        CHECK(json_equal(before, after));
        json_decref(before);
        json_decref(after);
    }
    print_message("# %llu events\n", (unsigned long long)read_up_to);
    CHECK(read_up_to > histories); /* not everything was refused */
}

/* ---- one hand-over, cut at each call */

static struct {
    unsigned giver, receiver;
    json_int_t version;
    unsigned number; /* of the hand-over: its ids */
    bool in_child;   /* which tells what was acknowledged */
    bool grouped;    /* as the daemon does it: through the redo log */
} hand;

/* The end of the group that a step ran in: what it answered holds only now. */
static int hand_flush(int status, json_t **answer)
{
    struct fault why;
    if (!hand.in_child || !hand.grouped)
        return status;
    enum rc rc = store_group_end(at.repo->store, &why);
    if (!rc)
        return status;
    json_decref(*answer);
    *answer = json_string(why.text);
    return rc == RC_FULL ? 507 : 500;
}

static int hand_step(bool accept, json_t **ret_answer)
{
    char id[33];
    snprintf(id, sizeof id, "%031x%x", 0xabc0000u + hand.number, accept);
    json_t *body = json_pack("{s:s, s:s, s:[{s:s, s:I}], s:s}", "id", id, "event",
                             accept ? "accept" : "offer", "volumes", "volume", labels[0],
                             "version", hand.version + accept, "reason", "试");
    if (!accept)
        json_object_set_new(body, "to", json_string(at.badges[row_of(hand.receiver)]));
    json_t *answer = NULL;
    if (hand.in_child && hand.grouped && store_group_begin(at.repo->store, NULL))
        abort();
    int status = call_by(accept ? hand.receiver : hand.giver, "POST", "/v1/custody", NULL,
                         body, &answer);
    status = hand_flush(status, &answer);
    if ((status == 200 || status == 201) && hand.in_child)
        ack(id, answer);
    if (ret_answer)
        *ret_answer = json_incref(answer);
    json_decref(answer);
    return status;
}

static int hand_over(enum cut_how how, unsigned cut_at)
{
    struct fault why;
    if (repo_open(at.folder, &at.repo, &why))
        return 1;
    hand.in_child = true;
    cut_arm(how, cut_at);
    for (int accept = 0; accept < 2; accept++) {
        json_t *answer = NULL;
        int status = hand_step(accept, &answer);
        const char *said = json_string_value(answer);
        bool full = status == 507 && cut->failed && said && strstr(said, "空间");
        if (full) {
            cut_mend(); /* there is room again */
            status = hand_step(accept, NULL);
        }
        json_decref(answer);
        if (status != 201)
            return 2;
        if (store_settle(at.repo->store, &why) && (why.rc != RC_FULL || !cut->failed))
            return 3;
    }
    cut_mend();
    repo_close(at.repo);
    return 0;
}

/* One hand-over in a child; true when it was cut or made to fail. */
static bool one_hand(enum cut_how how, unsigned cut_at)
{
    hand.number++;
    hand.giver = hand.number % 2 ? ROLE_KEEPER : ROLE_OPERATOR;
    hand.receiver = hand.number % 2 ? ROLE_OPERATOR : ROLE_KEEPER;
    hand.version = told[0].version;
    repo_close(at.repo);
    at.repo = NULL;
    shared->acked = 0;
    (void)fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(hand_over(how, cut_at));
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    bool ended = WIFSIGNALED(status) ? how != CUT_DIE && WTERMSIG(status) == SIGABRT
                                     : how == CUT_DIE && WEXITSTATUS(status) == CUT_CODE;
    if (!ended && status)
        fail_msg("cut at %u: the child ended with %#x", cut_at, (unsigned)status);
    CHECK(how != CUT_FLUSH || ended == (cut->failed != 0)); /* none is survived */
    cut_mend();
    return ended || cut->failed;
}

static void hand_everywhere(enum cut_how how, bool grouped)
{
    struct fault why;
    unsigned cuts = 1;
    hand.grouped = grouped;
    for (bool tripped = true; tripped; cuts++) {
        tripped = one_hand(how, cuts);
        look();                                 /* with what was done so far */
        for (int again = 0; again < 2; again++) /* the devices repeat, with their ids */
            for (int accept = 0; accept < 2; accept++) {
                int code = hand_step(accept, NULL);
                CHECK(code == 200 || (!again && code == 201));
            }
        CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, tell_event, NULL, &why));
        CHECK_INT(hand.version + 2, told[0].version); /* each took effect once */
        CHECK_TEXT(at.badges[row_of(hand.receiver)], told[0].holder);
        look_at_views();
    }
    print_message("# %u cuts\n", cuts - 2);
    CHECK(cuts > (how == CUT_FLUSH ? 2 : 4));
}

TEST(custody, takes_a_hand_over_once_that_is_cut_at_any_write)
{
    struct fault why;
    new_set(900);
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", labels[0], NULL, NULL));
    CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, tell_event, NULL, &why));
    hand_everywhere(CUT_DIE, false);
    hand_everywhere(CUT_DIE, true);
}

TEST(custody, takes_a_hand_over_once_when_a_flush_fails_or_the_disk_is_full)
{
    for (int grouped = 0; grouped < 2; grouped++) {
        hand_everywhere(CUT_FLUSH,
                        grouped); /* ends the process: the next start goes on */
        hand_everywhere(CUT_FULL, grouped);
        hand_everywhere(CUT_FILLED, grouped);
    }
    ledger_chain_free(chain);
}

/* Random histories of custody with crashes in between: HISTORIES of them (500 in a
 * check, JUANKU_HISTORIES for more, JUANKU_SEED for others).
 *
 * A history is a child that opens the repository, does some commands as random people
 * with random (also stale) versions, volumes and slots, alone or in groups, repeats some,
 * and is killed at a random write or flush. Then we open it, read what is new in the
 * ledger, and hold it and the views against the law written down a second time here
 * (DESIGN: custody): one custodian, the giver until the receiver accepts, one volume a
 * slot, nothing acknowledged lost, nothing twice, no gap. */
#include "custody_world.h"

enum { STEPS = 10, CUT_WITHIN = 60, SET = 250 };

static uint32_t seed;

static unsigned pick(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (unsigned)(((uint64_t)(seed >> 4) * below) >> 28);
}

/* ---- what the child does */

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

TEST(custody, keeps_its_invariants_over_random_histories_with_crashes)
{
    const char *given = getenv("JUANKU_SEED"), *many = getenv("JUANKU_HISTORIES");
    unsigned histories = many ? (unsigned)strtoul(many, NULL, 10) : 500;
    uint64_t count = 0;
    seed = given ? (uint32_t)strtoul(given, NULL, 10) : 20261128u;
    print_message("# JUANKU_SEED=%u JUANKU_HISTORIES=%u\n", seed, histories);
    world_make();
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

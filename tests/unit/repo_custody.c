/* The law of custody: total, and its invariants over random histories of a small world.
 * CHECK_SEED=N repeats a run. */
#include "check.h"

#include "repo-daemon/custody.h"

#include <time.h>

TEST(custody_words, are_total_and_go_both_ways)
{
    for (enum volume_state s = 0; s < VOL_STATES; s++) {
        CHECK(*custody_state_name(s) && *custody_state_word(s));
        CHECK_INT(s, custody_state(custody_state_name(s)));
    }
    for (enum custody_event e = 0; e < CUSTODY_EVENTS; e++) {
        CHECK(*custody_event_name(e) && *custody_event_word(e));
        CHECK_INT(e, custody_event(custody_event_name(e)));
    }
    CHECK_INT(VOL_STATES, custody_state("nowhere"));
    CHECK_INT(CUSTODY_EVENTS, custody_event("burn"));
}

TEST(custody_table, uses_every_event_and_reaches_every_state)
{
    bool events[CUSTODY_EVENTS] = { false }, reached[VOL_STATES] = { false };
    const struct custody_rule *r;
    for (size_t i = 0; (r = custody_rule(i)); i++) {
        CHECK(r->from < VOL_STATES && r->event < CUSTODY_EVENTS && r->who);
        CHECK(!(r->needs & ~(unsigned)NEED_EVERY));
        CHECK(!r->to_roles || r->event == EV_OFFER);
        CHECK((r->event == EV_OFFER) == ((r->effects & FX_SET_TO) != 0));
        events[r->event] = true;
        if (r->to < VOL_STATES)
            reached[r->to] = true;
    }
    for (enum custody_event e = 0; e < CUSTODY_EVENTS; e++)
        CHECK(events[e]);
    for (enum volume_state s = VOL_RECEIVED; s < VOL_STATES; s++)
        CHECK(reached[s]);
}

static uint64_t random_state;

static unsigned draw(unsigned below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

static void seed_draw(void)
{
    const char *given = getenv("CHECK_SEED");
    random_state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("# CHECK_SEED=%llu\n", (unsigned long long)random_state);
}

TEST(custody_next, answers_every_question_with_a_state_or_a_sentence)
{
    seed_draw();
    for (int i = 0; i < 300000; i++) {
        struct custody_facts f = { .state = draw(VOL_STATES),
                                   .before = draw(VOL_STATES),
                                   .kind = 1 + draw(2),
                                   .has_slot = draw(2),
                                   .has_scans = draw(2),
                                   .qc_passed = draw(2),
                                   .notice = draw(2),
                                   .originals = draw(2),
                                   .unfed = draw(2),
                                   .check = draw(3) };
        struct custody_act a = { .event = draw(CUSTODY_EVENTS),
                                 .roles = draw(ROLE_EVERY + 1),
                                 .to_roles = draw(ROLE_EVERY + 1),
                                 .is_holder = draw(2),
                                 .is_receiver = draw(2),
                                 .to_self = draw(2),
                                 .scanned_it = draw(2),
                                 .checked_it = draw(2),
                                 .slot_free = draw(2),
                                 .operator_holds = draw(2),
                                 .keeper_holds = draw(2),
                                 .loan_ready = draw(2),
                                 .slot_frozen = draw(2),
                                 .supplement = draw(2),
                                 .term_over = draw(4) != 0,
                                 .held = !draw(4),
                                 .proposed = draw(4) != 0,
                                 .witnessed = draw(2) };
        enum volume_state next = VOL_STATES;
        unsigned effects = ~0u;
        struct fault why = { 0 };
        enum rc rc = custody_next(&f, &a, &next, &effects, &why);
        if (!rc) {
            CHECK(next < VOL_STATES && effects != ~0u);
        } else {
            CHECK((rc == RC_REFUSED || rc == RC_DENIED) && next == VOL_STATES);
            CHECK((unsigned char)why.text[0] >= 0x80); /* a Chinese sentence */
        }
    }
}

/* ---- a small world ---- */

enum { PEOPLE = 11, VOLUMES = 5, SLOTS = 3, WORLDS = 100, STEPS = 20000, NOBODY = -1 };

struct thing {
    struct custody_facts facts;
    int holder, to, slot, checked_by, scanned_by;
    bool open_scan, notice;
};

static struct thing world[VOLUMES];
static unsigned roles[PEOPLE];

static bool slot_taken(int slot)
{
    for (int v = 0; v < VOLUMES; v++)
        if (world[v].slot == slot)
            return true;
    return false;
}

static void world_new(int v)
{
    world[v] = (struct thing){ .facts = { .state = VOL_EXPECTED, .kind = 1 + draw(2) },
                               .holder = NOBODY,
                               .to = NOBODY,
                               .slot = NOBODY,
                               .checked_by = NOBODY,
                               .scanned_by = NOBODY };
}

/* What apply_event() does with the effects. */
static void world_apply(struct thing *t, const struct custody_act *a, int actor, int to,
                        int slot, enum volume_state next, unsigned fx)
{
    if (fx & (FX_SET_TO | FX_KEEP_BEFORE))
        t->facts.before = t->facts.state;
    t->facts.state = next;
    t->holder = fx & FX_HOLDER_IS_ACTOR ? actor : fx & FX_NO_HOLDER ? NOBODY : t->holder;
    t->to = fx & FX_SET_TO ? to : fx & FX_CLEAR_TO ? NOBODY : t->to;
    t->slot = fx & FX_SET_SLOT ? slot : fx & FX_CLEAR_SLOT ? NOBODY : t->slot;
    if (a->event == EV_SCAN_DONE) {
        t->facts.has_scans = t->open_scan = true;
        t->facts.qc_passed = false;
        t->facts.check = CHECK_NONE;
        t->scanned_by = actor;
    }
    if (a->event == EV_QC_PASS) {
        t->facts.qc_passed = true;
        t->open_scan = false;
    }
    if (a->event == EV_QC_REJECT) {
        t->facts.has_scans = t->open_scan = false;
        t->facts.check = CHECK_NONE;
    }
    if (a->event == EV_CHECK) {
        t->facts.check = t->facts.qc_passed && draw(2) ? CHECK_PASSED : CHECK_FAILED;
        t->checked_by = actor;
    }
}

static void invariants(const struct thing *t, const struct thing *before,
                       const struct custody_act *a)
{
    enum volume_state s = t->facts.state;
    bool out = s == VOL_EXPECTED || s == VOL_RETURNED_TO_PARTY || s == VOL_RELINKED ||
               s == VOL_DESTROYED;
    CHECK((t->holder == NOBODY) == out);               /* exactly one custodian */
    CHECK((t->to != NOBODY) == (s == VOL_IN_TRANSIT)); /* a receiver only under way */
    CHECK(s != VOL_SHELVED || t->slot != NOBODY);      /* on a shelf is in a slot */
    if (s == VOL_IN_TRANSIT || a->event == EV_DECLINE || a->event == EV_CANCEL)
        CHECK(t->holder == before->holder); /* the giver answers until accepted */
    if (t->holder != before->holder && before->holder != NOBODY && t->holder != NOBODY)
        CHECK(a->event == EV_ACCEPT || a->event == EV_COME_BACK || a->event == EV_FIND);
    if (t->slot != before->slot && a->event != EV_LOSE)
        CHECK(!a->slot_frozen);
    if (s == VOL_LENT && a->event == EV_ACCEPT)
        CHECK(!t->facts.notice &&
              a->loan_ready); /* none after the notice, none unasked */
    if (s == VOL_RETURNED_TO_PARTY)
        CHECK(t->facts.kind == 1 && !t->facts.originals && !t->facts.unfed && !a->held);
    if (s == VOL_BOUND || s == VOL_VERIFIED)
        CHECK(t->facts.check == CHECK_PASSED && t->facts.qc_passed && t->facts.notice);
    if (a->event == EV_PURGE) /* two persons, after the term, from the archive alone */
        CHECK(before->facts.state == VOL_ARCHIVED && a->term_over && !a->held &&
              a->proposed);
    CHECK(s != VOL_CONDEMNED || a->event == EV_PURGE ||
          before->facts.state == VOL_CONDEMNED || before->facts.before == VOL_CONDEMNED);
    if (s == VOL_DESTROYED)
        CHECK(a->event == EV_DESTROY && before->facts.state == VOL_CONDEMNED &&
              a->witnessed && !a->held && a->is_holder && t->slot == NOBODY);
    for (int v = 0; v < VOLUMES; v++)
        CHECK(&world[v] == t || t->slot == NOBODY || world[v].slot != t->slot);
}

static unsigned step(void)
{
    int v = (int)draw(VOLUMES), actor = (int)draw(PEOPLE), to = (int)draw(PEOPLE);
    int slot = (int)draw(SLOTS);
    struct thing *t = &world[v], before = *t;
    enum custody_event event = draw(CUSTODY_EVENTS);
    if ((event == EV_LOSE || event == EV_RETURN_TO_PARTY || event == EV_DECLINE ||
         event == EV_CANCEL || event == EV_RELINK) &&
        draw(30))
        return 0; /* rare, or no story gets far */
    if (draw(2) && t->holder != NOBODY)
        actor = t->to != NOBODY ? t->to : t->holder;
    t->facts.has_slot = t->slot != NOBODY;
    t->facts.notice = t->notice = t->notice || !draw(400);
    t->facts.originals = !draw(4);
    t->facts.unfed = !draw(4);
    struct custody_act a = { .event = event,
                             .roles = roles[actor],
                             .to_roles = roles[to],
                             .is_holder = t->holder == actor,
                             .is_receiver = t->to == actor,
                             .to_self = to == actor,
                             .scanned_it = t->open_scan && t->scanned_by == actor,
                             .checked_it = t->checked_by == actor,
                             .slot_free = !slot_taken(slot),
                             .operator_holds = t->holder == actor,
                             .keeper_holds =
                                 t->holder != NOBODY && roles[t->holder] & ROLE_KEEPER,
                             .loan_ready = draw(2),
                             .slot_frozen = !draw(4),
                             .supplement = draw(2),
                             .term_over = draw(4) != 0,
                             .held = !draw(4),
                             .proposed = draw(4) != 0,
                             .witnessed = draw(2) };
    if (draw(2)) /* "as" one of several roles */
        a.roles &= 1u << draw(11);
    enum volume_state next;
    unsigned fx;
    if (custody_next(&t->facts, &a, &next, &fx, NULL))
        return 0;
    world_apply(t, &a, actor, to, slot, next, fx);
    invariants(t, &before, &a);
    if (next == VOL_RETURNED_TO_PARTY || next == VOL_RELINKED || next == VOL_DESTROYED ||
        (next == VOL_ARCHIVED && !draw(20)) || (next == VOL_MISSING && !draw(4)))
        world_new(v); /* its story is told; another volume comes */
    return 1u << next;
}

/* One world: its people, its volumes, some thousand acts. */
static unsigned live_through(void)
{
    unsigned seen = 0;
    for (int p = 0; p < PEOPLE; p++)
        roles[p] = (1u << draw(11)) | (draw(3) ? 0 : 1u << draw(11));
    for (unsigned r = 0; r < 10; r++) /* the roles of the main path have somebody */
        roles[r] |= 1u << r;
    for (int v = 0; v < VOLUMES; v++)
        world_new(v);
    for (int i = 0; i < STEPS; i++)
        seen |= step();
    return seen;
}

TEST(custody_next, keeps_its_invariants_over_random_histories)
{
    unsigned seen = 0, all = 0;
    seed_draw();
    for (enum volume_state s = VOL_RECEIVED; s < VOL_STATES; s++)
        all |= 1u << s;
    /* Some ends are rare: chance may want more worlds to come to them. */
    for (int w = 0; w < WORLDS || ((seen & all) != all && w < 20 * WORLDS); w++)
        seen |= live_through();
    for (enum volume_state s = VOL_RECEIVED; s < VOL_STATES; s++)
        if (!(seen & 1u << s))
            fail_msg("no history came to %s", custody_state_name(s));
}

TEST(custody_next, shelves_what_was_scanned_only_from_a_keepers_hands)
{
    struct custody_facts facts = { .state = VOL_SCANNED, .kind = 1, .has_scans = true };
    struct custody_act act = { .event = EV_SHELVE, .slot_free = true };
    static const unsigned who[] = { ROLE_KEEPER, ROLE_RACK };
    for (size_t i = 0; i < COUNT(who); i++) {
        enum volume_state next;
        unsigned effects;
        struct fault why = { 0 };
        act.roles = who[i];
        act.keeper_holds = false;
        CHECK_RC(RC_REFUSED, custody_next(&facts, &act, &next, &effects, &why));
        CHECK(strstr(why.text, "签收") != NULL);
        act.keeper_holds = true;
        CHECK_OK(custody_next(&facts, &act, &next, &effects, &why));
        CHECK_INT(VOL_SHELVED, next);
    }
}

TEST(custody_next, takes_a_first_feeding_only_while_none_stands)
{
    struct custody_facts facts = { .state = VOL_SCANNED, .kind = 1, .has_scans = true };
    struct custody_act act = { .event = EV_SCAN_DONE,
                               .roles = ROLE_STATION,
                               .operator_holds = true };
    enum volume_state next;
    unsigned effects;
    struct fault why = { 0 };
    CHECK_RC(RC_REFUSED, custody_next(&facts, &act, &next, &effects, &why));
    CHECK(strstr(why.text, "再扫会重复") != NULL);
    facts.state = VOL_AT_SCANNING;
    CHECK_RC(RC_REFUSED, custody_next(&facts, &act, &next, &effects, &why));
    act.supplement = true;
    CHECK_OK(custody_next(&facts, &act, &next, &effects, &why));
    act.supplement = facts.has_scans = false; /* as after a rejection */
    CHECK_OK(custody_next(&facts, &act, &next, &effects, &why));
}

/* Bound, sent to the higher court, lost there and found: it is bound, whatever the way.
 */
TEST(custody_next, finds_a_bound_volume_bound)
{
    static const struct {
        enum volume_state from;
        enum custody_event away;
    } ways[] = { { VOL_BOUND, EV_SEND_ON_APPEAL },
                 { VOL_BOUND, EV_OFFER },
                 { VOL_BOUND, EV_LOSE },
                 { VOL_ARCHIVED, EV_OFFER },
                 { VOL_CONDEMNED, EV_OFFER } };
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct custody_facts f = { .state = ways[i].from, .kind = 1, .has_scans = true };
        enum custody_event way[] = { ways[i].away, EV_LOSE, EV_FIND };
        for (size_t w = ways[i].away == EV_LOSE; w < COUNT(way); w++) {
            struct custody_act act = { .event = way[w],
                                       .roles = ROLE_KEEPER,
                                       .to_roles = ROLE_KEEPER,
                                       .is_holder = true };
            enum volume_state next;
            unsigned effects;
            CHECK_OK(custody_next(&f, &act, &next, &effects, NULL));
            if (effects & (FX_KEEP_BEFORE | FX_SET_TO))
                f.before = f.state;
            f.state = next;
        }
        CHECK_INT(ways[i].from, f.state);
    }
}

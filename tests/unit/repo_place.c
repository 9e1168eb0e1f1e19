/* Places and stock-takes: what is occupied is not re-configured, where a volume may go,
 * what is frozen, and differences told apart. */
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/place.h"
#include "repo-daemon/stocktake.h"

static char slots[2][4][LABEL_TEXT_MAX]; /* racks 01.001 (narrow) and 01.002 */
static char volumes[3][LABEL_TEXT_MAX];

static void prepare(void)
{
    if (*volumes[0])
        return;
    fixture_volume();
    for (int rack = 0; rack < 2; rack++) {
        CHECK_INT(201,
                  call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                          json_pack("{s:i, s:i, s:i, s:s, s:i}", "site", 1, "rack",
                                    rack + 1, "slots", 4, "name", rack ? "乙架" : "甲架",
                                    "width_mm", rack ? 60 : 20),
                          NULL));
        for (int i = 0; i < 4; i++) {
            struct label label = { .type = LABEL_SLOT,
                                   .site = 1,
                                   .rack = (uint16_t)(rack + 1),
                                   .slot = (uint16_t)(i + 1) };
            CHECK_OK(label_write(&label, slots[rack][i]));
        }
    }
    for (int i = 0; i < 3; i++) {
        snprintf(volumes[i], sizeof volumes[i], "%s", fixture_part(1, 2 + i));
        CHECK_INT(201, act_on(ROLE_KEEPER, "receive", volumes[i], NULL, NULL));
    }
}

static int change(const char *place, json_t *body, json_t **ret_answer)
{
    return call_by(ROLE_ADMIN, "POST", "/v1/places/{place}",
                   json_pack("{s:s}", "place", place), body, ret_answer);
}

static int shelve(const char *volume, const char *slot, json_t **ret_answer)
{
    return act_on(ROLE_KEEPER, "shelve", volume, json_pack("{s:s}", "slot", slot),
                  ret_answer);
}

static const char *proposal(const char *volume, const char *near)
{
    static char slot[LABEL_TEXT_MAX];
    json_t *answer = NULL;
    CHECK_INT(200,
              call_with(at.tokens[row_of(ROLE_KEEPER)], "GET", "/v1/slots/proposal", NULL,
                        json_pack("{s:s, s:s}", "volume", volume, "slot", near), NULL,
                        &answer));
    snprintf(slot, sizeof slot, "%s", json_text(answer, "slot"));
    json_decref(answer);
    return slot;
}

TEST(place_table, is_total_and_every_word_is_known)
{
    for (enum place_act act = 0; act < PLACE_ACTS; act++) {
        const struct place_rule *rule = place_rule(act);
        CHECK(*rule->name && *rule->word && rule->levels);
        CHECK_INT(act, place_act(rule->name));
    }
    CHECK_INT(PLACE_ACTS, place_act("burn"));
    for (enum stocktake_kind k = 0; k < ST_KINDS; k++) {
        CHECK(*stocktake_kind_name(k) && *stocktake_kind_word(k));
        CHECK_INT(k, stocktake_kind(stocktake_kind_name(k)));
    }
}

TEST(places, are_proposed_by_thickness_and_nearness_and_always_the_same)
{
    json_t *answer = NULL;
    prepare();
    CHECK_TEXT(slots[0][0], proposal(volumes[0], "")); /* the narrowest that fits */
    CHECK_TEXT(slots[1][2], proposal(volumes[0], slots[1][2]));
    CHECK_INT(201, shelve(volumes[0], slots[1][1], NULL));
    CHECK_TEXT(slots[1][0], proposal(volumes[1], "")); /* beside the same case */
    CHECK_TEXT(slots[1][0], proposal(volumes[1], ""));
    json_t *thick = stored(VIEW_VOLUMES, volumes[1]);
    json_object_set_new(thick, "declared", json_integer(700)); /* 72 mm: nowhere */
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    char slot[LABEL_TEXT_MAX];
    CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
    struct fault why = { 0 };
    CHECK_RC(RC_NOT_FOUND, place_propose(at.repo, txn, thick, "", slot, &why));
    CHECK(strstr(why.text, "72 毫米"));
    json_decref(thick);
    CHECK_INT(400,
              call_with(at.tokens[row_of(ROLE_KEEPER)], "GET", "/v1/slots/proposal", NULL,
                        json_pack("{s:s, s:s}", "volume", volumes[1], "slot", "S1"), NULL,
                        &answer));
    json_decref(answer);
}

TEST(places, that_hold_something_are_not_reconfigured)
{
    json_t *answer = NULL;
    prepare();
    static const char *const busy[] = { "close", "resize" };
    for (size_t i = 0; i < COUNT(busy); i++) {
        CHECK_INT(422,
                  change("01.002", json_pack("{s:s, s:i}", "do", busy[i], "width_mm", 90),
                         &answer));
        check_says("请先腾空", answer);
    }
    CHECK_INT(422, change("01", json_pack("{s:s}", "do", "close"), NULL));
    CHECK_INT(201, change("01.002",
                          json_pack("{s:s, s:s}", "do", "rename", "name", "丙架"), NULL));
    CHECK_INT(201, change("01.001", json_pack("{s:s}", "do", "close"), NULL));
    CHECK_INT(422, shelve(volumes[1], slots[0][0], &answer));
    check_says("停用", answer);
    CHECK_INT(422, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", 1, "slots", 9),
                           NULL));
    CHECK_INT(201, change("01.001", json_pack("{s:s}", "do", "open"), NULL));
    CHECK_INT(404, change("02.001", json_pack("{s:s}", "do", "close"), NULL));
    CHECK_INT(400, change("1.1", json_pack("{s:s}", "do", "close"), NULL));
    CHECK_INT(400, change(slots[0][3],
                          json_pack("{s:s, s:s}", "do", "rename", "name", "x"), NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/places", NULL, NULL, &answer));
    const json_t *site = json_array_get(json_object_get(answer, "sites"), 0);
    CHECK_INT(8, json_number(site, "slots"));
    CHECK_INT(1, json_number(site, "full"));
    CHECK_TEXT("丙架",
               json_text(json_array_get(json_object_get(site, "racks"), 1), "name"));
    json_decref(answer);
}

/* ---- stock-take ---- */

static char number[24];

static int begin(unsigned role, json_t *body, json_t **ret_answer)
{
    json_t *answer = NULL;
    int status = call_by(role, "POST", "/v1/stocktakes", NULL, body, &answer);
    if (status == 201)
        snprintf(number, sizeof number, "%s", json_text(answer, "stocktake"));
    if (ret_answer)
        *ret_answer = answer;
    else
        json_decref(answer);
    return status;
}

static int take_part(unsigned role, const char *path, json_t *body, json_t **ret_answer)
{
    return call_by(role, "POST", path, json_pack("{s:s}", "stocktake", number), body,
                   ret_answer);
}

static int count(const char *slot, const char *volume, int unreadable)
{
    return take_part(ROLE_KEEPER, "/v1/stocktakes/{stocktake}/counts",
                     json_pack("{s:[{s:s, s:s, s:i}]}", "counts", "slot", slot, "volume",
                               volume, "unreadable", unreadable),
                     NULL);
}

static json_t *now(unsigned role)
{
    json_t *answer = NULL;
    CHECK_INT(200, call_by(role, "GET", "/v1/stocktakes/{stocktake}",
                           json_pack("{s:s}", "stocktake", number), NULL, &answer));
    return answer;
}

static void kinds(const char *want)
{
    char is[80];
    json_t *s = now(ROLE_KEEPER);
    snprintf(is, sizeof is, "%lld %lld %lld %lld", (long long)json_number(s, "missing"),
             (long long)json_number(s, "surplus"), (long long)json_number(s, "misplaced"),
             (long long)json_number(s, "unreadable"));
    json_decref(s);
    CHECK_TEXT(want, is);
}

static int explain(const char *slot, const char *kind)
{
    return take_part(ROLE_KEEPER, "/v1/stocktakes/{stocktake}/reasons",
                     json_pack("{s:s, s:s, s:s}", "slot", slot, "kind", kind, "reason",
                               "标签磨损，已换新"),
                     NULL);
}

static int close_it(unsigned role, json_t **ret_answer)
{
    return take_part(role, "/v1/stocktakes/{stocktake}/close", json_object(), ret_answer);
}

TEST(stocktakes, tell_missing_surplus_misplaced_and_unreadable_apart)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, shelve(volumes[1], slots[1][2], NULL));
    CHECK_INT(201,
              begin(ROLE_KEEPER,
                    json_pack("{s:s, s:s}", "scope", "rack", "rack", "01.002"), NULL));
    CHECK_INT(409, begin(ROLE_KEEPER, json_pack("{s:s}", "scope", "whole"), &answer));
    check_says("还没有结束", answer);
    CHECK_INT(422, count(slots[0][0], "", 0)); /* another rack */
    CHECK_INT(201, count(slots[1][0], "", 0));
    kinds("0 0 0 0");
    CHECK_INT(201, count(slots[1][1], "", 0)); /* volumes[0] should be here */
    kinds("1 0 0 0");
    CHECK_INT(201, count(slots[1][3], volumes[0], 0)); /* and is there: not missing */
    kinds("0 0 1 0");
    CHECK_INT(201, count(slots[1][2], "", 1));
    kinds("0 0 1 1");
    CHECK_INT(
        201, count(slots[1][0], volumes[2], 0)); /* in the keeper's hand, by the record */
    kinds("0 1 1 1");
    CHECK_INT(201, count(slots[1][0], "V44039920260301010099100155", 0));
    kinds("0 1 1 1"); /* of nobody */
    CHECK_INT(422, close_it(ROLE_KEEPER, &answer));
    check_says("3 处差异", answer);
}

TEST(stocktakes, freeze_their_slots_but_let_a_difference_be_put_right)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, count(slots[1][0], "", 0));
    CHECK_INT(422, shelve(volumes[2], slots[1][0], &answer));
    check_says("正在盘点", answer);
    CHECK_INT(201, shelve(volumes[2], slots[0][0], NULL)); /* another rack is free */
    CHECK_INT(201, act_on(ROLE_KEEPER, "take", volumes[2], NULL, NULL));
    /* the misplaced one is put back where it belongs, and counted again */
    CHECK_INT(201, count(slots[1][3], "", 0));
    CHECK_INT(201, count(slots[1][1], volumes[0], 0));
    kinds("0 0 0 1");
    CHECK_INT(422, explain(slots[1][1], "missing"));
    CHECK_INT(201, explain(slots[1][2], "unreadable"));
    CHECK_INT(201, close_it(ROLE_KEEPER, &answer));
    CHECK_INT(1, json_number(json_object_get(answer, "result"), "unreadable"));
    json_decref(answer);
    CHECK_INT(409, count(slots[1][0], "", 0));
    CHECK_INT(201, shelve(volumes[2], slots[1][0], NULL)); /* thawed */
}

TEST(stocktakes, end_only_when_every_slot_was_counted_and_a_loss_is_an_event)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, begin(ROLE_KEEPER, json_pack("{s:s}", "scope", "whole"), NULL));
    CHECK_INT(201, count(slots[1][0], "", 0));
    kinds("1 0 0 0");
    CHECK_INT(422, close_it(ROLE_KEEPER, &answer));
    check_says("还有 7 个格口", answer);
    CHECK_INT(201, act_on(ROLE_KEEPER, "lose", volumes[2],
                          json_pack("{s:s}", "reason", "盘点未见"), NULL));
    kinds("0 0 0 0"); /* put right by an event */
    for (int i = 0; i < 4; i++)
        CHECK_INT(201, count(slots[0][i], "", 0));
    CHECK_INT(201, count(slots[1][1], volumes[0], 0));
    CHECK_INT(201, count(slots[1][2], volumes[1], 0));
    CHECK_INT(201, count(slots[1][3], "", 0));
    CHECK_INT(201, close_it(ROLE_KEEPER, NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "find", volumes[2], NULL, NULL));
}

TEST(stocktakes, that_are_blind_show_the_counter_nothing)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, begin(ROLE_KEEPER,
                         json_pack("{s:s, s:i, s:i}", "scope", "sample", "count", 3,
                                   "blind", 1),
                         &answer));
    CHECK_INT(3, json_array_size(json_object_get(answer, "sample")));
    json_t *sample = json_incref(json_object_get(answer, "sample"));
    json_decref(answer);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(201, count(json_string_value(json_array_get(sample, i)), "", 1));
    answer = now(ROLE_KEEPER);
    CHECK(!json_object_get(answer, "differences") && !json_object_get(answer, "missing"));
    json_decref(answer);
    answer = now(ROLE_SUPERVISOR);
    CHECK_INT(3, json_array_size(json_object_get(answer, "differences")));
    json_decref(answer);
    CHECK_INT(403, close_it(ROLE_KEEPER, NULL));
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(201, take_part(ROLE_SUPERVISOR, "/v1/stocktakes/{stocktake}/reasons",
                                 json_pack("{s:s, s:s, s:s}", "slot",
                                           json_string_value(json_array_get(sample, i)),
                                           "kind", "unreadable", "reason", "试"),
                                 NULL));
    CHECK_INT(201, close_it(ROLE_SUPERVISOR, NULL));
    json_decref(sample);
}

TEST(stocktakes, draw_the_same_sample_from_the_same_seed)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    prepare();
    CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
    json_t *five = stocktake_draw(at.repo, txn, "seed", 5, NULL);
    json_t *again = stocktake_draw(at.repo, txn, "seed", 5, NULL);
    json_t *three = stocktake_draw(at.repo, txn, "seed", 3, NULL);
    json_t *other = stocktake_draw(at.repo, txn, "another seed", 8, NULL);
    CHECK(json_equal(five, again));
    CHECK_INT(8, json_array_size(other));
    for (size_t i = 0; i < 3; i++)
        CHECK(json_equal(json_array_get(five, i), json_array_get(three, i)));
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(!json_equal(json_array_get(other, i), json_array_get(other, k)));
    json_decref(five), json_decref(again), json_decref(three), json_decref(other);
}

TEST(places, are_the_same_when_made_again_from_the_ledger)
{
    prepare();
    json_t *before = fixture_dump();
    uint64_t events = 0;
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

struct walked {
    json_t *racks; /* "rack/01.001" to what its slots are */
    const char *near;
    char best[LABEL_TEXT_MAX];
    long far;
};

static bool walk_one(const char *key, json_t *slot, void *context)
{
    struct walked *w = context;
    char rack[24];
    struct label label, near;
    bool free = !*json_text(slot, "volume") && !*json_text(slot, "order") &&
                !*json_text(slot, "odd") && !json_number(slot, "closed");
    CHECK_OK(label_read((struct bytes){ (const uint8_t *)key, strlen(key) }, &label));
    CHECK_OK(
        label_read((struct bytes){ (const uint8_t *)w->near, strlen(w->near) }, &near));
    snprintf(rack, sizeof rack, "rack/%02u.%03u", label.site, label.rack);
    json_t *sum = json_object_get(w->racks, rack);
    if (!sum)
        json_object_set_new(w->racks, rack, sum = json_object());
    const char *kinds[] = { "slots", place_slot_kind(slot) };
    for (size_t i = 0; i < COUNT(kinds); i++)
        json_object_set_new(sum, kinds[i], json_integer(json_number(sum, kinds[i]) + 1));
    CHECK(free == !strcmp(place_slot_kind(slot), "free"));
    long far =
        labs((long)label.rack - near.rack) * 1000 + labs((long)label.slot - near.slot);
    if (free && (!*w->best || far < w->far)) { /* every rack here is wide enough */
        snprintf(w->best, sizeof w->best, "%s", key);
        w->far = far;
    }
    return true;
}

static bool sum_take(const char *key, json_t *sum, void *context)
{
    json_object_set(context, key, sum);
    return true;
}

TEST(places, count_and_propose_what_a_walk_over_all_slots_would)
{
    prepare();
    json_t *thin = NULL;
    CHECK_OK(view_find(at.repo, VIEW_VOLUMES, volumes[0], &thin));
    json_object_set_new(thin, "sheets", json_integer(10));
    for (int rack = 0; rack < 2; rack++) {
        for (int i = 0; i < 4; i++) {
            SCOPED(store_abort_at) struct store_txn *txn = NULL;
            struct walked w = { .racks = json_object(), .near = slots[rack][i] };
            json_t *sums = json_object();
            char found[LABEL_TEXT_MAX];
            CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
            CHECK_OK(view_each(at.repo, txn, VIEW_SLOTS, "", NULL, walk_one, &w, NULL));
            CHECK_OK(
                view_each(at.repo, txn, VIEW_SUMS, "rack/", NULL, sum_take, sums, NULL));
            CHECK(json_object_size(sums) >= 2 && json_equal(sums, w.racks));
            CHECK_OK(place_propose(at.repo, txn, thin, slots[rack][i], found, NULL));
            CHECK_TEXT(w.best, found);
            json_decref(sums);
            json_decref(w.racks);
        }
    }
    json_decref(thin);
}

/* Alarms: what nobody ordered, what waits too long, what does not answer; each open until
 * it is put right, and the same after a rebuild. */
#include "shelf_fixture.h"

#include "repo-daemon/alarm.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/board.h"

#define THIRD "S0100100315"

/* The words of the open alarms with their places, in the order of the list. */
static const char *open_alarms(void)
{
    static char text[600];
    json_t *answer = NULL, *one;
    size_t i;
    text[0] = 0;
    CHECK_INT(200, call_by(ROLE_BORROWER, "GET", "/v1/alarms", NULL, NULL, &answer));
    json_array_foreach(json_object_get(answer, "alarms"), i, one)
    {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s@%s ", json_text(one, "kind"),
                 json_text(one, "place"));
    }
    json_decref(answer);
    return text;
}

static int explain(unsigned role, const char *alarm, const char *note,
                   json_t **ret_answer)
{
    return call_by(role, "POST", "/v1/alarms/{alarm}/end",
                   json_pack("{s:s}", "alarm", alarm), json_pack("{s:s}", "note", note),
                   ret_answer);
}

static void full_slots(const char *first, const char *second)
{
    json_t *full = json_array();
    if (first)
        json_array_append_new(full, json_string(first));
    if (second)
        json_array_append_new(full, json_string(second));
    CHECK_INT(1, tell(json_pack("{s:s, s:i, s:i, s:o}", "do", "rack-full", "site", 1,
                                "rack", 1, "full", full)));
}

TEST(alarm_table, is_total_and_each_word_is_found_again)
{
    for (size_t i = 0; i < ALARM_KINDS; i++) {
        const struct alarm_row *row = alarm_row(i);
        char name[ALARM_NAME_MAX];
        CHECK(row && row->word && row->suffix && *row->what && *row->now);
        CHECK(alarm_find(row->word) == row);
        alarm_name(row, "S0100100121", name);
        CHECK(strlen(name) < ALARM_NAME_MAX - 1);
        /* One of a rack must never be taken for one of a slot. */
        CHECK(row->of_slot || *row->suffix);
    }
    CHECK(!alarm_row(ALARM_KINDS) && !alarm_find("none"));
}

TEST(alarms, tell_that_another_slot_was_meant)
{
    json_t *answer = NULL;
    prepare();
    rack_is("live");
    CHECK_INT(201, order("put", NULL));
    CHECK_INT(1, tell(event("placed", OTHER, 11)));
    CHECK_TEXT("wrong-put@" OTHER " ", open_alarms());
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/alarms", NULL, NULL, &answer));
    const json_t *one = json_array_get(json_object_get(answer, "alarms"), 0);
    const json_t *meant = json_array_get(json_object_get(one, "meant"), 0);
    CHECK_TEXT(SLOT, json_text(meant, "slot"));
    CHECK_TEXT(VOLUME, json_text(meant, "volume"));
    json_decref(answer);
    check_slot(OTHER, "wrong");
    CHECK(strstr(lamps, OTHER " red;"));
    CHECK_INT(1, tell(event("removed", OTHER, 12)));
    CHECK_TEXT("", open_alarms());
    CHECK_INT(1, tell(event("placed", SLOT, 13)));
    check_volume("shelved", SLOT);
}

TEST(alarms, tell_a_volume_that_was_taken_without_an_order)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(1, tell(event("removed", SLOT, 14)));
    CHECK_TEXT("taken@" SLOT " ", open_alarms());
    CHECK_INT(422, explain(ROLE_KEEPER, SLOT, "看过了", &answer));
    check_says("归位后自己消除", answer);
    CHECK_INT(1, tell(event("placed", SLOT, 15)));
    CHECK_TEXT("", open_alarms());
}

TEST(alarms, tell_a_slot_that_waits_too_long_once_and_until_it_is_done)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, order("take", NULL));
    int64_t now = clock_now_ms();
    shelf_tick(at.repo, now + SHELF_LATE_MS - 5000);
    CHECK_TEXT("", open_alarms());
    shelf_tick(at.repo, now + SHELF_LATE_MS + 5000);
    CHECK_TEXT("late@" SLOT " ", open_alarms());
    CHECK(strstr(lamps, SLOT " amber;"));
    CHECK_INT(400, explain(ROLE_KEEPER, SLOT "-late", "", &answer));
    check_says("请写明", answer);
    CHECK_INT(403, explain(ROLE_BORROWER, SLOT "-late", "说明", NULL));
    CHECK_INT(200, explain(ROLE_KEEPER, SLOT "-late", "有人打断，马上放", NULL));
    CHECK_INT(404, explain(ROLE_KEEPER, SLOT "-late", "再说一次", NULL));
    lamps[0] = 0;
    shelf_tick(at.repo, now + SHELF_LATE_MS + 6000); /* told once is enough */
    CHECK_TEXT("", open_alarms());
    CHECK_TEXT("", lamps);
    CHECK_INT(1, tell(event("removed", SLOT, 16)));
    check_volume("received", "");
    CHECK_INT(201, order("put", NULL));
    shelf_tick(at.repo, clock_now_ms() + SHELF_LATE_MS + 5000);
    CHECK_TEXT("late@" SLOT " ", open_alarms());
    CHECK_INT(1, tell(event("placed", SLOT, 17))); /* done after all */
    CHECK_TEXT("", open_alarms());
}

TEST(alarms, outlive_the_order_that_nobody_followed)
{
    prepare();
    CHECK_INT(201, order("take", NULL));
    shelf_tick(at.repo, clock_now_ms() + SHELF_ORDER_MS + 5000);
    check_slot(SLOT, "full"); /* the order is over */
    CHECK_TEXT("late@" SLOT " ", open_alarms());
    CHECK_INT(201, order("take", NULL)); /* somebody comes back to it */
    CHECK_TEXT("", open_alarms());
    CHECK_INT(1, tell(event("removed", SLOT, 18)));
    CHECK_INT(201, order("put", NULL));
    CHECK_INT(1, tell(event("placed", SLOT, 19)));
}

TEST(alarms, of_doors_locks_and_switches_follow_their_events)
{
    prepare();
    CHECK_INT(1, tell(event("held-open", SLOT, 20)));
    CHECK_TEXT("door@01.001 ", open_alarms());
    CHECK_INT(1, tell(event("held-open", SLOT, 21))); /* open already */
    CHECK_INT(1, tell(event("door-closed", SLOT, 22)));
    CHECK_TEXT("", open_alarms());
    CHECK_INT(1, tell(event("forced", SLOT, 23)));
    CHECK_INT(1, tell(event("bad-tag", SLOT, 24)));
    CHECK_INT(1, tell(event("chatter", THIRD, 25)));
    CHECK(strstr(open_alarms(), "forced@01.001 "));
    CHECK(strstr(open_alarms(), "bad-tag@01.001 "));
    CHECK(strstr(open_alarms(), "chatter@" THIRD));
    CHECK_INT(200, explain(ROLE_SUPERVISOR, "01.001-forced", "维修时打开", NULL));
    CHECK_INT(200, explain(ROLE_KEEPER, "01.001-tag", "线路干扰", NULL));
    CHECK_INT(200, explain(ROLE_KEEPER, THIRD "-chatter", "触点已换", NULL));
    CHECK_TEXT("", open_alarms());
}

static unsigned told_dead; /* times the boards heard of it */

static void on_change(struct repo *repo, enum view view, const char *key, void *context)
{
    (void)repo, (void)context;
    told_dead += view == VIEW_ALARMS && !strcmp(key, "01.001-dead");
}

TEST(alarms, tell_a_rack_that_does_not_answer)
{
    json_t *change;
    prepare();
    at.repo->on_change = on_change;
    rack_is("absent");
    CHECK_INT(1, told_dead);
    CHECK_TEXT("dead@01.001 ", open_alarms());
    rack_is("absent");
    change = board_change(at.repo, VIEW_ALARMS, "01.001-dead");
    CHECK_INT(1, json_number(json_object_get(change, "data"), "open"));
    json_decref(change);
    rack_is("live");
    CHECK_INT(2, told_dead);
    at.repo->on_change = NULL;
    CHECK_TEXT("", open_alarms());
    change = board_change(at.repo, VIEW_ALARMS, "01.001-dead");
    CHECK_TEXT("alarm", json_text(change, "event"));
    CHECK_INT(0, json_number(json_object_get(change, "data"), "open"));
    json_decref(change);
}

TEST(full_slots, are_held_against_the_records)
{
    prepare();
    check_volume("shelved", SLOT);
    full_slots(SLOT, NULL);
    CHECK_TEXT("", open_alarms()); /* as the records say */
    full_slots(NULL, OTHER);
    CHECK(strstr(open_alarms(), "taken@" SLOT));
    CHECK(strstr(open_alarms(), "put@" OTHER));
    CHECK_INT(1, tell(event("removed", SLOT, 30))); /* the event comes behind the list */
    CHECK_INT(1, tell(event("placed", OTHER, 31)));
    CHECK(strstr(open_alarms(), "taken@" SLOT));
    full_slots(SLOT, NULL);
    CHECK_TEXT("", open_alarms());
    /* What a hand did while nobody was listening is done all the same. */
    CHECK_INT(201, order("take", NULL));
    full_slots(NULL, NULL);
    check_volume("received", "");
    CHECK_TEXT("", open_alarms());
    json_t *boot = event("boot", SLOT, 32);
    json_object_set_new(boot, "full", json_pack("[s]", OTHER));
    CHECK_INT(1, tell(boot));
    CHECK_TEXT("put@" OTHER " ", open_alarms());
    CHECK_INT(1, tell(event("removed", OTHER, 33)));
}

TEST(orders, of_several_keepers_have_lights_of_their_own)
{
    prepare();
    CHECK_INT(0, shelf_choose_light(at.repo, "P1"));
    CHECK_INT(201, order("put", NULL));
    CHECK_INT(0, shelf_choose_light(at.repo, badge_of(ROLE_KEEPER)));
    unsigned other = shelf_choose_light(at.repo, "P1");
    CHECK_INT(1, other);
    for (unsigned light = 0; light < SHELF_LIGHTS; light++)
        for (unsigned more = 0; more < light; more++)
            CHECK(strcmp(shelf_colour(light, true), shelf_colour(more, true)) != 0 &&
                  strcmp(shelf_colour(light, false), shelf_colour(more, false)) != 0);
    CHECK_INT(1, tell(event("placed", SLOT, 40)));
    CHECK_INT(0, shelf_choose_light(at.repo, "P1"));
}

TEST(orders, end_when_a_hand_does_the_act_without_the_light)
{
    json_t *answer = NULL, *state = NULL;
    prepare();
    CHECK_INT(201, order("take", &answer));
    CHECK_INT(201, act_by(ROLE_KEEPER, "take", 0, NULL, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/orders/{order}",
                           json_pack("{s:s}", "order", json_text(answer, "order")), NULL,
                           &state));
    CHECK_TEXT("failed", json_text(state, "state"));
    json_decref(answer);
    json_decref(state);
    CHECK_INT(1, tell(event("removed", SLOT, 41)));
    CHECK_TEXT("", open_alarms());
}

TEST(alarms, are_the_same_after_a_rebuild)
{
    uint64_t count = 0;
    prepare();
    CHECK_INT(1, tell(event("placed", THIRD, 50)));
    CHECK_INT(201, order("put", NULL));
    shelf_tick(at.repo, clock_now_ms() + SHELF_LATE_MS + 5000);
    json_t *before = fixture_dump();
    CHECK_OK(apply_all(at.repo, &count, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    CHECK(strstr(open_alarms(), "put@" THIRD));
    CHECK(strstr(open_alarms(), "late@" SLOT));
    json_decref(before);
    json_decref(after);
}

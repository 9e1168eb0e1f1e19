/* Orders and sensors: what was lit is done when it is sensed, once; what nobody ordered
 * is odd until it is put right. */
#include "shelf_fixture.h"

TEST(orders, need_a_rack_that_answers)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(422, order("put", &answer));
    check_says("不在线", answer);
}

TEST(orders, are_done_by_what_is_sensed_and_once_only)
{
    json_t *answer = NULL, *state = NULL;
    prepare();
    rack_is("live");
    CHECK_INT(201, order("put", &answer));
    CHECK_TEXT(SLOT " green;", lamps);
    check_slot(SLOT, "ordered");
    check_volume("received", "");
    CHECK_INT(1, tell(event("placed", SLOT, 1)));
    check_volume("shelved", SLOT);
    check_slot(SLOT, "full");
    uint64_t size = events();
    CHECK_INT(1, tell(event("placed", SLOT, 1))); /* the rack tells it again */
    CHECK_INT(size, events());
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/orders/{order}",
                           json_pack("{s:s}", "order", json_text(answer, "order")), NULL,
                           &state));
    CHECK_TEXT("done", json_text(state, "state"));
    CHECK_INT(size, json_number(state, "seq"));
    json_decref(answer);
    json_decref(state);
}

TEST(sensors, mark_a_volume_that_is_gone_and_one_that_is_back)
{
    prepare();
    CHECK_INT(1, tell(event("removed", SLOT, 2)));
    check_slot(SLOT, "wrong");
    check_volume("shelved", SLOT); /* never guessed */
    CHECK(strstr(lamps, SLOT " red;"));
    CHECK_INT(1, tell(event("placed", SLOT, 3)));
    check_slot(SLOT, "full");
}

TEST(sensors, mark_what_nobody_ordered)
{
    prepare();
    CHECK_INT(1, tell(event("placed", OTHER, 4)));
    check_slot(OTHER, "wrong");
    CHECK_INT(1, tell(event("removed", OTHER, 5)));
    check_slot(OTHER, "free");
    CHECK_INT(
        1, tell(event("placed", "S0100199999", 6))); /* not registered: told, not kept */
    CHECK_INT(1, tell(event("door-opened", SLOT, 7)));
}

TEST(orders, take_a_volume_and_end_when_nobody_comes)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, order("take", NULL));
    CHECK_INT(409, order("take", &answer));
    check_says("正在等人操作", answer);
    shelf_tick(at.repo, clock_now_ms() + SHELF_ORDER_MS + 1000);
    check_slot(SLOT, "full");
    CHECK_INT(201, order("take", NULL));
    CHECK_INT(1, tell(event("removed", SLOT, 8)));
    check_volume("received", "");
    check_slot(SLOT, "free");
}

/* Hands go on by the lamps while rack or repository is away; what they did comes in when
 * both are back, and until then no order is late or over. */
TEST(orders, wait_for_a_rack_that_is_away)
{
    prepare();
    CHECK_INT(201, order("put", NULL));
    CHECK(lamp_waits);
    int64_t later = clock_now_ms() + 2 * SHELF_ORDER_MS;
    rack_is("absent");
    shelf_tick(at.repo, later);
    check_slot(SLOT, "ordered");
    rack_is("live");
    shelf_tick(at.repo, clock_now_ms() + SHELF_SETTLE_MS - 1000);
    check_slot(SLOT, "ordered");
    CHECK_INT(1, tell(event("placed", SLOT, 30)));
    check_volume("shelved", SLOT);
    CHECK_INT(1, tell(event("placed", SLOT, 30))); /* told again */
    CHECK_INT(201, order("take", NULL));
    CHECK_INT(1, tell(event("removed", SLOT, 31)));
    check_volume("received", "");
    CHECK(!lamp_waits);
}

TEST(orders, are_lit_again_when_the_rack_comes_back)
{
    prepare();
    CHECK_INT(201, order("put", NULL));
    rack_is("absent");
    lamps[0] = 0;
    rack_is("live");
    CHECK_TEXT(SLOT " green;", lamps);
    CHECK_INT(1, tell(event("placed", SLOT, 9)));
    check_volume("shelved", SLOT);
}

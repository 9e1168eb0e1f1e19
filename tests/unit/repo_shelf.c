/* Orders and sensors: what was lit is done when it is sensed, once; what nobody ordered
 * is odd until it is put right. */
#include "repo_fixture.h"

#include "repo-daemon/shelf.h"

#define SLOT "S0100100121"
#define OTHER "S0100100218"

static char lamps[400];

static void on_lamp(struct repo *repo, const char *slot, const char *colour,
                    const char *mode, unsigned seconds, void *context)
{
    (void)repo, (void)seconds, (void)context, (void)mode;
    size_t len = strlen(lamps);
    snprintf(lamps + len, sizeof lamps - len, "%s %s;", slot, colour);
}

static int tell(json_t *message)
{
    json_t *answer = shelf_message(fixture(), message);
    int ok = (int)json_number(answer, "ok");
    json_decref(answer);
    json_decref(message);
    return ok;
}

static json_t *event(const char *type, const char *slot, int seq)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:s, s:i}", "do", "rack-event",
                     "site", 1, "rack", 1, "boot", 1, "seq", seq, "type", type, "slot",
                     slot, "uptime_cs", seq * 10);
}

static void rack_is(const char *state)
{
    CHECK_INT(1, tell(json_pack("{s:s, s:i, s:i, s:s}", "do", "rack-state", "site", 1,
                                "rack", 1, "state", state)));
}

static void prepare(void)
{
    static bool done;
    fixture()->lamp = on_lamp;
    lamps[0] = 0;
    if (done)
        return;
    done = true;
    fixture_volume();
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", 1, "slots", 4),
                           NULL));
    CHECK_INT(201, act_by(ROLE_KEEPER, "receive", 0, NULL, NULL));
}

static int order(const char *what, json_t **ret_answer)
{
    json_t *now = volume_now();
    json_t *body = json_pack("{s:s, s:s, s:o}", "do", what, "volume", VOLUME, "version",
                             json_integer(json_number(now, "version")));
    json_decref(now);
    return call_by(ROLE_KEEPER, "POST", "/v1/slots/{slot}/orders",
                   json_pack("{s:s}", "slot", SLOT), body, ret_answer);
}

static void check_volume(const char *state, const char *slot)
{
    json_t *now = volume_now();
    CHECK_TEXT(state, json_text(now, "state"));
    CHECK_TEXT(slot, json_text(now, "slot"));
    json_decref(now);
}

static void check_slot(const char *label, const char *state)
{
    json_t *answer = NULL, *one = NULL;
    size_t i;
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/slots", NULL, NULL, &answer));
    json_array_foreach(json_object_get(answer, "slots"), i,
                       one) if (!strcmp(json_text(one, "slot"), label))
        CHECK_TEXT(state, json_text(one, "state"));
    json_decref(answer);
}

static uint64_t events(void)
{
    struct ledger_head head;
    CHECK_OK(ledger_head(at.repo->ledger, &head, NULL));
    return head.size;
}

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

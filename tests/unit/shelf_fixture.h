/* A rack of four slots, one volume in the keeper's hands, and the racks role's messages.
 */
#ifndef TESTS_UNIT_SHELF_FIXTURE_H
#define TESTS_UNIT_SHELF_FIXTURE_H

#include "repo_fixture.h"

#include "repo-daemon/shelf.h"

#define SLOT "S0100100121"
#define OTHER "S0100100218"

static char lamps[1000];
static bool lamp_waits; /* the last of them stands for an order that waits */

static void on_lamp(struct repo *repo, const struct repo_lamp *lamp, void *context)
{
    (void)repo, (void)context;
    size_t len = strlen(lamps);
    snprintf(lamps + len, sizeof lamps - len, "%s %s;", lamp->slot, lamp->colour);
    lamp_waits = lamp->waits;
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

static inline int order(const char *what, json_t **ret_answer)
{
    json_t *now = volume_now();
    json_t *body = json_pack("{s:s, s:s, s:o}", "do", what, "volume", VOLUME, "version",
                             json_integer(json_number(now, "version")));
    json_decref(now);
    return call_by(ROLE_KEEPER, "POST", "/v1/slots/{slot}/orders",
                   json_pack("{s:s}", "slot", SLOT), body, ret_answer);
}

static inline void check_volume(const char *state, const char *slot)
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

static inline uint64_t events(void)
{
    struct ledger_head head;
    CHECK_OK(ledger_head(at.repo->ledger, &head, NULL));
    return head.size;
}

#endif

/* What the sensors say, against what was ordered:
 *
 *              waiting order        no order
 *   placed     "put": shelve        free slot: unknown thing, lamp red
 *                                   missing volume: it is back
 *   removed    "take": take         volume there: missing, lamp red
 *                                   unknown thing: it is gone
 *
 * An odd slot is an event of its own and stays "wrong" until the sensor or a keeper puts
 * it right; the volume's state is never guessed. */
#include "repo-daemon/shelf.h"

#include "repo-daemon/act.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { LAMP_DONE_S = 5, LAMP_ODD_S = 3600, SOURCE_MAX = 200 };

static void act_end_at(struct act *act)
{
    act_end(act);
}

static void lamp(struct repo *repo, const char *slot, const char *colour,
                 const char *mode, unsigned seconds)
{
    if (repo->lamp)
        repo->lamp(repo, slot, colour, mode, seconds, repo->context);
}

static enum rc run(struct repo *repo, struct command *command, const char *source,
                   struct fault *why)
{
    command->at_ms = clock_now_ms();
    return command_run_source(repo, command, source, why);
}

static enum rc odd_tell(struct repo *repo, const char *slot, const char *odd,
                        const json_t *evidence, const char *source, struct fault *why)
{
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:O}", "slot", slot, "odd", odd, "evidence", evidence);
    struct command command = { .event = EVENT_RACK_ODD, .by = "", .data = data };
    enum rc rc = run(repo, &command, source, why);
    if (!rc && *odd)
        lamp(repo, slot, "red", "blink", LAMP_ODD_S);
    else if (!rc)
        lamp(repo, slot, "off", "steady", 0);
    return rc;
}

static enum rc order_end(struct repo *repo, const json_t *order, const char *reason,
                         struct fault *why)
{
    char source[SOURCE_MAX];
    snprintf(source, sizeof source, "order-end %s", json_text(order, "order"));
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s}", "order", json_text(order, "order"),
                             "slot", json_text(order, "slot"), "reason", reason);
    struct command command = { .event = EVENT_ORDER_END, .by = "", .data = data };
    enum rc rc = run(repo, &command, source, why);
    if (!rc)
        lamp(repo, json_text(order, "slot"), "off", "steady", 0);
    return rc;
}

/* The act that a waiting order stands for. */
static enum rc order_do(struct repo *repo, const json_t *order, const json_t *evidence,
                        const char *source, struct fault *why)
{
    struct person by;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (!rc)
        rc = people_find(repo, txn, json_text(order, "by"), &by);
    if (!rc)
        rc = view_get(repo, txn, VIEW_VOLUMES, json_text(order, "volume"), &volume);
    store_abort(TAKE(txn));
    if (rc)
        return fault_set(why, RC_CORRUPT, 0, "an order of nobody, or for no volume");
    bool put = !strcmp(json_text(order, "do"), "put");
    by.roles |= ROLE_RACK;
    SCOPED(act_end_at) struct act act;
    act_begin(&act, repo, put ? EV_SHELVE : EV_TAKE, &by);
    act.slot = json_text(order, "slot");
    json_object_set_new(act.data, "order", json_string(json_text(order, "order")));
    json_object_set_new(act.data, "evidence", json_deep_copy(evidence));
    rc = act_add(&act, volume, -1, why);
    if (rc)
        return rc;
    struct command command = { 0 };
    act_fill(&act, &command);
    rc = run(repo, &command, source, why);
    if (!rc)
        lamp(repo, act.slot, "green", "steady", LAMP_DONE_S);
    return rc;
}

static enum rc sensed(struct repo *repo, const char *label, bool placed,
                      const json_t *evidence, const char *source, struct fault *why)
{
    SCOPED(json_free_at) json_t *slot = NULL;
    SCOPED(json_free_at) json_t *order = NULL;
    if (view_find(repo, VIEW_SLOTS, label, &slot)) {
        log_warn("the racks sense slot %s, which is not registered", label);
        return RC_OK;
    }
    const char *odd = json_text(slot, "odd"), *volume = json_text(slot, "volume");
    bool waits = *json_text(slot, "order") &&
                 !view_find(repo, VIEW_ORDERS, json_text(slot, "order"), &order) &&
                 !strcmp(json_text(order, "do"), placed ? "put" : "take");
    if (waits) {
        enum rc rc = order_do(repo, order, evidence, source, why);
        if (rc != RC_REFUSED && rc != RC_DENIED && rc != RC_CONFLICT)
            return rc;
        log_warn("order for slot %s cannot be done any more: %s", label, why->text);
        rc = order_end(repo, order, why->text, why);
        return rc ? rc
                  : odd_tell(repo, label, placed ? "unknown" : "missing", evidence,
                             source, why);
    }
    if (placed && !*volume && !*odd)
        return odd_tell(repo, label, "unknown", evidence, source, why);
    if (!placed && *volume && !*odd)
        return odd_tell(repo, label, "missing", evidence, source, why);
    bool righted = !strcmp(odd, placed ? "missing" : "unknown");
    return righted ? odd_tell(repo, label, "", evidence, source, why) : RC_OK;
}

static enum rc rack_event(struct repo *repo, const json_t *m, struct fault *why)
{
    static const char *const kept[] = { "site", "rack", "boot", "seq", "uptime_cs" };
    char source[SOURCE_MAX], id[33];
    const char *type = json_text(m, "type");
    bool placed = !strcmp(type, "placed");
    if (!placed && strcmp(type, "removed") != 0)
        return RC_OK; /* doors, buttons and the like change no custody */
    SCOPED(json_free_at) json_t *evidence = json_object();
    for (size_t i = 0; i < COUNT(kept); i++)
        json_object_set_new(evidence, kept[i], json_integer(json_number(m, kept[i])));
    snprintf(source, sizeof source, "rack-event %lld %lld %lld %lld %lld %s",
             (long long)json_number(m, "site"), (long long)json_number(m, "rack"),
             (long long)json_number(m, "boot"), (long long)json_number(m, "seq"),
             (long long)json_number(m, "uptime_cs"), type);
    struct sha256 request;
    struct ledger_result result;
    command_source_id(source, id, &request);
    enum rc rc = ledger_settle(repo->ledger, id, &result, why);
    if (rc != RC_NOT_FOUND)
        return rc; /* told before */
    return sensed(repo, json_text(m, "slot"), placed, evidence, source, why);
}

static void rack_key(const json_t *m, char ret_key[16])
{
    snprintf(ret_key, 16, "%02u.%03u", (unsigned)json_number(m, "site") % 100,
             (unsigned)json_number(m, "rack") % 1000);
}

struct lighting {
    struct repo *repo;
    unsigned site, rack;
};

static bool light_again(__attribute__((unused)) const char *key, json_t *order,
                        void *context)
{
    struct lighting *l = context;
    struct label slot;
    const char *text = json_text(order, "slot");
    if (!strcmp(json_text(order, "state"), "waiting") &&
        !label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &slot) &&
        slot.site == l->site && slot.rack == l->rack)
        lamp(l->repo, text, strcmp(json_text(order, "do"), "put") ? "blue" : "green",
             "blink", SHELF_ORDER_MS / 1000);
    return true;
}

static enum rc rack_state(struct repo *repo, const json_t *m, struct fault *why)
{
    char key[16];
    rack_key(m, key);
    if (strcmp(json_text(m, "state"), "live") != 0) {
        json_object_del(repo->live_racks, key);
        return RC_OK;
    }
    json_object_set_new(repo->live_racks, key, json_integer(1));
    struct lighting lighting = { repo, (unsigned)json_number(m, "site"),
                                 (unsigned)json_number(m, "rack") };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    return rc ? rc
              : view_each(repo, txn, VIEW_ORDERS, "", NULL, light_again, &lighting, why);
}

json_t *shelf_message(struct repo *repo, const json_t *message)
{
    struct fault why = { 0 };
    const char *what = json_text(message, "do");
    enum rc rc = RC_INVALID;
    if (!strcmp(what, "rack-event"))
        rc = rack_event(repo, message, &why);
    else if (!strcmp(what, "rack-state"))
        rc = rack_state(repo, message, &why);
    if (rc)
        log_error("%s: %s: %s", what, rc_name(rc), why.text);
    return json_pack("{s:i}", "ok", rc ? 0 : 1);
}

struct aging {
    json_t *old;
    int64_t now_ms;
};

static bool collect_old(__attribute__((unused)) const char *key, json_t *order,
                        void *context)
{
    struct aging *a = context;
    if (!strcmp(json_text(order, "state"), "waiting") &&
        a->now_ms - json_number(order, "at") > SHELF_ORDER_MS)
        json_array_append(a->old, order);
    return true;
}

void shelf_tick(struct repo *repo, int64_t now_ms)
{
    struct fault why = { 0 };
    SCOPED(json_free_at) json_t *old = json_array();
    struct aging aging = { old, now_ms };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, &why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_ORDERS, "", NULL, collect_old, &aging, &why);
    store_abort(TAKE(txn));
    for (size_t i = 0; !rc && i < json_array_size(old); i++)
        rc = order_end(repo, json_array_get(old, i), "超过十分钟没有动作", &why);
    if (rc)
        log_error("end old orders: %s", why.text);
}

bool shelf_is_live(const struct repo *repo, const struct label *slot)
{
    char key[16];
    snprintf(key, sizeof key, "%02u.%03u", slot->site % 100u, slot->rack % 1000u);
    return json_object_get(repo->live_racks, key) != NULL;
}

void shelf_light(struct repo *repo, const char *slot, bool put)
{
    lamp(repo, slot, put ? "green" : "blue", "blink", SHELF_ORDER_MS / 1000);
}

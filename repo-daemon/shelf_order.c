/* Orders that wait: done by a sensor, late after a minute, over after ten. Each keeper's
 * have a colour of their own, so that two of them at one rack do not take each other's.
 */
#include "repo-daemon/shelf_order.h"

#include "repo-daemon/act.h"
#include "repo-daemon/alarm.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "repo-daemon/shelf.h"
#include "repo-daemon/shelf_run.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { LAMP_DONE_S = 5, SOURCE_MAX = 200, MEANT_MAX = 3, LAMP_STAYS = 0 };

/* By light: to put, to take. Red is for what is wrong, amber for what is late. */
static const char *const colours[SHELF_LIGHTS][2] = {
    { "green", "blue" },
    { "cyan", "magenta" },
    { "white", "white" },
};

const char *shelf_colour(unsigned light, bool put)
{
    return colours[light % SHELF_LIGHTS][put ? 0 : 1];
}

void shelf_light(struct repo *repo, const char *slot, bool put, unsigned light)
{
    shelf_lamp_waits(repo, slot, shelf_colour(light, put),
                     put || light < SHELF_LIGHTS - 1 ? "blink" : "double",
                     SHELF_ORDER_MS / 1000);
}

enum rc order_fail(struct repo *repo, const json_t *order, const char *reason,
                   struct fault *why)
{
    char source[SOURCE_MAX];
    snprintf(source, sizeof source, "order-end %s", json_text(order, "order"));
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s}", "order", json_text(order, "order"),
                             "slot", json_text(order, "slot"), "reason", reason);
    struct command command = { .event = EVENT_ORDER_END, .by = "", .data = data };
    enum rc rc = shelf_run(repo, &command, source, why);
    if (!rc)
        shelf_lamp(repo, json_text(order, "slot"), "off", "steady", 0);
    return rc;
}

enum rc order_do(struct repo *repo, const json_t *order, const json_t *evidence,
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
    SCOPED(act_end) struct act act;
    act_begin(&act, repo, put ? EV_SHELVE : EV_TAKE, &by);
    act.slot = json_text(order, "slot");
    json_object_set_new(act.data, "order", json_string(json_text(order, "order")));
    json_object_set_new(act.data, "evidence", json_deep_copy(evidence));
    rc = act_add(&act, volume, -1, why);
    if (rc)
        return rc;
    struct command command = { 0 };
    act_fill(&act, &command);
    rc = shelf_run(repo, &command, source, why);
    if (!rc)
        shelf_lamp(repo, act.slot, "green", "steady", LAMP_DONE_S);
    return rc;
}

/* --- over all that wait ---------------------------------------------------------------
 */

static bool collect(__attribute__((unused)) const char *slot, json_t *order,
                    void *context)
{
    json_array_append(context, order);
    return true;
}

/* Those whose slot begins with `prefix`. New reference; empty when they cannot be read.
 */
static json_t *waiting(struct repo *repo, const char *prefix)
{
    struct fault why;
    json_t *list = json_array();
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, &why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_WAITING, prefix, NULL, collect, list, &why);
    if (rc)
        log_error("orders that wait: %s", why.text);
    return list;
}

unsigned shelf_choose_light(struct repo *repo, const char *badge)
{
    bool taken[SHELF_LIGHTS] = { false };
    SCOPED(json_free_at) json_t *all = waiting(repo, "S");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *order = json_array_get(all, i);
        unsigned light = (unsigned)json_number(order, "light") % SHELF_LIGHTS;
        if (!strcmp(json_text(order, "by"), badge))
            return light;
        taken[light] = true;
    }
    for (unsigned light = 0; light < SHELF_LIGHTS; light++)
        if (!taken[light])
            return light;
    return 0;
}

json_t *order_meant(struct repo *repo, const char *slot, bool placed)
{
    char rack[8];
    snprintf(rack, sizeof rack, "%.6s", slot); /* S, site, rack */
    json_t *meant = json_array();
    SCOPED(json_free_at) json_t *all = waiting(repo, rack);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *order = json_array_get(all, i);
        bool put = !strcmp(json_text(order, "do"), "put");
        if (put == placed && json_array_size(meant) < MEANT_MAX)
            json_array_append_new(meant, json_pack("{s:s, s:s}", "slot",
                                                   json_text(order, "slot"), "volume",
                                                   json_text(order, "volume")));
    }
    return meant;
}

static bool light_odd(const char *name, json_t *alarm, void *context)
{
    bool late = !strcmp(json_text(alarm, "kind"), "late");
    const struct alarm_row *row = alarm_find(json_text(alarm, "kind"));
    if (late)
        shelf_lamp_waits(context, json_text(alarm, "place"), "amber", "hurry",
                         LAMP_STAYS);
    else if (row && row->of_slot && !strcmp(name, json_text(alarm, "place")))
        shelf_lamp(context, json_text(alarm, "place"), "red", "blink", LAMP_STAYS);
    return true;
}

enum rc order_light_again(struct repo *repo, unsigned site, unsigned rack,
                          struct fault *why)
{
    char prefix[16];
    snprintf(prefix, sizeof prefix, "S%02u%03u", site % 100, rack % 1000);
    SCOPED(json_free_at) json_t *all = waiting(repo, prefix);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *order = json_array_get(all, i);
        shelf_light(repo, json_text(order, "slot"),
                    !strcmp(json_text(order, "do"), "put"),
                    (unsigned)json_number(order, "light"));
    }
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    return rc ? rc
              : view_each(repo, txn, VIEW_ALARMS, prefix, NULL, light_odd, repo, why);
}

/* What a hand did while we or the rack were away comes in with the rack's first events;
 * before those are heard an order is not late. */
static bool is_heard(const struct repo *repo, const char *slot, int64_t now_ms)
{
    struct label label;
    char key[16];
    if (label_read((struct bytes){ (const uint8_t *)slot, strlen(slot) }, &label))
        return true;
    snprintf(key, sizeof key, "%02u.%03u", label.site % 100u, label.rack % 1000u);
    const json_t *since = json_object_get(repo->live_racks, key);
    return since && now_ms - json_integer_value(since) >= SHELF_SETTLE_MS;
}

static enum rc age(struct repo *repo, const json_t *order, int64_t now_ms,
                   struct fault *why)
{
    char source[SOURCE_MAX];
    const char *slot = json_text(order, "slot");
    int64_t age_ms = now_ms - json_number(order, "at");
    enum rc rc = RC_OK;
    if (age_ms <= SHELF_LATE_MS || !is_heard(repo, slot, now_ms))
        return RC_OK;
    if (!json_number(order, "late")) {
        snprintf(source, sizeof source, "order-late %s", json_text(order, "order"));
        rc = alarm_raise(repo, ALARM_LATE, slot, order, source, why);
        if (!rc)
            shelf_lamp_waits(repo, slot, "amber", "hurry", LAMP_STAYS);
    }
    if (!rc && age_ms > SHELF_ORDER_MS)
        rc = order_fail(repo, order, "超过十分钟没有动作", why);
    return rc;
}

void shelf_tick(struct repo *repo, int64_t now_ms)
{
    struct fault why = { 0 };
    SCOPED(json_free_at) json_t *all = waiting(repo, "S");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (age(repo, json_array_get(all, i), now_ms, &why))
            log_error("an order that waits: %s", why.text);
}

/* Orders, odd slots and alarms in the views. */
#include "repo-daemon/apply_in.h"

#include "repo-daemon/alarm.h"

static enum rc slot_set(struct applying *a, const char *field, const char *value)
{
    SCOPED(json_free_at) json_t *slot = NULL;
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_SLOTS, apply_text(a->data, "slot"), &slot);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "an order for no slot");
    apply_set_text(slot, field, value);
    return apply_put(a, VIEW_SLOTS, apply_text(a->data, "slot"), slot);
}

static enum rc alarm_drop(struct applying *a, const char *name)
{
    enum rc rc = view_del(a->repo, a->txn, VIEW_ALARMS, name, a->why);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc late_drop(struct applying *a, const char *slot)
{
    char name[ALARM_NAME_MAX];
    alarm_name(alarm_row(ALARM_LATE), slot, name);
    return alarm_drop(a, name);
}

enum rc apply_order(struct applying *a)
{
    const char *slot = apply_text(a->data, "slot");
    SCOPED(json_free_at) json_t *order = json_deep_copy(a->data);
    apply_set_text(order, "state", "waiting");
    apply_set_text(order, "by", a->by);
    apply_set_number(order, "at", a->at_ms);
    enum rc rc = apply_put(a, VIEW_ORDERS, apply_text(a->data, "order"), order);
    if (!rc)
        rc = apply_put(a, VIEW_WAITING, slot, order);
    if (!rc)
        rc = late_drop(a, slot);
    return rc ? rc : slot_set(a, "order", apply_text(a->data, "order"));
}

enum rc apply_order_finish(struct applying *a, const char *id, const char *state)
{
    SCOPED(json_free_at) json_t *order = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_ORDERS, id, &order);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "an end for no order");
    apply_set_text(order, "state", state);
    apply_set_number(order, "seq", (json_int_t)a->seq);
    rc = view_del(a->repo, a->txn, VIEW_WAITING, apply_text(order, "slot"), a->why);
    if (rc && rc != RC_NOT_FOUND)
        return rc;
    rc = strcmp(state, "done") ? RC_OK : late_drop(a, apply_text(order, "slot"));
    return rc ? rc : apply_put(a, VIEW_ORDERS, id, order);
}

enum rc apply_order_end(struct applying *a)
{
    enum rc rc = apply_order_finish(a, apply_text(a->data, "order"), "failed");
    return rc ? rc : slot_set(a, "order", "");
}

enum rc apply_rack_odd(struct applying *a)
{
    const char *slot = apply_text(a->data, "slot");
    SCOPED(json_free_at) json_t *there = NULL;
    enum rc rc = slot_set(a, "odd", apply_text(a->data, "odd"));
    if (rc || !*apply_text(a->data, "odd"))
        return rc ? rc : alarm_drop(a, slot);
    rc = view_get(a->repo, a->txn, VIEW_SLOTS, slot, &there);
    SCOPED(json_free_at)
    json_t *alarm =
        json_pack("{s:s, s:s, s:s, s:I}", "kind", apply_text(a->data, "alarm"), "place",
                  slot, "volume", apply_text(there, "volume"), "at", a->at_ms);
    if (json_object_get(a->data, "meant"))
        apply_set_copy(alarm, "meant", json_object_get(a->data, "meant"));
    return rc ? rc : apply_put(a, VIEW_ALARMS, slot, alarm);
}

/* Told once: the order remembers it. */
static enum rc mark_late(struct applying *a, const char *slot)
{
    SCOPED(json_free_at) json_t *order = NULL;
    if (view_get(a->repo, a->txn, VIEW_WAITING, slot, &order))
        return RC_OK;
    apply_set_number(order, "late", 1);
    return apply_put(a, VIEW_WAITING, slot, order);
}

enum rc apply_alarm(struct applying *a)
{
    const char *place = apply_text(a->data, "place");
    const json_t *evidence = json_object_get(a->data, "evidence");
    SCOPED(json_free_at)
    json_t *alarm =
        json_pack("{s:s, s:s, s:s, s:I}", "kind", apply_text(a->data, "kind"), "place",
                  place, "volume", apply_text(evidence, "volume"), "at", a->at_ms);
    enum rc rc = RC_OK;
    if (*apply_text(evidence, "sha256"))
        apply_set_text(alarm, "sha256", apply_text(evidence, "sha256"));
    if (json_object_get(evidence, "where"))
        apply_set_copy(alarm, "where", json_object_get(evidence, "where"));
    if (!strcmp(apply_text(a->data, "kind"), alarm_row(ALARM_LATE)->word))
        rc = mark_late(a, place);
    return rc ? rc : apply_put(a, VIEW_ALARMS, apply_text(a->data, "alarm"), alarm);
}

enum rc apply_alarm_end(struct applying *a)
{
    return alarm_drop(a, apply_text(a->data, "alarm"));
}

enum rc apply_slot_settle(struct applying *a, const char *slot, const json_t *was)
{
    const char *order = apply_text(was, "order");
    enum rc rc = alarm_drop(a, slot);
    /* Somebody did by hand what the slot was lit for, or something else with it. */
    if (!rc && *order && strcmp(order, apply_text(a->data, "order")) != 0)
        rc = apply_order_finish(a, order, "failed");
    return rc ? rc : late_drop(a, slot);
}

/* Places and stock-takes. */
#include "repo-daemon/apply_in.h"

#include "core/label.h"
#include "repo-daemon/place.h"

#include <stdio.h>

static enum rc place_make(struct applying *a, const char *key, json_int_t slots)
{
    SCOPED(json_free_at) json_t *place = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_PLACES, key, &place);
    if (rc == RC_NOT_FOUND)
        place = json_pack("{s:s, s:s, s:i, s:i, s:i}", "place", key, "name", "", "closed",
                          0, "width_mm", 0, "slots", 0);
    else if (rc)
        return rc;
    apply_set_number(place, "slots", apply_number(place, "slots") + slots);
    const char *name = apply_text(a->data, "name");
    json_int_t width = apply_number(a->data, "width_mm");
    if (*name && strlen(key) > 2) /* what was given is of the rack */
        apply_set_text(place, "name", name);
    if (width && strlen(key) > 2)
        apply_set_number(place, "width_mm", width);
    return apply_put(a, VIEW_PLACES, key, place);
}

enum rc apply_slots(struct applying *a)
{
    const json_t *slots = json_object_get(a->data, "slots");
    size_t count = json_array_size(slots);
    struct label label;
    char site[8], rack[16];
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < count; i++) {
        SCOPED(json_free_at)
        json_t *slot = json_pack("{s:s, s:s, s:s}", "volume", "", "order", "", "odd", "");
        rc = apply_put(a, VIEW_SLOTS, json_string_value(json_array_get(slots, i)), slot);
    }
    const char *first = json_string_value(json_array_get(slots, 0));
    if (rc || !first ||
        label_read((struct bytes){ (const uint8_t *)first, strlen(first) }, &label))
        return rc;
    snprintf(site, sizeof site, "%02u", label.site % 100u);
    snprintf(rack, sizeof rack, "%02u.%03u", label.site % 100u, label.rack % 1000u);
    rc = place_make(a, site, 0);
    return rc ? rc : place_make(a, rack, (json_int_t)count);
}

static bool slot_collect(const char *key, json_t *slot, void *context)
{
    (void)slot;
    json_array_append_new(context, json_string(key));
    return true;
}

static enum rc slots_close(struct applying *a, const char *prefix, json_int_t closed)
{
    SCOPED(json_free_at) json_t *keys = json_array();
    enum rc rc =
        view_each(a->repo, a->txn, VIEW_SLOTS, prefix, NULL, slot_collect, keys, a->why);
    for (size_t i = 0; !rc && i < json_array_size(keys); i++) {
        SCOPED(json_free_at) json_t *slot = NULL;
        const char *key = json_string_value(json_array_get(keys, i));
        rc = view_get(a->repo, a->txn, VIEW_SLOTS, key, &slot);
        if (rc)
            return rc;
        apply_set_number(slot, "closed", closed);
        rc = apply_put(a, VIEW_SLOTS, key, slot);
    }
    return rc;
}

enum rc apply_place(struct applying *a)
{
    char prefix[PLACE_MAX];
    enum place_level level;
    SCOPED(json_free_at) json_t *place = NULL;
    const char *key = apply_text(a->data, "place");
    enum place_act act = place_act(apply_text(a->data, "do"));
    enum rc rc = place_read(key, &level, prefix, a->why);
    if (!rc && (act == PLACE_CLOSE || act == PLACE_OPEN))
        rc = slots_close(a, prefix, act == PLACE_CLOSE);
    if (rc || level == PLACE_SLOT)
        return rc;
    rc = place_make(a, key, 0); /* places of an older store have no entry yet */
    if (!rc)
        rc = view_get(a->repo, a->txn, VIEW_PLACES, key, &place);
    if (rc)
        return rc;
    if (act == PLACE_RENAME)
        apply_set_text(place, "name", apply_text(a->data, "name"));
    if (act == PLACE_RESIZE)
        apply_set_number(place, "width_mm", apply_number(a->data, "width_mm"));
    if (act == PLACE_CLOSE || act == PLACE_OPEN)
        apply_set_number(place, "closed", act == PLACE_CLOSE);
    return apply_put(a, VIEW_PLACES, key, place);
}

/* ---- stock-takes: an open one stands twice, once under "open/" ---- */

static enum rc stocktake_put(struct applying *a, const json_t *stocktake)
{
    char key[24];
    const char *number = apply_text(stocktake, "stocktake");
    snprintf(key, sizeof key, "open/%s", number);
    enum rc rc = apply_put(a, VIEW_STOCKTAKES, number, stocktake);
    if (!rc && !strcmp(apply_text(stocktake, "state"), "open"))
        return apply_put(a, VIEW_STOCKTAKES, key, stocktake);
    if (!rc)
        rc = view_del(a->repo, a->txn, VIEW_STOCKTAKES, key, a->why);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc stocktake_of(struct applying *a, json_t **ret_stocktake)
{
    enum rc rc = view_get(a->repo, a->txn, VIEW_STOCKTAKES,
                          apply_text(a->data, "stocktake"), ret_stocktake);
    return rc ? fault_set(a->why, RC_CORRUPT, 0, "a count for no stock-take") : RC_OK;
}

enum rc apply_stocktake(struct applying *a)
{
    SCOPED(json_free_at) json_t *stocktake = json_deep_copy(a->data);
    apply_set_text(stocktake, "state", "open");
    apply_set_text(stocktake, "by", a->by);
    apply_set_number(stocktake, "at", a->at_ms);
    return stocktake_put(a, stocktake);
}

enum rc apply_count(struct applying *a)
{
    const json_t *counts = json_object_get(a->data, "counts");
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < json_array_size(counts); i++) {
        char key[64];
        SCOPED(json_free_at) json_t *count = json_deep_copy(json_array_get(counts, i));
        snprintf(key, sizeof key, "%s/%s", apply_text(a->data, "stocktake"),
                 apply_text(count, "slot"));
        apply_set_text(count, "by", a->by);
        apply_set_number(count, "at", a->at_ms);
        rc = apply_put(a, VIEW_COUNTS, key, count); /* a new count needs a new reason */
    }
    return rc;
}

enum rc apply_explain(struct applying *a)
{
    char key[64];
    SCOPED(json_free_at) json_t *count = NULL;
    snprintf(key, sizeof key, "%s/%s", apply_text(a->data, "stocktake"),
             apply_text(a->data, "slot"));
    if (view_get(a->repo, a->txn, VIEW_COUNTS, key, &count))
        return fault_set(a->why, RC_CORRUPT, 0, "a reason for no count");
    json_t *why = json_object_get(count, "why");
    if (!why) {
        why = json_object();
        json_object_set_new(count, "why", why);
    }
    json_object_set_new(why, apply_text(a->data, "kind"),
                        json_pack("{s:s, s:s, s:I}", "reason",
                                  apply_text(a->data, "reason"), "by", a->by, "at",
                                  a->at_ms));
    return apply_put(a, VIEW_COUNTS, key, count);
}

enum rc apply_stocktake_end(struct applying *a)
{
    SCOPED(json_free_at) json_t *stocktake = NULL;
    enum rc rc = stocktake_of(a, &stocktake);
    if (rc)
        return rc;
    apply_set_text(stocktake, "state", "closed");
    apply_set_text(stocktake, "ended_by", a->by);
    apply_set_number(stocktake, "ended_at", a->at_ms);
    apply_set_copy(stocktake, "result", json_object_get(a->data, "result"));
    return stocktake_put(a, stocktake);
}

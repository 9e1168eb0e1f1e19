/* Taking an event back: a volume keeps what it was before its last event ("undo"), and is
 * that again. */
#include "repo-daemon/apply_in.h"

#include <stdio.h>

static const char *const kept[] = { "state",  "holder", "to",    "slot",
                                    "before", "batch",  "check", "qc" };

static void undo_new(json_t *volume)
{
    json_t *undo = json_object();
    for (size_t i = 0; i < COUNT(kept); i++)
        apply_set_text(undo, kept[i], apply_text(volume, kept[i]));
    json_object_set_new(volume, "undo", undo);
}

/* Texts are shared between the two, as they are replaced and never changed. */
void apply_undo_keep(json_t *volume)
{
    json_t *undo = json_object_get(volume, "undo");
    if (json_object_size(undo) != COUNT(kept)) {
        undo_new(volume);
        return;
    }
    for (void *i = json_object_iter(undo); i; i = json_object_iter_next(undo, i)) {
        json_t *now = json_object_getn(volume, json_object_iter_key(i),
                                       json_object_iter_key_len(i)),
               *was = json_object_iter_value(i);
        if (now == was)
            continue;
        if (json_is_string(now))
            json_object_iter_set(undo, i, now);
        else if (json_string_length(was))
            json_object_iter_set_new(undo, i, json_string(""));
    }
}

static enum rc slot_set(struct applying *a, const char *slot, const char *volume)
{
    SCOPED(json_free_at) json_t *s = NULL;
    if (!*slot)
        return RC_OK;
    if (view_get(a->repo, a->txn, VIEW_SLOTS, slot, &s))
        return fault_set(a->why, RC_CORRUPT, 0, "back to no slot");
    apply_set_text(s, "volume", volume);
    return apply_put(a, VIEW_SLOTS, slot, s);
}

/* It counts again, and its station is not asked to do it anew. */
static enum rc feeding_reopen(struct applying *a, json_t *volume, json_t *scan)
{
    static const char *const verdict[] = { "qc_by", "qc_seq", "reason", "rejects" };
    char returned[64];
    bool rejected = !strcmp(apply_text(scan, "qc"), "rejected");
    apply_set_text(scan, "qc", "open");
    for (size_t i = 0; i < COUNT(verdict); i++)
        json_object_del(scan, verdict[i]);
    if (!rejected)
        return RC_OK;
    apply_feeding_count(volume, scan, 1);
    snprintf(returned, sizeof returned, "%.20s/%.40s", apply_text(scan, "station"),
             apply_text(volume, "volume"));
    enum rc rc = view_del(a->repo, a->txn, VIEW_RETURNS, returned, a->why);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Feedings that the reversed check by QC decided on are open again. */
static enum rc feedings_reopen(struct applying *a, json_t *volume)
{
    json_int_t reverses = apply_number(a->data, "reverses");
    for (json_int_t b = 1; b <= apply_number(volume, "batches"); b++) {
        char key[48];
        SCOPED(json_free_at) json_t *scan = NULL;
        snprintf(key, sizeof key, "%s/%04lld", apply_text(volume, "volume"),
                 (long long)b);
        enum rc rc = view_get(a->repo, a->txn, VIEW_SCANS, key, &scan);
        if (rc)
            return rc;
        if (apply_number(scan, "qc_seq") != reverses)
            continue;
        rc = feeding_reopen(a, volume, scan);
        if (!rc)
            rc = apply_put(a, VIEW_SCANS, key, scan);
        if (rc)
            return rc;
    }
    SCOPED(json_free_at) json_t *waits = json_pack("{s:I}", "at", a->at_ms);
    enum rc rc = apply_put(a, VIEW_QC, apply_text(volume, "volume"), waits);
    return rc ? rc : apply_items_count(a, volume);
}

enum rc apply_undo(struct applying *a, json_t *volume)
{
    const char *name = apply_text(volume, "volume"), *what = apply_text(a->data, "what");
    SCOPED(json_free_at) json_t *undo = json_incref(json_object_get(volume, "undo"));
    char slot[28];
    if (!undo)
        return fault_set(a->why, RC_CORRUPT, 0, "nothing to go back to");
    snprintf(slot, sizeof slot, "%s", apply_text(volume, "slot"));
    enum rc rc = RC_OK;
    if (strcmp(slot, apply_text(undo, "slot")) != 0) {
        rc = slot_set(a, slot, "");
        if (!rc)
            rc = slot_set(a, apply_text(undo, "slot"), name);
    }
    for (size_t i = 0; i < COUNT(kept); i++)
        apply_set_text(volume, kept[i], apply_text(undo, kept[i]));
    json_object_del(volume, "undo"); /* one step back, no further */
    if (!rc && (!strcmp(what, "qc-pass") || !strcmp(what, "qc-reject")))
        rc = feedings_reopen(a, volume);
    return rc;
}

enum rc apply_offline(struct applying *a)
{
    SCOPED(json_free_at) json_t *conflict = json_deep_copy(a->data);
    apply_set_text(conflict, "by", a->by);
    apply_set_number(conflict, "at", a->at_ms);
    return apply_put(a, VIEW_CONFLICTS, apply_text(a->data, "command"), conflict);
}

enum rc apply_offline_end(struct applying *a)
{
    SCOPED(json_free_at) json_t *conflict = NULL;
    const char *key = apply_text(a->data, "command");
    if (view_get(a->repo, a->txn, VIEW_CONFLICTS, key, &conflict))
        return fault_set(a->why, RC_CORRUPT, 0, "no conflict to settle");
    apply_set_text(conflict, "settled", apply_text(a->data, "reason"));
    apply_set_text(conflict, "settled_by", a->by);
    apply_set_number(conflict, "settled_at", a->at_ms);
    return apply_put(a, VIEW_CONFLICTS, key, conflict);
}

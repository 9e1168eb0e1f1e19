/* Holds and purges.
 *
 * A proposal, its end and a hold are events on the volumes that they name, so that each
 * gets a new version: whoever approves has seen all of it. */
#include "repo-daemon/apply_in.h"

#include "repo-daemon/call.h"

/* Every volume of the event, once more: `change` sets what is new of it. */
static enum rc volumes_change(struct applying *a,
                              void (*change)(struct applying *a, json_t *volume))
{
    for (size_t i = 0; i < a->event->move_count; i++) {
        SCOPED(json_free_at) json_t *volume = NULL;
        const char *label = a->event->moves[i].volume;
        if (view_get(a->repo, a->txn, VIEW_VOLUMES, label, &volume))
            return fault_set(a->why, RC_CORRUPT, 0, "an event on no volume");
        change(a, volume);
        enum rc rc = apply_put(a, VIEW_VOLUMES, label, volume);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static void hold_add(struct applying *a, json_t *volume)
{
    json_t *holds = json_object_get(volume, "holds");
    if (!holds)
        json_object_set_new(volume, "holds", holds = json_array());
    json_array_append_new(
        holds, json_pack("{s:I, s:s, s:I, s:s}", "hold", (json_int_t)a->seq, "by", a->by,
                         "at", a->at_ms, "reason", apply_text(a->data, "reason")));
}

static void hold_del(struct applying *a, json_t *volume)
{
    json_t *holds = json_object_get(volume, "holds");
    for (size_t i = json_array_size(holds); i--;)
        if (apply_number(json_array_get(holds, i), "hold") ==
            apply_number(a->data, "hold"))
            json_array_remove(holds, i);
}

enum rc apply_hold(struct applying *a)
{
    return volumes_change(a, hold_add);
}

enum rc apply_lift(struct applying *a)
{
    return volumes_change(a, hold_del);
}

static void purge_name(struct applying *a, json_t *volume)
{
    apply_set_text(volume, "purge", apply_text(a->data, "purge"));
}

static void purge_forget(struct applying *a, json_t *volume)
{
    (void)a;
    json_object_del(volume, "purge");
}

/* The package has gone with the files. */
static void purge_mark(struct applying *a, json_t *volume)
{
    apply_set_number(volume, "purged_ms", a->at_ms);
    apply_set_text(volume, "path", "");
}

static json_t *lines_of(const struct ledger_record *event)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < event->move_count; i++)
        json_array_append_new(lines,
                              json_pack("{s:s, s:I}", "volume", event->moves[i].volume,
                                        "version", (json_int_t)event->moves[i].version));
    return lines;
}

enum rc apply_purge_propose(struct applying *a)
{
    SCOPED(json_free_at) json_t *purge = json_deep_copy(a->data);
    json_object_update_new(purge, json_pack("{s:s, s:i, s:s, s:I, s:o}", "state",
                                            "proposed", "version", 1, "by", a->by, "at",
                                            a->at_ms, "lines", lines_of(a->event)));
    enum rc rc = apply_put(a, VIEW_PURGES, apply_text(a->data, "purge"), purge);
    return rc ? rc : volumes_change(a, purge_name);
}

/* The proposal as it goes on: what was decided, by whom and why. */
static enum rc decide(struct applying *a, const char *state)
{
    SCOPED(json_free_at) json_t *purge = NULL;
    const char *key = apply_text(a->data, "purge");
    if (view_get(a->repo, a->txn, VIEW_PURGES, key, &purge))
        return fault_set(a->why, RC_CORRUPT, 0, "no such purge: '%s'", key);
    const json_t *list = json_object_get(a->data, "list");
    apply_set_text(purge, "state", state);
    apply_set_number(purge, "version", apply_number(purge, "version") + 1);
    apply_set_text(purge, "decided_by", a->by);
    apply_set_number(purge, "decided_at", a->at_ms);
    apply_set_text(purge, "decision", apply_text(a->data, "reason"));
    if (list) {
        apply_set_copy(purge, "list", list);
        apply_set_number(purge, "files", apply_number(a->data, "files"));
        apply_set_number(purge, "bytes", apply_number(a->data, "bytes"));
        apply_set_number(purge, "shared", apply_number(a->data, "shared"));
    }
    return apply_put(a, VIEW_PURGES, key, purge);
}

enum rc apply_purge_end(struct applying *a)
{
    enum rc rc = decide(a, apply_text(a->data, "result"));
    return rc ? rc : volumes_change(a, purge_forget);
}

/* A list that names a 副卷 is for those who work with it. */
static bool secret(const struct ledger_record *event)
{
    bool any = false;
    for (size_t i = 0; i < event->move_count; i++)
        any = any || call_is_secret(event->moves[i].volume);
    return any;
}

/* The list is a file that stays, like a manifest: from it every file that goes is known
 * for ever. */
enum rc apply_purge(struct applying *a)
{
    SCOPED(json_free_at) json_t *list = NULL;
    const char *hex = apply_text(a->data, "list"), *key = apply_text(a->data, "purge");
    enum rc rc = repo_blob_json(a->repo, hex, &list, a->why);
    if (!rc)
        rc = apply_blob(a, hex, secret(a->event) ? 2 : 1, "");
    const json_t *volumes = json_object_get(list, "volumes");
    for (size_t v = 0; !rc && v < json_array_size(volumes); v++) {
        const json_t *files = json_object_get(json_array_get(volumes, v), "files");
        for (size_t i = 0; !rc && i < json_array_size(files); i++)
            rc = apply_blob_gone(a, json_string_value(json_array_get(files, i)), key);
    }
    if (!rc)
        rc = decide(a, "approved");
    return rc ? rc : volumes_change(a, purge_mark);
}

enum rc apply_purge_done(struct applying *a)
{
    SCOPED(json_free_at) json_t *purge = NULL;
    const char *key = apply_text(a->data, "purge");
    if (view_get(a->repo, a->txn, VIEW_PURGES, key, &purge))
        return fault_set(a->why, RC_CORRUPT, 0, "no such purge: '%s'", key);
    apply_set_text(purge, "state", "done");
    apply_set_number(purge, "version", apply_number(purge, "version") + 1);
    apply_set_number(purge, "done_at", a->at_ms);
    apply_set_number(purge, "removed", apply_number(a->data, "removed"));
    return apply_put(a, VIEW_PURGES, key, purge);
}

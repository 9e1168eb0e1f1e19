/* What an event does to a volume stands in the event itself ("holder", "to", "slot",
 * "keep"), not in the law of the day: history keeps its meaning when the law changes. */
#include "repo-daemon/apply_in.h"

#include "core/label.h"
#include "repo-daemon/manifest.h"

#include <stdio.h>

static enum rc slot_fill(struct applying *a, const char *slot, const char *volume)
{
    SCOPED(json_free_at) json_t *s = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_SLOTS, slot, &s);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "event %llu names no slot of ours",
                         (unsigned long long)a->seq);
    rc = apply_slot_settle(a, slot, s);
    if (rc)
        return rc;
    apply_set_text(s, "volume", volume);
    apply_set_text(s, "order", "");
    apply_set_text(s, "odd", "");
    return apply_put(a, VIEW_SLOTS, slot, s);
}

/* Fields that an event may set on each volume it names. */
static enum rc effects_apply(struct applying *a, json_t *volume, const char *from)
{
    const char *name = apply_text(volume, "volume");
    const json_t *to = json_object_get(a->data, "to"),
                 *slot = json_object_get(a->data, "slot");
    if (json_object_get(a->data, "holder"))
        apply_set_text(volume, "holder", apply_text(a->data, "holder"));
    if (to) {
        const char *batch =
            *apply_text(a->data, "to") ? apply_text(a->data, "batch") : "";
        apply_set_text(volume, "to", apply_text(a->data, "to"));
        apply_set_text(volume, "batch", batch);
    }
    if ((to && *apply_text(a->data, "to")) || apply_number(a->data, "keep"))
        apply_set_text(volume, "before", from);
    if (!strcmp(a->word, "accept") || !strcmp(a->word, "find"))
        apply_set_text(volume, "check", ""); /* it was in other hands since */
    if (json_object_get(a->data, "sheets") && !strcmp(a->word, "receive"))
        apply_set_number(volume, "declared", apply_number(a->data, "sheets"));
    if (!slot)
        return RC_OK;
    const char *there = apply_text(a->data, "slot");
    const char *place = *there ? there : apply_text(volume, "slot");
    enum rc rc = *place ? slot_fill(a, place, *there ? name : "") : RC_OK;
    apply_set_text(volume, "slot", there);
    return rc;
}

/* The rows of a feeding, each once. */
static json_t *rows_of(const json_t *manifest)
{
    json_t *rows = json_array();
    const json_t *items = json_object_get(manifest, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *row = json_object_get(json_array_get(items, i), "row");
        bool seen = false;
        for (size_t r = 0; r < json_array_size(rows); r++)
            seen = seen || json_equal(json_array_get(rows, r), row);
        if (!seen && json_is_integer(row))
            json_array_append(rows, (json_t *)(uintptr_t)row);
    }
    return rows;
}

static bool rows_add(const char *key, json_t *scan, void *context)
{
    (void)key;
    const json_t *rows = json_object_get(scan, "rows");
    for (size_t i = 0;
         strcmp(apply_text(scan, "qc"), "rejected") && i < json_array_size(rows); i++) {
        char row[24];
        snprintf(row, sizeof row, "%lld",
                 (long long)json_integer_value(json_array_get(rows, i)));
        json_object_set_new(context, row, json_true());
    }
    return true;
}

/* 件: catalogue rows that have a page in a feeding that stands. */
enum rc apply_items_count(struct applying *a, json_t *volume)
{
    char prefix[48];
    SCOPED(json_free_at) json_t *rows = json_object();
    snprintf(prefix, sizeof prefix, "%s/", apply_text(volume, "volume"));
    enum rc rc =
        view_each(a->repo, a->txn, VIEW_SCANS, prefix, NULL, rows_add, rows, a->why);
    apply_set_number(volume, "items", (json_int_t)json_object_size(rows));
    return rc;
}

static enum rc images_apply(struct applying *a, const json_t *manifest, json_int_t kind,
                            const char *feeding)
{
    char label[48];
    snprintf(label, sizeof label, "%.*s", (int)strcspn(feeding, "/"), feeding);
    /* The manifest itself names every paper. */
    enum rc rc = apply_blob(a, apply_text(a->data, "manifest"), kind, label);
    const json_t *images = json_object_get(manifest, "images");
    const char *name;
    for (size_t i = 0; !rc && i < json_array_size(images); i++)
        for (size_t n = 0; !rc && (name = manifest_blob_name(n)); n++)
            rc =
                apply_blob(a, apply_text(json_array_get(images, i), name), kind, feeding);
    return rc;
}

static enum rc scan_apply(struct applying *a, json_t *volume)
{
    char key[48];
    json_int_t batch = apply_number(a->data, "batch");
    SCOPED(json_free_at) json_t *scan = json_deep_copy(a->data);
    SCOPED(json_free_at) json_t *manifest = NULL;
    enum rc rc =
        repo_blob_json(a->repo, apply_text(a->data, "manifest"), &manifest, a->why);
    if (rc)
        return rc;
    json_object_set_new(scan, "rows", rows_of(manifest));
    apply_set_text(scan, "qc", "open");
    apply_set_number(scan, "at", a->at_ms);
    snprintf(key, sizeof key, "%s/%04lld", apply_text(volume, "volume"),
             (long long)batch);
    rc = apply_put(a, VIEW_SCANS, key, scan);
    if (!rc)
        rc = apply_qc_begin(a, volume);
    apply_feeding_count(volume, scan, 1);
    apply_set_number(volume, "batches", batch);
    apply_set_text(volume, "qc", "open");
    apply_set_text(volume, "check", ""); /* what was checked is not all there is now */
    apply_set_number(volume, "unscanned", 0);
    if (!rc)
        rc = apply_items_count(a, volume);
    return rc ? rc : images_apply(a, manifest, apply_number(volume, "kind"), key);
}

static enum rc results_apply(struct applying *a, json_t *volume)
{
    static const struct {
        const char *word, *fields[6];
    } keeps[] = {
        { "check", { "report", "certificate", "rules" } },
        { "archive", { "path", "sha256", "files", "retention" } },
    };
    if (!strcmp(a->word, "scan-done"))
        return scan_apply(a, volume);
    if (!strcmp(a->word, "qc-pass") || !strcmp(a->word, "qc-reject"))
        return apply_qc_end(a, volume,
                            strcmp(a->word, "qc-pass") ? "rejected" : "passed");
    enum rc rc = RC_OK;
    if (!strcmp(a->word, "check")) {
        json_int_t kind = apply_number(volume, "kind");
        const char *name = apply_text(volume, "volume");
        rc = apply_blob(a, apply_text(a->data, "report"), kind, name);
        if (!rc)
            rc = apply_blob(a, apply_text(a->data, "certificate"), kind, name);
        apply_set_text(volume, "check",
                       apply_number(a->data, "passed") ? "passed" : "failed");
        apply_set_text(volume, "checked_by", a->by);
    }
    for (size_t i = 0; i < COUNT(keeps); i++)
        for (size_t f = 0; !strcmp(a->word, keeps[i].word) && keeps[i].fields[f]; f++)
            if (json_object_get(a->data, keeps[i].fields[f]))
                apply_set_copy(volume, keeps[i].fields[f],
                               json_object_get(a->data, keeps[i].fields[f]));
    return rc;
}

static enum rc volume_new(struct applying *a, const char *name, json_t **ret_volume)
{
    struct label label;
    if (strcmp(a->word, EVENT_REGISTER) != 0 ||
        label_read((struct bytes){ (const uint8_t *)name, strlen(name) }, &label))
        return fault_set(a->why, RC_CORRUPT, 0,
                         "event %llu names volume '%s' that is not there",
                         (unsigned long long)a->seq, name);
    static const char *const empty[] = { "holder", "to", "slot", "qc" };
    json_t *volume = *ret_volume = json_object();
    apply_set_text(volume, "volume", name);
    apply_set_text(volume, "case", label.case_id);
    apply_set_number(volume, "kind", label.kind);
    apply_set_number(volume, "part", label.part);
    for (size_t i = 0; i < COUNT(empty); i++)
        apply_set_text(volume, empty[i], "");
    apply_set_number(volume, "declared", apply_number(a->data, "sheets"));
    apply_set_number(volume, "notice", apply_number(a->data, "notice"));
    return RC_OK;
}

enum rc apply_move(struct applying *a, const struct ledger_record_move *move)
{
    const char *name = move->volume;
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_VOLUMES, name, &volume);
    bool relinked = !strcmp(a->word, "relink");
    if (rc == RC_NOT_FOUND && relinked)
        rc = apply_relink(a, name, &volume);
    else if (rc == RC_NOT_FOUND)
        rc = volume_new(a, name, &volume);
    else if (!rc && relinked)
        return apply_relinked(a, volume, move);
    if (rc)
        return rc;
    bool back = !strcmp(a->word, EVENT_REVERSE);
    if (!back && !relinked)
        apply_undo_keep(volume);
    apply_set_text(volume, "state", move->to);
    apply_set_number(volume, "version", (json_int_t)move->version);
    apply_set_number(volume, "updated_ms", a->at_ms);
    rc = back ? apply_undo(a, volume) : RC_OK;
    if (!rc && !back && !relinked)
        rc = effects_apply(a, volume, move->from);
    if (!rc)
        rc = results_apply(a, volume);
    if (!rc)
        rc = apply_loan_move(a, volume, move->from, move->to);
    return rc ? rc : view_keep(a->repo, a->txn, VIEW_VOLUMES, name, volume, a->why);
}

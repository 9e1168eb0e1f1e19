/* The life of case numbers: 诉前调, 民初, 民终, 执 belong together; a volume that goes on
 * under another number keeps its papers, its pictures and its place. */
#include "repo-daemon/apply_in.h"

#include "core/label.h"

#include <stdio.h>

enum { NUMBERS_MOST = 50 }; /* that one volume had */

static enum rc link_add(struct applying *a, const char *from, const char *to,
                        const char *direction)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *other = NULL;
    if (view_get(a->repo, a->txn, VIEW_CASES, from, &the_case) ||
        view_get(a->repo, a->txn, VIEW_CASES, to, &other))
        return fault_set(a->why, RC_CORRUPT, 0, "a link of no case");
    json_t *links = json_object_get(the_case, "links");
    if (!links) {
        links = json_array();
        json_object_set_new(the_case, "links", links);
    }
    json_array_append_new(links,
                          json_pack("{s:s, s:s, s:s, s:s}", "case", to, "case_no",
                                    apply_text(other, "case_no"), "kind",
                                    apply_text(a->data, "kind"), "direction", direction));
    return apply_put(a, VIEW_CASES, from, the_case);
}

enum rc apply_case_link(struct applying *a)
{
    const char *from = apply_text(a->data, "case"), *to = apply_text(a->data, "to");
    enum rc rc = link_add(a, from, to, "to");
    return rc ? rc : link_add(a, to, from, "from");
}

/* Its feedings go along; each row that had pages is `row` now, when one is given. */
static enum rc scans_move(struct applying *a, const char *from, const char *to,
                          json_int_t batches)
{
    json_int_t row = apply_number(a->data, "row");
    for (json_int_t b = 1; b <= batches; b++) {
        char old[48], new[48];
        SCOPED(json_free_at) json_t *scan = NULL;
        snprintf(old, sizeof old, "%s/%04lld", from, (long long)b);
        snprintf(new, sizeof new, "%s/%04lld", to, (long long)b);
        enum rc rc = view_get(a->repo, a->txn, VIEW_SCANS, old, &scan);
        if (rc)
            return rc;
        if (row) {
            apply_set_number(scan, "row", row);
            json_object_set_new(scan, "rows", json_pack("[I]", row));
        }
        rc = apply_put(a, VIEW_SCANS, new, scan);
        if (!rc)
            rc = view_del(a->repo, a->txn, VIEW_SCANS, old, a->why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc qc_move(struct applying *a, const char *from, const char *to)
{
    SCOPED(json_free_at) json_t *waits = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_QC, from, &waits);
    if (rc)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = apply_put(a, VIEW_QC, to, waits);
    return rc ? rc : view_del(a->repo, a->txn, VIEW_QC, from, a->why);
}

static bool item_in(const char *key, json_t *item, void *context)
{
    (void)key;
    json_array_append(context, item);
    return true;
}

/* Papers are named by the case they came in for, which may be an older number of the
 * volume than `from`. */
static enum rc items_of_case(struct applying *a, const char *label, const char *from,
                             const char *to)
{
    char prefix[32];
    SCOPED(json_free_at) json_t *items = json_array();
    snprintf(prefix, sizeof prefix, "M%.20s", label + 1);
    enum rc rc =
        view_each(a->repo, a->txn, VIEW_ITEMS, prefix, NULL, item_in, items, a->why);
    for (size_t i = 0; !rc && i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        if (strcmp(apply_text(item, "volume"), from) != 0)
            continue;
        apply_set_text(item, "volume", to);
        rc = apply_put(a, VIEW_ITEMS, apply_text(item, "item"), item);
    }
    return rc;
}

static enum rc items_move(struct applying *a, const char *from, const char *to)
{
    char label[LABEL_TEXT_MAX];
    enum rc rc = RC_OK;
    snprintf(label, sizeof label, "%s", from);
    for (unsigned older = 0; !rc && *label && older < NUMBERS_MOST; older++) {
        SCOPED(json_free_at) json_t *volume = NULL;
        rc = items_of_case(a, label, from, to);
        if (view_get(a->repo, a->txn, VIEW_VOLUMES, label, &volume))
            volume = NULL;
        snprintf(label, sizeof label, "%s", apply_text(volume, "was"));
    }
    return rc;
}

/* The volume under its new number: what it was, and where it stands. */
enum rc apply_relink(struct applying *a, const char *name, json_t **ret_volume)
{
    struct label label;
    SCOPED(json_free_at) json_t *old = NULL;
    SCOPED(json_free_at) json_t *slot = NULL;
    const char *from = apply_text(a->data, "from");
    if (view_get(a->repo, a->txn, VIEW_VOLUMES, from, &old) ||
        label_read((struct bytes){ (const uint8_t *)name, strlen(name) }, &label))
        return fault_set(a->why, RC_CORRUPT, 0, "a new number for no volume");
    json_t *volume = json_deep_copy(old);
    apply_set_text(volume, "volume", name);
    apply_set_text(volume, "case", label.case_id);
    apply_set_number(volume, "part", label.part);
    apply_set_text(volume, "was", from);
    apply_set_text(volume, "check", "");
    apply_set_number(volume, "loans", 0);
    json_object_del(volume, "undo");
    *ret_volume = volume;
    enum rc rc = scans_move(a, from, name, apply_number(old, "batches"));
    if (!rc)
        rc = qc_move(a, from, name);
    if (!rc)
        rc = items_move(a, from, name);
    const char *place = apply_text(old, "slot");
    if (rc || !*place)
        return rc;
    if (view_get(a->repo, a->txn, VIEW_SLOTS, place, &slot))
        return fault_set(a->why, RC_CORRUPT, 0, "a volume in no slot");
    apply_set_text(slot, "volume", name);
    return apply_put(a, VIEW_SLOTS, place, slot);
}

/* The old number: it only points to the new one. */
enum rc apply_relinked(struct applying *a, json_t *volume,
                       const struct ledger_record_move *move)
{
    static const char *const empty[] = { "holder", "to", "slot", "batch", "qc", "check" };
    static const char *const zero[] = { "sheets",   "images",  "pages", "blank",
                                        "standing", "batches", "items" };
    for (size_t i = 0; i < COUNT(empty); i++)
        apply_set_text(volume, empty[i], "");
    for (size_t i = 0; i < COUNT(zero); i++)
        apply_set_number(volume, zero[i], 0);
    json_object_del(volume, "undo");
    apply_set_text(volume, "as", apply_text(a->data, "as"));
    apply_set_text(volume, "state", move->to);
    apply_set_number(volume, "version", (json_int_t)move->version);
    apply_set_number(volume, "updated_ms", a->at_ms);
    return apply_put(a, VIEW_VOLUMES, apply_text(volume, "volume"), volume);
}

/* Quality control in the views: what waits for the second person, and what he sent back.
 *
 * A verdict on pages (data "pages") rejects the feedings that they belong to; one without
 * pages is for all that wait. A station finds what came back to it in VIEW_RETURNS, until
 * a new feeding of that volume comes. */
#include "repo-daemon/apply_in.h"

#include <stdio.h>

void apply_feeding_count(json_t *volume, const json_t *scan, json_int_t sign)
{
    static const char *const counts[][2] = { { "sheets", "sheets_counted" },
                                             { "images", "images" },
                                             { "pages", "pages" },
                                             { "blank", "blank" } };
    for (size_t i = 0; i < COUNT(counts); i++)
        apply_set_number(volume, counts[i][0],
                         apply_number(volume, counts[i][0]) +
                             sign * apply_number(scan, counts[i][1]));
    apply_set_number(volume, "standing", apply_number(volume, "standing") + sign);
}

static void return_key(const json_t *volume, const json_t *scan, char ret_key[64])
{
    snprintf(ret_key, 64, "%.20s/%.40s", apply_text(scan, "station"),
             apply_text(volume, "volume"));
}

static enum rc scan_get(struct applying *a, const json_t *volume, json_int_t batch,
                        char ret_key[48], json_t **ret_scan)
{
    snprintf(ret_key, 48, "%s/%04lld", apply_text(volume, "volume"), (long long)batch);
    return view_get(a->repo, a->txn, VIEW_SCANS, ret_key, ret_scan);
}

enum rc apply_qc_begin(struct applying *a, const json_t *volume)
{
    SCOPED(json_free_at) json_t *waits = json_pack("{s:I}", "at", a->at_ms);
    json_int_t batches = apply_number(volume, "batches");
    enum rc rc = apply_put(a, VIEW_QC, apply_text(volume, "volume"), waits);
    for (json_int_t b = 1; b <= batches && !rc; b++) {
        char key[48], returned[64];
        SCOPED(json_free_at) json_t *scan = NULL;
        rc = scan_get(a, volume, b, key, &scan);
        if (rc)
            return rc;
        return_key(volume, scan, returned);
        rc = view_del(a->repo, a->txn, VIEW_RETURNS, returned, a->why);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

/* Pages of this feeding that were sent back. New reference; empty when none is named. */
static json_t *pages_of(const struct applying *a, json_int_t batch)
{
    json_t *list = json_array(), *page;
    size_t i;
    json_array_foreach(json_object_get(a->data, "pages"), i, page)
    {
        if (apply_number(page, "batch") == batch)
            json_array_append_new(list, json_deep_copy(page));
    }
    return list;
}

static enum rc send_back(struct applying *a, const json_t *volume, json_t *scan,
                         json_t *pages)
{
    char key[64];
    SCOPED(json_free_at)
    json_t *entry =
        json_pack("{s:s, s:s, s:I, s:O, s:s, s:s, s:I}", "volume",
                  apply_text(volume, "volume"), "station", apply_text(scan, "station"),
                  "batch", apply_number(scan, "batch"), "pages", pages, "reason",
                  apply_text(a->data, "reason"), "by", a->by, "at", a->at_ms);
    return_key(volume, scan, key);
    apply_set_text(scan, "reason", apply_text(a->data, "reason"));
    json_object_set(scan, "rejects", pages);
    return apply_put(a, VIEW_RETURNS, key, entry);
}

enum rc apply_qc_end(struct applying *a, json_t *volume, const char *result)
{
    bool rejected = !strcmp(result, "rejected"), open = false;
    bool by_page = json_array_size(json_object_get(a->data, "pages"));
    json_int_t batches = apply_number(volume, "batches");
    for (json_int_t b = 1; b <= batches; b++) {
        char key[48];
        SCOPED(json_free_at) json_t *scan = NULL;
        SCOPED(json_free_at) json_t *pages = pages_of(a, b);
        enum rc rc = scan_get(a, volume, b, key, &scan);
        if (rc)
            return rc;
        if (strcmp(apply_text(scan, "qc"), "open") != 0)
            continue;
        if (by_page && !json_array_size(pages)) {
            open = true;
            continue;
        }
        apply_set_text(scan, "qc", result);
        apply_set_text(scan, "qc_by", a->by);
        apply_set_number(scan, "qc_seq", (json_int_t)a->seq);
        if (rejected) {
            apply_feeding_count(volume, scan, -1);
            rc = send_back(a, volume, scan, pages);
        }
        if (!rc)
            rc = apply_put(a, VIEW_SCANS, key, scan);
        if (rc)
            return rc;
    }
    bool stands = apply_number(volume, "standing") > 0;
    apply_set_text(volume, "qc", open ? "open" : stands ? "passed" : "rejected");
    if (rejected)
        apply_set_text(volume, "check", "");
    enum rc rc = rejected ? apply_items_count(a, volume) : RC_OK;
    if (rc || open)
        return rc;
    rc = view_del(a->repo, a->txn, VIEW_QC, apply_text(volume, "volume"), a->why);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

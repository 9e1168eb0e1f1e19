/* Feedings that are open, their manifests, and those that were sent back before them. */
#include "repo-daemon/qc_open.h"

#include "repo-daemon/manifest.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { PERCENT_LEAST = 5 };

void qc_open_free(struct qc_open *open)
{
    for (size_t i = 0; open->why && i < json_array_size(open->scans); i++)
        free(open->why[i]);
    free(open->why);
    json_decref(open->scans);
    json_decref(open->manifests);
    json_decref(open->operators);
    *open = (struct qc_open){ 0 };
}

struct sorting {
    json_t *open, *rejected; /* borrowed arrays */
};

static bool scan_sort(const char *key, json_t *scan, void *context)
{
    (void)key;
    struct sorting *s = context;
    if (!strcmp(json_text(scan, "qc"), "open"))
        json_array_append(s->open, scan);
    else if (!strcmp(json_text(scan, "qc"), "rejected"))
        json_array_append(s->rejected, scan);
    return true;
}

static enum rc scans_read(struct repo *repo, const json_t *volume, struct sorting *s,
                          struct fault *why)
{
    char prefix[48];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    snprintf(prefix, sizeof prefix, "%s/", json_text(volume, "volume"));
    enum rc rc = store_begin_read(repo->store, &txn, why);
    return rc ? rc : view_each(repo, txn, VIEW_SCANS, prefix, NULL, scan_sort, s, why);
}

/* The hashes of all pictures that were sent back, as keys. */
static enum rc captures_of(struct repo *repo, const json_t *scans, json_t *ret_captures,
                           struct fault *why)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < json_array_size(scans) && !rc; i++) {
        SCOPED(json_free_at) json_t *manifest = NULL;
        rc = repo_blob_json(repo, json_text(json_array_get(scans, i), "manifest"),
                            &manifest, why);
        const json_t *images = json_object_get(manifest, "images");
        for (size_t n = 0; n < json_array_size(images); n++)
            json_object_set_new(ret_captures,
                                json_text(json_array_get(images, n), "capture_sha256"),
                                json_true());
    }
    return rc;
}

static void operators_add(json_t *list, const json_t *more)
{
    size_t i, n;
    json_t *badge, *there;
    json_array_foreach(more, i, badge)
    {
        bool found = false;
        json_array_foreach(list, n, there)
        {
            found = found || json_equal(there, badge);
        }
        if (!found)
            json_array_append(list, badge);
    }
}

/* Feedings from before there were lots are drawn by their own hash. */
static void choose(struct qc_open *open, size_t place, const json_t *scan,
                   const json_t *manifest, const json_t *before)
{
    const char *lot = json_text(scan, "qc_lot");
    unsigned percent = (unsigned)json_number(scan, "qc_percent");
    if (percent < PERCENT_LEAST)
        percent = PERCENT_LEAST;
    if (percent > open->percent)
        open->percent = percent;
    open->why[place] =
        qc_choose(manifest, *lot ? lot : json_text(scan, "manifest"), percent, before);
    size_t count = json_array_size(json_object_get(manifest, "images"));
    open->images += count;
    for (size_t i = 0; i < count; i++)
        open->must += open->why[place][i] != 0;
}

enum rc qc_open_read(struct repo *repo, const json_t *volume, struct qc_open *ret_open,
                     struct fault *why)
{
    struct qc_open *open = ret_open;
    SCOPED(json_free_at) json_t *rejected = json_array();
    SCOPED(json_free_at) json_t *before = json_object();
    *open = (struct qc_open){ .scans = json_array(),
                              .manifests = json_array(),
                              .operators = json_array() };
    struct sorting s = { open->scans, rejected };
    enum rc rc = scans_read(repo, volume, &s, why);
    if (!rc)
        rc = captures_of(repo, rejected, before, why);
    if (rc)
        return rc;
    size_t count = json_array_size(open->scans);
    open->why = calloc(count + 1, sizeof *open->why);
    if (!open->why)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for quality control");
    for (size_t i = 0; i < count; i++) {
        const json_t *scan = json_array_get(open->scans, i);
        json_t *manifest = NULL;
        rc = repo_blob_json(repo, json_text(scan, "manifest"), &manifest, why);
        if (rc)
            return rc;
        json_array_append_new(open->manifests, manifest);
        SCOPED(json_free_at) json_t *operators = manifest_operators(manifest);
        operators_add(open->operators, operators);
        choose(open, i, scan, manifest, before);
    }
    return RC_OK;
}

bool qc_open_by(const struct qc_open *open, const char *badge)
{
    size_t i;
    const json_t *one;
    json_array_foreach(open->operators, i, one)
    {
        if (!strcmp(json_string_value(one), badge))
            return true;
    }
    return false;
}

const json_t *qc_open_image(const struct qc_open *open, int64_t batch, int64_t index,
                            unsigned *ret_why)
{
    for (size_t i = 0; i < json_array_size(open->scans); i++) {
        const json_t *images =
            json_object_get(json_array_get(open->manifests, i), "images");
        if (json_number(json_array_get(open->scans, i), "batch") != batch || index < 1 ||
            index > (int64_t)json_array_size(images))
            continue;
        if (ret_why)
            *ret_why = open->why[i][index - 1];
        return json_array_get(images, (size_t)index - 1);
    }
    return NULL;
}

static const char *title_of(const json_t *manifest, unsigned row)
{
    const json_t *items = json_object_get(manifest, "items");
    for (size_t i = 0; row && i < json_array_size(items); i++)
        if (json_number(json_array_get(items, i), "row") == row)
            return json_text(json_array_get(items, i), "title");
    return "";
}

static json_t *picture_show(int64_t batch, const json_t *image, unsigned row,
                            const char *title, unsigned why)
{
    static const char *const copied[] = { "pdf_sha256",     "thumb_sha256", "qc",
                                          "capture_sha256", "capture_type", "confidence",
                                          "rotated_deg" };
    json_t *out =
        json_pack("{s:I, s:I, s:I, s:s, s:s, s:i, s:s, s:o}", "batch", (json_int_t)batch,
                  "image", (json_int_t)json_number(image, "index"), "sheet",
                  (json_int_t)json_number(image, "sheet"), "side",
                  json_text(image, "side"), "kind", json_text(image, "kind"), "row",
                  (int)row, "title", title, "why", qc_why_words(why));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        if (json_object_get(image, copied[i]))
            json_object_set(out, copied[i], json_object_get(image, copied[i]));
    return out;
}

json_t *qc_open_show(const struct qc_open *open)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(open->scans); i++) {
        const json_t *manifest = json_array_get(open->manifests, i);
        const json_t *images = json_object_get(manifest, "images");
        SCOPED(free_at) unsigned *rows = manifest_rows(manifest);
        int64_t batch = json_number(json_array_get(open->scans, i), "batch");
        for (size_t n = 0; n < json_array_size(images); n++)
            json_array_append_new(list, picture_show(batch, json_array_get(images, n),
                                                     rows[n], title_of(manifest, rows[n]),
                                                     open->why[i][n]));
    }
    return list;
}

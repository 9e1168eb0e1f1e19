#include "repo-daemon/gather.h"

#include "repo-daemon/call.h"
#include "repo-daemon/manifest.h"
#include "sys/clock.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gather_free(struct gathered *all)
{
    rules_free(all->rules);
    json_decref(all->the_case);
    json_decref(all->volume);
    json_decref(all->scans);
    json_decref(all->manifests);
    free(all->batches);
    free(all->images);
    *all = (struct gathered){ 0 };
}

static bool scan_standing(__attribute__((unused)) const char *key, json_t *scan,
                          void *context)
{
    if (strcmp(json_text(scan, "qc"), "rejected") != 0)
        json_array_append(context, scan);
    return true;
}

static enum rc scans_read(struct repo *repo, struct gathered *all, struct fault *why)
{
    char prefix[48];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    snprintf(prefix, sizeof prefix, "%s/", json_text(all->volume, "volume"));
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_SCANS, prefix, NULL, scan_standing, all->scans,
                       why);
    if (!rc)
        rc = view_get(repo, txn, VIEW_CASES, json_text(all->volume, "case"),
                      &all->the_case);
    return rc;
}

static void rules_look_up(struct repo *repo, struct gathered *all)
{
    char today[CLOCK_TEXT_MAX];
    clock_text(clock_now_ms(), today);
    today[10] = 0;
    const json_t *notice = json_object_get(all->the_case, "notice");
    const char *day = notice ? json_text(notice, "closed_on") : today;
    /* Without rules the pages still have an order; the check says that rules are missing.
     */
    if (rules_find(json_text(all->the_case, "case_type"),
                   (unsigned)json_number(all->volume, "kind"), repo->court, day,
                   &all->rules, NULL))
        all->rules = NULL;
}

static enum rules_kind kind_of(const char *name)
{
    return !strcmp(name, "page")    ? RULES_PAGE
           : !strcmp(name, "blank") ? RULES_BLANK
           : !strcmp(name, "cover") ? RULES_COVER
                                    : RULES_SEPARATOR;
}

static bool images_add(struct gathered *all, size_t b)
{
    const json_t *manifest = json_array_get(all->manifests, b);
    const json_t *images = json_object_get(manifest, "images");
    size_t count = json_array_size(images);
    SCOPED(free_at) unsigned *rows = manifest_rows(manifest);
    struct rules_image *grown =
        realloc(all->images, (all->image_count + count + 1) * sizeof *grown);
    if (!grown)
        return false;
    all->images = grown;
    bool passed = !strcmp(json_text(json_array_get(all->scans, b), "qc"), "passed");
    /* Under a new number everything may stand in one row of the other catalogue. */
    unsigned row = (unsigned)json_number(json_array_get(all->scans, b), "row");
    for (size_t i = 0; i < count; i++) {
        const json_t *image = json_array_get(images, i);
        all->images[all->image_count++] = (struct rules_image){
            .kind = kind_of(json_text(image, "kind")),
            .batch = (unsigned)b,
            .index = (unsigned)i + 1,
            .row = rows[i] && row ? row : rows[i],
            .capture_sha256 = json_string_value(json_object_get(image, "capture_sha256")),
            .pdf_sha256 = json_string_value(json_object_get(image, "pdf_sha256")),
            .qc_ok = passed,
        };
    }
    return true;
}

static int by_row(const void *left, const void *right)
{
    const struct rules_image *a = left, *b = right;
    unsigned row_a = a->row ? a->row : UINT32_MAX, row_b = b->row ? b->row : UINT32_MAX;
    if (row_a != row_b)
        return row_a < row_b ? -1 : 1;
    if (a->batch != b->batch)
        return a->batch < b->batch ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static void arrange(struct gathered *all)
{
    unsigned number = 0;
    if (all->rules) {
        rules_arrange(all->rules, all->images, all->image_count);
        return;
    }
    if (all->image_count)
        qsort(all->images, all->image_count, sizeof *all->images, by_row);
    for (size_t i = 0; i < all->image_count; i++)
        all->images[i].page_no = all->images[i].kind == RULES_PAGE ? ++number : 0;
}

enum rc gather(struct repo *repo, const json_t *volume, struct gathered *ret_all,
               struct fault *why)
{
    struct gathered *all = ret_all;
    *all = (struct gathered){ .volume = json_deep_copy(volume),
                              .scans = json_array(),
                              .manifests = json_array() };
    enum rc rc = scans_read(repo, all, why);
    if (rc)
        return rc;
    rules_look_up(repo, all);
    all->batch_count = json_array_size(all->scans);
    all->batches = calloc(all->batch_count + 1, sizeof *all->batches);
    for (size_t b = 0; all->batches && b < all->batch_count; b++) {
        const json_t *scan = json_array_get(all->scans, b);
        json_t *manifest = NULL;
        rc = repo_blob_json(repo, json_text(scan, "manifest"), &manifest, why);
        if (rc)
            return rc;
        json_array_append_new(all->manifests, manifest);
        all->batches[b] = (struct rules_batch){
            .sheets_declared = (unsigned)json_number(scan, "sheets_declared"),
            .sheets_counted = (unsigned)json_number(scan, "sheets_counted"),
            .images = (unsigned)json_number(scan, "images"),
            .duplex = json_number(scan, "duplex") != 0,
        };
        if (!images_add(all, b))
            return fault_set(why, RC_NO_MEMORY, 0,
                             "no memory for the images of a volume");
    }
    if (!all->batches)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the feedings of a volume");
    arrange(all);
    return RC_OK;
}

json_t *gather_entry(const struct gathered *all, const struct rules_image *image)
{
    const json_t *manifest = json_array_get(all->manifests, image->batch);
    return json_array_get(json_object_get(manifest, "images"), image->index - 1);
}

const char *gather_title(const struct gathered *all, unsigned row)
{
    const char *title = all->rules ? rules_row_title(all->rules, row) : NULL;
    for (size_t b = 0; !title && b < all->batch_count; b++) {
        const json_t *items = json_object_get(json_array_get(all->manifests, b), "items");
        for (size_t i = 0; !title && i < json_array_size(items); i++)
            if (json_number(json_array_get(items, i), "row") == row)
                title = json_text(json_array_get(items, i), "title");
    }
    return title ? title : "";
}

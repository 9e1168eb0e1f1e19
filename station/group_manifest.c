/* The manifest: everything the repository is told about one feeding. */
#include "station/group.h"

#include "core/bytes.h"
#include "station/job_repair.h"
#include "station/json_field.h"
#include "station/shift.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

/* What a page worker found out, as it is: the keys are the manifest's own. */
static const char *const result_keys[] = {
    "rotated_deg", "skew_mdeg",    "confidence",   "engine",
    "model",       "model_sha256", "labels",       "figures",
    "pdf_sha256",  "text_sha256",  "words_sha256", "thumb_sha256",
};

static json_t *image_entry(const struct job *job, const struct job_image *image,
                           unsigned index)
{
    const struct capture *c = &image->capture;
    json_t *entry = json_pack(
        "{s:i,s:i,s:s,s:s,s:I,s:s,s:i,s:s,s:i,s:i,s:s,s:s}", "index", (int)index, "sheet",
        (int)image->sheet, "side", side_name(image->side), "capture_sha256", c->sha256,
        "capture_bytes", (json_int_t)c->bytes, "capture_type", c->type, "dpi",
        (int)c->dpi, "mode", c->mode, "width_px", (int)c->width_px, "height_px",
        (int)c->height_px, "kind", image_kind(image), "provenance", "scanned");
    for (size_t i = 0; i < COUNT(result_keys); i++) {
        json_t *value = json_object_get(image->result, result_keys[i]);
        if (value)
            json_object_set(entry, result_keys[i], value);
    }
    if (!json_object_get(entry, "labels"))
        json_object_set_new(entry, "labels", json_array());
    json_object_set_new(entry, "qc", group_image_qc(image));
    json_object_set_new(entry, "fed_by", json_string(shift_fed_by(job, image->leaf)));
    if (image->edit)
        json_object_set_new(entry, "decided_by_operator", json_integer(1));
    if (*image->seen_by)
        json_object_set_new(entry, "seen_by", json_string(image->seen_by));
    return entry;
}

/* The name of the paper, and who says so: a person, its title as read, or the row. */
static json_t *new_item(const struct job *job, const struct job_image *first)
{
    char title[JOB_TITLE_MAX];
    group_title(job, first->row, title);
    const char *document = title, *named_by = "row";
    if (first->edit & EDIT_TITLE) {
        document = first->edit_title;
        named_by = "person";
    } else if (first->proposal.row == first->row) {
        document = first->proposal.text;
        named_by = "read";
    }
    return json_pack("{s:i,s:s,s:s,s:s,s:[]}", "row", (int)first->row, "title", title,
                     "document", document, "named_by", named_by, "images");
}

/* A page that was moved by hand joins the item of its row that is there already. */
static json_t *item_of_row(json_t *items, unsigned row)
{
    for (size_t i = json_array_size(items); i-- > 0;) {
        json_t *item = json_array_get(items, i);
        if (json_integer_value(json_object_get(item, "row")) == (json_int_t)row)
            return item;
    }
    return NULL;
}

static json_t *items_of(const struct job *job)
{
    json_t *items = json_array(), *current = NULL;
    for (size_t i = 0; i < job->count; i++) {
        const struct job_image *image = &job->images[i];
        const char *kind = image_kind(image);
        if (!strcmp(kind, "separator"))
            current = NULL;
        if (strcmp(kind, "page"))
            continue;
        bool moved = image->edit & EDIT_MOVE;
        json_t *item = moved ? item_of_row(items, image->row) : current;
        if (!item) {
            item = new_item(job, image);
            json_array_append_new(items, item);
        }
        if (!moved)
            current = item;
        json_array_append_new(json_object_get(item, "images"),
                              json_integer((json_int_t)(i + 1)));
    }
    return items;
}

/* Pictures that were fed and are not in the volume any more, each with the reason. */
static json_t *gone_entries(const struct job *job)
{
    json_t *list = json_array();
    for (size_t i = 0; i < job->gone_count; i++) {
        const struct job_image *image = &job->gone[i];
        const struct capture *c = &image->capture;
        const json_t *act = job_gone_by(job, job_gone_leaf(image));
        bool undone = json_object_get(act, "undone_at");
        json_array_append_new(
            list,
            json_pack("{s:i,s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "leaf",
                      (int)image->leaf, "side", side_name(image->side), "capture_sha256",
                      c->sha256, "capture_bytes", (json_int_t)c->bytes, "capture_type",
                      c->type, "fed_by", shift_fed_by(job, image->leaf), "why",
                      undone ? "undone" : field_peek(act, "do"), "reason",
                      field_peek(act, "reason"), "by",
                      field_peek(act, undone ? "undone_by" : "by"), "at",
                      field_peek(act, undone ? "undone_at" : "at")));
    }
    return list;
}

json_t *group_manifest(const struct job *job, const char *station)
{
    char started[CLOCK_TEXT_MAX], ended[CLOCK_TEXT_MAX];
    clock_text(job->started_ms, started);
    clock_text(job->ended_ms, ended);
    json_t *images = json_array();
    for (size_t i = 0; i < job->count; i++)
        json_array_append_new(images, image_entry(job, &job->images[i], (unsigned)i + 1));
    json_t *manifest = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:o,s:o}", "id",
        *job->resend ? job->resend : job->id, "volume", job->volume, "kind", job->kind,
        "station", station, "operator", job->operator_badge, "started_at", started,
        "ended_at", ended, "sheets_declared", (int)job->sheets_declared, "sheets_counted",
        (int)job->sheets, "images", images, "items", items_of(job));
    json_object_set_new(manifest, "scanner",
                        job->scanner ? json_incref(job->scanner) : json_object());
    if (job->sides)
        json_object_set_new(manifest, "sides", json_integer((json_int_t)job->sides));
    if (*job->profile)
        json_object_set_new(manifest, "profile", json_string(job->profile));
    if (json_array_size(job->repairs))
        json_object_set(manifest, "repairs", job->repairs);
    if (job->gone_count)
        json_object_set_new(manifest, "replaced", gone_entries(job));
    if (json_array_size(job->returned))
        json_object_set(manifest, "returned", job->returned);
    if (json_array_size(job->recounts))
        json_object_set(manifest, "recounts", job->recounts);
    return manifest;
}

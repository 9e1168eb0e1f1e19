/* The record of one sheet: the file whose appearance in the spool makes the sheet
 * acknowledged. File names are made here and only compared when read: a record can never
 * lead to another file. */
#include "station/job.h"

#include "core/bytes.h"
#include "station/json_field.h"
#include "station/turn.h"

#include <stdio.h>
#include <string.h>

enum { SHEET_VERSION = 1 };

/* The first side of a record; a back that was fed by itself has no other. */
static enum side first_side(const json_t *repair)
{
    return turn_is_back(repair) ? SIDE_BACK : SIDE_FRONT;
}

json_t *job_purpose(const struct job *job)
{
    return turn_feeds_back(job) ? turn_purpose(job) : json_incref(job->repair);
}

json_t *sheet_to_json(unsigned leaf, const struct capture *sides, unsigned count,
                      json_t *repair)
{
    json_t *images = json_array();
    for (unsigned i = 0; i < count; i++) {
        const struct capture *c = &sides[i];
        json_array_append_new(
            images,
            json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:i,s:i,s:i}", "side",
                      side_name(i ? SIDE_BACK : first_side(repair)), "file", c->file,
                      "sha256", c->sha256, "bytes", (json_int_t)c->bytes, "type", c->type,
                      "mode", c->mode, "dpi", (int)c->dpi, "width_px", (int)c->width_px,
                      "height_px", (int)c->height_px));
    }
    json_t *json = json_pack("{s:i,s:i,s:o}", "v", SHEET_VERSION, "sheet", (int)leaf,
                             "images", images);
    if (json && repair)
        json_object_set(json, "repair", repair);
    return json;
}

static bool read_capture(const json_t *json, unsigned sheet, enum side side,
                         struct capture *c)
{
    char want[sizeof c->file];
    snprintf(want, sizeof want, "%04u-%s.jpg", sheet, side_name(side));
    uint64_t bytes = 0, dpi = 0, width_px = 0, height_px = 0;
    struct sha256 hash;
    bool right = !strcmp(field_peek(json, "side"), side_name(side)) &&
                 field_text(json, "file", c->file, sizeof c->file) &&
                 !strcmp(c->file, want) &&
                 field_text(json, "sha256", c->sha256, sizeof c->sha256) &&
                 hash_from_hex(c->sha256, &hash) &&
                 field_text(json, "type", c->type, sizeof c->type) &&
                 field_text(json, "mode", c->mode, sizeof c->mode) &&
                 field_uint(json, "bytes", 1, UINT32_MAX, &bytes) &&
                 field_uint(json, "dpi", 0, UINT16_MAX, &dpi) &&
                 field_uint(json, "width_px", 1, INT32_MAX, &width_px) &&
                 field_uint(json, "height_px", 1, INT32_MAX, &height_px);
    c->bytes = bytes;
    c->dpi = (uint32_t)dpi;
    c->width_px = (uint32_t)width_px;
    c->height_px = (uint32_t)height_px;
    return right;
}

enum rc sheet_from_json(const json_t *json, unsigned leaf, struct capture ret_sides[2],
                        unsigned *ret_count, json_t **ret_repair, struct fault *why)
{
    uint64_t version = 0, number = 0;
    const json_t *images = json_object_get(json, "images");
    json_t *repair = json_object_get(json, "repair");
    size_t count = json_array_size(images);
    bool right = field_uint(json, "v", SHEET_VERSION, SHEET_VERSION, &version) &&
                 field_uint(json, "sheet", leaf, leaf, &number) && count >= 1 &&
                 count <= (turn_is_back(repair) ? 1 : 2);
    struct capture sides[2] = { 0 };
    for (size_t i = 0; right && i < count; i++)
        right = read_capture(json_array_get(images, i), leaf,
                             i ? SIDE_BACK : first_side(repair), &sides[i]);
    if (!right)
        return fault_set(why, RC_CORRUPT, 0, "the record of sheet %u is damaged", leaf);
    memcpy(ret_sides, sides, sizeof sides);
    *ret_count = (unsigned)count;
    *ret_repair = repair;
    return RC_OK;
}

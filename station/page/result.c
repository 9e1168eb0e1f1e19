/* struct page_result as JSON and back. The reader believes nothing: a worker that was
 * taken over by a hostile picture may send anything. */
#include "station/page/page.h"

#include "station/page/figures.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
    [PAGE_TEXT] = "page",
    [PAGE_BLANK] = "blank",
    [PAGE_COVER] = "cover",
    [PAGE_SEPARATOR] = "separator",
};

const char *page_kind_name(enum page_kind kind)
{
    return (size_t)kind < COUNT(kind_names) ? kind_names[kind] : "page";
}

static const char *const compress_names[] = {
    [PAGE_EXACT] = "exact",
    [PAGE_LAYERED] = "layered",
};

const char *page_compress_name(enum page_compress compress)
{
    return compress_names[compress];
}

enum rc page_compress_read(const char *name, enum page_compress *ret_compress)
{
    for (size_t i = 0; i < COUNT(compress_names); i++)
        if (!strcmp(name, compress_names[i])) {
            *ret_compress = (enum page_compress)i;
            return RC_OK;
        }
    return RC_INVALID;
}

static json_t *text_json(const char *text)
{
    json_t *json = json_string(text);
    return json ? json : json_string("?"); /* not UTF-8: cannot be, but never NULL */
}

static json_t *doubts_json(const struct page_result *result)
{
    json_t *doubts = json_array();
    for (size_t i = 0; i < result->doubt_count; i++) {
        const struct page_doubt *doubt = &result->doubts[i];
        json_array_append_new(doubts, json_pack("{s:o, s:[i,i,i,i], s:i}", "text",
                                                text_json(doubt->text), "box",
                                                (int)doubt->box[0], (int)doubt->box[1],
                                                (int)doubt->box[2], (int)doubt->box[3],
                                                "confidence", (int)doubt->confidence));
    }
    return doubts;
}

json_t *page_result_json(const struct page_result *result)
{
    json_t *labels = json_array(), *qc = json_array();
    for (size_t i = 0; i < result->label_count; i++) {
        const struct page_label *label = &result->labels[i];
        json_array_append_new(labels,
                              json_pack("{s:s, s:o, s:i}", "type", label->type, "text",
                                        text_json(label->text), "ours", label->ours));
    }
    for (size_t i = 0; i < result->qc_count; i++)
        json_array_append_new(qc, json_pack("{s:s, s:s}", "code", result->qc[i].code,
                                            "sentence", result->qc[i].sentence));
    json_t *json = json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:o, s:o, "
        "s:o}",
        "kind", page_kind_name(result->kind), "width_px", (json_int_t)result->width_px,
        "height_px", (json_int_t)result->height_px, "dpi", (json_int_t)result->dpi,
        "rotated_deg", (json_int_t)result->rotated_deg, "skew_mdeg",
        (json_int_t)result->skew_mdeg, "confidence", (json_int_t)result->confidence,
        "frame", (json_int_t)result->frame, "frames", (json_int_t)result->frames,
        "engine", result->engine, "model", result->model, "model_sha256",
        result->model_sha256, "layers", result->layers, "doubtful", doubts_json(result),
        "labels", labels, "qc", qc);
    if (json && json_object_update_new(json, page_figures_json(result)))
        abort(); /* out of memory */
    if (json)
        json_object_set_new(
            json, "ms",
            json_pack("{s:I, s:I, s:I, s:I}", "read", (json_int_t)result->ms.read,
                      "clean", (json_int_t)result->ms.clean, "ocr",
                      (json_int_t)result->ms.ocr, "write", (json_int_t)result->ms.write));
    if (!json)
        abort(); /* out of memory */
    return json;
}

static bool read_text(const json_t *json, const char *key, char *ret_text, size_t room)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text && snprintf(ret_text, room, "%s", text) < (int)room;
}

static bool read_whole(const json_t *json, const char *key, json_int_t least,
                       json_int_t most, json_int_t *ret_value)
{
    const json_t *value = json_object_get(json, key);
    *ret_value = json_integer_value(value);
    return json_is_integer(value) && *ret_value >= least && *ret_value <= most;
}

static bool read_count(const json_t *json, const char *key, uint32_t most,
                       uint32_t *ret_value)
{
    json_int_t value;
    bool good = read_whole(json, key, 0, most, &value);
    *ret_value = good ? (uint32_t)value : 0;
    return good;
}

static bool read_labels(const json_t *array, struct page_result *result)
{
    size_t i;
    json_t *one;
    if (!json_is_array(array) || json_array_size(array) > PAGE_LABELS_MAX)
        return false;
    json_array_foreach(array, i, one)
    {
        struct page_label *label = &result->labels[i];
        json_int_t ours;
        if (!read_text(one, "type", label->type, sizeof label->type) ||
            !read_text(one, "text", label->text, sizeof label->text) ||
            !read_whole(one, "ours", 0, 1, &ours))
            return false;
        label->ours = ours;
    }
    result->label_count = json_array_size(array);
    return true;
}

static bool read_qc(const json_t *array, struct page_result *result)
{
    size_t i;
    json_t *one;
    if (!json_is_array(array) || json_array_size(array) > PAGE_QC_MAX)
        return false;
    json_array_foreach(array, i, one)
    {
        struct page_qc *qc = &result->qc[i];
        if (!read_text(one, "code", qc->code, sizeof qc->code) ||
            !read_text(one, "sentence", qc->sentence, sizeof qc->sentence))
            return false;
    }
    result->qc_count = json_array_size(array);
    return true;
}

static bool read_doubts(const json_t *array, struct page_result *result)
{
    size_t i;
    json_t *one;
    if (!json_is_array(array) || json_array_size(array) > PAGE_DOUBTS_MAX)
        return false;
    json_array_foreach(array, i, one)
    {
        struct page_doubt *doubt = &result->doubts[i];
        json_int_t confidence;
        const json_t *box = json_object_get(one, "box");
        if (!read_text(one, "text", doubt->text, sizeof doubt->text) ||
            !read_whole(one, "confidence", 0, 100, &confidence) ||
            json_array_size(box) != COUNT(doubt->box))
            return false;
        doubt->confidence = (uint8_t)confidence;
        for (size_t n = 0; n < COUNT(doubt->box); n++) {
            json_int_t value = json_integer_value(json_array_get(box, n));
            if (value < 0 || value > PAGE_BOX_WHOLE)
                return false;
            doubt->box[n] = (uint16_t)value;
        }
    }
    result->doubt_count = json_array_size(array);
    return true;
}

static bool read_kind(const json_t *json, enum page_kind *ret_kind)
{
    const char *name = json_string_value(json_object_get(json, "kind"));
    for (size_t i = 0; name && i < COUNT(kind_names); i++)
        if (!strcmp(name, kind_names[i])) {
            *ret_kind = (enum page_kind)i;
            return true;
        }
    return false;
}

static bool read_figures(const json_t *json, struct page_result *result)
{
    json_int_t skew, confidence;
    if (!read_count(json, "width_px", PAGE_SIDE_MAX_PX, &result->width_px) ||
        !read_count(json, "height_px", PAGE_SIDE_MAX_PX, &result->height_px) ||
        !read_count(json, "dpi", 100000, &result->dpi) ||
        !read_count(json, "rotated_deg", 270, &result->rotated_deg) ||
        !read_count(json, "frame", 100000, &result->frame) ||
        !read_count(json, "frames", 100000, &result->frames) ||
        !read_whole(json, "skew_mdeg", -45000, 45000, &skew) ||
        !read_whole(json, "confidence", -1, 100, &confidence))
        return false;
    result->skew_mdeg = (int32_t)skew;
    result->confidence = (int32_t)confidence;
    const json_t *ms = json_object_get(json, "ms");
    const uint32_t day = 86400000;
    return result->rotated_deg % 90 == 0 &&
           read_count(ms, "read", day, &result->ms.read) &&
           read_count(ms, "clean", day, &result->ms.clean) &&
           read_count(ms, "ocr", day, &result->ms.ocr) &&
           read_count(ms, "write", day, &result->ms.write);
}

enum rc page_result_read(const json_t *json, struct page_result *ret_result)
{
    struct page_result result = { 0 };
    if (!read_kind(json, &result.kind) || !read_figures(json, &result) ||
        !read_text(json, "engine", result.engine, sizeof result.engine) ||
        !read_text(json, "model", result.model, sizeof result.model) ||
        !read_text(json, "model_sha256", result.model_sha256,
                   sizeof result.model_sha256) ||
        !read_doubts(json_object_get(json, "doubtful"), &result) ||
        page_figures_read(json, &result) ||
        (json_object_get(json, "layers") && /* not in what older programs wrote */
         !read_text(json, "layers", result.layers, sizeof result.layers)) ||
        !read_labels(json_object_get(json, "labels"), &result) ||
        !read_qc(json_object_get(json, "qc"), &result))
        return RC_INVALID;
    *ret_result = result;
    return RC_OK;
}

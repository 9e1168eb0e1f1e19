/* Whole numbers stand once, in a table of key, place and greatest value, for both ways.
 */
#include "station/page/figures.h"

#include "core/bytes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { MM_MAX = 100000, LEVEL_MAX = 255, PM_MAX = 1000, MARKS_MAX = 1000000 };

#define FIGURE(field, most) \
    { \
#field, offsetof(struct page_figures, field), most \
    }

static const struct {
    const char *key;
    size_t offset;
    uint32_t most;
} counts[] = {
    FIGURE(width_mm, MM_MAX),      FIGURE(height_mm, MM_MAX),
    FIGURE(over_mm, MM_MAX),       FIGURE(paper_level, LEVEL_MAX),
    FIGURE(ink_level, LEVEL_MAX),  FIGURE(contrast, LEVEL_MAX),
    FIGURE(ink_pm, PM_MAX),        FIGURE(coloured_pm, PM_MAX),
    FIGURE(edge_marks, MARKS_MAX), FIGURE(seals, MARKS_MAX),
};

static json_t *measures_json(const struct page_figures *f)
{
    json_t *json =
        json_pack("{s:s, s:s, s:i, s:b, s:b, s:b, s:b}", "limits", f->limits, "paper",
                  f->paper, "sharp_pm", (int)f->sharp_pm, "black", f->black, "border",
                  f->border, "ruled", f->ruled, "vertical", f->vertical);
    for (size_t i = 0; i < COUNT(counts); i++) {
        const char *at = (const char *)f + counts[i].offset;
        json_object_set_new(json, counts[i].key, json_integer(*(const uint32_t *)at));
    }
    return json;
}

json_t *page_figures_json(const struct page_result *result)
{
    json_t *cases = json_array();
    for (size_t i = 0; i < result->case_count; i++)
        json_array_append_new(cases,
                              json_pack("{s:s, s:b}", "text", result->cases[i].text,
                                        "head", result->cases[i].head));
    json_t *json =
        json_pack("{s:o, s:I, s:I, s:o}", "figures", measures_json(&result->figures),
                  "number_left", (json_int_t)result->number_left, "number_right",
                  (json_int_t)result->number_right, "cases", cases);
    if (!json)
        abort(); /* out of memory */
    return json;
}

static bool take_text(const json_t *json, const char *key, char *ret_text, size_t room)
{
    const char *text = json_string_value(json_object_get(json, key));
    if (!text || strlen(text) >= room)
        return false;
    memcpy(ret_text, text, strlen(text) + 1);
    return true;
}

static bool take_count(const json_t *json, const char *key, uint32_t most,
                       uint32_t *ret_value)
{
    const json_t *value = json_object_get(json, key);
    json_int_t number = json_integer_value(value);
    *ret_value = (uint32_t)number;
    return json_is_integer(value) && number >= 0 && number <= most;
}

static bool take_bool(const json_t *json, const char *key, bool *ret_value)
{
    const json_t *value = json_object_get(json, key);
    *ret_value = json_is_true(value);
    return json_is_boolean(value);
}

static bool take_measures(const json_t *json, struct page_figures *f)
{
    const json_t *sharp = json_object_get(json, "sharp_pm");
    json_int_t sharp_pm = json_integer_value(sharp);
    f->sharp_pm = (int32_t)sharp_pm;
    for (size_t i = 0; i < COUNT(counts); i++) {
        char *at = (char *)f + counts[i].offset;
        if (!take_count(json, counts[i].key, counts[i].most, (uint32_t *)at))
            return false;
    }
    return json_is_integer(sharp) && sharp_pm >= -1 && sharp_pm <= PM_MAX &&
           take_text(json, "limits", f->limits, sizeof f->limits) &&
           take_text(json, "paper", f->paper, sizeof f->paper) &&
           take_bool(json, "black", &f->black) && take_bool(json, "border", &f->border) &&
           take_bool(json, "ruled", &f->ruled) &&
           take_bool(json, "vertical", &f->vertical);
}

enum rc page_figures_read(const json_t *json, struct page_result *result)
{
    size_t i;
    json_t *one, *cases = json_object_get(json, "cases");
    if (!take_measures(json_object_get(json, "figures"), &result->figures) ||
        !take_count(json, "number_left", PAGE_NUMBER_MAX, &result->number_left) ||
        !take_count(json, "number_right", PAGE_NUMBER_MAX, &result->number_right) ||
        !json_is_array(cases) || json_array_size(cases) > PAGE_CASES_MAX)
        return RC_INVALID;
    json_array_foreach(cases, i, one)
    {
        struct page_case *found = &result->cases[i];
        if (!take_text(one, "text", found->text, sizeof found->text) ||
            !take_bool(one, "head", &found->head))
            return RC_INVALID;
    }
    result->case_count = json_array_size(cases);
    return RC_OK;
}

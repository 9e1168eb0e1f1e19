/* Every limit once: name, bounds, the figure that holds when nobody says another, and
 * where it comes from. "Measured" stands for sharp court pages, the same pages blurred by
 * 4 pixels at 300 dpi, faint and dark copies of them, and old foreign scans. */
#include "station/page/limits.h"

#include "core/bytes.h"

#include <stdlib.h>
#include <string.h>

#define UINT(field, least, most, preset, help) \
    CONF_KEY_UINT(page_limits, field, #field, least, most, preset, help)
#define BOOL(field, preset, help) CONF_KEY_BOOL(page_limits, field, #field, preset, help)

const struct conf_key page_limit_keys[] = {
    CONF_KEY_TEXT(
        page_limits, version, "version", "usual-1",
        "name of this table, kept with each page; a court's file gives its own"),
    UINT(dpi_min, 72, 1200, "190",
         "dots per inch; DA/T 31-2017 wants 200, and a scanner may round"),
    UINT(skew_mdeg, 0, 45000, "1000",
         "DA/T 31 gives no figure; the strictest tender read has 1 degree"),
    UINT(paper_min, 0, 255, "120", "DA/T 31-2017 10.5: readable; figure measured"),
    UINT(ink_max, 0, 255, "150", "DA/T 31-2017 10.5: readable; figure measured"),
    UINT(contrast_min, 0, 255, "60", "DA/T 31-2017 10.5: readable; figure measured"),
    UINT(sharp_pm, 0, 1000, "450",
         "DA/T 31-2017 10.5: not distorted, readable; figure measured"),
    UINT(edge_marks_max, 0, 1000, "3", "DA/T 31-2017 10.5: complete; figure measured"),
    UINT(confidence_min, 0, 100, "60",
         "DA/T 77-2019 leaves it to the archive; figure measured"),
    UINT(blank_ink_pm, 0, 1000, "10", "a court's classifier: less than 1 % ink is blank"),
    UINT(blank_specks, 0, 1000, "3", "measured on blank backs of dusty glass"),
    UINT(size_mm, 1, 50, "6",
         "GB/T 148 allows 2 mm; feeders slip and guess edges by some more"),
    UINT(long_mm, 1, 400, "12", "a feeder's length check; two sheets overlap by chance"),
    BOOL(odd_size, "yes", "DA/T 31-2017 10.3: large formats are captured whole"),
    UINT(same_blocks_max, 0, 1000, "0",
         "measured: one sheet fed twice 0, two sheets of one form 1 and more"),
    BOOL(case_number, "yes", "review of files before archiving: no other case's papers"),
    BOOL(page_numbers, "yes", "DA/T 31-2017 10.5: missing and double pages are mended"),
};

const size_t page_limit_count = COUNT(page_limit_keys);

const struct page_limits *page_limits_usual(void)
{
    static struct page_limits usual;
    if (!usual.version[0])
        conf_presets(page_limit_keys, page_limit_count, &usual);
    return &usual;
}

enum rc page_limits_read(const char *path, struct page_limits *ret_limits,
                         struct fault *why)
{
    struct page_limits limits = { .version = "" };
    enum rc rc = conf_read(page_limit_keys, page_limit_count, &limits, path, why);
    if (rc)
        return rc;
    if (!limits.version[0] || !strcmp(limits.version, page_limits_usual()->version))
        return fault_set(why, RC_INVALID, 0,
                         "质检限值表“%s”没有自己的版本名，请加一行 version = …", path);
    *ret_limits = limits;
    return RC_OK;
}

json_t *page_limits_json(const struct page_limits *limits)
{
    json_t *json = json_object();
    for (size_t i = 0; i < page_limit_count; i++) {
        const struct conf_key *key = &page_limit_keys[i];
        const char *field = (const char *)limits + key->offset;
        json_t *value = key->kind == CONF_TEXT   ? json_string(field)
                        : key->kind == CONF_BOOL ? json_boolean(*(const bool *)field)
                                                 : json_integer(*(const uint32_t *)field);
        if (!value || json_object_set_new(json, key->name, value))
            abort(); /* out of memory, or a version that is no UTF-8 */
    }
    return json;
}

static bool take(const struct conf_key *key, const json_t *value, void *field)
{
    json_int_t number = json_integer_value(value);
    if (key->kind == CONF_TEXT) {
        const char *text = json_string_value(value);
        if (!text || strlen(text) >= key->most)
            return false;
        memcpy(field, text, strlen(text) + 1);
        return true;
    }
    if (key->kind == CONF_BOOL) {
        *(bool *)field = json_is_true(value);
        return json_is_boolean(value);
    }
    *(uint32_t *)field = (uint32_t)number;
    return json_is_integer(value) && number >= key->least && number <= key->most;
}

enum rc page_limits_of_json(const json_t *json, struct page_limits *ret_limits)
{
    struct page_limits limits = { .version = "" };
    for (size_t i = 0; i < page_limit_count; i++) {
        const struct conf_key *key = &page_limit_keys[i];
        if (!take(key, json_object_get(json, key->name), (char *)&limits + key->offset))
            return RC_INVALID;
    }
    *ret_limits = limits;
    return RC_OK;
}

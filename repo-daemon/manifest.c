#include "repo-daemon/manifest.h"

#include "core/bytes.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORD_MOST = 200,
    ROW_MOST = 99,
    LABELS_MOST = 20,
    QC_MOST = 50,
    DPI_LEAST = 50,
    DPI_MOST = 4800
};

enum kind { PAGE, BLANK, COVER, SEPARATOR, KINDS };
static const char *const kind_names[KINDS] = { "page", "blank", "cover", "separator" };

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static bool text_fits(const json_t *object, const char *name, bool needed)
{
    const json_t *value = json_object_get(object, name);
    if (!value)
        return !needed;
    return json_is_string(value) && json_string_length(value) <= WORD_MOST &&
           (!needed || json_string_length(value));
}

static bool number_fits(const json_t *object, const char *name, json_int_t least,
                        json_int_t most)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) && json_integer_value(value) >= least &&
           json_integer_value(value) <= most;
}

static enum kind kind_of(const json_t *image)
{
    unsigned k = 0;
    while (k < KINDS && strcmp(kind_names[k], text_of(image, "kind")) != 0)
        k++;
    return k;
}

const char *manifest_blob_name(size_t index)
{
    static const char *const names[] = { "capture_sha256", "pdf_sha256", "text_sha256",
                                         "words_sha256", "thumb_sha256" };
    return index < COUNT(names) ? names[index] : NULL;
}

static bool hashes_fit(const json_t *image, enum kind kind)
{
    const char *name;
    for (size_t i = 0; (name = manifest_blob_name(i)); i++) {
        struct sha256 hash;
        bool needed = i == 0 || (kind == PAGE && i <= 2);
        const char *hex = text_of(image, name);
        if (json_object_get(image, name) ? !hash_from_hex(hex, &hash) : needed)
            return false;
    }
    return true;
}

static bool image_fits(const json_t *image, size_t place)
{
    enum kind kind = kind_of(image);
    return json_is_object(image) && kind < KINDS &&
           number_fits(image, "index", (json_int_t)place + 1, (json_int_t)place + 1) &&
           number_fits(image, "sheet", 1, MANIFEST_SHEETS_MOST) &&
           number_fits(image, "capture_bytes", 1, INT32_MAX) &&
           number_fits(image, "dpi", DPI_LEAST, DPI_MOST) &&
           number_fits(image, "width_px", 1, 100000) &&
           number_fits(image, "height_px", 1, 100000) &&
           text_fits(image, "capture_type", true) && text_fits(image, "mode", true) &&
           text_fits(image, "engine", false) && text_fits(image, "model", false) &&
           text_fits(image, "model_sha256", false) && text_fits(image, "fed_by", false) &&
           text_fits(image, "seen_by", false) &&
           (!strcmp(text_of(image, "side"), "front") ||
            !strcmp(text_of(image, "side"), "back")) &&
           json_array_size(json_object_get(image, "labels")) <= LABELS_MOST &&
           json_array_size(json_object_get(image, "qc")) <= QC_MOST &&
           hashes_fit(image, kind);
}

static enum rc head_check(const json_t *m, struct manifest_facts *f, struct fault *why)
{
    const char *kind = text_of(m, "kind");
    if ((strcmp(kind, "first") != 0 && strcmp(kind, "supplement") != 0) ||
        !text_fits(m, "station", true) || !text_fits(m, "operator", true) ||
        !text_fits(m, "started_at", true) || !text_fits(m, "ended_at", true) ||
        !json_is_object(json_object_get(m, "scanner")))
        return fault_set(why, RC_INVALID, 0,
                         "扫描清单缺少批次、工作站、扫描员、时间或扫描仪");
    if (!number_fits(m, "sheets_declared", 1, MANIFEST_SHEETS_MOST) ||
        !number_fits(m, "sheets_counted", 1, MANIFEST_SHEETS_MOST))
        return fault_set(why, RC_INVALID, 0, "张数应是 1 到 %d", MANIFEST_SHEETS_MOST);
    if (json_object_get(m, "sides") && !number_fits(m, "sides", 1, 2))
        return fault_set(why, RC_INVALID, 0, "扫描面数应是 1 或 2");
    f->sheets_declared =
        (unsigned)json_integer_value(json_object_get(m, "sheets_declared"));
    f->sheets_counted =
        (unsigned)json_integer_value(json_object_get(m, "sheets_counted"));
    if (f->sheets_declared != f->sheets_counted)
        return fault_set(why, RC_REFUSED, 0, "申报 %u 张，进纸 %u 张，不一致，请重新清点",
                         f->sheets_declared, f->sheets_counted);
    return RC_OK;
}

/* Each side of each sheet once: seen[] has a place for both sides of every sheet. */
static enum rc sides_check(const json_t *m, const json_t *images,
                           struct manifest_facts *f, struct fault *why)
{
    SCOPED(free_at) bool *seen = calloc((size_t)f->sheets_counted * 2, sizeof *seen);
    if (!seen)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a manifest");
    unsigned backs = 0;
    for (size_t i = 0; i < json_array_size(images); i++) {
        const json_t *image = json_array_get(images, i);
        json_int_t sheet = json_integer_value(json_object_get(image, "sheet"));
        bool back = !strcmp(text_of(image, "side"), "back");
        size_t place = (size_t)(sheet - 1) * 2 + (back ? 1 : 0);
        if (sheet > (json_int_t)f->sheets_counted || seen[place])
            return fault_set(why, RC_REFUSED, 0,
                             "第 %zu 个图像的张号或正反面重复或超出张数", i + 1);
        seen[place] = true;
        backs += back;
    }
    /* Who scanned says how; where nothing is said, one back means both sides. */
    const json_t *sides = json_object_get(m, "sides");
    f->duplex = sides ? json_integer_value(sides) == 2 : backs > 0;
    if (!f->duplex && backs)
        return fault_set(why, RC_REFUSED, 0, "单面扫描的清单里有 %u 个背面图像", backs);
    if (f->images != f->sheets_counted * (f->duplex + 1))
        return fault_set(why, RC_REFUSED, 0, "%u 张%s应有 %u 个图像，实有 %u 个",
                         f->sheets_counted, f->duplex ? "双面" : "单面",
                         f->sheets_counted * (f->duplex + 1), f->images);
    return RC_OK;
}

static void add_once(json_t *list, const char *text)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        if (!strcmp(json_string_value(one), text))
            return;
    }
    if (*text)
        json_array_append_new(list, json_string(text));
}

json_t *manifest_operators(const json_t *manifest)
{
    json_t *list = json_array();
    const json_t *images = json_object_get(manifest, "images");
    add_once(list, text_of(manifest, "operator"));
    for (size_t i = 0; i < json_array_size(images); i++)
        add_once(list, text_of(json_array_get(images, i), "fed_by"));
    return list;
}

unsigned *manifest_rows(const json_t *manifest)
{
    size_t count = json_array_size(json_object_get(manifest, "images"));
    const json_t *items = json_object_get(manifest, "items");
    unsigned *rows = calloc(count + 1, sizeof *rows);
    if (!rows)
        abort();
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *of = json_object_get(item, "images");
        for (size_t n = 0; n < json_array_size(of); n++) {
            json_int_t index = json_integer_value(json_array_get(of, n));
            if (index >= 1 && index <= (json_int_t)count)
                rows[index - 1] =
                    (unsigned)json_integer_value(json_object_get(item, "row"));
        }
    }
    return rows;
}

static enum rc item_check(const json_t *item, const json_t *images, unsigned *times,
                          struct fault *why)
{
    const json_t *of = json_object_get(item, "images");
    if (!number_fits(item, "row", 1, ROW_MOST) || !text_fits(item, "title", false) ||
        !text_fits(item, "document", false) || !json_is_array(of) || !json_array_size(of))
        return fault_set(why, RC_INVALID, 0, "扫描清单里有一件缺少目录序号或图像");
    for (size_t n = 0; n < json_array_size(of); n++) {
        json_int_t index = json_integer_value(json_array_get(of, n));
        if (index < 1 || index > (json_int_t)json_array_size(images))
            return fault_set(why, RC_INVALID, 0, "扫描清单里有一件指向不存在的图像");
        times[index - 1]++;
    }
    return RC_OK;
}

static enum rc items_check(const json_t *m, const json_t *images, struct fault *why)
{
    const json_t *items = json_object_get(m, "items");
    SCOPED(free_at) unsigned *times = calloc(json_array_size(images) + 1, sizeof *times);
    if (!times)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a manifest");
    for (size_t i = 0; i < json_array_size(items); i++) {
        enum rc rc = item_check(json_array_get(items, i), images, times, why);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < json_array_size(images); i++) {
        bool page = kind_of(json_array_get(images, i)) == PAGE;
        if (page && times[i] != 1)
            return fault_set(why, RC_REFUSED, 0,
                             "第 %zu 个图像是正文，应放在且只放在一件里", i + 1);
        if (!page && times[i])
            return fault_set(why, RC_REFUSED, 0, "第 %zu 个图像不是正文，不能放进件里",
                             i + 1);
    }
    return RC_OK;
}

enum rc manifest_check(const json_t *m, struct manifest_facts *ret_facts,
                       struct fault *why)
{
    struct manifest_facts f = { 0 };
    unsigned *const counts[KINDS] = { &f.pages, &f.blank, &f.cover, &f.separator };
    const json_t *images = json_object_get(m, "images");
    enum rc rc = head_check(m, &f, why);
    if (rc)
        return rc;
    if (!json_is_array(images) || !json_array_size(images) ||
        json_array_size(images) > MANIFEST_IMAGES_MOST)
        return fault_set(why, RC_INVALID, 0, "图像数应是 1 到 %d", MANIFEST_IMAGES_MOST);
    f.images = (unsigned)json_array_size(images);
    for (size_t i = 0; i < json_array_size(images); i++) {
        const json_t *image = json_array_get(images, i);
        if (!image_fits(image, i))
            return fault_set(why, RC_INVALID, 0, "第 %zu 个图像的说明不完整", i + 1);
        ++*counts[kind_of(image)];
    }
    rc = sides_check(m, images, &f, why);
    if (!rc)
        rc = items_check(m, images, why);
    if (!rc)
        *ret_facts = f;
    return rc;
}

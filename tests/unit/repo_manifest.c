/* Manifests: what stations send is checked before anything is kept. */
#include "check.h"

#include "repo-daemon/manifest.h"

#include <jansson.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static json_t *image(int index, int sheet, const char *side, const char *kind)
{
    return json_pack("{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:s}",
                     "index", index, "sheet", sheet, "side", side, "capture_sha256", HASH,
                     "capture_bytes", 9, "capture_type", "image/jpeg", "dpi", 300, "mode",
                     "Color", "width_px", 10, "height_px", 10, "kind", kind, "pdf_sha256",
                     HASH, "text_sha256", HASH);
}

/* Two sheets: a cover and a page, with blank backs. */
static json_t *manifest(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:[o, o, o, o], s:[{s:i, "
                     "s:s, s:[i]}]}",
                     "kind", "first", "station", "ST01", "operator", "P0000000583",
                     "started_at", "t", "ended_at", "t", "scanner", "sheets_declared", 2,
                     "sheets_counted", 2, "images", image(1, 1, "front", "cover"),
                     image(2, 1, "back", "blank"), image(3, 2, "front", "page"),
                     image(4, 2, "back", "blank"), "items", "row", 6, "title", "起诉状",
                     "images", 3);
}

static json_t *image_at(json_t *m, size_t place)
{
    return json_array_get(json_object_get(m, "images"), place);
}

static void check(enum rc want, const char *part, json_t *m)
{
    struct manifest_facts facts;
    struct fault why = { 0 };
    CHECK_RC(want, manifest_check(m, &facts, &why));
    if (part && !strstr(why.text, part))
        fail_msg("want '%s', got '%s'", part, why.text);
    json_decref(m);
}

TEST(manifest_check, counts_what_is_there)
{
    struct manifest_facts f;
    json_t *m = manifest();
    CHECK_OK(manifest_check(m, &f, NULL));
    CHECK_INT(2, f.sheets_counted);
    CHECK_INT(4, f.images);
    CHECK_INT(1, f.pages);
    CHECK_INT(2, f.blank);
    CHECK_INT(1, f.cover);
    CHECK_INT(0, f.separator);
    CHECK_INT(1, f.duplex);
    unsigned *rows = manifest_rows(m);
    CHECK_INT(6, rows[2]);
    CHECK_INT(0, rows[0]);
    free(rows);
    json_decref(m);
}

TEST(manifest_check, takes_fronts_alone)
{
    json_t *m = manifest();
    json_array_remove(json_object_get(m, "images"), 3);
    json_array_remove(json_object_get(m, "images"), 1);
    json_object_set_new(image_at(m, 1), "index", json_integer(2));
    json_t *item = json_array_get(json_object_get(m, "items"), 0);
    json_object_set_new(item, "images", json_pack("[i]", 2));
    check(RC_OK, NULL, m);
}

TEST(manifest_check, believes_the_sides_that_are_said)
{
    json_t *m = manifest();
    json_object_set_new(m, "sides", json_integer(2));
    check(RC_OK, NULL, m);
    m = manifest();
    json_object_set_new(m, "sides", json_integer(1));
    check(RC_REFUSED, "2 个背面图像", m);
    m = manifest();
    json_object_set_new(m, "sides", json_integer(3));
    check(RC_INVALID, "扫描面数", m);
    /* Every back is missing: that is no simplex scan when both sides are said. */
    m = manifest();
    json_object_set_new(m, "sides", json_integer(2));
    json_array_remove(json_object_get(m, "images"), 3);
    json_array_remove(json_object_get(m, "images"), 1);
    json_object_set_new(image_at(m, 1), "index", json_integer(2));
    check(RC_REFUSED, "双面应有 4 个图像，实有 2 个", m);
}

TEST(manifest_check, refuses_numbers_that_do_not_agree)
{
    json_t *m = manifest();
    json_object_set_new(m, "sheets_declared", json_integer(3));
    check(RC_REFUSED, "申报 3 张，进纸 2 张", m);
    m = manifest();
    json_array_remove(json_object_get(m, "images"), 3);
    check(RC_REFUSED, "应有 4 个图像，实有 3 个", m);
    m = manifest();
    json_object_set_new(image_at(m, 3), "side", json_string("front"));
    check(RC_REFUSED, "重复", m);
    m = manifest();
    json_object_set_new(image_at(m, 3), "sheet", json_integer(3));
    check(RC_REFUSED, "超出张数", m);
}

TEST(manifest_check, wants_each_page_in_exactly_one_item)
{
    json_t *m = manifest();
    json_array_clear(json_object_get(m, "items"));
    check(RC_REFUSED, "第 3 个图像是正文", m);
    m = manifest();
    json_array_append_new(
        json_object_get(m, "items"),
        json_pack("{s:i, s:s, s:[i]}", "row", 9, "title", "", "images", 3));
    check(RC_REFUSED, "只放在一件里", m);
    m = manifest();
    json_array_append_new(
        json_object_get(m, "items"),
        json_pack("{s:i, s:s, s:[i]}", "row", 9, "title", "", "images", 2));
    check(RC_REFUSED, "不是正文", m);
    m = manifest();
    json_array_append_new(
        json_object_get(m, "items"),
        json_pack("{s:i, s:s, s:[i]}", "row", 9, "title", "", "images", 5));
    check(RC_INVALID, "不存在的图像", m);
}

TEST(manifest_check, bounds_rows_sheets_and_images)
{
    json_t *m = manifest();
    json_object_set_new(json_array_get(json_object_get(m, "items"), 0), "row",
                        json_integer(99));
    check(RC_OK, NULL, m);
    m = manifest();
    json_object_set_new(json_array_get(json_object_get(m, "items"), 0), "row",
                        json_integer(100));
    check(RC_INVALID, "目录序号", m);
    m = manifest();
    json_object_set_new(m, "sheets_counted", json_integer(MANIFEST_SHEETS_MOST + 1));
    check(RC_INVALID, "张数", m);
    m = manifest();
    json_object_set_new(m, "images", json_array());
    check(RC_INVALID, "图像数", m);
}

TEST(manifest_check, wants_every_field_of_an_image)
{
    static const char *const fields[] = {
        "index",        "sheet",      "side",       "capture_sha256", "capture_bytes",
        "capture_type", "dpi",        "mode",       "width_px",       "height_px",
        "kind",         "pdf_sha256", "text_sha256"
    };
    for (size_t i = 0; i < COUNT(fields); i++) {
        json_t *m = manifest();
        json_object_del(image_at(m, 2), fields[i]);
        check(RC_INVALID, "第 3 个图像的说明不完整", m);
    }
}

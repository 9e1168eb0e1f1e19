/* HarfBuzz reads the font and cuts the subset. Layout tables are dropped, so that the
 * subset holds the glyphs asked for, their parts and .notdef, and nothing by surprise. */
#include "pdfa/text_font.h"

#include "sys/scope.h"

#include <hb-subset.h>
#include <hb.h>
#include <stdlib.h>
#include <string.h>

struct text_font {
    hb_face_t *face;
    hb_font_t *font;
    double unit; /* thousandths of the size in one font unit */
};

SCOPE_RELEASER(face_destroy_at, hb_face_t *, hb_face_destroy)
SCOPE_RELEASER(input_destroy_at, hb_subset_input_t *, hb_subset_input_destroy)
SCOPE_RELEASER(plan_destroy_at, hb_subset_plan_t *, hb_subset_plan_destroy)
SCOPE_RELEASER(blob_destroy_at, hb_blob_t *, hb_blob_destroy)

static bool has_table(hb_face_t *face, hb_tag_t tag)
{
    SCOPED(blob_destroy_at) hb_blob_t *blob = hb_face_reference_table(face, tag);
    return hb_blob_get_length(blob) > 0;
}

enum rc text_font_open(const char *path, struct text_font **ret_font, struct fault *why)
{
    SCOPED(blob_destroy_at) hb_blob_t *blob = hb_blob_create_from_file_or_fail(path);
    if (!blob)
        return fault_set(why, RC_NOT_FOUND, 0,
                         "找不到字体文件 %s，请运行 make deps 安装字体", path);
    SCOPED(face_destroy_at) hb_face_t *face = hb_face_create(blob, 0);
    if (!hb_face_get_glyph_count(face) || !has_table(face, HB_TAG('g', 'l', 'y', 'f')))
        return fault_set(why, RC_NOT_FOUND, 0, "%s 不是 TrueType 字体，请换一个字体文件",
                         path);
    struct text_font *font = malloc(sizeof *font);
    if (!font)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    *font = (struct text_font){ hb_face_reference(face), hb_font_create(face),
                                1000.0 / hb_face_get_upem(face) };
    *ret_font = font;
    return RC_OK;
}

void text_font_close(struct text_font *font)
{
    if (!font)
        return;
    hb_font_destroy(font->font);
    hb_face_destroy(font->face);
    free(font);
}

bool text_font_has(const struct text_font *font, uint32_t code, double *ret_width_em)
{
    hb_codepoint_t glyph;
    if (!hb_font_get_nominal_glyph(font->font, code, &glyph))
        return false;
    *ret_width_em = hb_font_get_glyph_h_advance(font->font, glyph) * font->unit;
    return true;
}

/* From the tables themselves: HarfBuzz has no call for the box of the whole font. */
static void read_facts(const struct text_font *font, struct text_font_facts *ret_facts)
{
    SCOPED(blob_destroy_at)
    hb_blob_t *head = hb_face_reference_table(font->face, HB_TAG('h', 'e', 'a', 'd'));
    unsigned len;
    const uint8_t *at = (const uint8_t *)hb_blob_get_data(head, &len);
    hb_font_extents_t extents = { 0 };
    (void)hb_font_get_h_extents(font->font, &extents);
    ret_facts->ascent_em = extents.ascender * font->unit;
    ret_facts->descent_em = extents.descender * font->unit;
    for (unsigned i = 0; i < 4; i++) {
        unsigned from = 36 + 2 * i; /* xMin yMin xMax yMax */
        int value = from + 2 <= len ? (int16_t)(at[from] << 8 | at[from + 1]) : 0;
        ret_facts->box_em[i] = value * font->unit;
    }
}

static hb_subset_input_t *input_of(const uint32_t *codes, size_t count)
{
    static const char dropped[][5] = { "GSUB", "GPOS", "GDEF", "vhea", "vmtx",
                                       "gasp", "name", "post", "OS/2", "kern" };
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (!input)
        return NULL;
    for (size_t i = 0; i < count; i++)
        hb_set_add(hb_subset_input_unicode_set(input), codes[i]);
    for (size_t i = 0; i < COUNT(dropped); i++)
        hb_set_add(hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG),
                   hb_tag_from_string(dropped[i], 4));
    hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING);
    return input;
}

enum rc text_font_subset(const struct text_font *font, const uint32_t *codes,
                         size_t count, uint16_t *ret_glyphs,
                         struct text_font_facts *ret_facts, uint8_t **ret_file,
                         size_t *ret_len, struct fault *why)
{
    SCOPED(input_destroy_at) hb_subset_input_t *input = input_of(codes, count);
    SCOPED(plan_destroy_at)
    hb_subset_plan_t *plan =
        input ? hb_subset_plan_create_or_fail(font->face, input) : NULL;
    SCOPED(face_destroy_at)
    hb_face_t *face = plan ? hb_subset_plan_execute_or_fail(plan) : NULL;
    if (!face)
        return fault_set(why, RC_NO_MEMORY, 0,
                         "无法从字体中取出所需的字，请检查字体文件");
    const hb_map_t *map = hb_subset_plan_old_to_new_glyph_mapping(plan);
    for (size_t i = 0; i < count; i++) {
        hb_codepoint_t glyph = 0;
        (void)hb_font_get_nominal_glyph(font->font, codes[i], &glyph);
        hb_codepoint_t now = hb_map_get(map, glyph);
        ret_glyphs[i] = now == HB_MAP_VALUE_INVALID ? 0 : (uint16_t)now;
    }
    SCOPED(blob_destroy_at) hb_blob_t *blob = hb_face_reference_blob(face);
    unsigned len;
    const char *data = hb_blob_get_data(blob, &len);
    uint8_t *file = malloc(len ? len : 1);
    if (!file)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    memcpy(file, data, len);
    read_facts(font, ret_facts);
    *ret_file = file;
    *ret_len = len;
    return RC_OK;
}

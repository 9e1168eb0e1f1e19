/* The page's dictionary names its objects; each goes into the page file under the number
 * that it has in all page files. */
#include "pdfa/volume_page.h"

#include "pdfa/page_form.h"
#include "pdfa/page_take.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES_MAX = INT32_MAX };

struct split {
    const struct volume_table *table;
    struct pdf_out out;
    struct form_layers layers;
    struct form_crop crop;
    double width_pt, height_pt;
    uint64_t font, rare, contents, picture, shown[PDFA_INKS_MAX], xmp;
};

static void split_end(struct split *s)
{
    pdf_out_free(&s->out);
}

static bool take_points(const char **at, double *first, double *second)
{
    return page_take_points(at, first) && page_take_text(at, " ") &&
           page_take_points(at, second);
}

/* The dictionary of form_page(). */
static bool read_page(struct split *s, const char *at)
{
    uint64_t parent = 0;
    bool right = page_take_text(&at, "<< /Type /Page /Parent ") &&
                 volume_take_ref(&at, &parent) &&
                 page_take_text(&at, " /MediaBox [0 0 ") &&
                 take_points(&at, &s->width_pt, &s->height_pt);
    s->crop.is_set = right && page_take_text(&at, "] /CropBox [");
    if (s->crop.is_set)
        right = take_points(&at, &s->crop.left_pt, &s->crop.bottom_pt) &&
                page_take_text(&at, " ") &&
                take_points(&at, &s->crop.right_pt, &s->crop.top_pt);
    right = right && page_take_text(&at, "] /Resources << /Font << /F0 ") &&
            volume_take_ref(&at, &s->font);
    if (right && page_take_text(&at, " /F1 "))
        right = volume_take_ref(&at, &s->rare);
    right = right && page_take_text(&at, " >> /XObject << /P ") &&
            volume_take_ref(&at, &s->picture);
    for (size_t i = 0; right && i < PDFA_INKS_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, " /L%zu ", i);
        if (!page_take_text(&at, name))
            break;
        right = volume_take_ref(&at, &s->shown[s->layers.ink_count++]);
    }
    right = right && page_take_text(&at, " >> >> /Contents ") &&
            volume_take_ref(&at, &s->contents);
    s->layers.told = right && page_take_text(&at, " /Metadata ");
    return right && (!s->layers.told || volume_take_ref(&at, &s->xmp));
}

static enum rc copy(struct split *s, uint64_t from, uint32_t to, const char *dict,
                    struct fault *why)
{
    char *own = NULL;
    uint64_t at = 0, len = 0;
    enum rc rc = volume_stream(s->table, from, &own, &at, &len, why);
    SCOPED(free_at) char *dict_text = own;
    if (rc)
        return rc;
    if (len > PAGE_BYTES_MAX)
        return volume_not_ours(why, "数据流的长度");
    SCOPED(free_at) char *data = malloc((size_t)len + 1);
    if (!data)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    rc = page_read_at(s->table->fd, at, data, (size_t)len, why);
    if (!rc)
        pdf_out_stream(&s->out, to, dict ? dict : dict_text,
                       (struct bytes){ (uint8_t *)data, (size_t)len });
    return rc;
}

static uint64_t ref_behind(const char *text, const char *key)
{
    uint64_t number = 0;
    const char *at = strstr(text, key);
    return at && page_take_text(&at, key) && volume_take_ref(&at, &number) ? number : 0;
}

/* A font and what it points to. `to`: where these go. */
static enum rc copy_font(struct split *s, uint64_t font, const struct form_refs *to,
                         bool is_rare, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    SCOPED(free_at) char *dict = NULL;
    SCOPED(free_at) char *characters = NULL;
    SCOPED(free_at) char *measures = NULL;
    enum rc rc = volume_text(s->table, font, VOLUME_SHORT_MAX, &dict, why);
    rc = rc ? rc
            : volume_text(s->table, ref_behind(dict, "/DescendantFonts ["),
                          VOLUME_SHORT_MAX, &characters, why);
    rc = rc ? rc
            : volume_text(s->table, ref_behind(characters, "/FontDescriptor "),
                          VOLUME_SHORT_MAX, &measures, why);
    if (rc)
        return rc;
    form_font(to, text);
    form_put(&s->out, is_rare ? to->rare_font : to->font, text);
    form_characters(to, is_rare, text);
    form_put(&s->out, to->characters, text);
    if (!is_rare) {
        form_measures(to, text);
        form_put(&s->out, to->measures, text);
        rc = copy(s, ref_behind(measures, "/FontFile2 "), to->program, NULL, why);
    }
    rc =
        rc ? rc : copy(s, ref_behind(characters, "/CIDToGIDMap "), to->glyphs, NULL, why);
    return rc ? rc : copy(s, ref_behind(dict, "/ToUnicode "), to->unicode, NULL, why);
}

static enum rc copy_intent(struct split *s, const struct form_refs *to, struct fault *why)
{
    char form[FORM_TEXT_MAX];
    SCOPED(free_at) char *root = NULL;
    SCOPED(free_at) char *intent = NULL;
    enum rc rc = volume_text(s->table, s->table->root, VOLUME_LONG_MAX, &root, why);
    rc = rc ? rc
            : volume_text(s->table, ref_behind(root, "/OutputIntents ["),
                          VOLUME_SHORT_MAX, &intent, why);
    if (rc)
        return rc;
    form_intent(to, form);
    form_put(&s->out, FORM_INTENT, form);
    return copy(s, ref_behind(intent, "/DestOutputProfile "), to->profile, NULL, why);
}

/* What is shown of an ink is its stencil, or its colours, which name the stencil. */
static enum rc copy_ink(struct split *s, size_t index, uint32_t first, struct fault *why)
{
    char *own = NULL;
    uint64_t at = 0, len = 0;
    uint32_t mask = first + form_mask_at(&s->layers, index);
    enum rc rc = volume_stream(s->table, s->shown[index], &own, &at, &len, why);
    SCOPED(free_at) char *dict = own;
    if (rc || !s->layers.has_colours[index])
        return rc ? rc : copy(s, s->shown[index], mask, NULL, why);
    uint64_t stencil = ref_behind(dict, " /Mask ");
    size_t keep = (size_t)(strstr(dict, " /Mask ") - dict);
    char text[FORM_TEXT_MAX];
    if (keep >= sizeof text - 32)
        return volume_not_ours(why, "图像");
    (void)snprintf(text, sizeof text, "%.*s /Mask %" PRIu32 " 0 R", (int)keep, dict,
                   mask);
    rc = copy(s, s->shown[index], mask - 1, text, why);
    return rc ? rc : copy(s, stencil, mask, NULL, why);
}

/* Which inks have colours, and whether there are layers at all. */
static enum rc find_layers(struct split *s, struct fault *why)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < s->layers.ink_count; i++) {
        char *own = NULL;
        uint64_t at = 0, len = 0;
        rc = volume_stream(s->table, s->shown[i], &own, &at, &len, why);
        s->layers.has_colours[i] = !rc && strstr(own, " /Mask ");
        free(own);
    }
    s->layers.layered = s->layers.ink_count > 0;
    if (!rc && s->layers.told && !s->layers.ink_count) { /* a ground alone */
        char *own = NULL, packet[FORM_PACKET_MAX + 1];
        struct form_told told;
        uint64_t at = 0, len = 0;
        rc = volume_stream(s->table, s->xmp, &own, &at, &len, why);
        free(own);
        if (!rc && len < FORM_PACKET_MAX)
            rc = page_read_at(s->table->fd, at, packet, (size_t)len, why);
        s->layers.layered = !rc && len < FORM_PACKET_MAX &&
                            form_told_read(packet, &told) && told.source[0];
    }
    return rc;
}

static enum rc put_page(struct split *s, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    struct form_refs refs = form_page_refs(s->rare > 0);
    uint32_t info = refs.layers + form_layer_objects(&s->layers);
    pdf_out_object(&s->out, FORM_CATALOGUE);
    pdf_out_text(&s->out, FORM_CATALOGUE_TEXT, FORM_TREE, FORM_INTENT, (int)info + 1);
    pdf_out_object_end(&s->out);
    form_put(&s->out, FORM_TREE, form_tree_text);
    form_page(&refs, &s->layers, s->width_pt, s->height_pt, &s->crop, text);
    form_put(&s->out, FORM_PAGE, text);
    enum rc rc = copy(s, s->contents, FORM_CONTENTS, NULL, why);
    rc = rc ? rc : copy(s, s->picture, FORM_PICTURE, NULL, why);
    rc = rc ? rc : copy_font(s, s->font, &refs, false, why);
    rc = rc ? rc : copy_intent(s, &refs, why);
    if (!rc && s->rare) {
        struct form_refs own = refs;
        own.characters = FORM_RARE_CHARACTERS;
        own.glyphs = FORM_RARE_GLYPHS;
        own.unicode = FORM_RARE_UNICODE;
        rc = copy_font(s, s->rare, &own, true, why);
    }
    for (size_t i = 0; !rc && i < s->layers.ink_count; i++)
        rc = copy_ink(s, i, refs.layers, why);
    return rc || !s->layers.told ? rc : copy(s, s->xmp, info - 1, NULL, why);
}

enum rc volume_page_write(const struct volume_table *table, uint64_t page,
                          const struct pdfa_about *about, int *ret_fd, struct fault *why)
{
    SCOPED(split_end) struct split s = { .table = table };
    SCOPED(free_at) char *text = NULL;
    pdf_out_open(&s.out, PDF_OUT_MEMORY);
    enum rc rc = volume_text(table, page, VOLUME_SHORT_MAX, &text, why);
    if (!rc && !read_page(&s, text))
        rc = volume_not_ours(why, "页面");
    rc = rc ? rc : find_layers(&s, why);
    rc = rc ? rc : put_page(&s, why);
    if (rc)
        return rc;
    uint32_t info = form_page_refs(s.rare > 0).layers + form_layer_objects(&s.layers);
    rc = pdf_out_close(&s.out, about, FORM_CATALOGUE, info, why);
    return rc ? rc
              : file_in_memory("page", (struct bytes){ s.out.at, s.out.len }, ret_fd,
                               why);
}

enum rc volume_page_copy(int fd, uint64_t size, int *ret_fd, struct fault *why)
{
    if (size > PAGE_BYTES_MAX)
        return volume_not_ours(why, "长度");
    SCOPED(free_at) char *data = malloc((size_t)size + 1);
    if (!data)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = page_read_at(fd, 0, data, (size_t)size, why);
    return rc ? rc
              : file_in_memory("page", (struct bytes){ (uint8_t *)data, (size_t)size },
                               ret_fd, why);
}

/* Dictionaries are made again by page_form.c with the volume's numbers; the bytes of
 * streams are taken as they lie in the page file. */
#include "pdfa/join_page.h"

#include "pdfa/page_take.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PIECE = 64 * 1024 };

uint32_t join_page_objects(bool has_rare, const struct form_layers *layers)
{
    return 3u + (has_rare ? JOIN_RARE_OBJECTS : 0u) + form_layer_objects(layers);
}

struct form_refs join_font_refs(uint32_t first, uint32_t tree, uint32_t profile)
{
    return (struct form_refs){ .tree = tree,
                               .font = first,
                               .characters = first + 1,
                               .measures = first + 2,
                               .program = first + 3,
                               .glyphs = first + 4,
                               .unicode = first + 5,
                               .profile = profile };
}

/* Bytes of the page file, into the volume or into a hash. */
static enum rc copy_span(int fd, struct page_span span, struct pdf_out *out,
                         struct hash *hash, struct fault *why)
{
    if (out && out->fd == PDF_OUT_NOWHERE && !out->against) {
        pdf_out_skip(out, span.len);
        return RC_OK;
    }
    SCOPED(free_at) char *piece = malloc(PIECE + 1);
    if (!piece)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (uint64_t done = 0; done < span.len;) {
        size_t n = span.len - done < PIECE ? (size_t)(span.len - done) : PIECE;
        enum rc rc = page_read_at(fd, span.at + done, piece, n, why);
        if (rc)
            return rc;
        struct bytes data = { (uint8_t *)piece, n };
        if (hash)
            hash_add(hash, data);
        else
            pdf_out_put(out, data);
        done += n;
    }
    return RC_OK;
}

enum rc join_copy_stream(struct pdf_out *out, const struct page_read *page, uint32_t from,
                         uint32_t to, const char *dict, struct fault *why)
{
    pdf_out_object(out, to);
    pdf_out_text(out, "<< %s /Length %" PRIu64 " >>\nstream\n", dict,
                 page->data[from].len);
    enum rc rc = copy_span(page->fd, page->data[from], out, NULL, why);
    pdf_out_text(out, "\nendstream\n");
    pdf_out_object_end(out);
    return rc;
}

enum rc join_font_sum(const struct page_read *page, struct sha256 *ret_sum,
                      struct fault *why)
{
    static const uint32_t streams[] = { FORM_PROGRAM, FORM_GLYPHS, FORM_UNICODE };
    struct hash *hash = hash_new();
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < COUNT(streams); i++)
        rc = copy_span(page->fd, page->data[streams[i]], NULL, hash, why);
    *ret_sum = hash_end(hash);
    hash_free(hash);
    return rc;
}

enum rc join_put_font(struct pdf_out *out, const struct page_read *page,
                      const struct form_refs *font, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    form_font(font, text);
    form_put(out, font->font, text);
    form_characters(font, false, text);
    form_put(out, font->characters, text);
    form_measures(font, text);
    form_put(out, font->measures, text);
    enum rc rc =
        join_copy_stream(out, page, FORM_PROGRAM, font->program, form_program_dict, why);
    rc = rc ? rc
            : join_copy_stream(out, page, FORM_GLYPHS, font->glyphs, form_packed, why);
    return rc ? rc
              : join_copy_stream(out, page, FORM_UNICODE, font->unicode, form_packed,
                                 why);
}

enum rc join_put_intent(struct pdf_out *out, const struct page_read *page,
                        uint32_t intent, uint32_t profile, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    form_intent(&(struct form_refs){ .profile = profile }, text);
    form_put(out, intent, text);
    return join_copy_stream(out, page, FORM_PROFILE, profile, form_profile_dict, why);
}

static enum rc put_rare(struct pdf_out *out, const struct page_read *page,
                        const struct form_refs *refs, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    struct form_refs own = *refs;
    own.characters = refs->rare_font + 1;
    own.glyphs = refs->rare_font + 2;
    own.unicode = refs->rare_font + 3;
    form_font(&own, text);
    form_put(out, refs->rare_font, text);
    form_characters(&own, true, text);
    form_put(out, own.characters, text);
    enum rc rc =
        join_copy_stream(out, page, FORM_RARE_GLYPHS, own.glyphs, form_packed, why);
    return rc ? rc
              : join_copy_stream(out, page, FORM_RARE_UNICODE, own.unicode, form_packed,
                                 why);
}

enum rc join_put_inks(struct pdf_out *out, const struct page_read *page, uint32_t first,
                      struct fault *why)
{
    char text[FORM_TEXT_MAX];
    uint32_t from = form_page_refs(page->has_rare).layers;
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < page->layers.ink_count; i++) {
        uint32_t at = form_mask_at(&page->layers, i);
        if (page->layers.has_colours[i]) {
            form_colours_dict(&page->colours[i], first + at, text);
            rc = join_copy_stream(out, page, from + at - 1, first + at - 1, text, why);
        }
        form_mask_dict(page->mask_width_px, page->mask_height_px, text);
        rc = rc ? rc : join_copy_stream(out, page, from + at, first + at, text, why);
    }
    return rc;
}

enum rc join_put_page(struct pdf_out *out, const struct page_read *page, uint32_t first,
                      const struct form_refs *font, bool with_font, struct fault *why)
{
    char text[FORM_TEXT_MAX];
    struct form_refs refs = *font;
    uint32_t next = first + 1 + (with_font ? JOIN_FONT_OBJECTS : 0);
    refs.rare_font = page->has_rare ? next : 0;
    refs.contents = next + (page->has_rare ? JOIN_RARE_OBJECTS : 0);
    refs.picture = refs.contents + 1;
    refs.layers = refs.contents + 2;
    form_page(&refs, &page->layers, page->width_pt, page->height_pt, &page->crop, text);
    form_put(out, first, text);
    enum rc rc = with_font ? join_put_font(out, page, font, why) : RC_OK;
    rc = rc || !page->has_rare ? rc : put_rare(out, page, &refs, why);
    rc = rc ? rc
            : join_copy_stream(out, page, FORM_CONTENTS, refs.contents, form_packed, why);
    form_picture_dict(&page->picture, text);
    rc = rc ? rc : join_copy_stream(out, page, FORM_PICTURE, refs.picture, text, why);
    rc = rc ? rc : join_put_inks(out, page, refs.layers, why);
    if (rc || !page->layers.told)
        return rc;
    uint32_t from = form_page_refs(page->has_rare).layers,
             xmp = form_mask_at(&page->layers, page->layers.ink_count);
    return join_copy_stream(out, page, from + xmp, refs.layers + xmp, form_told_dict,
                            why);
}

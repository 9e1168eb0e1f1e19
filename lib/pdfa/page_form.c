/* The texts of page_form.h. */
#include "pdfa/page_form.h"

#include "pdfa/glyphless.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char form_tree_text[] = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>\n";
const char form_packed[] = "/Filter /FlateDecode";
const char form_program_dict[] = "/Length1 356 /Filter /FlateDecode";
const char form_profile_dict[] = "/N 3 /Filter /FlateDecode";

/* No subset tag: the whole font is in the file, so no CIDSet is asked for. */
#define FONT_NAME "JuankuGlyphless"
#define SYSTEM "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"

struct form_refs form_page_refs(bool has_rare)
{
    return (struct form_refs){ .tree = FORM_TREE,
                               .contents = FORM_CONTENTS,
                               .picture = FORM_PICTURE,
                               .font = FORM_FONT,
                               .rare_font = has_rare ? FORM_RARE_FONT : 0,
                               .characters = FORM_CHARACTERS,
                               .measures = FORM_MEASURES,
                               .program = FORM_PROGRAM,
                               .glyphs = FORM_GLYPHS,
                               .unicode = FORM_UNICODE,
                               .profile = FORM_PROFILE,
                               .layers =
                                   has_rare ? FORM_RARE_UNICODE + 1 : FORM_RARE_FONT };
}

static void crop_text(const struct form_crop *crop, char *ret_text, size_t room)
{
    char left[PDF_NUMBER_MAX], bottom[PDF_NUMBER_MAX], right[PDF_NUMBER_MAX];
    char top[PDF_NUMBER_MAX];
    *ret_text = '\0';
    if (!crop->is_set)
        return;
    pdf_number(crop->left_pt, left);
    pdf_number(crop->bottom_pt, bottom);
    pdf_number(crop->right_pt, right);
    pdf_number(crop->top_pt, top);
    (void)snprintf(ret_text, room, "/CropBox [%s %s %s %s] ", left, bottom, right, top);
}

uint32_t form_layer_objects(const struct form_layers *layers)
{
    return form_mask_at(layers, layers->ink_count) + layers->told;
}

uint32_t form_mask_at(const struct form_layers *layers, size_t index)
{
    uint32_t at = 0;
    for (size_t i = 0; i < index; i++)
        at += 1u + layers->has_colours[i];
    return at + (index < layers->ink_count && layers->has_colours[index]);
}

/* What the resources of a layered page have besides its ground, and the page's XMP. */
static void name_layers(const struct form_refs *refs, const struct form_layers *layers,
                        char *ret_names, size_t room, char *ret_more, size_t more_room)
{
    size_t len = 0;
    for (size_t i = 0; i < layers->ink_count; i++) {
        uint32_t shown = refs->layers + form_mask_at(layers, i) - layers->has_colours[i];
        len += (size_t)snprintf(ret_names + len, room - len, " /L%zu %" PRIu32 " 0 R", i,
                                shown);
    }
    if (layers->told)
        (void)snprintf(ret_more, more_room, " /Metadata %" PRIu32 " 0 R",
                       refs->layers + form_mask_at(layers, layers->ink_count));
}

void form_page(const struct form_refs *refs, const struct form_layers *layers,
               double width_pt, double height_pt, const struct form_crop *crop,
               char *ret_text)
{
    char width[PDF_NUMBER_MAX], height[PDF_NUMBER_MAX], rare[32] = "";
    char names[32 * PDFA_INKS_MAX] = "", more[32] = "";
    char shown[4 * PDF_NUMBER_MAX + 32];
    crop_text(crop, shown, sizeof shown);
    name_layers(refs, layers, names, sizeof names, more, sizeof more);
    pdf_number(width_pt, width);
    pdf_number(height_pt, height);
    if (refs->rare_font)
        (void)snprintf(rare, sizeof rare, " /F1 %" PRIu32 " 0 R", refs->rare_font);
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "<< /Type /Page /Parent %" PRIu32 " 0 R /MediaBox [0 0 %s %s] %s"
                   "/Resources << /Font << /F0 %" PRIu32
                   " 0 R%s >> /XObject << /P %" PRIu32 " 0 R%s >> >> /Contents %" PRIu32
                   " 0 R%s >>\n",
                   refs->tree, width, height, shown, refs->font, rare, refs->picture,
                   names, refs->contents, more);
}

void form_font(const struct form_refs *refs, char *ret_text)
{
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "<< /Type /Font /Subtype /Type0 /BaseFont /" FONT_NAME
                   " /Encoding /Identity-H /DescendantFonts [%" PRIu32
                   " 0 R] /ToUnicode %" PRIu32 " 0 R >>\n",
                   refs->characters, refs->unicode);
}

void form_characters(const struct form_refs *refs, bool is_rare, char *ret_text)
{
    char narrow[64] = "";
    if (!is_rare)
        (void)snprintf(narrow, sizeof narrow, " /W [0 [%d] 1 %d %d]", GLYPHLESS_WIDE_EM,
                       GLYPHLESS_NARROW_END - 1, GLYPHLESS_NARROW_EM);
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /" FONT_NAME
                   " " SYSTEM " /FontDescriptor %" PRIu32
                   " 0 R /DW %d%s /CIDToGIDMap %" PRIu32 " 0 R >>\n",
                   refs->measures, GLYPHLESS_WIDE_EM, narrow, refs->glyphs);
}

void form_measures(const struct form_refs *refs, char *ret_text)
{
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "<< /Type /FontDescriptor /FontName /" FONT_NAME
                   " /Flags 4 /FontBBox [0 -%d %d %d] /ItalicAngle 0 /Ascent %d "
                   "/Descent -%d /CapHeight %d /StemV 80 /FontFile2 %" PRIu32 " 0 R >>\n",
                   GLYPHLESS_DESCENT_EM, GLYPHLESS_WIDE_EM, GLYPHLESS_ASCENT_EM,
                   GLYPHLESS_ASCENT_EM, GLYPHLESS_DESCENT_EM, GLYPHLESS_ASCENT_EM,
                   refs->program);
}

void form_intent(const struct form_refs *refs, char *ret_text)
{
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier "
                   "(sRGB IEC61966-2.1) /RegistryName (http://www.color.org) /Info (sRGB "
                   "IEC61966-2.1) /DestOutputProfile %" PRIu32 " 0 R >>\n",
                   refs->profile);
}

void form_picture_dict(const struct form_picture *picture, char *ret_text)
{
    bool is_bits = picture->coding == PDFA_G4 || picture->coding == PDFA_BITS;
    bool is_gray =
        picture->coding == PDFA_JPEG ? picture->is_gray : picture->coding != PDFA_RGB;
    char more[160] = "";
    const char *filter = "/FlateDecode";
    if (picture->coding == PDFA_JPEG) {
        filter = "/DCTDecode";
        if (picture->is_plain)
            (void)snprintf(more, sizeof more, " /DecodeParms << /ColorTransform 0 >>");
    }
    if (picture->coding == PDFA_G4) {
        filter = "/CCITTFaxDecode";
        (void)snprintf(more, sizeof more,
                       " /DecodeParms << /K -1 /Columns %" PRIu32 " /Rows %" PRIu32 " >>",
                       picture->width_px, picture->height_px);
    }
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "/Type /XObject /Subtype /Image /Width %" PRIu32 " /Height %" PRIu32
                   " /ColorSpace /%s /BitsPerComponent %d%s /Filter %s%s",
                   picture->width_px, picture->height_px,
                   is_gray ? "DeviceGray" : "DeviceRGB", is_bits ? 1 : 8,
                   picture->coding == PDFA_BITS ? " /Decode [1 0]" : "", filter, more);
}

/* Stencils paint where a sample is 0, and G4 gives 0 for black (PDF 1.4, 4.8.5). */
void form_mask_dict(uint32_t width_px, uint32_t height_px, char *ret_text)
{
    (void)snprintf(ret_text, FORM_TEXT_MAX,
                   "/Type /XObject /Subtype /Image /Width %" PRIu32 " /Height %" PRIu32
                   " /ImageMask true /BitsPerComponent 1 /Filter /CCITTFaxDecode "
                   "/DecodeParms << /K -1 /Columns %" PRIu32 " /Rows %" PRIu32 " >>",
                   width_px, height_px, width_px, height_px);
}

void form_colours_dict(const struct form_picture *picture, uint32_t mask, char *ret_text)
{
    form_picture_dict(picture, ret_text);
    size_t len = strlen(ret_text);
    (void)snprintf(ret_text + len, FORM_TEXT_MAX - len, " /Mask %" PRIu32 " 0 R", mask);
}

void form_put(struct pdf_out *out, uint32_t number, const char *text)
{
    pdf_out_object(out, number);
    pdf_out_put(out, (struct bytes){ (const uint8_t *)text, strlen(text) });
    pdf_out_object_end(out);
}

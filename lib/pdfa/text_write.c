/* A laid-out document as PDF/A-1b. Every font has one character code per different
 * character, in rising order of Unicode, with a map to the glyphs of its subset: so two
 * characters that share a glyph are still copied as what they are.
 *
 *   1 catalogue  2 page tree  3 output intent  4 profile
 *   5... per font: font, characters, measures, program, glyphs, CIDSet, Unicode
 *   then per page: page, contents; last Info and XMP */
#include "pdfa/pdf_out.h"
#include "pdfa/srgb.h"
#include "pdfa/text_doc.h"
#include "pdfa/xmp.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CATALOGUE = 1,
    TREE,
    INTENT,
    PROFILE,
    FIRST_FONT,
    FONT = 0, /* objects of one font, from its first */
    CHARACTERS,
    MEASURES,
    PROGRAM,
    GLYPHS,
    CIDSET,
    UNICODE,
    FONT_OBJECTS,
    FIRST_PAGE = FIRST_FONT + TEXT_FONTS * FONT_OBJECTS,
    CODES_MAX = 0xFFFE,
    KIDS_A_LINE = 16,
};

static const char system_info[] =
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>";

/* The different characters of one font: code i + 1 is codes[i]. */
struct used {
    uint32_t *codes; /* owned, rising */
    size_t count;
};

static void used_free(struct used used[TEXT_FONTS])
{
    for (size_t f = 0; f < TEXT_FONTS; f++)
        free(used[f].codes);
}

static void used_free_at(struct used (*used)[TEXT_FONTS])
{
    used_free(*used);
}

static int by_code(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static enum rc collect(const struct pdfa_text *text, uint16_t font, struct used *ret_used,
                       struct fault *why)
{
    uint32_t *codes = malloc((text->char_count + 1) * sizeof *codes);
    size_t all = 0, count = 0;
    if (!codes)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    for (size_t i = 0; i < text->char_count; i++)
        if (text->chars[i].font == font && text->chars[i].code != '\n')
            codes[all++] = text->chars[i].code;
    qsort(codes, all, sizeof *codes, by_code);
    for (size_t i = 0; i < all; i++)
        if (!count || codes[i] != codes[count - 1])
            codes[count++] = codes[i];
    *ret_used = (struct used){ codes, count };
    return count > CODES_MAX ? fault_set(why, RC_INVALID, 0, "文件里不同的字太多")
                             : RC_OK;
}

static unsigned code_of(const struct used *used, uint32_t code)
{
    const uint32_t *at = bsearch(&code, used->codes, used->count, sizeof code, by_code);
    return at ? (unsigned)(at - used->codes) + 1 : 0;
}

static void put_numbers(struct pdf_out *out, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char number[PDF_NUMBER_MAX];
        pdf_number(numbers[i], number);
        pdf_out_text(out, "%s%s", i ? " " : "", number);
    }
}

static void put_font_dicts(struct pdf_out *out, const struct pdfa_text *text,
                           uint16_t font, const struct used *used, const char *name)
{
    uint32_t at = FIRST_FONT + font * (uint32_t)FONT_OBJECTS;
    pdf_out_object(out, at + FONT);
    pdf_out_text(out,
                 "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H "
                 "/DescendantFonts [%" PRIu32 " 0 R] /ToUnicode %" PRIu32 " 0 R >>\n",
                 name, at + CHARACTERS, at + UNICODE);
    pdf_out_object_end(out);
    pdf_out_object(out, at + CHARACTERS);
    pdf_out_text(out,
                 "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s %s /FontDescriptor "
                 "%" PRIu32 " 0 R /CIDToGIDMap %" PRIu32 " 0 R /DW 1000 /W [1 [",
                 name, system_info, at + MEASURES, at + GLYPHS);
    for (size_t i = 0; i < used->count; i++) {
        double width = 0;
        (void)text_font_has(text->fonts[font], used->codes[i], &width);
        pdf_out_text(out, i % KIDS_A_LINE ? " " : "\n");
        put_numbers(out, &width, 1);
    }
    pdf_out_text(out, "]] >>\n");
    pdf_out_object_end(out);
}

static void put_measures(struct pdf_out *out, uint32_t at, const char *name,
                         const struct text_font_facts *facts)
{
    double heights[] = { facts->ascent_em };
    pdf_out_object(out, at + MEASURES);
    pdf_out_text(out,
                 "<< /Type /FontDescriptor /FontName /%s /Flags 4 /ItalicAngle 0 "
                 "/StemV 80 /FontBBox [",
                 name);
    put_numbers(out, facts->box_em, COUNT(facts->box_em));
    pdf_out_text(out, "] /Ascent ");
    put_numbers(out, heights, 1);
    pdf_out_text(out, " /CapHeight ");
    put_numbers(out, heights, 1);
    pdf_out_text(out, " /Descent ");
    put_numbers(out, &facts->descent_em, 1);
    pdf_out_text(out, " /FontFile2 %" PRIu32 " 0 R /CIDSet %" PRIu32 " 0 R >>\n",
                 at + PROGRAM, at + CIDSET);
    pdf_out_object_end(out);
}

static void put_unicode(struct pdf_out *out, uint32_t number, const struct used *used)
{
    enum { BLOCK = 100 };
    SCOPED(pdf_out_free) struct pdf_out cmap;
    pdf_out_open_bare(&cmap);
    pdf_out_text(
        &cmap,
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
    for (size_t i = 0; i < used->count; i++) {
        size_t left = used->count - i;
        uint32_t code = used->codes[i];
        if (i % BLOCK == 0)
            pdf_out_text(&cmap, "%zu beginbfchar\n", left < BLOCK ? left : (size_t)BLOCK);
        if (code < 0x10000)
            pdf_out_text(&cmap, "<%04zX> <%04" PRIX32 ">\n", i + 1, code);
        else
            pdf_out_text(&cmap, "<%04zX> <%04" PRIX32 "%04" PRIX32 ">\n", i + 1,
                         0xD800 + ((code - 0x10000) >> 10),
                         0xDC00 + ((code - 0x10000) & 0x3FF));
        if (i % BLOCK == BLOCK - 1 || left == 1)
            pdf_out_text(&cmap, "endbfchar\n");
    }
    pdf_out_text(&cmap,
                 "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    pdf_out_packed(out, number, "", (struct bytes){ cmap.at, cmap.len });
}

/* Code to glyph, and the set of codes that are there: 0 (.notdef) to count. */
static void put_maps(struct pdf_out *out, uint32_t at, const uint16_t *glyphs,
                     size_t count)
{
    SCOPED(free_at) uint8_t *map = calloc(count + 1, 2);
    SCOPED(free_at) uint8_t *set = calloc(count / 8 + 1, 1);
    if (!map || !set) {
        pdf_out_fail(out, RC_NO_MEMORY, "内存不足");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        map[2 * i + 2] = (uint8_t)(glyphs[i] >> 8);
        map[2 * i + 3] = (uint8_t)glyphs[i];
    }
    for (size_t i = 0; i <= count; i++)
        set[i / 8] |= (uint8_t)(0x80 >> i % 8);
    pdf_out_packed(out, at + GLYPHS, "", (struct bytes){ map, 2 * (count + 1) });
    pdf_out_packed(out, at + CIDSET, "", (struct bytes){ set, count / 8 + 1 });
}

/* The tag of a subset: six capitals, from the bytes of the subset. */
static void name_subset(struct bytes file, uint16_t font, char ret_name[32])
{
    struct sha256 sum = hash_sha256(file);
    char tag[7] = "";
    for (int i = 0; i < 6; i++)
        tag[i] = (char)('A' + sum.at[i] % 26);
    (void)snprintf(ret_name, 32, "%s+Juanku%s", tag, font ? "Latin" : "Han");
}

static enum rc put_font(struct pdf_out *out, const struct pdfa_text *text, uint16_t font,
                        const struct used *used, struct fault *why)
{
    uint32_t at = FIRST_FONT + font * (uint32_t)FONT_OBJECTS;
    struct text_font_facts facts;
    char name[32], dict[64];
    SCOPED(free_at) uint16_t *glyphs = malloc((used->count + 1) * sizeof *glyphs);
    SCOPED(free_at) uint8_t *file = NULL;
    size_t len = 0;
    if (!glyphs)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = text_font_subset(text->fonts[font], used->codes, used->count, glyphs,
                                  &facts, &file, &len, why);
    if (rc)
        return rc;
    name_subset((struct bytes){ file, len }, font, name);
    put_font_dicts(out, text, font, used, name);
    put_measures(out, at, name, &facts);
    (void)snprintf(dict, sizeof dict, "/Length1 %zu", len);
    pdf_out_packed(out, at + PROGRAM, dict, (struct bytes){ file, len });
    put_maps(out, at, glyphs, used->count);
    put_unicode(out, at + UNICODE, used);
    return RC_OK;
}

static void put_run(struct pdf_out *contents, const struct pdfa_text *text,
                    const struct text_run *run, const struct used *used)
{
    const double at[] = { run->x_pt, TEXT_PAGE_HEIGHT_PT - (double)run->y_pt };
    int font = -1;
    pdf_out_text(contents, "BT 1 0 0 1 ");
    put_numbers(contents, at, COUNT(at));
    pdf_out_text(contents, " Tm ");
    for (size_t i = run->from; i < run->from + run->count; i++) {
        const struct text_char *c = &text->chars[i];
        if (c->font != font) {
            double size = run->size_pt;
            pdf_out_text(contents, "%s/F%u ", font < 0 ? "" : "> Tj ", c->font);
            put_numbers(contents, &size, 1);
            pdf_out_text(contents, " Tf <");
            font = c->font;
        }
        pdf_out_text(contents, "%04X", code_of(&used[font], c->code));
    }
    pdf_out_text(contents, "%sET\n", font < 0 ? "" : "> Tj ");
}

static void put_bar(struct pdf_out *contents, const struct text_stroke *s)
{
    const double box[] = { s->x0_pt, TEXT_PAGE_HEIGHT_PT - (double)s->y1_pt,
                           (double)s->x1_pt - (double)s->x0_pt,
                           (double)s->y1_pt - (double)s->y0_pt };
    put_numbers(contents, box, COUNT(box));
    pdf_out_text(contents, " re f\n");
}

/* One page; runs and strokes stand in the order of pages, so the cursors only move on. */
static void put_page(struct pdf_out *out, const struct pdfa_text *text, uint32_t page,
                     const struct used *used, size_t *stroke)
{
    uint32_t number = FIRST_PAGE + 2 * page;
    SCOPED(pdf_out_free) struct pdf_out contents;
    pdf_out_open_bare(&contents);
    pdf_out_text(&contents, "0.5 w 0.35 G\n");
    for (; *stroke < text->stroke_count && text->strokes[*stroke].page == page;
         (*stroke)++) {
        const struct text_stroke *s = &text->strokes[*stroke];
        const double from[] = { s->x0_pt, TEXT_PAGE_HEIGHT_PT - (double)s->y0_pt };
        const double to[] = { s->x1_pt, TEXT_PAGE_HEIGHT_PT - (double)s->y1_pt };
        if (s->bar) {
            put_bar(&contents, s);
            continue;
        }
        put_numbers(&contents, from, COUNT(from));
        pdf_out_text(&contents, " m ");
        put_numbers(&contents, to, COUNT(to));
        pdf_out_text(&contents, " l S\n");
    }
    for (size_t i = 0; i < text->run_count; i++)
        if (text->runs[i].page == page)
            put_run(&contents, text, &text->runs[i], used);
    pdf_out_object(out, number);
    pdf_out_text(
        out,
        "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595.28 841.89] /Resources << "
        "/Font << /F0 %d 0 R /F1 %d 0 R >> >> /Contents %" PRIu32 " 0 R >>\n",
        TREE, FIRST_FONT, FIRST_FONT + FONT_OBJECTS, number + 1);
    pdf_out_object_end(out);
    pdf_out_packed(out, number + 1, "", (struct bytes){ contents.at, contents.len });
}

static void put_frame(struct pdf_out *out, uint32_t pages)
{
    uint8_t profile[SRGB_PROFILE_SIZE];
    pdf_out_object(out, CATALOGUE);
    pdf_out_text(out,
                 "<< /Type /Catalog /Pages %d 0 R /Lang (zh-CN) /OutputIntents [%d 0 R] "
                 "/Metadata %" PRIu32 " 0 R >>\n",
                 TREE, INTENT, FIRST_PAGE + 2 * pages + 1);
    pdf_out_object_end(out);
    pdf_out_object(out, TREE);
    pdf_out_text(out, "<< /Type /Pages /Count %" PRIu32 " /Kids [", pages);
    for (uint32_t i = 0; i < pages; i++)
        pdf_out_text(out, "%s%" PRIu32 " 0 R", i % KIDS_A_LINE ? " " : "\n",
                     FIRST_PAGE + 2 * i);
    pdf_out_text(out, "] >>\n");
    pdf_out_object_end(out);
    pdf_out_object(out, INTENT);
    pdf_out_text(out,
                 "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB "
                 "IEC61966-2.1) /RegistryName (http://www.color.org) /Info (sRGB "
                 "IEC61966-2.1) /DestOutputProfile %d 0 R >>\n",
                 PROFILE);
    pdf_out_object_end(out);
    srgb_profile(profile);
    pdf_out_packed(out, PROFILE, "/N 3", (struct bytes){ profile, sizeof profile });
}

enum rc pdfa_text_write(struct pdfa_text *text, uint8_t **ret_pdf, size_t *ret_len,
                        struct fault *why)
{
    uint32_t pages = text->page + 1;
    size_t stroke = 0;
    SCOPED(used_free_at) struct used used[TEXT_FONTS] = { { NULL, 0 } };
    enum rc rc = xmp_check(&text->about, why);
    if (rc)
        return rc;
    text_number_pages(text);
    if (text->why.rc)
        return fault_set(why, text->why.rc, 0, "%s", text->why.text);
    for (uint16_t f = 0; f < TEXT_FONTS && !rc; f++)
        rc = collect(text, f, &used[f], why);
    if (rc)
        return rc;

    SCOPED(pdf_out_free) struct pdf_out out;
    pdf_out_open(&out, -1);
    put_frame(&out, pages);
    for (uint16_t f = 0; f < TEXT_FONTS && !rc; f++)
        rc = put_font(&out, text, f, &used[f], why);
    for (uint32_t page = 0; page < pages && !rc; page++)
        put_page(&out, text, page, used, &stroke);
    rc = rc ? rc
            : pdf_out_close(&out, &text->about, CATALOGUE, FIRST_PAGE + 2 * pages, why);
    if (rc)
        return rc;
    *ret_len = out.len;
    *ret_pdf = TAKE(out.at);
    return RC_OK;
}

/* Code, character and code point are one number in the common font, so its maps are the
 * same in every file: all characters lead to one of two empty glyphs, and back to Unicode
 * by 248 ranges (a range may not cross a high byte; surrogates are no characters). */
#include "pdfa/font_put.h"

#include "pdfa/glyphless.h"
#include "pdfa/page_form.h"
#include "pdfa/srgb.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CMAP_ROOM = 64 * 1024, CODES = 0x10000, BLOCK = 100 };

struct cmap {
    char text[CMAP_ROOM];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct cmap *cmap,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(cmap->text + cmap->len, CMAP_ROOM - cmap->len, format, args);
    va_end(args);
    cmap->len += n > 0 ? (size_t)n : 0;
}

static void begin_cmap(struct cmap *cmap)
{
    cmap->len = 0;
    add(cmap, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
              "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
              "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
              "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
}

static void end_cmap(struct cmap *cmap)
{
    add(cmap, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

static void put_unicode(struct pdf_out *out)
{
    struct cmap cmap;
    unsigned rows[256], count = 0;
    for (unsigned high = 0; high < 256; high++)
        if (high < 0xD8 || high > 0xDF)
            rows[count++] = high;
    begin_cmap(&cmap);
    for (unsigned i = 0; i < count; i++) {
        unsigned first = rows[i] ? 0 : 1, last = rows[i] == 0xFF ? 0xFD : 0xFF;
        if (i % BLOCK == 0)
            add(&cmap, "%u beginbfrange\n", count - i < BLOCK ? count - i : BLOCK);
        add(&cmap, "<%02X%02X> <%02X%02X> <%02X%02X>\n", rows[i], first, rows[i], last,
            rows[i], first);
        if (i % BLOCK == BLOCK - 1 || i == count - 1)
            add(&cmap, "endbfrange\n");
    }
    end_cmap(&cmap);
    pdf_out_packed(out, FORM_UNICODE, "",
                   (struct bytes){ (const uint8_t *)cmap.text, cmap.len });
}

static void put_glyphs(struct pdf_out *out)
{
    static const struct {
        uint32_t end;
        uint8_t glyph;
    } spans[] = { { 1, 0 },
                  { GLYPHLESS_NARROW_END, GLYPHLESS_NARROW },
                  { CODES, GLYPHLESS_WIDE } };
    uint8_t map[2 * CODES] = { 0 };
    uint32_t code = 0;
    for (size_t s = 0; s < COUNT(spans); s++)
        for (; code < spans[s].end; code++)
            map[2 * code + 1] = spans[s].glyph;
    pdf_out_packed(out, FORM_GLYPHS, "", (struct bytes){ map, sizeof map });
}

void font_put_common(struct pdf_out *out)
{
    struct form_refs refs = form_page_refs(false);
    char text[FORM_TEXT_MAX];
    uint8_t font[GLYPHLESS_ROOM], profile[SRGB_PROFILE_SIZE];

    form_font(&refs, text);
    form_put(out, FORM_FONT, text);
    form_characters(&refs, false, text);
    form_put(out, FORM_CHARACTERS, text);
    form_measures(&refs, text);
    form_put(out, FORM_MEASURES, text);
    size_t len = glyphless_font(font);
    (void)snprintf(text, sizeof text, "/Length1 %zu", len);
    pdf_out_packed(out, FORM_PROGRAM, text, (struct bytes){ font, len });
    put_glyphs(out);
    put_unicode(out);
    form_intent(&refs, text);
    form_put(out, FORM_INTENT, text);
    srgb_profile(profile);
    pdf_out_packed(out, FORM_PROFILE, "/N 3", (struct bytes){ profile, sizeof profile });
}

void font_put_rare(struct pdf_out *out, const uint32_t *codes, size_t count)
{
    struct form_refs refs = form_page_refs(true);
    struct cmap cmap;
    char text[FORM_TEXT_MAX];
    uint8_t map[2 * (FONT_RARE_MAX + 1)] = { 0 };

    refs.characters = FORM_RARE_CHARACTERS;
    refs.glyphs = FORM_RARE_GLYPHS;
    refs.unicode = FORM_RARE_UNICODE;
    form_font(&refs, text);
    form_put(out, FORM_RARE_FONT, text);
    form_characters(&refs, true, text);
    form_put(out, FORM_RARE_CHARACTERS, text);
    for (size_t i = 1; i <= count; i++)
        map[2 * i + 1] = GLYPHLESS_WIDE;
    pdf_out_packed(out, FORM_RARE_GLYPHS, "", (struct bytes){ map, 2 * (count + 1) });

    begin_cmap(&cmap);
    for (size_t i = 0; i < count; i++) {
        size_t left = count - i;
        if (i % BLOCK == 0)
            add(&cmap, "%zu beginbfchar\n", left < BLOCK ? left : BLOCK);
        add(&cmap, "<%04zX> <%04" PRIX32 "%04" PRIX32 ">\n", i + 1,
            0xD800 + ((codes[i] - 0x10000) >> 10),
            0xDC00 + ((codes[i] - 0x10000) & 0x3FF));
        if (i % BLOCK == BLOCK - 1 || left == 1)
            add(&cmap, "endbfchar\n");
    }
    end_cmap(&cmap);
    pdf_out_packed(out, FORM_RARE_UNICODE, "",
                   (struct bytes){ (const uint8_t *)cmap.text, cmap.len });
}

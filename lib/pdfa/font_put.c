/* Code, character and code point are one number in the common font, so its maps are the
 * same in every file: all characters lead to one of two empty glyphs, and back to Unicode
 * by 248 ranges (a range may not cross a high byte; surrogates are no characters). */
#include "pdfa/font_put.h"

#include "pdfa/glyphless.h"
#include "pdfa/page_form.h"
#include "pdfa/srgb.h"

#include <stdio.h>
#include <string.h>

enum { CMAP_ROOM = 64 * 1024, CODES = 0x10000, BLOCK = 100 };

struct cmap {
    char text[CMAP_ROOM];
    size_t len;
};

static void add(struct cmap *cmap, const char *format, unsigned a, unsigned b, unsigned c)
{
    /* every format here takes at most three numbers; what is left over is not read */
    int n = snprintf(cmap->text + cmap->len, CMAP_ROOM - cmap->len, format, a, b, c);
    cmap->len += n > 0 ? (size_t)n : 0;
}

static void add_text(struct cmap *cmap, const char *text)
{
    size_t len = strlen(text);
    memcpy(cmap->text + cmap->len, text, len);
    cmap->len += len;
}

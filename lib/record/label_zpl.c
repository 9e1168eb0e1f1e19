/* Places and sizes are in millimetres and become dots at the end, so that both
 * resolutions print the same label. */
#include "record/label_zpl.h"

#include "sys/scope.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH_MM = 100,
    HEIGHT_MM = 45,
    LEFT_MM = 5,
    TITLE_Y_MM = 3,
    TITLE_MM = 5,
    SUBTITLE_Y_MM = 9,
    SUBTITLE_MM = 4,
    BARS_Y_MM = 15,
    BARS_MM = 20,
    TEXT_Y_MM = 37,
    TEXT_MM = 4,
    MODULE_DOTS_LEAST = 2,
    MODULE_DOTS_MOST = 4,
};

static bool font_usable(const char *font)
{
    return !font ||
           (*font && strlen(font) < LABEL_ZPL_FONT_MAX && !strpbrk(font, "^~, "));
}

/* One line of text; ^, ~ and _ would be commands, so they go as hexadecimal. */
static void put_text(FILE *out, const struct label_zpl_how *how, unsigned y_mm,
                     unsigned size_mm, const char *text)
{
    unsigned d = how->dots_per_mm;
    fprintf(out, "^FO%u,%u", LEFT_MM * d, y_mm * d);
    if (how->font)
        fprintf(out, "^A@N,%u,%u,%s", size_mm * d, size_mm * d, how->font);
    else
        fprintf(out, "^A0N,%u,%u", size_mm * d, size_mm * d);
    fprintf(out, "^FB%u,1,0,L^FH_^FD", (WIDTH_MM - 2 * LEFT_MM) * d);
    for (const char *at = text; *at; at++)
        if (strchr("^~_", *at))
            fprintf(out, "_%02X", (unsigned)(unsigned char)*at);
        else
            fputc((unsigned char)*at < ' ' ? ' ' : *at, out);
    fputs("^FS\n", out);
}

/* The widest module that leaves both quiet zones; 0 when none does. */
static unsigned module_dots(const struct code128 *code, unsigned dots_per_mm)
{
    unsigned modules = code128_modules(code) + 2 * CODE128_QUIET;
    for (unsigned m = MODULE_DOTS_MOST; m >= MODULE_DOTS_LEAST; m--)
        if (modules * m <= WIDTH_MM * dots_per_mm)
            return m;
    return 0;
}

static enum rc put_label(FILE *out, const struct label_zpl_how *how,
                         const struct label_print *label, struct fault *why)
{
    struct code128 code;
    unsigned d = how->dots_per_mm;
    const char *title = label->title ? label->title : "",
               *subtitle = label->subtitle ? label->subtitle : "";
    if (!label->text || code128_encode(label->text, &code))
        return fault_set(why, RC_INVALID, 0, "“%.40s”不能印成条码",
                         label->text ? label->text : "");
    unsigned module = module_dots(&code, d);
    if (!module || strlen(title) > LABEL_SVG_TITLE_MAX ||
        strlen(subtitle) > LABEL_SVG_TITLE_MAX)
        return fault_set(why, RC_INVALID, 0, "标签上的文字太长");
    unsigned left = (WIDTH_MM * d - code128_modules(&code) * module) / 2;
    fprintf(out, "^XA\n^CI28\n^PW%u\n^LL%u\n^LH0,0\n", WIDTH_MM * d, HEIGHT_MM * d);
    if (*title)
        put_text(out, how, TITLE_Y_MM, TITLE_MM, title);
    if (*subtitle)
        put_text(out, how, SUBTITLE_Y_MM, SUBTITLE_MM, subtitle);
    fprintf(out, "^FO%u,%u^BY%u^BCN,%u,N,N,N,A^FD%s^FS\n", left, BARS_Y_MM * d, module,
            BARS_MM * d, label->text);
    fprintf(out, "^FO%u,%u^A0N,%u,%u^FB%u,1,0,C^FD%s^FS\n^PQ1\n^XZ\n", LEFT_MM * d,
            TEXT_Y_MM * d, TEXT_MM * d, TEXT_MM * d, (WIDTH_MM - 2 * LEFT_MM) * d,
            label->text);
    return RC_OK;
}

enum rc label_zpl(const struct label_print *labels, size_t count,
                  const struct label_zpl_how *how, char **ret_zpl, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (!count || count > LABEL_ZPL_COUNT_MAX ||
        (how->dots_per_mm != 8 && how->dots_per_mm != 12) || !font_usable(how->font))
        return fault_set(why, RC_INVALID, 0,
                         "一次印 1 到 %d 个标签，打印机应是 203 或 300 点每英寸",
                         LABEL_ZPL_COUNT_MAX);
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for labels");
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < count; i++)
        rc = put_label(out, how, &labels[i], why);
    if (fclose(out) && !rc)
        rc = fault_set(why, RC_NO_MEMORY, 0, "no memory for labels");
    if (!rc)
        *ret_zpl = TAKE(text);
    return rc;
}

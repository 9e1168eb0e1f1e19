/* Bars first, drawing second. The symbol is a list of values; each value is six widths
 * out of one table; the drawing turns widths into one path of rectangles, so that the
 * file is small and no renderer leaves hairlines between neighbours. All measures are
 * millimetres, since the viewBox is the paper. */
#include "record/label_svg.h"

#include "sys/scope.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    START_B = 104,
    START_C = 105,
    TO_B = 100, /* in set C */
    TO_C = 99,  /* in set B */
    STOP = 106,
    CHECK_MODULUS = 103,
    DIGITS_WORTH_C = 4, /* fewer digits in a row are not shorter in set C */
};

/* Widths of values 0..106 as ISO/IEC 15417 tables them, bar and space in turn. */
static const uint8_t patterns[][8] = {
#define P(a, b, c, d, e, f) \
    { \
        a, b, c, d, e, f, 0 \
    }
    P(2, 1, 2, 2, 2, 2), P(2, 2, 2, 1, 2, 2),        P(2, 2, 2, 2, 2, 1),
    P(1, 2, 1, 2, 2, 3), P(1, 2, 1, 3, 2, 2),        P(1, 3, 1, 2, 2, 2),
    P(1, 2, 2, 2, 1, 3), P(1, 2, 2, 3, 1, 2),        P(1, 3, 2, 2, 1, 2),
    P(2, 2, 1, 2, 1, 3), P(2, 2, 1, 3, 1, 2),        P(2, 3, 1, 2, 1, 2),
    P(1, 1, 2, 2, 3, 2), P(1, 2, 2, 1, 3, 2),        P(1, 2, 2, 2, 3, 1),
    P(1, 1, 3, 2, 2, 2), P(1, 2, 3, 1, 2, 2),        P(1, 2, 3, 2, 2, 1),
    P(2, 2, 3, 2, 1, 1), P(2, 2, 1, 1, 3, 2),        P(2, 2, 1, 2, 3, 1),
    P(2, 1, 3, 2, 1, 2), P(2, 2, 3, 1, 1, 2),        P(3, 1, 2, 1, 3, 1),
    P(3, 1, 1, 2, 2, 2), P(3, 2, 1, 1, 2, 2),        P(3, 2, 1, 2, 2, 1),
    P(3, 1, 2, 2, 1, 2), P(3, 2, 2, 1, 1, 2),        P(3, 2, 2, 2, 1, 1),
    P(2, 1, 2, 1, 2, 3), P(2, 1, 2, 3, 2, 1),        P(2, 3, 2, 1, 2, 1),
    P(1, 1, 1, 3, 2, 3), P(1, 3, 1, 1, 2, 3),        P(1, 3, 1, 3, 2, 1),
    P(1, 1, 2, 3, 1, 3), P(1, 3, 2, 1, 1, 3),        P(1, 3, 2, 3, 1, 1),
    P(2, 1, 1, 3, 1, 3), P(2, 3, 1, 1, 1, 3),        P(2, 3, 1, 3, 1, 1),
    P(1, 1, 2, 1, 3, 3), P(1, 1, 2, 3, 3, 1),        P(1, 3, 2, 1, 3, 1),
    P(1, 1, 3, 1, 2, 3), P(1, 1, 3, 3, 2, 1),        P(1, 3, 3, 1, 2, 1),
    P(3, 1, 3, 1, 2, 1), P(2, 1, 1, 3, 3, 1),        P(2, 3, 1, 1, 3, 1),
    P(2, 1, 3, 1, 1, 3), P(2, 1, 3, 3, 1, 1),        P(2, 1, 3, 1, 3, 1),
    P(3, 1, 1, 1, 2, 3), P(3, 1, 1, 3, 2, 1),        P(3, 3, 1, 1, 2, 1),
    P(3, 1, 2, 1, 1, 3), P(3, 1, 2, 3, 1, 1),        P(3, 3, 2, 1, 1, 1),
    P(3, 1, 4, 1, 1, 1), P(2, 2, 1, 4, 1, 1),        P(4, 3, 1, 1, 1, 1),
    P(1, 1, 1, 2, 2, 4), P(1, 1, 1, 4, 2, 2),        P(1, 2, 1, 1, 2, 4),
    P(1, 2, 1, 4, 2, 1), P(1, 4, 1, 1, 2, 2),        P(1, 4, 1, 2, 2, 1),
    P(1, 1, 2, 2, 1, 4), P(1, 1, 2, 4, 1, 2),        P(1, 2, 2, 1, 1, 4),
    P(1, 2, 2, 4, 1, 1), P(1, 4, 2, 1, 1, 2),        P(1, 4, 2, 2, 1, 1),
    P(2, 4, 1, 2, 1, 1), P(2, 2, 1, 1, 1, 4),        P(4, 1, 3, 1, 1, 1),
    P(2, 4, 1, 1, 1, 2), P(1, 3, 4, 1, 1, 1),        P(1, 1, 1, 2, 4, 2),
    P(1, 2, 1, 1, 4, 2), P(1, 2, 1, 2, 4, 1),        P(1, 1, 4, 2, 1, 2),
    P(1, 2, 4, 1, 1, 2), P(1, 2, 4, 2, 1, 1),        P(4, 1, 1, 2, 1, 2),
    P(4, 2, 1, 1, 1, 2), P(4, 2, 1, 2, 1, 1),        P(2, 1, 2, 1, 4, 1),
    P(2, 1, 4, 1, 2, 1), P(4, 1, 2, 1, 2, 1),        P(1, 1, 1, 1, 4, 3),
    P(1, 1, 1, 3, 4, 1), P(1, 3, 1, 1, 4, 1),        P(1, 1, 4, 1, 1, 3),
    P(1, 1, 4, 3, 1, 1), P(4, 1, 1, 1, 1, 3),        P(4, 1, 1, 3, 1, 1),
    P(1, 1, 3, 1, 4, 1), P(1, 1, 4, 1, 3, 1),        P(3, 1, 1, 1, 4, 1),
    P(4, 1, 1, 1, 3, 1), P(2, 1, 1, 4, 1, 2),        P(2, 1, 1, 2, 1, 4),
    P(2, 1, 1, 2, 3, 2), { 2, 3, 3, 1, 1, 1, 2, 0 },
#undef P
};

const uint8_t *code128_widths(uint8_t value)
{
    return patterns[value];
}

static size_t digits_from(const char *text)
{
    return strspn(text, "0123456789");
}

static void put(struct code128 *code, unsigned value)
{
    code->value[code->count++] = (uint8_t)value;
}

/* Data characters, after the start: digits in pairs where a run of them is long enough.
 */
static void put_data(struct code128 *code, const char *text)
{
    bool in_c = false;
    while (*text) {
        size_t digits = digits_from(text);
        bool pairs = digits >= DIGITS_WORTH_C && digits % 2 == 0;
        if (!in_c && pairs) {
            put(code, TO_C);
            in_c = true;
        }
        if (in_c && digits >= 2) {
            put(code, (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0'));
            text += 2;
            continue;
        }
        if (in_c) {
            put(code, TO_B);
            in_c = false;
        }
        put(code, (unsigned)(*text++ - ' '));
    }
}

enum rc code128_encode(const char *text, struct code128 *ret_code)
{
    size_t len = strlen(text);
    if (!len || len > CODE128_TEXT_MAX)
        return RC_INVALID;
    for (size_t i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~')
            return RC_INVALID;
    struct code128 code = { .count = 0 };
    put(&code, START_B);
    put_data(&code, text);
    unsigned sum = START_B;
    for (size_t i = 1; i < code.count; i++)
        sum += (unsigned)i * code.value[i];
    put(&code, sum % CHECK_MODULUS);
    put(&code, STOP);
    *ret_code = code;
    return RC_OK;
}

unsigned code128_modules(const struct code128 *code)
{
    unsigned modules = 0;
    for (size_t i = 0; i < code->count; i++)
        for (const uint8_t *width = patterns[code->value[i]]; *width; width++)
            modules += *width;
    return modules;
}

/* Where the parts of one label stand, in mm from its upper left corner. */
struct layout {
    double paper_width, paper_height;
    double left, top;            /* of the first label */
    double width, height;        /* of one label */
    unsigned across, most;       /* labels in a row, labels on the paper */
    double module_most;          /* of the narrowest bar */
    double title_at, title_size; /* base lines and sizes */
    double subtitle_at, subtitle_size;
    double bars_at, bars_height;
    double text_at, text_size;
};

static const struct layout layouts[] = {
    [LABEL_PAPER_ONE] = { 100, 45, 0, 0, 100, 45, 1, 1, 0.375, 8, 5.2, 13.5, 3.6, 16.5,
                          20, 41.5, 4 },
    [LABEL_PAPER_SHEET] = { 210, 297, 5, 13.5, 100, 45, 2, LABEL_SVG_SHEET, 0.375, 8, 5.2,
                            13.5, 3.6, 16.5, 20, 41.5, 4 },
    [LABEL_PAPER_PAGE] = { 210, 297, 15, 25, 180, 140, 1, 1, 0.6, 14, 10, 28, 6, 45, 32,
                           86, 6 },
};

/* About the width of a text in ems: a Han character is one, others a little over half. */
static double ems_of(const char *text)
{
    double ems = 0;
    for (const uint8_t *at = (const uint8_t *)text; *at; at++)
        if (*at < 0x80)
            ems += 0.58;
        else if (*at >= 0xC0)
            ems += 1;
    return ems;
}

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if ((uint8_t)*text >= ' ')
            fputc(*text, out);
    }
}

/* One centred line, made smaller when it would not fit. */
static void put_text(FILE *out, const struct layout *how, double left, double base,
                     double size, const char *family, const char *text)
{
    double room = how->width * 0.94, ems = ems_of(text);
    if (ems * size > room)
        size = room / ems;
    fprintf(out, "<text x=\"%.3f\" y=\"%.3f\" font-size=\"%.3f\" font-family=\"%s\">",
            left + how->width / 2, base, size, family);
    put_escaped(out, text);
    fputs("</text>\n", out);
}

static void put_bars(FILE *out, const struct layout *how, double left, double top,
                     const struct code128 *code)
{
    unsigned modules = code128_modules(code);
    double module = how->width / (modules + 2 * CODE128_QUIET);
    if (module > how->module_most)
        module = how->module_most;
    double x = left + (how->width - module * modules) / 2;
    fputs("<path d=\"", out);
    for (size_t i = 0; i < code->count; i++)
        for (unsigned k = 0; patterns[code->value[i]][k]; k++) {
            double width = module * patterns[code->value[i]][k];
            if (k % 2 == 0)
                fprintf(out, "M%.4f %.3fh%.4fv%.3fh-%.4fz", x, top, width,
                        how->bars_height, width);
            x += width;
        }
    fputs("\"/>\n", out);
}

static enum rc put_label(FILE *out, const struct layout *how, unsigned index,
                         const struct label_print *label, struct fault *why)
{
    static const char han[] = "Noto Sans CJK SC, Source Han Sans SC, SimHei, sans-serif";
    struct code128 code;
    if (code128_encode(label->text, &code))
        return fault_set(why, RC_INVALID, 0, "“%s”不能印成条码", label->text);
    if ((label->title && strlen(label->title) > LABEL_SVG_TITLE_MAX) ||
        (label->subtitle && strlen(label->subtitle) > LABEL_SVG_TITLE_MAX))
        return fault_set(why, RC_INVALID, 0, "标题太长，最多 %d 个汉字",
                         LABEL_SVG_TITLE_MAX / 3);
    double left = how->left + index % how->across * how->width;
    double top = how->top + index / how->across * how->height;
    if (label->title)
        put_text(out, how, left, top + how->title_at, how->title_size, han, label->title);
    if (label->subtitle)
        put_text(out, how, left, top + how->subtitle_at, how->subtitle_size, han,
                 label->subtitle);
    put_bars(out, how, left, top + how->bars_at, &code);
    put_text(out, how, left, top + how->text_at, how->text_size, "monospace",
             label->text);
    return RC_OK;
}

enum rc label_svg(const struct label_print *labels, size_t count, enum label_paper paper,
                  char **ret_svg, struct fault *why)
{
    const struct layout *how = &layouts[paper];
    if (!count || count > how->most)
        return fault_set(why, RC_INVALID, 0, "一张纸上放得下 %u 个标签，要印 %zu 个",
                         how->most, count);
    SCOPED(free_at) char *svg = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&svg, &len);
    if (!out)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%gmm\" height=\"%gmm\" "
            "viewBox=\"0 0 %g %g\">\n<rect width=\"100%%\" height=\"100%%\" "
            "fill=\"#fff\"/>\n<g text-anchor=\"middle\">\n",
            how->paper_width, how->paper_height, how->paper_width, how->paper_height);
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < count; i++)
        rc = put_label(out, how, (unsigned)i, &labels[i], why);
    fputs("</g>\n</svg>\n", out);
    if (fclose(out) && !rc)
        rc = fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    if (!rc)
        *ret_svg = TAKE(svg);
    return rc;
}

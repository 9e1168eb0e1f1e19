/* No page of text or tables may be taken for a label: `false_labels [PICTURES] [CODES]`.
 *
 * Pictures: lines of print, tables, rules, hatching, all from a seed and gone through the
 * page's own reader of codes; none may show a label of ours. Codes: random payloads of
 * the shape of our labels, which pass no more often than two check digits allow, 1 in 97;
 * and two readings of one label in which noise made the same wrong text: what binds a
 * volume must be read twice. A check makes 100 pictures and 10^6 codes, `make
 * soak-labels` 10^4 and 10^8. */
#include "page_variant.h"

#include "core/bytes.h"
#include "core/label.h"
#include "station/page/labels.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 1240, HEIGHT = 1754 };

static void bar(PIX *pix, double x, double y, double w, double h)
{
    pixRasterop(pix, (l_int32)x, (l_int32)y, (l_int32)w, (l_int32)h, PIX_CLR, NULL, 0, 0);
}

/* A character of some strokes, as wide as `size`. */
static void character(PIX *pix, double x, double y, double size)
{
    int strokes = (int)variant_between(3, 9);
    for (int i = 0; i < strokes; i++) {
        double at = variant_between(0, 0.85) * size, pen = variant_between(1, 3);
        double from = variant_between(0, 0.4) * size, len = size - from;
        if (variant_chance() < 0.5)
            bar(pix, x + from, y + at, len, pen);
        else
            bar(pix, x + at, y + from, pen, len);
    }
}

static void lines_of_print(PIX *pix)
{
    double size = variant_between(12, 40), gap = variant_between(1.2, 2) * size;
    for (double y = 100; y < HEIGHT - 120; y += gap)
        for (double x = 90; x < WIDTH - 90 - size; x += size * 1.1)
            if (variant_chance() < 0.9)
                character(pix, x, y, size);
}

/* Rules close together, of many widths: the nearest thing to bars. */
static void rules(PIX *pix)
{
    bool upright = variant_chance() < 0.7;
    double x = 60, y = variant_between(80, 900), high = variant_between(30, 600);
    while (x < WIDTH - 60) {
        double pen = (int)variant_between(1, 5), gap = (int)variant_between(1, 7);
        if (upright)
            bar(pix, x, y, pen * 2, high);
        else
            bar(pix, y, x, high, pen * 2);
        x += (pen + gap) * 2;
    }
}

static void table(PIX *pix)
{
    double column = variant_between(40, 200), row = variant_between(24, 80);
    for (double x = 80; x < WIDTH - 80; x += column)
        bar(pix, x, 200, 2, HEIGHT - 400);
    for (double y = 200; y < HEIGHT - 200; y += row) {
        bar(pix, 80, y, WIDTH - 160, 2);
        for (double x = 90; x < WIDTH - 120; x += column)
            character(pix, x, y + 4, row * 0.6);
    }
}

static bool shows_a_label(void)
{
    struct page_labels labels = { .count = 0 };
    SCOPED_PIX pix = pixCreate(WIDTH, HEIGHT, 8);
    pixSetAll(pix);
    double kind = variant_chance();
    if (kind < 0.4)
        lines_of_print(pix);
    else if (kind < 0.7)
        table(pix);
    else
        rules(pix);
    if (kind > 0.85)
        lines_of_print(pix);
    SCOPED_PIX soft = variant_chance() < 0.5 ? pixBlockconv(pix, 1, 1) : pixClone(pix);
    if (page_read_labels(soft, &labels, NULL))
        abort();
    bool ours = false;
    for (size_t i = 0; i < labels.count; i++)
        ours = ours || labels.found[i].ours;
    return ours || labels.kind != PAGE_TEXT;
}

/* Random digits behind the letters of our labels, in their lengths. */
static bool random_code_passes(char *ret_text)
{
    static const struct {
        char letter;
        int digits;
    } shapes[] = { { 'V', 26 }, { 'M', 26 }, { 'T', 5 }, { 'S', 10 },
                   { 'P', 10 }, { 'B', 12 }, { 'C', 4 } };
    size_t shape = (size_t)(variant_chance() * COUNT(shapes));
    struct label label;
    int used = 0;
    ret_text[used++] = shapes[shape].letter;
    while (used <= shapes[shape].digits)
        ret_text[used++] = (char)('0' + (int)(variant_chance() * 10));
    ret_text[used] = '\0';
    return !label_read((struct bytes){ (const uint8_t *)ret_text, (size_t)used }, &label);
}

int main(int argc, char **argv)
{
    unsigned long pictures = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    unsigned long codes = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
    unsigned long seen = 0, passed = 0, twice = 0;
    char text[LABEL_TEXT_MAX], before[LABEL_TEXT_MAX] = "";
    setMsgSeverity(L_SEVERITY_NONE);
    variant_seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 20260205;
    printf("# seed %llu\n", (unsigned long long)variant_seed);
    for (unsigned long i = 0; i < pictures; i++)
        seen += shows_a_label();
    printf("%s - %lu pictures of text, tables and rules show %lu labels of ours\n",
           seen ? "not ok" : "ok", pictures, seen);
    for (unsigned long i = 0; i < codes; i++) {
        if (!random_code_passes(text))
            continue;
        passed++;
        twice += strlen(text) > 10 && !strcmp(text, before);
        memcpy(before, text, sizeof text);
    }
    /* 1 in 97 on the average; five standard deviations above is not chance. */
    double most = (double)codes / 97 + 5 * sqrt((double)codes / 97);
    printf("%s - of %lu random codes %lu pass, at most %.0f may\n",
           (double)passed > most ? "not ok" : "ok", codes, passed, most);
    printf("%s - %lu wrong readings of a long label are the same twice running\n",
           twice ? "not ok" : "ok", twice);
    return seen || twice || (double)passed > most;
}

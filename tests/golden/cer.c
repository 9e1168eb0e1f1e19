/* Character error rate of recognised text: `cer [-c] TRUTH READ [TRUTH READ...]`.
 *
 * Levenshtein distance over length, summed over the pairs, after both texts were folded:
 * full-width punctuation to its ASCII twin, full-width letters and digits to ASCII (the
 * part of NFKC that Chinese court papers meet), white space removed. -c compares the core
 * only: ASCII letters and digits and Han characters. Prints one line a pair, and the
 * total; is a test with `cer -m PERMILLE ...`, which fails when the total is above. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES_MAX = 20000 };

struct text {
    uint32_t codes[CODES_MAX];
    size_t count;
};

static uint32_t next_code(const unsigned char **at)
{
    const unsigned char *s = *at;
    unsigned more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
    uint32_t code = more ? s[0] & (0x3fu >> more) : s[0];
    unsigned i = 1;
    for (; i <= more && (s[i] & 0xc0) == 0x80; i++)
        code = code << 6 | (s[i] & 0x3f);
    *at += i;
    return code;
}

/* 0 drops the code point. */
static uint32_t fold(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } twins[] = {
        { 0x3001, ',' },  { 0x3002, '.' },    { 0x201c, '"' },  { 0x201d, '"' },
        { 0x2018, '\'' }, { 0x2019, '\'' },   { 0x300a, '<' },  { 0x300b, '>' },
        { 0x3010, '[' },  { 0x3011, ']' },    { 0x2014, '-' },  { 0x00b7, '.' },
        { 0x2460, '1' },  { 0x00a5, 0x00a5 }, { 0xffe5, 0xa5 }, { 0xfeff, 0 },
    };
    if (code <= ' ' || code == 0x3000 || code == 0xa0 ||
        (code >= 0x2000 && code <= 0x200b))
        return 0;
    if (code >= 0xff01 && code <= 0xff5e)
        return code - 0xff01 + '!';
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++)
        if (twins[i].from == code)
            return twins[i].to;
    return code;
}

static int is_core(uint32_t code)
{
    return (code >= '0' && code <= '9') || ((code | 32) >= 'a' && (code | 32) <= 'z') ||
           (code >= 0x3400 && code <= 0x9fff);
}

static void take(const unsigned char *bytes, int core, struct text *text)
{
    text->count = 0;
    for (const unsigned char *at = bytes; *at && text->count + 3 < CODES_MAX;) {
        uint32_t code = next_code(&at);
        if (code == 0x2026) { /* an ellipsis is three dots */
            for (int i = 0; i < 3 && !core; i++)
                text->codes[text->count++] = '.';
            continue;
        }
        code = fold(code);
        if (code && (!core || is_core(code)))
            text->codes[text->count++] = code;
    }
}

static int load(const char *path, int core, struct text *text)
{
    static unsigned char bytes[CODES_MAX * 4];
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    size_t len = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    bytes[len] = '\0';
    take(bytes, core, text);
    return 0;
}

static size_t distance(const struct text *a, const struct text *b)
{
    static size_t row[CODES_MAX + 1];
    for (size_t j = 0; j <= b->count; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->count; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b->count; j++) {
            size_t above = row[j];
            size_t best = corner + (a->codes[i - 1] != b->codes[j - 1]);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            corner = above;
        }
    }
    return row[b->count];
}

static int self_test(void)
{
    static const struct {
        const char *truth, *read, *says;
        int core;
        size_t wrong;
    } cases[] = {
        { "第一条 甲、乙", "第一条甲,乙", "white space and width do not count", 0, 0 },
        { "二〇二六年", "二二六年", "a missing character is one error", 0, 1 },
        { "〇六", "○六", "another character is one error", 0, 1 },
        { "民,初。", "民初", "the core has no punctuation", 1, 0 },
        { "１２３Ａ", "123A", "full-width digits are digits", 0, 0 },
    };
    static struct text a, b;
    int failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        take((const unsigned char *)cases[i].truth, cases[i].core, &a);
        take((const unsigned char *)cases[i].read, cases[i].core, &b);
        int good = distance(&a, &b) == cases[i].wrong;
        printf("%s - %s\n", good ? "ok" : "not ok", cases[i].says);
        failed += !good;
    }
    return failed != 0;
}

int main(int argc, char **argv)
{
    static struct text truth, read;
    if (argc == 1)
        return self_test();
    int core = 0, at = 1;
    long most = -1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        core = core || !strcmp(argv[at], "-c");
        if (!strcmp(argv[at], "-m") && at + 1 < argc)
            most = strtol(argv[++at], NULL, 10);
    }
    if (at >= argc || (argc - at) % 2) {
        fprintf(stderr, "usage: cer [-c] [-m PERMILLE] TRUTH READ [TRUTH READ...]\n");
        return 2;
    }
    size_t errors = 0, length = 0;
    for (; at < argc; at += 2) {
        if (load(argv[at], core, &truth) || load(argv[at + 1], core, &read)) {
            fprintf(stderr, "cer: cannot read %s or %s\n", argv[at], argv[at + 1]);
            return 2;
        }
        size_t wrong = distance(&truth, &read);
        printf("%6.2f%% %5zu/%-5zu %s\n",
               100.0 * (double)wrong / (double)(truth.count + !truth.count), wrong,
               truth.count, argv[at + 1]);
        errors += wrong;
        length += truth.count;
    }
    double permille = 1000.0 * (double)errors / (double)(length + !length);
    printf("%6.2f%% %5zu/%-5zu total\n", permille / 10, errors, length);
    return most >= 0 && permille > (double)most;
}

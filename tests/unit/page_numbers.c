/* Page numbers and case numbers, out of recognised characters and their places. */
#include "check.h"

#include "station/page/numbers.h"

enum { DPI = 200, WIDTH = 1654, HEIGHT = 2339, WIDE = 24 };

struct sheet {
    struct ocr_text text;
    struct ocr_symbol symbols[400];
    struct ocr_line lines[20];
};

/* One more line from `x`, `y`; a '|' moves on by three centimetres. */
static void write_line(struct sheet *sheet, int x, int y, const char *words,
                       float confidence)
{
    struct ocr_line *line = &sheet->lines[sheet->text.line_count++];
    *line = (struct ocr_line){
        .first = sheet->text.symbol_count, .left = x, .top = y, .bottom = y + 28
    };
    sheet->text.symbols = sheet->symbols;
    sheet->text.lines = sheet->lines;
    for (const char *at = words; *at;) {
        size_t len = (*at & 0x80) ? 3 : 1;
        if (*at == '|') {
            x += 236;
            at++;
            continue;
        }
        struct ocr_symbol *s = &sheet->symbols[sheet->text.symbol_count++];
        *s = (struct ocr_symbol){ .left = x,
                                  .right = x + WIDE,
                                  .top = y,
                                  .bottom = y + 28,
                                  .confidence = confidence };
        memcpy(s->text, at, len);
        at += len;
        x += WIDE + 2;
        line->count++;
    }
    line->right = x;
}

static void corners(const char *words, int x, int y, float confidence, unsigned *left,
                    unsigned *right)
{
    struct sheet sheet = { .text = { 0 } };
    write_line(&sheet, x, y, words, confidence);
    page_corner_numbers(&sheet.text, WIDTH, DPI, left, right);
}

TEST(page_corner_numbers, reads_a_number_in_each_corner)
{
    unsigned left, right;
    corners("17", 1500, 60, 90, &left, &right);
    CHECK_INT(0, left);
    CHECK_INT(17, right);
    corners("０１8", 80, 60, 90, &left, &right);
    CHECK_INT(18, left);
    CHECK_INT(0, right);
    corners("-3-", 1500, 60, 90, &left, &right);
    CHECK_INT(3, right);
    corners("第12页", 1450, 60, 90, &left, &right);
    CHECK_INT(12, right);
}

TEST(page_corner_numbers, parts_a_number_from_a_title_on_its_line)
{
    unsigned left, right;
    corners("证据清单||||23", 300, 60, 90, &left, &right);
    CHECK_INT(23, right);
    CHECK_INT(0, left);
}

TEST(page_corner_numbers, leaves_what_is_no_number_badly_read_or_below_the_head)
{
    unsigned left, right;
    corners("2026年", 1450, 60, 90, &left, &right);
    CHECK_INT(0, right);
    corners("17", 1500, 60, 60, &left, &right);
    CHECK_INT(0, right);
    corners("17", 1500, 300, 90, &left, &right);
    CHECK_INT(0, right);
    corners("123456", 1450, 60, 90, &left, &right);
    CHECK_INT(0, right); /* beyond PAGE_NUMBER_MAX */
    corners("17", 800, 60, 90, &left, &right);
    CHECK_INT(0, left + right);
}

static size_t cases_of(const char *words, int y, float confidence,
                       struct page_case cases[PAGE_CASES_MAX])
{
    struct sheet sheet = { .text = { 0 } };
    write_line(&sheet, 200, y, words, confidence);
    return page_case_numbers(&sheet.text, HEIGHT, cases);
}

TEST(page_case_numbers, knows_the_head_from_a_citation)
{
    struct page_case cases[PAGE_CASES_MAX];
    CHECK_INT(1, cases_of("（2026）粤0399民初10027号", 400, 90, cases));
    CHECK_TEXT("(2026)粤0399民初10027号", cases[0].text);
    CHECK(cases[0].head);
    CHECK_INT(1, cases_of("案号：(2026)粤0399民初10027号(第一次)", 400, 90, cases));
    CHECK(cases[0].head);
    CHECK_INT(1, cases_of("不服本院(2025)粤0399民初1号民事判决，向本院提起上诉", 400, 90,
                          cases));
    CHECK(!cases[0].head);
    CHECK_INT(1, cases_of("(2026)粤0399民初10027号", 2000, 90, cases));
    CHECK(!cases[0].head);
}

TEST(page_case_numbers, does_not_believe_doubtful_digits)
{
    struct page_case cases[PAGE_CASES_MAX];
    CHECK_INT(0, cases_of("(2026)粤0399民初10027号", 400, 60, cases));
    CHECK_INT(0, cases_of("(2026)民初号", 400, 90, cases));
}

TEST(page_case_numbers, lists_each_once_and_keeps_to_its_room)
{
    struct page_case cases[PAGE_CASES_MAX];
    struct sheet sheet = { .text = { 0 } };
    char line[64];
    for (int i = 0; i < PAGE_CASES_MAX + 2; i++) {
        snprintf(line, sizeof line, "(2026)粤0399民初%d号", 1 + i / 2 * (i > 3));
        write_line(&sheet, 200, 300 + i * 40, line, 90);
    }
    CHECK_INT(2, page_case_numbers(&sheet.text, HEIGHT, cases));
    for (int i = 0; i < PAGE_CASES_MAX; i++) {
        snprintf(line, sizeof line, "(2026)粤0399民初%d号", 100 + i);
        write_line(&sheet, 200, 700 + i * 40, line, 90);
    }
    CHECK_INT(PAGE_CASES_MAX, page_case_numbers(&sheet.text, HEIGHT, cases));
}

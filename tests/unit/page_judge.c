/* Blank or not, on made pictures: what a reader would miss, and what not. */
#include "check.h"

#include "station/page/clean.h"
#include "station/page/judge.h"
#include "station/page/pix.h"

enum { WIDTH = 1654, HEIGHT = 2339, DPI = 200 };

static PIX *paper(unsigned level)
{
    PIX *pix = pixCreate(WIDTH, HEIGHT, 32);
    pixSetAllArbitrary(pix, level << 24 | level << 16 | level << 8);
    return pix;
}

static void block(PIX *pix, int x, int y, int w, int h, unsigned r, unsigned g,
                  unsigned b)
{
    BOX *box = boxCreate(x, y, w, h);
    pixSetInRectArbitrary(pix, box, r << 24 | g << 16 | b << 8);
    boxDestroy(&box);
}

/* Ten "characters" of strokes, `level` dark. */
static void line_of_marks(PIX *pix, int y, unsigned level)
{
    for (int i = 0; i < 10; i++) {
        block(pix, 300 + i * 40, y, 28, 4, level, level, level);
        block(pix, 312 + i * 40, y, 4, 28, level, level, level);
    }
}

static struct page_ink measure(PIX *pix)
{
    struct page_ink ink;
    SCOPED_PIX gray = NULL;
    SCOPED_PIX even = NULL;
    CHECK_OK(page_gray(pix, &gray, NULL));
    CHECK_OK(page_clean(pix, gray, DPI, &even, NULL, NULL));
    struct page_paper paper = { NULL, 0, 0, pixGetWidth(pix), pixGetHeight(pix) };
    CHECK_OK(page_measure_ink(pix, even, DPI, &paper, &ink, NULL));
    return ink;
}

static void judge(const struct page_ink *ink, struct page_result *result)
{
    page_keep_ink(ink, &result->figures);
    page_judge(page_limits_usual(), false, result);
}

static bool blank(PIX *pix)
{
    struct page_ink ink = measure(pix);
    return page_is_blank(&ink, page_limits_usual());
}

TEST(page_is_blank, white_and_yellow_and_grey_paper_are_blank)
{
    static const unsigned levels[] = { 255, 235, 190, 140 };
    for (size_t i = 0; i < COUNT(levels); i++) {
        SCOPED_PIX pix = paper(levels[i]);
        CHECK(blank(pix));
    }
}

TEST(page_is_blank, print_that_shines_through_is_blank)
{
    SCOPED_PIX pix = paper(250);
    for (int y = 300; y < 1800; y += 60)
        line_of_marks(pix, y, 225);
    CHECK(blank(pix));
}

TEST(page_is_blank, one_line_of_pencil_is_not)
{
    SCOPED_PIX pix = paper(250);
    line_of_marks(pix, 900, 170);
    CHECK(!blank(pix));
}

TEST(page_is_blank, a_single_character_is_not)
{
    SCOPED_PIX pix = paper(250);
    block(pix, 800, 1100, 28, 4, 30, 30, 30);
    CHECK(!blank(pix));
}

TEST(page_is_blank, a_red_seal_alone_is_not)
{
    SCOPED_PIX pix = paper(250);
    block(pix, 800, 1100, 200, 12, 200, 40, 40);
    block(pix, 800, 1300, 200, 12, 200, 40, 40);
    block(pix, 800, 1100, 12, 200, 200, 40, 40);
    block(pix, 990, 1100, 12, 212, 200, 40, 40);
    CHECK(!blank(pix));
}

TEST(page_is_blank, dust_and_an_edge_line_are_blank)
{
    SCOPED_PIX pix = paper(250);
    for (int i = 0; i < 40; i++)
        block(pix, 200 + i * 31, 300 + i * 47, 3, 3, 40, 40, 40);
    block(pix, 0, 0, 5, HEIGHT, 20, 20, 20);
    CHECK(blank(pix));
}

TEST(page_judge, an_open_lid_is_said_and_is_not_blank)
{
    SCOPED_PIX pix = paper(5);
    struct page_ink ink = measure(pix);
    struct page_result result = { .kind = PAGE_TEXT, .dpi = 300 };
    CHECK(ink.black);
    CHECK(!page_is_blank(&ink, page_limits_usual()));
    judge(&ink, &result);
    CHECK_INT(1, result.qc_count);
    CHECK_TEXT("all-black", result.qc[0].code);
}

TEST(page_judge, names_skew_only_beyond_one_degree_and_dpi_only_below_the_rule)
{
    SCOPED_PIX pix = paper(250);
    line_of_marks(pix, 900, 20);
    struct page_ink ink = measure(pix);
    struct page_result good = { .dpi = 200, .skew_mdeg = -1000, .confidence = 90 };
    struct page_result bad = { .dpi = 150, .skew_mdeg = 1001, .confidence = 90 };
    judge(&ink, &good);
    CHECK_INT(0, good.qc_count);
    judge(&ink, &bad);
    CHECK_INT(2, bad.qc_count);
    CHECK_TEXT("low-dpi", bad.qc[0].code);
    CHECK_TEXT("skew", bad.qc[1].code);
}

TEST(page_judge, tells_text_that_an_edge_cuts)
{
    SCOPED_PIX pix = paper(250);
    line_of_marks(pix, 900, 20);
    for (int i = 0; i < 8; i++)
        block(pix, WIDTH - 20, 300 + i * 60, 20, 28, 20, 20, 20);
    struct page_ink ink = measure(pix);
    struct page_result result = { .dpi = 300, .confidence = 90 };
    judge(&ink, &result);
    CHECK_INT(1, result.qc_count);
    CHECK_TEXT("cut-off", result.qc[0].code);
}

TEST(page_add_qc, says_a_reason_once_and_keeps_to_its_room)
{
    struct page_result result = { 0 };
    page_add_qc(&result, "skew", "一");
    page_add_qc(&result, "skew", "二");
    CHECK_INT(1, result.qc_count);
    CHECK_TEXT("一", result.qc[0].sentence);
    for (int i = 0; i < PAGE_QC_MAX + 3; i++) {
        char code[16];
        snprintf(code, sizeof code, "c%d", i);
        page_add_qc(&result, code, "句子");
    }
    CHECK_INT(PAGE_QC_MAX, result.qc_count);
}

TEST(page_clean, drops_seal_ink_and_keeps_print_under_it)
{
    SCOPED_PIX pix = paper(250);
    SCOPED_PIX gray = NULL;
    SCOPED_PIX even = NULL;
    block(pix, 600, 600, 240, 240, 200, 40, 45); /* a square seal, 30 mm */
    block(pix, 650, 700, 140, 6, 25, 5, 5);      /* print, seen through it */
    CHECK_OK(page_gray(pix, &gray, NULL));
    CHECK_OK(page_clean(pix, gray, DPI, &even, NULL, NULL));
    l_uint32 ink = 0, print = 255;
    pixGetPixel(even, 620, 650, &ink);
    pixGetPixel(even, 700, 703, &print);
    CHECK(ink > 200);
    CHECK(print < 80);
}

TEST(page_find_seals, takes_a_red_heading_for_text)
{
    SCOPED_PIX pix = paper(250);
    SCOPED_BOXA seals = NULL;
    for (int i = 0; i < 12; i++)
        block(pix, 300 + i * 80, 200, 68, 68, 210, 30, 30);
    CHECK_OK(page_find_seals(pix, DPI, &seals, NULL));
    CHECK_INT(0, boxaGetCount(seals));
}

TEST(page_judge, tells_a_blurred_page_from_a_sharp_one)
{
    SCOPED_PIX sharp = paper(250);
    for (int y = 300; y < 2000; y += 50)
        for (int x = 300; x < 1300; x += 40)
            block(sharp, x, y, 20, 24, 30, 30, 30);
    SCOPED_PIX blurred = pixBlockconv(sharp, 4, 4);
    struct page_ink in_focus = measure(sharp), out_of_focus = measure(blurred);
    struct page_result good = { .kind = PAGE_TEXT, .dpi = 300 }, bad = good;
    judge(&in_focus, &good);
    judge(&out_of_focus, &bad);
    bool told = false;
    for (size_t i = 0; i < bad.qc_count; i++)
        told = told || !strcmp(bad.qc[i].code, "blurred");
    CHECK(told);
    CHECK_INT(0, good.qc_count);
}

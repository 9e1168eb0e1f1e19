/* Paper on a lid: where it lies, how large it is, and that nothing else is taken for lid.
 */
#include "check.h"
#include "page_variant.h"

#include "station/page/clean.h"
#include "station/page/paper.h"

enum { DPI = 150 };

/* White paper of this size with lines of marks, some of which reach its edge. */
static PIX *paper_of(double width_mm, double height_mm)
{
    int width = (int)(width_mm * DPI / 25.4), height = (int)(height_mm * DPI / 25.4);
    PIX *pix = pixCreate(width, height, 32);
    pixSetAllArbitrary(pix, variant_gray(248));
    for (int y = height / 8; y + 20 < height; y += 40)
        for (int x = 20; x < width; x += 30) {
            BOX *box = boxCreate(x, y, 18, 18);
            pixSetInRectArbitrary(pix, box, variant_gray(40));
            boxDestroy(&box);
        }
    return pix;
}

static struct page_paper find(PIX *pix)
{
    SCOPED_PIX gray = NULL;
    struct page_paper paper;
    CHECK_OK(page_gray(pix, &gray, NULL));
    CHECK_OK(page_find_paper(gray, DPI, &paper, NULL));
    return paper;
}

TEST(page_find_paper, sees_no_lid_where_paper_fills_the_picture)
{
    SCOPED_PIX pix = paper_of(210, 297);
    struct page_paper paper = find(pix);
    CHECK(!paper.border);
    CHECK_INT(pixGetWidth(pix), paper.right);
}

TEST(page_find_paper, finds_skewed_paper_on_black_and_on_gray_within_a_millimetre)
{
    static const unsigned lids[] = { 8, 90 };
    for (size_t i = 0; i < COUNT(lids); i++)
        for (int turn = -5; turn <= 5; turn += 5) {
            SCOPED_PIX sheet = paper_of(182, 257);
            SCOPED_PIX lid = variant_on_lid(sheet, DPI, 20, lids[i]);
            SCOPED_PIX askew = variant_turn(lid, turn, lids[i]);
            SCOPED_PIX gray = NULL;
            struct page_paper paper = find(askew);
            CHECK(paper.border);
            CHECK_OK(page_gray(askew, &gray, NULL));
            struct page_box box = page_paper_box(&paper, gray, 0, -turn);
            double mm = 25.4 / DPI;
            CHECK(fabs((box.right - box.left) * mm - 182) < 2);
            CHECK(fabs((box.bottom - box.top) * mm - 257) < 2);
            CHECK(fabs(box.left * mm - 20) < 1.5 && fabs(box.top * mm - 20) < 1.5);
            page_paper_free(&paper);
        }
}

TEST(page_find_paper, never_takes_ink_that_reaches_the_edge_for_lid)
{
    SCOPED_PIX pix = paper_of(210, 297);
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    BOX *rule = boxCreate(0, 300, width, 4), *side = boxCreate(width - 3, 0, 3, height);
    pixSetInRectArbitrary(pix, rule, variant_gray(20));
    pixSetInRectArbitrary(pix, side, variant_gray(20)); /* a table's outer rule */
    struct page_paper paper = find(pix);
    CHECK_INT(0, paper.left);
    CHECK_INT(0, paper.top);
    CHECK(paper.right >= width - 4);
    CHECK_INT(height, paper.bottom);
    page_paper_free(&paper);
    boxDestroy(&rule);
    boxDestroy(&side);
}

TEST(page_find_paper, leaves_a_dark_photograph_alone)
{
    SCOPED_PIX pix = pixCreate(1240, 1754, 32);
    pixSetAllArbitrary(pix, variant_gray(45));
    struct page_paper paper = find(pix);
    CHECK(!paper.border);
}

TEST(page_paper_whiten, makes_the_lid_white_and_keeps_the_print)
{
    SCOPED_PIX sheet = paper_of(148, 210);
    SCOPED_PIX lid = variant_on_lid(sheet, DPI, 15, 10);
    SCOPED_PIX gray = NULL;
    struct page_paper paper = find(lid);
    CHECK_OK(page_gray(lid, &gray, NULL));
    page_paper_whiten(&paper, gray);
    l_uint32 corner = 0, print = 0;
    pixGetPixel(gray, 5, 5, &corner);
    int px = (int)lround(15 * DPI / 25.4);
    pixGetPixel(gray, px + 20 + 9, px + pixGetHeight(sheet) / 8 + 9, &print);
    CHECK(corner > 240);
    CHECK(print < 60);
    page_paper_free(&paper);
}

TEST(page_paper_name, knows_papers_either_way_round_and_two_that_overlap)
{
    double over;
    CHECK_TEXT("A4", page_paper_name(210, 297, 6, &over));
    CHECK_TEXT("A4", page_paper_name(297, 211, 6, &over));
    CHECK_TEXT("A3", page_paper_name(299, 418, 6, &over));
    CHECK(!page_paper_name(210, 350, 6, &over));
    CHECK(over > 52 && over < 54);
    CHECK(!page_paper_name(210, 270, 6, &over)); /* torn */
    CHECK(over == 0);
    CHECK(!page_paper_name(80, 190, 6, &over)); /* a receipt */
    CHECK(over == 0);
}

TEST(page_paper_name, is_itself_for_every_paper_of_the_table)
{
    int width, height;
    const char *name;
    for (size_t i = 0; (name = page_paper_size(i, &width, &height)); i++) {
        double over;
        CHECK(width < height);
        CHECK_TEXT(name, page_paper_name(width, height, 1, &over));
        CHECK_TEXT(name, page_paper_name(height, width, 1, &over));
    }
}

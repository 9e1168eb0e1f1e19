/* What readers are shown of a page on a lid, and that nothing of it is lost: stains,
 * seals, holes and writing at the very edge are in the file as the scanner gave them, and
 * inside the box. */
#include "check.h"
#include "page_variant.h"

#include "station/page/page.h"

enum { DPI = 300, LID_MM = 18 };

static const double width_mm = 182, height_mm = 257, mm = DPI / 25.4;

static void mark(PIX *pix, double x_mm, double y_mm, double w_mm, double h_mm,
                 uint32_t colour)
{
    BOX *box = boxCreate((l_int32)(x_mm * mm), (l_int32)(y_mm * mm), (l_int32)(w_mm * mm),
                         (l_int32)(h_mm * mm));
    pixSetInRectArbitrary(pix, box, colour);
    boxDestroy(&box);
}

/* A sheet of print; at its edges a stain, a seal, a hole that shows the lid, writing. */
static PIX *paper(unsigned lid)
{
    PIX *pix = pixCreate((l_int32)(width_mm * mm), (l_int32)(height_mm * mm), 32);
    pixSetAllArbitrary(pix, variant_gray(246));
    for (double y = 30; y < 220; y += 8)
        for (double x = 25; x < 155; x += 5)
            mark(pix, x, y, 3.2, 3.4, variant_gray(40));
    mark(pix, 0, 100, 6, 9, 0xb0905000);     /* a stain over the left edge */
    mark(pix, 170, 200, 12, 12, 0xc8202800); /* a seal across the right edge */
    mark(pix, 4, 120, 5.5, 5.5, variant_gray(lid));
    mark(pix, 60, 0, 0.6, 12, variant_gray(30)); /* strokes of a pen over the top edge */
    mark(pix, 64, 0, 0.6, 9, variant_gray(30));
    mark(pix, 0, 256.5, 181, 0.4, variant_gray(30)); /* a rule along the bottom edge */
    return pix;
}

struct seen {
    double width_pt, height_pt, crop[4];
    bool cropped;
};

static struct seen boxes_of(const char *pdf, size_t len)
{
    struct seen seen = { 0 };
    const char *media = memmem(pdf, len, "/MediaBox [0 0 ", 15);
    const char *crop = memmem(pdf, len, "/CropBox [", 10);
    CHECK(media);
    CHECK_INT(2,
              sscanf(media, "/MediaBox [0 0 %lf %lf]", &seen.width_pt, &seen.height_pt));
    seen.cropped = crop;
    if (crop)
        CHECK_INT(4, sscanf(crop, "/CropBox [%lf %lf %lf %lf]", &seen.crop[0],
                            &seen.crop[1], &seen.crop[2], &seen.crop[3]));
    return seen;
}

/* How much more than the paper is shown on each side, in millimetres. The paper stands in
 * the middle of the picture, so also of the page. */
static void check_around(const struct seen *seen)
{
    double in_pt = 72 / 25.4, middle_x = seen->width_pt / 2,
           middle_y = seen->height_pt / 2;
    double around[4] = { middle_x - seen->crop[0] - width_mm / 2 * in_pt,
                         middle_y - seen->crop[1] - height_mm / 2 * in_pt,
                         seen->crop[2] - middle_x - width_mm / 2 * in_pt,
                         seen->crop[3] - middle_y - height_mm / 2 * in_pt };
    around[1] += 0.4 * in_pt; /* the rule along that edge is as dark as the lid */
    for (int side = 0; side < 4; side++)
        if (around[side] / in_pt < 1.9 || around[side] / in_pt > 3.3)
            fail_msg("side %d: %.2f mm", side, around[side] / in_pt);
}

static void process(PIX *pix, struct page_result *result, struct seen *seen)
{
    struct bytes capture = variant_jpeg(pix, DPI, 85);
    struct page_options options = { .no_ocr = true, .no_pictures = true };
    struct page_output output = { 0 };
    CHECK_OK(page_process(capture, &options, result, &output, NULL));
    CHECK(output.pdf);
    CHECK(memmem(output.pdf, output.pdf_len, capture.at, capture.len));
    *seen = boxes_of(output.pdf, output.pdf_len);
    page_output_free(&output);
    free((void *)(uintptr_t)capture.at);
}

TEST(page_process, shows_the_paper_and_two_to_three_millimetres_of_lid)
{
    static const unsigned lids[] = { 6, 80 };
    for (size_t i = 0; i < COUNT(lids); i++)
        for (int turn = -3; turn <= 3; turn += 3) {
            struct page_result result;
            struct seen seen;
            SCOPED_PIX sheet = paper(lids[i]);
            SCOPED_PIX lid = variant_on_lid(sheet, DPI, LID_MM, lids[i]);
            SCOPED_PIX askew = variant_turn(lid, turn, lids[i]);
            variant_seed = i + 1;
            variant_levels(askew, 1, 0, 5);
            process(askew, &result, &seen);
            CHECK_INT(PAGE_TEXT, result.kind);
            CHECK(abs(result.skew_mdeg + turn * 1000) < 300);
            CHECK(result.figures.border && seen.cropped);
            CHECK_TEXT("B5", result.figures.paper);
            check_around(&seen);
        }
}

TEST(page_process, shows_all_of_a_picture_that_is_filled_by_its_paper)
{
    struct page_result result;
    struct seen seen;
    SCOPED_PIX sheet = paper(6);
    process(sheet, &result, &seen);
    CHECK(!seen.cropped && !result.figures.border);
    CHECK(fabs(width_mm * 72 / 25.4 - seen.width_pt) < 2);
}

TEST(page_process, does_not_take_the_lid_for_ink_of_a_blank_page)
{
    struct page_result result;
    struct page_output output = { 0 };
    SCOPED_PIX sheet = pixCreate((l_int32)(width_mm * mm), (l_int32)(height_mm * mm), 32);
    pixSetAllArbitrary(sheet, variant_gray(240));
    SCOPED_PIX lid = variant_on_lid(sheet, DPI, LID_MM, 6);
    SCOPED_PIX askew = variant_turn(lid, 2, 6);
    struct bytes capture = variant_jpeg(askew, DPI, 85);
    struct page_options options = { .no_ocr = true, .no_pictures = true };
    CHECK_OK(page_process(capture, &options, &result, &output, NULL));
    CHECK_INT(PAGE_BLANK, result.kind);
    page_output_free(&output);
    free((void *)(uintptr_t)capture.at);
}

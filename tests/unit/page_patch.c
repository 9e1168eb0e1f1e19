/* Patch codes drawn to the specification, turned, cut and imitated. */
#include "check.h"

#include "station/page/patch.h"
#include "station/page/pix.h"

#include <math.h>
#include <stdlib.h>

enum { DPI = 150, WIDTH = 1240, HEIGHT = 1754 };

/* `bars`: N and W, from `top_mm` down, between 40 and `right_mm`. */
static PIX *sheet(const char *bars, double top_mm, double right_mm)
{
    PIX *pix = pixCreate(WIDTH, HEIGHT, 1);
    double at = top_mm, px_mm = DPI / 25.4;
    for (; *bars; bars++) {
        double high = *bars == 'W' ? 5.08 : 2.03;
        pixRasterop(pix, (int)(40 * px_mm), (int)lround(at * px_mm),
                    (int)((right_mm - 40) * px_mm),
                    (int)lround((at + high) * px_mm) - (int)lround(at * px_mm), PIX_SET,
                    NULL, 0, 0);
        at += high + 2.03;
    }
    return pix;
}

static enum page_patch seen(const char *bars, int quarters, double askew_deg)
{
    SCOPED_PIX straight = sheet(bars, 13, 160);
    SCOPED_PIX askew = pixRotate(straight, (l_float32)(askew_deg * M_PI / 180),
                                 L_ROTATE_SAMPLING, L_BRING_IN_WHITE, 0, 0);
    SCOPED_PIX turned = pixRotateOrth(askew, quarters);
    return page_find_patch(turned, DPI);
}

TEST(page_find_patch, reads_2_3_and_t_from_each_edge_and_askew)
{
    static const double askew[] = { 0, 1.5, -4, 8 };
    for (int quarters = 0; quarters < 4; quarters++)
        for (size_t i = 0; i < COUNT(askew); i++) {
            CHECK_INT(PATCH_2, seen("WNNW", quarters, askew[i]));
            CHECK_INT(PATCH_3, seen("WNWN", quarters, askew[i]));
            CHECK_INT(PATCH_T, seen("NWNW", quarters, askew[i]));
        }
}

TEST(patch_meanings, name_each_code_once)
{
    for (unsigned i = PATCH_2; i < PATCH_COUNT; i++)
        CHECK_INT(i, page_patch_of(page_patch_name((enum page_patch)i)));
    CHECK_INT(PATCH_NONE, page_patch_of("PATCH 4"));
    CHECK_INT(PATCH_NONE, page_patch_of(""));
    const struct patch_meanings *usual = patch_meanings_usual();
    CHECK_INT(PATCH_MEANS_DOCUMENT, usual->of[PATCH_2]);
    CHECK_INT(PATCH_MEANS_END, usual->of[PATCH_3]);
    CHECK_INT(PATCH_MEANS_ITEM, usual->of[PATCH_T]);
    CHECK_INT(0, patch_meanings_plain(usual));
}

TEST(patch_meanings, are_read_from_the_settings_and_refused_whole)
{
    struct patch_meanings m = { .of = { 0 } };
    CHECK_OK(patch_meanings_read(" T=none,2=end 3=document", &m, NULL));
    CHECK_INT(PATCH_MEANS_END, m.of[PATCH_2]);
    CHECK_INT(PATCH_MEANS_DOCUMENT, m.of[PATCH_3]);
    CHECK_INT(1U << PATCH_T, patch_meanings_plain(&m));
    CHECK_OK(patch_meanings_read("", &m, NULL));
    CHECK_INT(PATCH_MEANS_ITEM, m.of[PATCH_T]);
    static const char *const wrong[] = { "T",       "T=",     "T=items",
                                         "4=item",  "T:item", "2=document;3=end",
                                         "T=item 2" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        CHECK_RC(RC_INVALID, patch_meanings_read(wrong[i], &m, NULL));
    CHECK_INT(PATCH_MEANS_ITEM, m.of[PATCH_T]);
}

TEST(page_find_patch, knows_no_other_bars)
{
    static const char *const others[] = { "WWNN", "NNWW", "NWWN", "NNNN",
                                          "WWWW", "NWN",  "NWNWN" };
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK_INT(PATCH_NONE, seen(others[i], 0, 0));
}

TEST(page_find_patch, does_not_believe_short_bars)
{
    SCOPED_PIX pix = sheet("NWNW", 13, 60);
    CHECK_INT(PATCH_NONE, page_find_patch(pix, DPI));
}

TEST(page_find_patch, reads_from_the_nearer_edge)
{
    SCOPED_PIX pix = sheet("NWNW", 260, 160); /* seen from below it is the other one */
    CHECK_INT(PATCH_3, page_find_patch(pix, DPI));
}

TEST(page_find_patch, survives_pictures_of_a_few_pixels)
{
    for (int side = 1; side < 12; side++) {
        SCOPED_PIX pix = pixCreate(side, 12 - side, 1);
        CHECK_INT(PATCH_NONE, page_find_patch(pix, DPI));
    }
}

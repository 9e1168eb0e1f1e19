/* The same sheet fed twice is known; two sheets of one form are not taken for one. */
#include "check.h"
#include "page_variant.h"

#include "station/page/clean.h"
#include "station/page/read.h"
#include "station/page/sight.h"
#include "station/page/skew.h"
#include "sys/file.h"

#include <fcntl.h>

static double dpi;

static PIX *sheet(const char *path)
{
    SCOPED(free_at) char *data = NULL;
    size_t len = 0;
    struct picture_look look;
    struct picture picture;
    CHECK_OK(file_read(AT_FDCWD, path, 1 << 24, &data, &len, NULL));
    struct bytes file = { (uint8_t *)data, len };
    CHECK_OK(picture_look(file, 0, &look, NULL));
    CHECK_OK(picture_read(file, &look, &(struct picture_how){ 0, PICTURE_SIGHT_DPI },
                          &picture, NULL));
    dpi = picture.work_dpi;
    return picture.work;
}

static struct bytes sight(PIX *pix)
{
    SCOPED_PIX gray = NULL;
    SCOPED_PIX even = NULL;
    SCOPED_PIX bits = NULL;
    struct page_skew skew;
    char *data = NULL;
    size_t len = 0;
    CHECK_OK(page_gray(pix, &gray, NULL));
    CHECK_OK(page_clean(pix, gray, dpi, &even, NULL, NULL));
    page_contrast(even, 0);
    CHECK_OK(page_to_bits(even, &bits, NULL));
    CHECK_OK(page_find_skew(bits, &skew, NULL));
    CHECK_OK(page_sight(even, dpi, skew.turn_deg, &data, &len, NULL));
    return (struct bytes){ (uint8_t *)data, len };
}

static unsigned differ(PIX *a, PIX *b)
{
    struct bytes one = sight(a), other = sight(b);
    unsigned places = page_sights_differ(one, other);
    CHECK_INT(places, page_sights_differ(other, one));
    free((void *)(uintptr_t)one.at);
    free((void *)(uintptr_t)other.at);
    return places;
}

TEST(page_sights_differ, nowhere_when_a_sheet_is_fed_again)
{
    static const char *const paths[] = { "tests/data/stack-1/006.jpg",
                                         "tests/data/stack-1/009.jpg",
                                         "tests/data/stack-1/013.jpg" };
    for (size_t i = 0; i < COUNT(paths); i++) {
        SCOPED_PIX first = sheet(paths[i]);
        variant_seed = 17 + i;
        SCOPED_PIX again = variant_fed_again(first, dpi);
        CHECK_INT(0, differ(first, again));
    }
}

TEST(page_sights_differ, nowhere_when_it_comes_the_other_way_round)
{
    SCOPED_PIX first = sheet("tests/data/stack-1/018.jpg");
    SCOPED_PIX over = pixRotate180(NULL, first);
    variant_seed = 5;
    SCOPED_PIX again = variant_fed_again(over, dpi);
    CHECK_INT(0, differ(first, again));
}

/* The same printed form, filled in otherwise in one place: a strip of three characters is
 * taken from elsewhere. */
TEST(page_sights_differ, where_a_form_was_filled_in_otherwise)
{
    static const struct {
        const char *path;
        int x, y, from_x, from_y;
    } cases[] = {
        { "tests/data/stack-1/006.jpg", 151, 257, 151, 316 },
        { "tests/data/stack-1/018.jpg", 260, 432, 400, 520 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_PIX first = sheet(cases[i].path);
        SCOPED_PIX other = pixCopy(NULL, first);
        pixRasterop(other, cases[i].x, cases[i].y, 90, 30, PIX_SRC, first,
                    cases[i].from_x, cases[i].from_y);
        variant_seed = 3 + i;
        SCOPED_PIX fed = variant_fed_again(other, dpi);
        CHECK(differ(first, fed) > 0);
    }
}

TEST(page_sights_differ, at_a_glance_on_other_pages)
{
    SCOPED_PIX one = sheet("tests/data/stack-1/018.jpg");
    SCOPED_PIX next = sheet("tests/data/stack-1/019.jpg");
    CHECK(differ(one, next) > 50);
}

TEST(page_sights_differ, of_pages_with_next_to_nothing_on_them)
{
    SCOPED_PIX blank = sheet("tests/data/stack-1/007.jpg");
    CHECK_INT(SIGHT_DIFFERENT, differ(blank, blank));
}

TEST(page_sights_differ, of_bytes_that_are_no_sight)
{
    SCOPED_PIX pix = sheet("tests/data/stack-1/018.jpg");
    struct bytes whole = sight(pix);
    for (size_t len = 0; len < SIGHT_HEAD + 2; len++)
        CHECK_INT(SIGHT_DIFFERENT,
                  page_sights_differ(whole, (struct bytes){ whole.at, len }));
    CHECK_INT(SIGHT_DIFFERENT,
              page_sights_differ((struct bytes){ whole.at, whole.len - 1 }, whole));
    free((void *)(uintptr_t)whole.at);
}

TEST(page_sight, is_not_made_of_a_coarse_picture)
{
    SCOPED_PIX pix = pixCreate(620, 877, 8);
    char *data = NULL;
    size_t len = 0;
    CHECK_OK(page_sight(pix, 75, 0, &data, &len, NULL));
    CHECK(!data && !len);
}

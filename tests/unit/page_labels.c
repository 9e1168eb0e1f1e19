/* Codes on scanned sheets: read in any direction, believed only with right check digits.
 */
#include "check.h"

#include "record/label_svg.h"
#include "station/page/clean.h"
#include "station/page/labels.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "sys/file.h"

#include <fcntl.h>

/* The gray working picture of a sheet of the shipped stack. */
static PIX *sheet(const char *path)
{
    SCOPED(free_at) char *data = NULL;
    size_t len = 0;
    struct picture_look look;
    struct picture picture;
    PIX *gray = NULL;
    CHECK_OK(file_read(AT_FDCWD, path, 1 << 24, &data, &len, NULL));
    struct bytes file = { (uint8_t *)data, len };
    CHECK_OK(picture_look(file, 0, &look, NULL));
    CHECK_OK(picture_read(file, &look, &(struct picture_how){ 0, PICTURE_TEXT_DPI },
                          &picture, NULL));
    CHECK_OK(page_gray(picture.work, &gray, NULL));
    picture_free(&picture);
    return gray;
}

/* The code of `text`, with modules of `module` pixels, on a sheet of its own. */
static PIX *draw(const char *text, int module)
{
    enum { QUIET = 20 };
    struct code128 code;
    CHECK_OK(code128_encode(text, &code));
    int modules = (int)code128_modules(&code) + 2 * QUIET, x = QUIET * module;
    PIX *pix = pixCreate(modules * module, 400, 8);
    pixSetAll(pix);
    for (size_t i = 0; i < code.count; i++) {
        const uint8_t *width = code128_widths(code.value[i]);
        for (int bar = 0; width[bar]; x += width[bar] * module, bar++)
            if (bar % 2 == 0)
                pixRasterop(pix, x, 120, width[bar] * module, 160, PIX_CLR, NULL, 0, 0);
    }
    return pix;
}

TEST(page_read_labels, knows_a_separator_and_its_direction_in_all_four_turns)
{
    SCOPED_PIX upright = sheet("tests/data/stack-1/002.jpg");
    for (int quarters = 0; quarters < 4; quarters++) {
        struct page_labels labels;
        SCOPED_PIX turned = pixRotateOrth(upright, quarters);
        CHECK_OK(page_read_labels(turned, &labels, NULL));
        CHECK_INT(1, labels.count);
        CHECK_TEXT("T10671", labels.found[0].text);
        CHECK_TEXT("CODE-128", labels.found[0].type);
        CHECK(labels.found[0].ours);
        CHECK_INT(PAGE_SEPARATOR, labels.kind);
        CHECK_INT((4 - quarters) % 4 * 90, labels.upright_deg);
    }
}

TEST(page_read_labels, knows_a_cover)
{
    struct page_labels labels;
    SCOPED_PIX gray = sheet("tests/data/stack-1/001.jpg");
    CHECK_OK(page_read_labels(gray, &labels, NULL));
    CHECK_INT(PAGE_COVER, labels.kind);
    CHECK_TEXT("V44039920260301010027100159", labels.found[0].text);
}

TEST(page_read_labels, reports_wrong_check_digits_and_does_not_believe_them)
{
    struct page_labels labels;
    SCOPED_PIX gray = draw("T10672", 3);
    CHECK_OK(page_read_labels(gray, &labels, NULL));
    CHECK_INT(1, labels.count);
    CHECK_TEXT("T10672", labels.found[0].text);
    CHECK(!labels.found[0].ours);
    CHECK(labels.wrong_check);
    CHECK_INT(PAGE_TEXT, labels.kind);
    CHECK_INT(-1, labels.upright_deg);
}

TEST(page_read_labels, reports_a_foreign_code_without_a_word)
{
    struct page_labels labels;
    SCOPED_PIX gray = draw("EMS 1098765432", 3);
    CHECK_OK(page_read_labels(gray, &labels, NULL));
    CHECK_INT(1, labels.count);
    CHECK(!labels.found[0].ours && !labels.wrong_check);
}

TEST(page_read_labels, two_labels_that_differ_contradict)
{
    struct page_labels labels;
    SCOPED_PIX one = draw("T10671", 3);
    SCOPED_PIX other = draw("T11059", 3);
    SCOPED_PIX both = pixCreate(pixGetWidth(one), 800, 8);
    pixRasterop(both, 0, 0, pixGetWidth(one), 400, PIX_SRC, one, 0, 0);
    pixRasterop(both, 0, 400, pixGetWidth(one), 400, PIX_SRC, other, 0, 0);
    CHECK_OK(page_read_labels(both, &labels, NULL));
    CHECK_INT(2, labels.count);
    CHECK(labels.contradict);
}

TEST(page_read_labels, finds_nothing_on_a_page_of_text)
{
    struct page_labels labels;
    SCOPED_PIX gray = sheet("tests/data/stack-1/003.jpg");
    CHECK_OK(page_read_labels(gray, &labels, NULL));
    CHECK_INT(0, labels.count);
}

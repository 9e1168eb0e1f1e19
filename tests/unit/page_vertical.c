/* Text that runs down in columns: characters of a shipped sheet, set anew as columns. */
#include "check.h"

#include "station/page/clean.h"
#include "station/page/columns.h"
#include "station/page/orient.h"
#include "station/page/page.h"
#include "station/page/pix.h"
#include "station/page/read.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <unistd.h>

enum { DPI = 200, WIDE = 1654, HIGH = 2339, COLUMNS = 9, PITCH = 38, APART = 70 };

/* The recogniser's threads are limited by the environment a process starts with. */
__attribute__((constructor)) static void start_with_one_thread(int argc, char **argv)
{
    (void)argc;
    if (getenv("OMP_THREAD_LIMIT"))
        return;
    setenv("OMP_THREAD_LIMIT", "1", 1);
    execv("/proc/self/exe", argv);
}

/* The sheet, level; the caller frees it. */
static struct page_stand sheet(double *ret_dpi)
{
    SCOPED(free_at) char *file = NULL;
    SCOPED(picture_free) struct picture picture = { 0 };
    SCOPED_PIX gray = NULL;
    struct picture_how how = { 300, PICTURE_TEXT_DPI };
    struct picture_look look;
    struct page_stand stand = { 0 };
    size_t len = 0;
    CHECK_OK(
        file_read(AT_FDCWD, "tests/data/stack-1/018.jpg", 1 << 24, &file, &len, NULL));
    struct bytes bytes = { (uint8_t *)file, len };
    CHECK_OK(picture_look(bytes, 0, &look, NULL));
    CHECK_OK(picture_read(bytes, &look, &how, &picture, NULL));
    CHECK_OK(page_gray(picture.work, &gray, NULL));
    CHECK_OK(page_stand_turned(gray, 0, &stand, NULL));
    *ret_dpi = picture.work_dpi;
    return stand;
}

/* Its longest lines as columns from right to left, turned clockwise. */
static PIX *set_in_columns(int quarters)
{
    double dpi = 0;
    SCOPED(page_columns_free) struct page_columns lines = { 0 };
    SCOPED(page_stand_free) struct page_stand stand = sheet(&dpi);
    SCOPED_PIX page = pixCreate(WIDE, HIGH, 8);
    pixSetAll(page);
    CHECK_OK(page_lay_columns(stand.gray, stand.bits, dpi, COLUMNS, &lines, NULL));
    CHECK_INT(COLUMNS, lines.count);
    for (int i = 0; i < (int)lines.count; i++)
        for (int k = 0; k < lines.row[i].cells; k++) {
            const struct column_cell *c = &lines.row[i].at[k];
            pixRasterop(page, WIDE - 200 - i * APART, 200 + k * PITCH, c->right - c->left,
                        c->bottom - c->top, PIX_SRC, stand.gray, c->left, c->top);
        }
    return pixRotateOrth(page, quarters);
}

static struct page_result read_page(int quarters, char **ret_text, char **ret_pdf,
                                    size_t *ret_len)
{
    SCOPED_PIX page = set_in_columns(quarters);
    struct page_options options = { .dpi = DPI, .no_pictures = true };
    struct page_output output = { 0 };
    struct page_result result;
    l_uint8 *png = NULL;
    size_t len = 0;
    CHECK(!pixWriteMemPng(&png, &len, page, 0));
    CHECK_OK(page_process((struct bytes){ png, len }, &options, &result, &output, NULL));
    lept_free(png);
    *ret_text = TAKE(output.text);
    *ret_pdf = TAKE(output.pdf);
    *ret_len = output.pdf_len;
    page_output_free(&output);
    return result;
}

TEST(vertical_text, is_read_upright_and_from_its_side)
{
    for (int quarters = 0; quarters < 2; quarters++) {
        SCOPED(free_at) char *text = NULL;
        SCOPED(free_at) char *pdf = NULL;
        size_t len = 0;
        struct page_result result = read_page(quarters, &text, &pdf, &len);
        CHECK(result.figures.vertical);
        CHECK_INT((4 - quarters) % 4 * 90, result.rotated_deg);
        CHECK(result.confidence >= 75);
        CHECK(strstr(text, "人民法院") || strstr(text, "被告") || strstr(text, "原告"));
    }
}

/* A row of squares, of which some are split in two as the strokes of a "two" are. */
TEST(page_lay_columns, cuts_between_characters_and_not_inside)
{
    enum { CELLS = 20, STEP = 40, INK = 34 };
    SCOPED_PIX gray = pixCreate(1000, 400, 8);
    SCOPED_PIX bits = pixCreate(1000, 400, 1);
    SCOPED(page_columns_free) struct page_columns columns = { 0 };
    pixSetAll(gray);
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < CELLS; i++) {
            int x = 60 + i * STEP, y = 40 + row * 100;
            int gap = i % 3 == 1 ? 14 : 0;
            pixRasterop(bits, x, y, (INK - gap) / 2, INK, PIX_SET, NULL, 0, 0);
            pixRasterop(bits, x + (INK + gap) / 2, y, (INK - gap) / 2, INK, PIX_SET, NULL,
                        0, 0);
        }
    CHECK_OK(page_lay_columns(gray, bits, DPI, COLUMNS_MAX, &columns, NULL));
    CHECK_INT(3, columns.count);
    for (size_t i = 0; i < columns.count; i++) {
        CHECK_INT(CELLS, columns.row[i].cells);
        for (int k = 0; k < CELLS; k++) {
            int middle = (columns.row[i].at[k].left + columns.row[i].at[k].right) / 2;
            CHECK(abs(middle - (60 + k * STEP + INK / 2)) <= 4);
        }
    }
}

TEST(page_lay_columns, finds_none_on_white_paper)
{
    SCOPED_PIX gray = pixCreate(1000, 400, 8);
    SCOPED_PIX bits = pixCreate(1000, 400, 1);
    SCOPED(page_columns_free) struct page_columns columns = { 0 };
    CHECK_OK(page_lay_columns(gray, bits, DPI, COLUMNS_MAX, &columns, NULL));
    CHECK(columns.count == 0 && !columns.rows);
}

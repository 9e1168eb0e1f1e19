/* The whole path in one process, on sheets of the shipped stack. */
#include "check.h"

#include "station/page/layout.h"
#include "station/page/page.h"
#include "station/page/patch_meaning.h"
#include "station/page/pix.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <unistd.h>

/* The recogniser's threads are limited by the environment a process starts with. */
__attribute__((constructor)) static void start_with_one_thread(int argc, char **argv)
{
    (void)argc;
    if (getenv("OMP_THREAD_LIMIT"))
        return;
    setenv("OMP_THREAD_LIMIT", "1", 1);
    execv("/proc/self/exe", argv);
}

static char *capture;
static size_t capture_len;

static enum rc process(const char *path, struct page_options options, size_t keep,
                       struct page_result *ret_result, struct page_output *ret_output,
                       struct fault *why)
{
    free(capture);
    CHECK_OK(file_read(AT_FDCWD, path, 1 << 24, &capture, &capture_len, NULL));
    struct bytes bytes = { (uint8_t *)capture,
                           keep && keep < capture_len ? keep : capture_len };
    return page_process(bytes, &options, ret_result, ret_output, why);
}

TEST(page_process, turns_reads_and_writes_an_upside_down_page)
{
    struct page_result result;
    struct page_output output = { 0 };
    CHECK_OK(process("tests/data/stack-1/015.jpg", (struct page_options){ .dpi = 300 }, 0,
                     &result, &output, NULL));
    CHECK_INT(PAGE_TEXT, result.kind);
    CHECK_INT(180, result.rotated_deg);
    CHECK(result.skew_mdeg > -1020 && result.skew_mdeg < -420);
    CHECK(result.confidence > 80);
    CHECK_TEXT("chi_sim", result.model);
    CHECK(strstr(output.text, "庭审笔录") && strstr(output.text, "审判员"));
    CHECK(!memcmp(output.pdf, "%PDF-1.4", 8));
    CHECK(memmem(output.pdf, output.pdf_len, capture,
                 capture_len)); /* the scanner's own bits */
    CHECK(output.thumb_len > 1000 && output.preview_len > output.thumb_len);
    page_output_free(&output);
}

TEST(page_process, a_separator_is_told_and_not_read)
{
    struct page_result result;
    struct page_output output = { 0 };
    CHECK_OK(process("tests/data/stack-1/014.jpg", (struct page_options){ 0 }, 0, &result,
                     &output, NULL));
    CHECK_INT(PAGE_SEPARATOR, result.kind);
    CHECK(!output.pdf && !output.text && output.thumb);
    CHECK_INT(0, result.qc_count); /* 1.5 degrees askew, but it is not archived */
    page_output_free(&output);
}

TEST(page_process, tells_how_many_seals_are_on_a_page)
{
    static const struct {
        const char *path;
        unsigned seals;
    } sheets[] = { { "tests/data/stack-1/019.jpg", 1 },
                   { "tests/data/stack-1/004.jpg", 0 } };
    for (size_t i = 0; i < COUNT(sheets); i++) {
        struct page_result result;
        struct page_output output = { 0 };
        struct page_options options = { .no_ocr = true, .no_pictures = true };
        CHECK_OK(process(sheets[i].path, options, 0, &result, &output, NULL));
        CHECK_INT(sheets[i].seals, result.figures.seals);
        page_output_free(&output);
    }
}

/* A frame of three columns on white, or text-like bars without it. */
TEST(page_is_ruled, tells_tables_from_text)
{
    for (int ruled = 0; ruled < 2; ruled++) {
        SCOPED_PIX page = pixCreate(1654, 2339, 1);
        bool found = !ruled;
        for (int y = 300; y < 2000; y += 60)
            pixRasterop(page, 200, y, 1200, 25, PIX_SET, NULL, 0, 0);
        for (int x = 200; ruled && x <= 1400; x += 400)
            pixRasterop(page, x, 280, 4, 1700, PIX_SET, NULL, 0, 0);
        CHECK_OK(page_is_ruled(page, 200, &found, NULL));
        CHECK_INT(ruled, found);
    }
}

TEST(page_process, a_patch_code_that_means_nothing_is_on_a_page_like_any_other)
{
    static const struct {
        const char *path;
        enum page_patch patch;
    } sheets[] = { { "tests/data/stack-small/patch-2.jpg", PATCH_2 },
                   { "tests/data/stack-small/patch-3.jpg", PATCH_3 } };
    for (size_t i = 0; i < COUNT(sheets); i++)
        for (unsigned plain = 0; plain < 2; plain++) {
            struct page_result result;
            struct page_output output = { 0 };
            struct page_options options = { .no_ocr = true };
            options.plain_patches = plain ? 1U << sheets[i].patch : 0;
            CHECK_OK(process(sheets[i].path, options, 0, &result, &output, NULL));
            CHECK_INT(plain ? PAGE_TEXT : PAGE_SEPARATOR, result.kind);
            CHECK_INT(plain ? 0 : 1, result.label_count);
            if (!plain)
                CHECK_TEXT(page_patch_name(sheets[i].patch), result.labels[0].text);
            CHECK(plain ? output.pdf_len > 0 : !output.pdf_len);
            page_output_free(&output);
        }
}

TEST(page_process, a_cut_capture_is_damage_wherever_it_is_cut)
{
    static const size_t keeps[] = { 1, 2, 100, 700, 5000, 100000, 322000 };
    for (size_t i = 0; i < COUNT(keeps); i++) {
        struct page_result result;
        struct page_output output = { 0 };
        struct fault why = { 0 };
        enum rc rc = process("tests/data/stack-1/002.jpg", (struct page_options){ 0 },
                             keeps[i], &result, &output, &why);
        CHECK(rc == RC_CORRUPT || (rc == RC_INVALID && keeps[i] < 2));
        CHECK((unsigned char)why.text[0] >= 0x80); /* a Chinese sentence */
        CHECK(!output.pdf && !output.thumb);
    }
    free(TAKE(capture));
}

TEST(page_process, a_missing_frame_is_said)
{
    struct page_result result;
    struct page_output output = { 0 };
    CHECK_RC(RC_NOT_FOUND, process("tests/data/convert/two-pages.tif",
                                   (struct page_options){ .frame = 2, .no_ocr = true }, 0,
                                   &result, &output, NULL));
    CHECK_OK(process("tests/data/convert/two-pages.tif",
                     (struct page_options){ .frame = 1, .no_ocr = true }, 0, &result,
                     &output, NULL));
    CHECK_INT(2, result.frames);
    CHECK_INT(1, result.frame);
    page_output_free(&output);
    free(TAKE(capture));
}

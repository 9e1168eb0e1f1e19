/* One page as PDF/A: what is refused, where things stand, that the same input gives the
 * same bytes. Other people's judges are asked in tests/golden/pdfa.sh. */
#include "check.h"
#include "pdfa/glyphless.h"
#include "pdfa/jpeg_head.h"
#include "pdfa/page_form.h"
#include "pdfa/text_runs.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <math.h>

enum { WIDE_PX = 200, TALL_PX = 300, DPI = 100 };

static uint8_t gray[WIDE_PX * TALL_PX];

static struct pdfa_page page_of(const struct pdfa_line *lines, size_t count)
{
    return (struct pdfa_page){
        .about = { "题名", "法院", INT64_C(1795000000000) },
        .capture = { PDFA_GRAY, { gray, sizeof gray }, WIDE_PX, TALL_PX, DPI },
        .lines = lines,
        .line_count = count,
    };
}

static enum rc write_it(const struct pdfa_page *page, struct pdfa_page_facts *ret_facts)
{
    SCOPED(free_at) uint8_t *pdf = NULL;
    SCOPED(fd_close_at) int fd = -1;
    size_t len = 0;
    struct fault why = { 0 };
    enum rc rc = pdfa_page_write(page, &pdf, &len, &why);
    CHECK(rc == RC_OK || why.text[0]);
    if (rc)
        return rc;
    CHECK_OK(file_in_memory("page", (struct bytes){ pdf, len }, &fd, &why));
    return pdfa_page_check(fd, ret_facts, &why);
}

TEST(pdfa_page_write, makes_the_page_as_large_as_the_paper)
{
    struct pdfa_page page = page_of(NULL, 0);
    struct pdfa_page_facts facts;
    CHECK_OK(write_it(&page, &facts));
    CHECK_INT(WIDE_PX, facts.width_px);
    CHECK_INT(14400, lround(facts.width_pt * 100)); /* 200 / 100 dpi = 2 inches */
    CHECK_INT(21600, lround(facts.height_pt * 100));
}

TEST(pdfa_page_write, turns_the_page_and_keeps_its_corners)
{
    struct pdfa_page page = page_of(NULL, 0);
    struct pdfa_page_facts facts;
    page.rotated_deg = 90;
    CHECK_OK(write_it(&page, &facts));
    CHECK_INT(21600, lround(facts.width_pt * 100));
    CHECK_INT(14400, lround(facts.height_pt * 100));
    page.skew_mdeg = -30000; /* sin 0.5, cos 0.866 */
    CHECK_OK(write_it(&page, &facts));
    CHECK_INT(lround(100 * (216 * 0.8660254 + 144 * 0.5)), lround(facts.width_pt * 100));
    CHECK_INT(lround(100 * (144 * 0.8660254 + 216 * 0.5)), lround(facts.height_pt * 100));
}

TEST(pdfa_page_write, refuses_numbers_out_of_range)
{
    struct pdfa_page_facts facts;
    struct pdfa_page page = page_of(NULL, 0);
    page.capture.dpi = PDFA_DPI_MIN - 1;
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
    page.capture.dpi = PDFA_DPI_MIN;
    CHECK_OK(write_it(&page, &facts));
    page.rotated_deg = 45;
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
    page.rotated_deg = 0;
    page.skew_mdeg = PDFA_SKEW_MDEG_MAX + 1;
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
    page.skew_mdeg = PDFA_SKEW_MDEG_MAX;
    CHECK_OK(write_it(&page, &facts));
    page.capture.data.len--;
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
    page = page_of(NULL, 0);
    page.capture.coding = 0;
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
    page = page_of(NULL, 0);
    page.about.title = "";
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
    page.about.title = "a\xFFz";
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
}

TEST(pdfa_page_write, has_an_id_that_follows_the_content)
{
    struct pdfa_page_facts a, b, c;
    struct pdfa_line line = { "甲", 10, 50, 40, 20, NULL, false };
    struct pdfa_page page = page_of(&line, 1);
    CHECK_OK(write_it(&page, &a));
    CHECK_OK(write_it(&page, &b));
    line.text = "乙";
    CHECK_OK(write_it(&page, &c));
    CHECK_TEXT(a.id, b.id);
    CHECK(strcmp(a.id, c.id) != 0);
}

/* The operators of some lines, on a page of 1 point a pixel whose top is at 100. */
static const char *runs_of(const struct pdfa_line *lines, size_t count, enum rc want)
{
    static char text[4096];
    static struct text_rare rare;
    struct text_frame frame = { 1, 0, 100 };
    struct fault why = { 0 };
    SCOPED(pdf_out_free) struct pdf_out out;
    rare.count = 0;
    pdf_out_open_bare(&out);
    CHECK_RC(want, text_runs_put(&out, lines, count, &frame, &rare, &why));
    CHECK(out.len < sizeof text);
    memcpy(text, out.at, out.len);
    text[out.len] = 0;
    return text;
}

TEST(text_runs, write_one_run_a_line_with_codes_that_are_unicode)
{
    struct pdfa_line line = { "一a", 10, 40, 30, 20, NULL, false };
    /* 20 + 10 wide by nature, 30 in the box */
    CHECK_TEXT("BT\n3 Tr\n1 0 0 1 10 70 Tm\n/F0 20 Tf 100 Tz <4E000061> Tj\nET\n",
               runs_of(&line, 1, RC_OK));
}

TEST(text_runs, turn_a_column_a_quarter)
{
    struct pdfa_line line = { "一a", 10, 40, 30, 20, NULL, .down = true };
    CHECK_TEXT("BT\n3 Tr\n0 -1 1 0 30 90 Tm\n/F0 20 Tf 100 Tz <4E000061> Tj\nET\n",
               runs_of(&line, 1, RC_OK));
}

TEST(text_runs, stretch_characters_to_their_boxes_without_gaps)
{
    static const float starts[] = { 10, 30, 60 };
    struct pdfa_line line = { "一二三", 10, 80, 30, 20, starts, false };
    CHECK_TEXT("BT\n3 Tr\n1 0 0 1 10 70 Tm\n/F0 20 Tf 100 Tz <4E00> Tj\n"
               "150 Tz <4E8C> Tj\n100 Tz <4E09> Tj\nET\n",
               runs_of(&line, 1, RC_OK));
}

TEST(text_runs, close_up_white_space_and_drop_control_characters)
{
    struct pdfa_line line = { " \t一\x01 \xE3\x80\x80 二\n", 0, 50, 30, 20, NULL, false };
    CHECK(strstr(runs_of(&line, 1, RC_OK), "4E00") != NULL);
    CHECK(strstr(runs_of(&line, 1, RC_OK), "0020") != NULL);
    CHECK(strstr(runs_of(&line, 1, RC_OK), "00200020") == NULL);
    line.text = " \n ";
    CHECK_TEXT("BT\n3 Tr\nET\n", runs_of(&line, 1, RC_OK));
}

TEST(text_runs, give_rare_characters_a_font_of_their_page)
{
    struct pdfa_line line = {
        "\xF0\xA0\xAE\xB7一\xF0\xA0\xAE\xB7", 0, 60, 30, 20, NULL, false
    };
    CHECK_TEXT("BT\n3 Tr\n1 0 0 1 0 70 Tm\n/F1 20 Tf 100 Tz <0001> Tj\n"
               "/F0 20 Tf 100 Tz <4E00> Tj\n/F1 20 Tf 100 Tz <0001> Tj\nET\n",
               runs_of(&line, 1, RC_OK));
}

TEST(text_runs, refuse_bad_text_and_places_that_are_no_numbers)
{
    static const float starts[] = { 1, NAN };
    struct pdfa_line line = { "\xC0\x80", 0, 60, 30, 20, NULL, false };
    (void)runs_of(&line, 1, RC_INVALID);
    line = (struct pdfa_line){ "\xED\xA0\x80", 0, 60, 30, 20, NULL, false };
    (void)runs_of(&line, 1, RC_INVALID);
    line = (struct pdfa_line){ "ab", 0, 60, 30, 20, starts, false };
    (void)runs_of(&line, 1, RC_INVALID);
    line = (struct pdfa_line){ "ab", 0, 60, 30, 0, NULL, false };
    (void)runs_of(&line, 1, RC_INVALID);
    line = (struct pdfa_line){ "ab", 0, INFINITY, 30, 10, NULL, false };
    (void)runs_of(&line, 1, RC_INVALID);
}

TEST(text_runs, take_a_line_of_the_longest_length_and_not_one_more)
{
    char text[PDFA_LINE_CHARS_MAX + 2];
    struct pdfa_line line = { text, 0, 60, 30, 20, NULL, false };
    struct pdfa_page page = page_of(&line, 1);
    struct pdfa_page_facts facts;
    memset(text, 'a', sizeof text);
    text[PDFA_LINE_CHARS_MAX] = 0;
    CHECK_OK(write_it(&page, &facts));
    text[PDFA_LINE_CHARS_MAX] = 'a';
    text[PDFA_LINE_CHARS_MAX + 1] = 0;
    CHECK_RC(RC_INVALID, write_it(&page, &facts));
}

TEST(glyphless, has_the_length_that_the_form_of_page_files_names)
{
    uint8_t font[GLYPHLESS_ROOM];
    char want[64];
    (void)snprintf(want, sizeof want, "/Length1 %zu ", glyphless_font(font));
    CHECK(strncmp(form_program_dict, want, strlen(want)) == 0);
}

TEST(pdf_number, writes_short_fixed_numbers)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = { { 0, "0" },
                  { 12, "12" },
                  { -0.5, "-0.5" },
                  { 1.0 / 3, "0.33333" },
                  { 595.2755, "595.2755" },
                  { -0.000001, "0" } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[PDF_NUMBER_MAX];
        pdf_number(cases[i].value, text);
        CHECK_TEXT(cases[i].text, text);
    }
}

/* A JPEG head with one frame of `components` in `sof` coding, and no picture. */
static enum rc head_of(uint8_t sof, uint8_t bits, uint8_t components, const char *names,
                       struct jpeg_head *ret_head)
{
    uint8_t data[64] = { 0xFF, 0xD8, 0xFF, sof, 0,  (uint8_t)(8 + 3 * components),
                         bits, 0,    47,   0,   61, components };
    size_t len = 12;
    for (unsigned i = 0; i < components; i++, len += 3)
        data[len] = (uint8_t)names[i];
    static const uint8_t end[] = { 0xFF, 0xDA, 0, 2, 0, 0xFF, 0xD9 };
    memcpy(data + len, end, sizeof end);
    return jpeg_head_read((struct bytes){ data, len + sizeof end }, ret_head, NULL);
}

TEST(jpeg_head, tells_size_and_colour)
{
    struct jpeg_head head;
    CHECK_OK(head_of(0xC0, 8, 1, "\1", &head));
    CHECK(head.is_gray && !head.is_plain && head.width_px == 61 && head.height_px == 47);
    CHECK_OK(head_of(0xC2, 8, 3, "\1\2\3", &head));
    CHECK(!head.is_gray && !head.is_plain);
    CHECK_OK(head_of(0xC0, 8, 3, "RGB", &head));
    CHECK(head.is_plain);
}

TEST(jpeg_head, refuses_what_pdfa_cannot_hold)
{
    struct jpeg_head head;
    CHECK_RC(RC_INVALID, head_of(0xC0, 8, 4, "\1\2\3\4", &head));
    CHECK_RC(RC_INVALID, head_of(0xC1, 12, 1, "\1", &head));
    CHECK_RC(RC_INVALID, head_of(0xC3, 8, 1, "\1", &head));
    CHECK_RC(RC_INVALID, head_of(0xC9, 8, 1, "\1", &head));
    CHECK_RC(RC_INVALID, jpeg_head_read(BYTES("GIF89a"), &head, NULL));
    CHECK_RC(RC_INVALID,
             jpeg_head_read(BYTES("\xFF\xD8\xFF\xC0\x00\x0B\x08"), &head, NULL));
}

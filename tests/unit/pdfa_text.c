/* Documents in text: pages, wrapping, and what is refused. */
#include "check.h"
#include "pdfa/text_doc.h"
#include "sys/scope.h"

#include <string.h>

static struct pdfa_text *text_new(void)
{
    struct pdfa_text *text = NULL;
    CHECK_OK(
        pdfa_text_new(&(struct pdfa_about){ "题名", NULL, 0 }, NULL, NULL, &text, NULL));
    return text;
}

static enum rc write_it(struct pdfa_text *text)
{
    uint8_t *pdf = NULL;
    size_t len = 0;
    enum rc rc = pdfa_text_write(text, &pdf, &len, NULL);
    CHECK((rc == RC_OK) == (pdf != NULL));
    free(pdf);
    pdfa_text_free(text);
    return rc;
}

TEST(pdfa_text, says_which_font_is_missing)
{
    struct pdfa_text *text = NULL;
    struct fault why = { 0 };
    CHECK_RC(RC_NOT_FOUND, pdfa_text_new(&(struct pdfa_about){ "x", NULL, 0 },
                                         "/no/such.ttf", NULL, &text, &why));
    CHECK(!text && strstr(why.text, "/no/such.ttf"));
    CHECK_RC(RC_NOT_FOUND, pdfa_text_new(&(struct pdfa_about){ "x", NULL, 0 }, "Makefile",
                                         NULL, &text, &why));
}

TEST(pdfa_text, never_begins_a_row_with_a_closing_mark)
{
    struct pdfa_text *text = text_new();
    char line[4096] = "";
    for (int i = 0; i < 120; i++)
        strcat(line, i % 3 == 2 ? "，" : "字");
    pdfa_text_put(text, PDFA_BODY, line);
    CHECK(text->run_count > 2);
    for (size_t i = 0; i < text->run_count; i++) {
        CHECK(text->chars[text->runs[i].from].code != U'，');
        double width = text_width_pt(text, text->runs[i].from,
                                     text->runs[i].from + text->runs[i].count,
                                     text->runs[i].size_pt);
        CHECK(width <= PDFA_TEXT_WIDTH_PT + 1);
    }
    CHECK_OK(write_it(text));
}

TEST(pdfa_text, breaks_latin_at_spaces_and_long_words_anywhere)
{
    struct pdfa_text *text = text_new();
    char word[300];
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = 0;
    pdfa_text_put(text, PDFA_SMALL, "one two\nthree");
    CHECK_INT(2, text->run_count);
    CHECK_INT(7, text->runs[0].count);
    pdfa_text_put(text, PDFA_SMALL, word);
    CHECK(text->run_count > 3);
    CHECK_OK(write_it(text));
}

TEST(pdfa_text, repeats_the_head_of_a_table_on_each_page)
{
    static const double widths[] = { 200, 200 };
    static const char *const head[] = { "甲", "乙" };
    static const char *const row[] = { "一", "二" };
    struct pdfa_text *text = text_new();
    pdfa_text_table(text, &(struct pdfa_table){ widths, 2, PDFA_BODY }, head);
    for (int i = 0; i < 100; i++)
        pdfa_text_row(text, row);
    unsigned heads = 0;
    for (size_t i = 0; i < text->run_count; i++)
        heads += text->chars[text->runs[i].from].code == U'甲';
    CHECK(text->page >= 2);
    CHECK_INT(text->page + 1, heads);
    CHECK_OK(write_it(text));
}

TEST(pdfa_text, shows_the_number_of_a_character_that_no_font_has)
{
    struct pdfa_text *text = text_new();
    pdfa_text_put(text, PDFA_BODY, "\xF3\xB0\x80\x81");
    CHECK_INT(U'〓', text->chars[0].code);
    CHECK_INT('[', text->chars[1].code);
    CHECK_INT(10, text->char_count); /* 〓[U+F0001] */
    CHECK_OK(write_it(text));
}

TEST(pdfa_text, keeps_the_first_error_for_the_end)
{
    static const double wide[] = { PDFA_TEXT_WIDTH_PT, 10 };
    static const char *const head[] = { "甲", "乙" };
    struct pdfa_text *text = text_new();
    pdfa_text_put(text, PDFA_BODY, "a\xFFz");
    CHECK_RC(RC_INVALID, write_it(text));
    text = text_new();
    pdfa_text_table(text, &(struct pdfa_table){ wide, 2, PDFA_BODY }, head);
    CHECK_RC(RC_INVALID, write_it(text));
}

TEST(pdfa_text, refuses_a_cell_that_is_higher_than_a_page)
{
    static const double narrow[] = { 20 };
    static const char *const head[] = { "甲" };
    struct pdfa_text *text = text_new();
    char *cell = calloc(1, 1200);
    memset(cell, 'w', 1199);
    const char *const row[] = { cell };
    pdfa_text_table(text, &(struct pdfa_table){ narrow, 1, PDFA_BODY }, head);
    pdfa_text_row(text, row);
    free(cell);
    CHECK_RC(RC_INVALID, write_it(text));
}

TEST(pdfa_text, draws_bars_in_the_middle_of_the_line_and_refuses_too_many)
{
    static const uint8_t widths[] = { 2, 1, 3 };
    struct pdfa_text *text = text_new();
    pdfa_text_bars(text, widths, COUNT(widths), 30);
    CHECK_INT(2, text->stroke_count); /* the middle one is the space between them */
    const struct text_stroke *left = &text->strokes[0], *right = &text->strokes[1];
    CHECK(left->bar && right->bar && left->y1_pt - left->y0_pt == 30);
    CHECK((int)((left->x0_pt + right->x1_pt) * 10) ==
          (int)((2 * TEXT_LEFT_PT + PDFA_TEXT_WIDTH_PT) * 10));
    CHECK_OK(write_it(text));
    uint8_t many[400];
    memset(many, 4, sizeof many);
    text = text_new();
    pdfa_text_bars(text, many, sizeof many, 30);
    CHECK_RC(RC_INVALID, write_it(text));
}

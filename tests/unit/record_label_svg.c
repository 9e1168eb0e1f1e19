/* Code 128 and the drawn label. That real readers read it is shown in tests/sim. */
#include "check.h"
#include "record/label_svg.h"

static unsigned sum_of(const uint8_t *widths)
{
    unsigned sum = 0;
    while (*widths)
        sum += *widths++;
    return sum;
}

TEST(code128_widths, are_eleven_modules_each_and_all_differ)
{
    for (unsigned a = 0; a < 106; a++) {
        CHECK_INT(11, sum_of(code128_widths((uint8_t)a)));
        CHECK_INT(6, strlen((const char *)code128_widths((uint8_t)a)));
        for (unsigned b = 0; b < a; b++)
            CHECK(strcmp((const char *)code128_widths((uint8_t)a),
                         (const char *)code128_widths((uint8_t)b)));
    }
    CHECK_INT(13, sum_of(code128_widths(106)));
}

/* The bars of a Code 128 character are even modules together: its parity. */
TEST(code128_widths, have_an_even_number_of_dark_modules)
{
    for (unsigned value = 0; value < 106; value++) {
        const uint8_t *widths = code128_widths((uint8_t)value);
        CHECK_INT(0, (widths[0] + widths[2] + widths[4]) % 2);
    }
}

TEST(code128_encode, takes_the_letter_in_set_b_and_digit_pairs_in_set_c)
{
    struct code128 code;
    CHECK_OK(code128_encode("T10671", &code));
    /* start B, T, 1, to C, 06, 71, check, stop */
    const uint8_t want[] = { 104, 52, 17, 99, 6, 71, 0, 106 };
    unsigned check = (104 + 1 * 52 + 2 * 17 + 3 * 99 + 4 * 6 + 5 * 71) % 103;
    CHECK_INT(COUNT(want), code.count);
    for (size_t i = 0; i < code.count; i++)
        CHECK_INT(i == 6 ? check : want[i], code.value[i]);
    CHECK_INT(7 * 11 + 13, code128_modules(&code));
}

TEST(code128_encode, makes_a_volume_label_eighteen_characters_long)
{
    struct code128 code;
    CHECK_OK(code128_encode("V44039920260301010027100159", &code));
    CHECK_INT(1 + 1 + 1 + 13 + 1 + 1, code.count);
}

TEST(code128_encode, leaves_set_c_for_a_letter_behind_digits)
{
    struct code128 code;
    CHECK_OK(code128_encode("1234A", &code));
    const uint8_t want[] = { 104, 99, 12, 34, 100, 33 };
    CHECK_BYTES(want, code.value, sizeof want);
}

TEST(code128_encode, refuses_what_it_cannot_say)
{
    struct code128 code;
    char text[CODE128_TEXT_MAX + 2];
    memset(text, 'A', sizeof text);
    text[CODE128_TEXT_MAX + 1] = '\0';
    CHECK_RC(RC_INVALID, code128_encode("", &code));
    CHECK_RC(RC_INVALID, code128_encode("卷", &code));
    CHECK_RC(RC_INVALID, code128_encode(text, &code));
    text[CODE128_TEXT_MAX] = '\0';
    CHECK_OK(code128_encode(text, &code));
}

TEST(label_svg, escapes_titles_and_keeps_them_inside)
{
    struct label_print label = { "T10671", "起诉状 <A&B>", NULL };
    char *svg = NULL;
    CHECK_OK(label_svg(&label, 1, LABEL_PAPER_ONE, &svg, NULL));
    CHECK(strstr(svg, "起诉状 &lt;A&amp;B&gt;"));
    CHECK(strstr(svg, "width=\"100mm\" height=\"45mm\""));
    CHECK(strstr(svg, ">T10671</text>"));
    free(svg);
}

TEST(label_svg, draws_one_bar_for_each_dark_run)
{
    struct label_print label = { "T10671", NULL, NULL };
    char *svg = NULL;
    unsigned bars = 0;
    CHECK_OK(label_svg(&label, 1, LABEL_PAPER_ONE, &svg, NULL));
    for (const char *at = svg; (at = strstr(at, "h-")); at += 2)
        bars++;
    CHECK_INT(7 * 3 + 4, bars);
    free(svg);
}

TEST(label_svg, puts_at_most_a_dozen_on_a_sheet)
{
    struct label_print labels[LABEL_SVG_SHEET + 1];
    struct fault why = { .rc = RC_OK };
    char *svg = NULL;
    for (size_t i = 0; i < COUNT(labels); i++)
        labels[i] = (struct label_print){ "C0195", NULL, NULL };
    CHECK_OK(label_svg(labels, LABEL_SVG_SHEET, LABEL_PAPER_SHEET, &svg, &why));
    free(svg);
    CHECK_RC(RC_INVALID,
             label_svg(labels, LABEL_SVG_SHEET + 1, LABEL_PAPER_SHEET, &svg, &why));
    CHECK_RC(RC_INVALID, label_svg(labels, 2, LABEL_PAPER_ONE, &svg, &why));
    CHECK_RC(RC_INVALID, label_svg(labels, 0, LABEL_PAPER_ONE, &svg, &why));
}

TEST(label_svg, shrinks_a_long_title_and_refuses_an_endless_one)
{
    char title[LABEL_SVG_TITLE_MAX + 2];
    struct label_print label = { "T11253", title, NULL };
    char *svg = NULL;
    memset(title, 'W', sizeof title);
    title[LABEL_SVG_TITLE_MAX] = '\0';
    CHECK_OK(label_svg(&label, 1, LABEL_PAPER_ONE, &svg, NULL));
    CHECK(strstr(svg, "font-size=\"0.810\""));
    free(svg);
    title[LABEL_SVG_TITLE_MAX] = 'W';
    title[LABEL_SVG_TITLE_MAX + 1] = '\0';
    CHECK_RC(RC_INVALID, label_svg(&label, 1, LABEL_PAPER_ONE, &svg, NULL));
}

/* Symbols become lines: spaces, scripts, zeros, places. */
#include "check.h"

#include "station/page/labels.h"
#include "station/page/lines.h"
#include "station/page/mend.h"
#include "station/page/recognise.h"
#include "sys/scope.h"

/* "|" starts a new word; every code point is a symbol 10 pixels wide. */
static struct ocr_text text_of(const char *words)
{
    struct ocr_text text = { .symbols = calloc(64, sizeof *text.symbols),
                             .lines = calloc(1, sizeof *text.lines),
                             .line_count = 1 };
    bool start = true;
    for (const char *at = words; *at;) {
        size_t bytes = 1;
        while (((unsigned char)at[bytes] & 0xc0) == 0x80)
            bytes++;
        if (*at == '|') {
            start = true;
        } else {
            struct ocr_symbol *symbol = &text.symbols[text.symbol_count];
            memcpy(symbol->text, at, bytes);
            symbol->word_start = start;
            symbol->confidence = 90;
            symbol->left = (int)text.symbol_count * 10;
            symbol->right = symbol->left + 9;
            text.symbol_count++;
            start = false;
        }
        at += bytes;
    }
    text.lines[0].count = text.symbol_count;
    return text;
}

static void check_line(const char *want, const char *words)
{
    SCOPED(free_at) char *got = NULL;
    struct ocr_text text = text_of(words);
    CHECK_OK(lines_text(&text, &text.lines[0], &got, NULL, NULL));
    CHECK_TEXT(want, got);
    ocr_text_free(&text);
}

TEST(lines_text, puts_no_space_between_han_characters)
{
    check_line("民事判决书", "民|事|判|决|书");
    check_line("原告：甲某，女", "原|告|：|甲|某|，|女");
    check_line("第（2026）号", "第|（|2026|）|号");
}

TEST(lines_text, puts_spaces_between_latin_words)
{
    check_line("Loan Agreement No. 7", "Loan|Agreement|No.|7");
    check_line("合同Loan No. 7号", "合同|Loan|No.|7|号");
}

TEST(lines_text, gives_a_place_for_each_code_point_and_space)
{
    SCOPED(free_at) char *got = NULL;
    SCOPED(free_at) float *starts = NULL;
    struct ocr_text text = text_of("ab|c");
    CHECK_OK(lines_text(&text, &text.lines[0], &got, &starts, NULL));
    CHECK_TEXT("ab c", got);
    CHECK_INT(0, (int)starts[0]);
    CHECK_INT(10, (int)starts[1]);
    CHECK_INT(19, (int)starts[2]); /* the space begins where b ends */
    CHECK_INT(20, (int)starts[3]);
    ocr_text_free(&text);
}

TEST(lines_mostly_latin, asks_for_letters_not_digits)
{
    static const struct {
        const char *words;
        bool latin;
    } cases[] = {
        { "LOAN|AGREEMENT", true }, { "甲方|Party|A|Limited", true },
        { "358,600.00", false },    { "合同编号:JK-2024-0915", false },
        { "第九条|本合同", false }, { "abc", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ocr_text text = text_of(cases[i].words);
        CHECK_INT(cases[i].latin, lines_mostly_latin(&text, &text.lines[0]));
        ocr_text_free(&text);
    }
}

TEST(lines_replace, shorter_and_longer_readings_leave_the_next_line_whole)
{
    static const char *const readings[] = { "x", "a|much|longer|reading|of|it" };
    for (size_t i = 0; i < COUNT(readings); i++) {
        SCOPED(free_at) char *next = NULL;
        struct ocr_text text = text_of("Iine民事判决书"), better = text_of(readings[i]);
        text.lines = realloc(text.lines, 2 * sizeof *text.lines);
        text.lines[0].count = 4;
        text.lines[1] = text.lines[0];
        text.lines[1].first = 4;
        text.lines[1].count = 5;
        text.line_count = 2;
        CHECK_OK(lines_replace(&text, 0, &better, NULL));
        CHECK_INT(better.symbol_count + 5, text.symbol_count);
        CHECK_OK(lines_text(&text, &text.lines[1], &next, NULL, NULL));
        CHECK_TEXT("民事判决书", next);
        ocr_text_free(&text);
        ocr_text_free(&better);
    }
}

static void check_mended(const char *want, const char *words)
{
    SCOPED(free_at) char *got = NULL;
    struct ocr_text text = text_of(words);
    mend_zeros(&text);
    CHECK_OK(lines_text(&text, &text.lines[0], &got, NULL, NULL));
    CHECK_TEXT(want, got);
    ocr_text_free(&text);
}

TEST(mend_zeros, a_letter_o_beside_a_chinese_numeral_is_a_zero)
{
    check_mended("二〇二六年", "二O二六年");
    check_mended("一三八〇〇〇〇", "一三八OOoO");
    check_mended("〇〇三号", "OO三号");
    check_mended("某路〇〇〇号", "某路OOO号");
}

TEST(mend_zeros, leaves_latin_words_alone)
{
    check_mended("LOAN", "LOAN");
    check_mended("甲O乙", "甲O乙");
    check_mended("号AOO", "号AOO");
    check_mended("OOO", "OOO");
}

TEST(mend_bars, takes_the_rules_of_a_table_out_of_chinese_lines_only)
{
    SCOPED(free_at) char *got = NULL;
    struct ocr_text text = text_of("名称!页数!");
    strcpy(text.symbols[2].text, "|"); /* in words it would start a new one */
    strcpy(text.symbols[5].text, "|");
    mend_bars(&text);
    CHECK_INT(4, text.symbol_count);
    CHECK_OK(lines_text(&text, &text.lines[0], &got, NULL, NULL));
    CHECK_TEXT("名称页数", got);
    ocr_text_free(&text);
    text = text_of("loan!due");
    strcpy(text.symbols[4].text, "|");
    mend_bars(&text);
    CHECK_INT(8, text.symbol_count);
    ocr_text_free(&text);
}

TEST(label_to_utf8, reads_utf8_then_gb18030_and_never_breaks_a_character)
{
    char text[16];
    label_to_utf8("\xe5\x8d\xb7\xe5\xba\x93", 6, text, sizeof text);
    CHECK_TEXT("卷库", text);
    label_to_utf8("\xbe\xed\xbf\xe2", 4, text, sizeof text); /* the same in GB18030 */
    CHECK_TEXT("卷库", text);
    label_to_utf8("\xff\xfe\x41", 3, text, sizeof text);
    CHECK_TEXT("??A", text);
    label_to_utf8("\xe5\x8d\xb7\xe5\xba\x93", 6, text, 6);
    CHECK_TEXT("卷", text);
    label_to_utf8("V1", 2, text, sizeof text);
    CHECK_TEXT("V1", text);
}

TEST(page_residual_deg, is_the_turn_that_levels_the_lines)
{
    struct ocr_line line = { .count = 1, .right = 1000, .tilt = -0.0087266f };
    struct ocr_text text = { .lines = &line, .line_count = 1 };
    CHECK_INT(500, (int)(page_residual_deg(&text) * 1000 + 0.5));
    line.right = 100; /* a short line knows nothing */
    CHECK_INT(0, (int)(page_residual_deg(&text) * 1000));
}

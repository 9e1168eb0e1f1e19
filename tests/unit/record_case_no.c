#include "check.h"

#include "record/case_no.h"

static void check_same(const char *text, const char *id)
{
    struct case_no c;
    char got[CASE_NO_ID_MAX];
    CHECK_OK(
        case_no_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &c, NULL));
    CHECK_OK(case_no_id(&c, got));
    CHECK_TEXT(id, got);
}

static void check_wrong(const char *text)
{
    struct case_no c;
    struct fault why;
    CHECK_RC(
        RC_INVALID,
        case_no_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &c, &why));
    CHECK(strstr(why.text, "案号不对"));
}

TEST(case_no_read, takes_every_way_of_writing_one_number)
{
    static const char *const ways[] = {
        "(2026)粤0399民初10027号",
        "（2026）粤0399民初10027号",
        "〔2026〕粤0399民初10027号",
        "【2026】粤0399民初10027号",
        "(2026)粤0399民初第10027号",
        " ( 2026 ) 粤 0399 民初 10027 号 ",
        "（２０２６）粤０３９９民初１００２７号",
        "(2026)粤0399民初10027",
        "(2026)粤0399民初010027号",
        "　[2026]粤0399民初10027号\n",
    };
    for (size_t i = 0; i < COUNT(ways); i++)
        check_same(ways[i], "44039920260301010027");
}

TEST(case_no_read, knows_courts_of_every_level_and_four_character_types)
{
    check_same("(2021)川0104民诉前调801号", "51010420219902000801");
    check_same("(2020)粤03民终1号", "44030020200302000001");
    check_same("(2020)粤民申12号", "44000020200303000012");
    check_same("(2020)最高法民再7号", "10000020200304000007");
    check_same("(2022)京0105执保3号", "11010520220802000003");
    check_same("(2022)京0105执999999号", "11010520220801999999");
}

TEST(case_no_read, says_what_is_wrong)
{
    static const char *const wrong[] = {
        "",
        "2026粤0399民初1号",
        "(26)粤0399民初1号",
        "(2026)米0399民初1号",
        "(2026)粤039民初1号",
        "(2026)粤03991民初1号",
        "(2026)粤0399民末1号",
        "(2026)粤0399民初号",
        "(2026)粤0399民初0号",
        "(2026)粤0399民初1000000号",
        "(2026)粤0399民初1号之一",
        "(2100)粤0399民初1号",
        "(2026粤0399民初1号",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        check_wrong(wrong[i]);
}

TEST(case_no_read, bounds_the_length)
{
    char text[CASE_NO_INPUT_MAX + 1];
    static const char number[] = "(2026)粤0399民初10027号";
    memset(text, ' ', sizeof text);
    memcpy(text, number, sizeof number - 1);
    struct case_no c;
    CHECK_OK(
        case_no_read((struct bytes){ (uint8_t *)text, CASE_NO_INPUT_MAX - 1 }, &c, NULL));
    CHECK_RC(
        RC_INVALID,
        case_no_read((struct bytes){ (uint8_t *)text, CASE_NO_INPUT_MAX }, &c, NULL));
}

TEST(case_no, goes_to_digits_and_back_for_every_type_and_province)
{
    unsigned code;
    const char *type, *province;
    for (size_t t = 0; (type = case_no_type_word(t, &code)); t++)
        for (size_t p = 0; (province = case_no_province_word(p, &code)); p++) {
            struct case_no c = { .year = 2026, .number = 10027 }, back;
            char id[CASE_NO_ID_MAX], text[CASE_NO_TEXT_MAX], again[CASE_NO_TEXT_MAX];
            snprintf(c.court, sizeof c.court, "%s0399", province);
            snprintf(c.type, sizeof c.type, "%s", type);
            CHECK_OK(case_no_id(&c, id));
            CHECK_OK(case_no_of_id(id, &back));
            case_no_text(&c, text);
            case_no_text(&back, again);
            CHECK_TEXT(text, again);
            CHECK_OK(case_no_read((struct bytes){ (uint8_t *)text, strlen(text) }, &back,
                                  NULL));
        }
}

TEST(case_no_of_id, refuses_digits_that_stand_for_nothing)
{
    struct case_no c;
    CHECK_RC(RC_INVALID, case_no_of_id("", &c));
    CHECK_RC(RC_INVALID, case_no_of_id("4403992026030101002", &c));
    CHECK_RC(RC_INVALID, case_no_of_id("440399202603010100271", &c));
    CHECK_RC(RC_INVALID, case_no_of_id("99039920260301010027", &c));
    CHECK_RC(RC_INVALID, case_no_of_id("44039920260399010027", &c));
    CHECK_RC(RC_INVALID, case_no_of_id("44039920260301000000", &c));
}

TEST(case_no_court_code, fills_up_to_four_digits)
{
    char code[7];
    CHECK_OK(case_no_court_code("粤0399", code, NULL));
    CHECK_TEXT("440399", code);
    CHECK_OK(case_no_court_code("粤03", code, NULL));
    CHECK_TEXT("440300", code);
    CHECK_RC(RC_INVALID, case_no_court_code("0399", code, NULL));
    CHECK_RC(RC_INVALID, case_no_court_code("粤0399x", code, NULL));
}

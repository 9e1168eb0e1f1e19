/* The court's table of terms: what it says of a case, and that a wrong one is refused. */
#include "check.h"

#include "repo-daemon/retention_policy.h"

#include <stdio.h>
#include <string.h>

static struct retention_term term_of(const struct retention_policy *p, const char *cause,
                                     const char *outcome, const char *fact,
                                     enum retention_class least, const char *closed_on)
{
    struct retention_term term;
    json_t *facts = *fact ? json_pack("[s]", fact) : json_array();
    struct retention_case of = { "民事一审", cause, outcome, facts };
    CHECK_OK(retention_policy_term(p, &of, least, closed_on, &term, NULL));
    json_decref(facts);
    return term;
}

TEST(terms, are_the_longest_of_all_rows_and_for_ever_when_no_row_fits)
{
    static const struct {
        const char *cause, *outcome, *fact;
        enum retention_class class;
        const char *rule, *until;
    } cases[] = {
        { "民间借贷纠纷", "判决", "", RETENTION_SHORT, "D01", "2056-12-31" },
        { "民间借贷纠纷", "判决", "保全", RETENTION_SHORT, "D01", "2056-12-31" },
        { "民间借贷纠纷", "判决", "审委会", RETENTION_LONG, "Q03", "2086-12-31" },
        { "民间借贷纠纷", "撤诉", "涉外", RETENTION_PERMANENT, "Q01", "" },
        { "房屋买卖合同纠纷", "判决", "", RETENTION_PERMANENT, "", "" },
        { "房屋买卖合同纠纷", "调解", "", RETENTION_SHORT, "D07", "2056-12-31" },
        { "侵害发明专利权纠纷", "判决", "", RETENTION_PERMANENT, "", "" },
        { "", "", "", RETENTION_PERMANENT, "", "" },
    };
    struct retention_policy *p = NULL;
    CHECK_OK(retention_policy_preset(&p, NULL));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct retention_term t = term_of(p, cases[i].cause, cases[i].outcome,
                                          cases[i].fact, RETENTION_SHORT, "2026-11-20");
        CHECK_INT(cases[i].class, t.class);
        CHECK_TEXT(cases[i].rule, t.rule);
        CHECK_TEXT(cases[i].until, t.until);
        CHECK_TEXT("2027-01-01", t.from);
    }
    CHECK(*retention_policy_version(p) && *retention_policy_basis(p));
    retention_policy_free(p);
}

TEST(terms, begin_with_the_year_after_the_case_was_closed)
{
    struct retention_policy *p = NULL;
    struct retention_term t;
    CHECK_OK(retention_policy_preset(&p, NULL));
    static const struct {
        const char *closed, *from, *until;
    } days[] = { { "2026-01-01", "2027-01-01", "2056-12-31" },
                 { "2026-12-31", "2027-01-01", "2056-12-31" },
                 { "2027-01-01", "2028-01-01", "2057-12-31" } };
    for (size_t i = 0; i < COUNT(days); i++) {
        t = term_of(p, "离婚纠纷", "判决", "", RETENTION_SHORT, days[i].closed);
        CHECK_TEXT(days[i].from, t.from);
        CHECK_TEXT(days[i].until, t.until);
        CHECK_INT(30, t.years);
    }
    const struct retention_case of = { "民事一审", "离婚纠纷", "判决", NULL };
    static const char *const none[] = { "", "2026-02-30", "2026", "2026-11-2x" };
    for (size_t i = 0; i < COUNT(none); i++)
        CHECK_RC(RC_INVALID,
                 retention_policy_term(p, &of, RETENTION_SHORT, none[i], &t, NULL));
    retention_policy_free(p);
}

TEST(terms, can_be_chosen_longer_and_never_shorter)
{
    struct retention_policy *p = NULL;
    CHECK_OK(retention_policy_preset(&p, NULL));
    struct retention_term t =
        term_of(p, "离婚纠纷", "判决", "", RETENTION_LONG, "2026-11-20");
    CHECK_INT(RETENTION_LONG, t.class);
    CHECK_TEXT("2086-12-31", t.until);
    t = term_of(p, "离婚纠纷", "判决", "涉外", RETENTION_SHORT, "2026-11-20");
    CHECK_INT(RETENTION_PERMANENT, t.class);
    t = term_of(p, "离婚纠纷", "判决", "", RETENTION_CLASSES, "2026-11-20");
    CHECK_INT(RETENTION_SHORT, t.class); /* an unknown wish is none */
    retention_policy_free(p);
}

TEST(classes, go_both_ways_and_an_unknown_one_is_none)
{
    for (enum retention_class c = 0; c < RETENTION_CLASSES; c++) {
        CHECK(*retention_class_name(c) && *retention_class_word(c));
        CHECK_INT(c, retention_class(retention_class_name(c)));
    }
    CHECK_INT(RETENTION_CLASSES, retention_class("forever"));
    CHECK_INT(RETENTION_CLASSES, retention_class(""));
}

TEST(policy, is_refused_as_a_whole_when_one_line_is_wrong)
{
#define HEAD "{\"version\":\"1\",\"basis\":\"法\",\"years\":{\"long\":60,\"short\":30}"
    static const struct {
        const char *text, *part;
    } wrong[] = {
        { "{\"version\":\"1\"", "第 1 行有错" },
        { HEAD ",\"rules\":[],\"rulez\":1}", "不认识" },
        { "{\"version\":\"1\",\"basis\":\"法\",\"rules\":[]}", "years" },
        { "{\"version\":\"1\",\"basis\":\"法\",\"years\":{\"long\":30,\"short\":30},"
          "\"rules\":[]}",
          "应比短期长" },
        { "{\"version\":\"1\",\"basis\":\"法\",\"years\":{\"long\":30,\"short\":9},"
          "\"rules\":[]}",
          "10 到 200 年" },
        { "{\"basis\":\"法\",\"years\":{\"long\":60,\"short\":30},\"rules\":[]}",
          "写明版本" },
        { HEAD "}", "rules" },
        { HEAD ",\"rules\":[{\"id\":\"A\",\"name\":\"甲\",\"class\":\"short\"}]}",
          "第 1 行不对" },
        { HEAD ",\"rules\":[{\"id\":\"A\",\"name\":\"甲\",\"class\":\"brief\","
               "\"causes\":[\"甲\"]}]}",
          "第 1 行不对" },
        { HEAD ",\"rules\":[{\"id\":\"A\",\"name\":\"甲\",\"class\":\"short\","
               "\"cause\":[\"甲\"],\"facts\":[\"乙\"]}]}",
          "第 1 行不对" },
        { HEAD ",\"rules\":[{\"id\":\"A\",\"name\":\"甲\",\"class\":\"short\","
               "\"unless\":[\"甲\"]}]}",
          "第 1 行不对" },
        { HEAD ",\"rules\":[{\"id\":\"A\",\"name\":\"甲\",\"class\":\"short\","
               "\"causes\":[]}]}",
          "第 1 行不对" },
        { HEAD ",\"rules\":[{\"id\":\"A\",\"name\":\"甲\",\"class\":\"short\","
               "\"causes\":[\"甲\"]},{\"id\":\"A\",\"name\":\"乙\",\"class\":\"long\","
               "\"causes\":[\"乙\"]}]}",
          "写了两次" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct fault why = { 0 };
        struct retention_policy *p = NULL;
        struct bytes text = { (const uint8_t *)wrong[i].text, strlen(wrong[i].text) };
        CHECK_RC(RC_INVALID, retention_policy_read(text, &p, &why));
        if (!strstr(why.text, wrong[i].part))
            fail_msg("%zu: want '%s', got '%s'", i, wrong[i].part, why.text);
    }
}

/* The court's table of originals to keep: what it keeps, and that a wrong one is refused.
 */
#include "check.h"

#include "repo-daemon/intake.h"
#include "repo-daemon/intake_policy.h"

#include <stdio.h>

TEST(policy, keeps_signed_papers_and_lets_copies_go)
{
    struct intake_policy *p = NULL;
    struct intake_rule rule;
    CHECK_OK(intake_policy_preset(&p, NULL));
    static const struct {
        const char *title, *rule;
    } cases[] = {
        { "民事起诉状", "Y01" },          { "起 诉　状", "Y01" },
        { "起诉状副本", NULL },           { "授权委托书（原告）", "Y03" },
        { "送达地址确认书", "Y04" },      { "身份证复印件", NULL },
        { "微信聊天记录打印件", NULL },   { "借条", "Y12" },
        { "借条复印件", NULL },           { "司法鉴定意见书", "Y09" },
        { "庭审笔录（电子签名）", NULL }, { "庭审笔录", "Y06" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool keeps = intake_policy_keeps(p, cases[i].title, &rule);
        if (keeps != (cases[i].rule != NULL))
            fail_msg("%s", cases[i].title);
        if (keeps)
            CHECK_TEXT(cases[i].rule, rule.id);
    }
    CHECK(*intake_policy_version(p) && *intake_policy_basis(p) &&
          !intake_policy_rule(p, 1000, &rule));
    intake_policy_free(p);
}

TEST(policy, is_refused_as_a_whole_when_one_line_is_wrong)
{
    static const char head[] = "{\"version\":\"1\",\"notice_days\":7,\"notice_basis\":"
                               "\"法\",\"keep\":[";
    static const struct {
        const char *rules, *part;
    } wrong[] = {
        { "]}", "1 到 60 行" },
        { "{\"id\":\"A\",\"name\":\"甲\",\"words\":[]}]}", "第 1 行不对" },
        { "{\"id\":\"A\",\"name\":\"甲\",\"words\":[\"甲 乙\"]}]}", "第 1 行不对" },
        { "{\"id\":\"A\",\"name\":\"甲\",\"words\":[\"甲\"],\"unles\":[]}]}",
          "第 1 行不对" },
        { "{\"id\":\"A\",\"name\":\"甲\",\"words\":[\"甲\"]},{\"id\":\"A\",\"name\":"
          "\"乙\","
          "\"words\":[\"乙\"]}]}",
          "写了两次" },
        { "{\"id\":\"A\",\"name\":\"甲\",\"words\":[\"甲\"]}],\"keeps\":1}", "不认识" },
        { "{\"id\":\"A\"", "第 1 行有错" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char text[600];
        struct fault why = { 0 };
        struct intake_policy *p = NULL;
        int len = snprintf(text, sizeof text, "%s%s", head, wrong[i].rules);
        CHECK_RC(
            RC_INVALID,
            intake_policy_read((struct bytes){ (uint8_t *)text, (size_t)len }, &p, &why));
        if (!strstr(why.text, wrong[i].part))
            fail_msg("want '%s', got '%s'", wrong[i].part, why.text);
    }
}

TEST(words, of_what_comes_in_are_total_and_go_both_ways)
{
    for (enum intake_what w = 0; w < INTAKE_WHATS; w++) {
        CHECK(*intake_what_word(w) && *intake_what_unit(w));
        CHECK_INT(w, intake_what(intake_what_name(w)));
    }
    CHECK_INT(INTAKE_WHATS, intake_what("gold"));
    CHECK(!intake_is_list("V44039920260301010027100159") &&
          !intake_is_list("B000000007761"));
}

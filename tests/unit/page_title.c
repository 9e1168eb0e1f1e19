/* Titles: what is proposed, and what is left to a person. */
#include "check.h"

#include "station/page/title.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

static json_t *civil_rows(void)
{
    static json_t *rules;
    if (!rules)
        rules = json_load_file("repo-daemon/data/rules-civil-first-1.json", 0, NULL);
    CHECK(rules != NULL);
    return json_object_get(rules, "rows");
}

/* The row proposed for these first lines, 0 for none. */
static unsigned row_of(const char *text, struct title_proposal *ret)
{
    SCOPED(json_free_at) json_t *head = title_head(text, strlen(text));
    return title_propose(civil_rows(), head, ret) ? ret->row : 0;
}

TEST(title_head, keeps_the_first_lines_without_white_space)
{
    static const char text[] = "  \n民 事 起 诉 状\n\n原告:甲某\n";
    SCOPED(json_free_at) json_t *head = title_head(text, strlen(text));
    CHECK_INT(2, json_array_size(head));
    CHECK_TEXT("民事起诉状", json_string_value(json_array_get(head, 0)));
}

TEST(title_head, ends_at_bytes_that_are_no_utf8)
{
    static const char bad[] = "\xE8\xB5\xB7\xFF\xFE";
    json_t *head = title_head(bad, strlen(bad));
    CHECK_INT(1, json_array_size(head));
    json_decref(head);
    head = title_head("", 0);
    CHECK_INT(0, json_array_size(head));
    json_decref(head);
    head = title_head("\n一\n二\n三\n四\n五\n六\n七",
                      strlen("\n一\n二\n三\n四\n五\n六\n七"));
    CHECK_INT(TITLE_LINES, json_array_size(head));
    json_decref(head);
}

TEST(title_score, takes_look_alikes_for_near_and_others_for_far)
{
    CHECK_INT(100, title_score("民事裁定书", "民事裁定书"));
    CHECK_INT(0, title_score("", "起诉状"));
    CHECK(title_score("民事裁定书", "民事栽定书") >= TITLE_SCORE_MIN);
    CHECK(title_score("起诉状", "起拆状") >= TITLE_SCORE_MIN);
    CHECK(title_score("起诉状", "反诉状") < TITLE_SCORE_MIN);
    CHECK(title_score("判决书", "裁定书") < TITLE_SCORE_MIN);
    CHECK(title_look_alike(0x88c1, 0x683d) && !title_look_alike(0x88c1, 0x4e66));
}

TEST(title, of_each_paper_of_the_shipped_stacks_names_its_row)
{
    static const struct {
        const char *head, *text;
        unsigned row;
    } papers[] = {
        { "民 事 起 诉 状\n原告:甲某,女", "民事起诉状", 6 },
        { "某市某区人民法院\n受理案件通知书\n(2026)粤0399民初10027号", "受理案件通知书",
          10 },
        { "送达回证", "送达回证", 27 },
        { "庭审笔录\n时间:2026年", "庭审笔录", 20 },
        { "民事判决书\n某市某区人民法院", "民事判决书", 25 },
        { "财产保全申请书", "财产保全申请书", 12 },
        { "案件登记表", "案件登记表", 3 },
        { "诉讼材料收取清单", "诉讼材料收取清单", 4 },
        { "交纳诉讼费用通知书", "交纳诉讼费用通知书", 9 },
        { "授权委托书", "授权委托书", 11 },
        { "宣判笔录", "宣判笔录", 26 },
        { "广东省某市某区人民法院民事栽定书（副本）", "民事裁定书", 25 },
    };
    struct title_proposal proposal;
    for (size_t i = 0; i < COUNT(papers); i++) {
        CHECK_INT(papers[i].row, row_of(papers[i].head, &proposal));
        CHECK_TEXT(papers[i].text, proposal.text);
        CHECK(proposal.score >= TITLE_SCORE_MIN && proposal.score <= 100);
    }
}

TEST(title, is_not_proposed_where_two_rows_fit_or_none)
{
    static const char *const heads[] = {
        "",
        "借款合同\n甲方:",
        "证据清单", /* whose? */
        "原告:诉讼请求与起诉状一致。补充说明,被告最后一次付",
        "反诉拆",                                          /* too short to be mended */
        "某市中级人民法院\n民事判决书\n(2026)粤03民终1号", /* of the higher court? */
    };
    struct title_proposal proposal;
    for (size_t i = 0; i < COUNT(heads); i++)
        CHECK_INT(0, row_of(heads[i], &proposal));
    CHECK(!title_propose(NULL, NULL, &proposal));
}

/* Every paper the catalogue names, with one character taken for a look-alike. */
struct tally {
    unsigned asked, right, wrong;
};

static void misread(const char *name, size_t len, char ret[TITLE_TEXT_MAX])
{
    static const char *const pairs[][2] = { { "裁", "栽" }, { "诉", "拆" },
                                            { "证", "征" }, { "书", "韦" },
                                            { "告", "吉" }, { "笔", "毛" },
                                            { "判", "刊" }, { "登", "蹬" } };
    snprintf(ret, TITLE_TEXT_MAX, "%.*s", (int)len, name);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        char *at = strstr(ret, pairs[i][0]);
        if (!at)
            continue;
        memcpy(at, pairs[i][1], strlen(pairs[i][1]));
        return;
    }
}

/* 申请书及相关材料: the paper says 申请书. */
static size_t on_paper(const char *name)
{
    size_t len = strlen(name);
    const char *tail;
    for (size_t i = 0; (tail = title_tail(i)); i++)
        if (len > strlen(tail) && !strcmp(name + len - strlen(tail), tail))
            return len - strlen(tail);
    return len;
}

static void ask(const char *name, size_t len, unsigned row, struct tally *tally)
{
    struct title_proposal proposal;
    char text[TITLE_TEXT_MAX];
    misread(name, len, text);
    tally->asked++;
    unsigned got = row_of(text, &proposal);
    tally->right += got == row;
    tally->wrong += got && got != row;
    if (got && got != row)
        printf("# %s: row %u, not %u\n", text, row, got);
}

TEST(title, of_a_made_paper_is_rarely_missed_and_hardly_ever_wrong)
{
    struct tally tally = { 0 };
    size_t r, m;
    json_t *row, *material;
    json_array_foreach(civil_rows(), r, row)
    {
        json_array_foreach(json_object_get(row, "materials"), m, material)
        {
            const char *name = json_string_value(material);
            if (!strpbrk(name, "/") && !strstr(name, "、") && !strstr(name, "（") &&
                !strstr(name, "其他") && on_paper(name) >= strlen("起诉状"))
                ask(name, on_paper(name),
                    (unsigned)json_integer_value(json_object_get(row, "row")), &tally);
        }
    }
    printf("# made titles: %u asked, %u right, %u wrong\n", tally.asked, tally.right,
           tally.wrong);
    CHECK(tally.asked > 120);
    CHECK(tally.wrong * 100 <= tally.asked);      /* at most 1 % */
    CHECK(tally.right * 100 >= tally.asked * 90); /* the rest is left to a person */
}

TEST(title_words, tables_hold_what_can_be_found)
{
    const char *paper, *has = "";
    for (size_t i = 0; (paper = title_paper(i, &has)); i++) {
        CHECK(strlen(paper) >= strlen("传票") && *has);
        CHECK_INT(100, title_score(paper, paper));
    }
    for (size_t i = 0; title_qualifier(i); i++)
        CHECK(*title_qualifier(i));
    for (size_t i = 0; title_tail(i); i++)
        CHECK(*title_tail(i));
}

/* What is kept at the counter is let go by two, and a party is told once. */
#include "repo_fixture.h"

#include "repo-daemon/intake.h"

static json_t *line(const char *title, const char *what, int declared, int counted)
{
    return json_pack("{s:s, s:s, s:i, s:i}", "title", title, "what", what, "declared",
                     declared, "counted", counted);
}

static int correct(unsigned role, const char *paper, json_t *body, json_t **ret_answer)
{
    return call_by(role, "POST", "/v1/papers/{paper}/correction",
                   json_pack("{s:s}", "paper", paper), body, ret_answer);
}

/* Who has a kept paper in his hand cannot write it down to one that goes back. */
TEST(papers, that_are_kept_are_let_go_by_two)
{
    json_t *answer = NULL;
    char kept[LABEL_TEXT_MAX], own[LABEL_TEXT_MAX], bag[LABEL_TEXT_MAX];
    json_t *reasoned = line("聊天记录打印件", "paper", 2, 2);
    json_object_update_new(reasoned,
                           json_pack("{s:i, s:s}", "keep", 1, "why", "对方要求核对"));
    json_t *lines = json_pack("[o, o, o]", line("借条", "paper", 1, 1), reasoned,
                              line("录音光盘", "disc", 1, 1));
    fixture_volume();
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:o}", "case", CASE, "from", "张三",
                             "side", "原告", "volume", VOLUME, "lines", lines);
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/intakes", NULL, body, &answer));
    snprintf(kept, sizeof kept, "%s",
             json_text(json_array_get(json_object_get(answer, "lines"), 0), "item"));
    snprintf(own, sizeof own, "%s",
             json_text(json_array_get(json_object_get(answer, "lines"), 1), "item"));
    snprintf(bag, sizeof bag, "%s",
             json_text(json_array_get(json_object_get(answer, "lines"), 2), "item"));
    json_decref(answer);
    CHECK_INT(422, correct(ROLE_KEEPER, kept,
                           json_pack("{s:s, s:s}", "title", "说明", "reason", "写错"),
                           &answer));
    check_says("以外的人", answer);
    CHECK_INT(422,
              correct(ROLE_KEEPER, bag,
                      json_pack("{s:i, s:s}", "counted", 0, "reason", "没有"), &answer));
    check_says("以外的人", answer);
    CHECK_INT(201, correct(ROLE_KEEPER, own,
                           json_pack("{s:i, s:s}", "counted", 3, "reason", "多一张"),
                           &answer));
    CHECK_INT(1, json_number(answer, "keep")); /* nobody said that it may go */
    CHECK_TEXT("对方要求核对", json_text(answer, "rule"));
    json_decref(answer);
    CHECK_INT(201, correct(ROLE_CATALOGUER, kept,
                           json_pack("{s:s, s:s}", "title", "说明", "reason", "写错"),
                           &answer));
    CHECK_INT(0, json_number(answer, "keep"));
    json_decref(answer);
    json_t *item = stored(VIEW_ITEMS, kept);
    CHECK(intake_may_return(item, NULL, badge_of(ROLE_CATALOGUER), NULL) == RC_REFUSED);
    json_decref(item);
}

TEST(notices, to_a_party_are_one_however_the_name_is_spaced)
{
    json_t *the_case = json_pack("{s:{s:s}}", "noticed", "张三", "B900000001");
    static const char *const same[] = { "张三", "张三 ", " 张　三", "张\u00a0三\n" },
                             *const others[] = { "张三丰", "张", "", "李四" };
    for (size_t i = 0; i < COUNT(same); i++)
        CHECK_TEXT("B900000001", intake_noticed(the_case, same[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK_TEXT("", intake_noticed(the_case, others[i]));
    json_decref(the_case);
}

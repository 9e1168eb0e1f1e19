/* A loan's whole life with the clock in the hand: asked for, signed, taken, renewed,
 * reminded, late, recalled, back; and who waits for it. */
#include "pdf_check.h"
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/loans.h"

static char volume[LABEL_TEXT_MAX], secret[LABEL_TEXT_MAX];
static char other_token[TOKEN_MAX], other_badge[PERSON_BADGE_MAX]; /* a second borrower */
static char head_token[TOKEN_MAX]; /* an approver who borrows as well */

static void day_is(const char *day) /* nine in the morning in Beijing */
{
    int64_t d;
    CHECK(calendar_day_read(day, &d));
    at.now_ms = d * 86400000 + 3600000;
}

static void person(const char *login, unsigned roles, const char *dept, char *ret_badge,
                   char *ret_token)
{
    char id[33];
    json_t *made = NULL;
    struct person in;
    random_id(id);
    struct person_new who = { .id = id,
                              .by = "",
                              .login = login,
                              .name = login,
                              .password = "password",
                              .dept = dept,
                              .roles = roles };
    CHECK_OK(people_add(at.repo, &who, &made, NULL));
    snprintf(ret_badge, PERSON_BADGE_MAX, "%s", json_text(made, "badge"));
    json_decref(made);
    CHECK_OK(people_log_in(
        at.repo,
        &(struct log_in){ .login = login, .password = "password", .now_ms = at.now_ms },
        ret_token, &in, NULL));
}

static void log_in_again(void) /* a session lasts twelve hours, this story weeks */
{
    struct person in;
    for (size_t row = 0; roles_word(row); row++)
        if (roles_word(row)->bit != ROLE_RACK)
            CHECK_OK(people_log_in(at.repo,
                                   &(struct log_in){ .login = roles_word(row)->name,
                                                     .password = "password",
                                                     .now_ms = at.now_ms },
                                   at.tokens[row], &in, NULL));
    CHECK_OK(people_log_in(at.repo,
                           &(struct log_in){ .login = "judge2",
                                             .password = "password",
                                             .now_ms = at.now_ms },
                           other_token, &in, NULL));
    CHECK_OK(people_log_in(
        at.repo,
        &(struct log_in){ .login = "head2", .password = "password", .now_ms = at.now_ms },
        head_token, &in, NULL));
}

static void today(const char *day)
{
    day_is(day);
    log_in_again();
    loans_tick(at.repo, at.now_ms);
}

static void prepare(void)
{
    char badge[PERSON_BADGE_MAX];
    if (*volume)
        return;
    fixture();
    day_is("2026-11-02");
    person("judge2", ROLE_BORROWER, "民一庭", other_badge, other_token);
    person("head2", ROLE_BORROWER | ROLE_APPROVER, "民一庭", badge, head_token);
    log_in_again();
    snprintf(volume, sizeof volume, "%s", fixture_part(1, 2));
    snprintf(secret, sizeof secret, "%s", fixture_part(2, 1));
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", volume, NULL, NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", secret, NULL, NULL));
}

static int ask(const char *token, const char *what, const char *outside, char *ret_loan,
               json_t **ret_answer)
{
    json_t *answer = NULL;
    json_t *body = json_pack("{s:s, s:s}", "volume", what, "reason", "庭前阅卷");
    if (outside)
        json_object_set_new(body, "outside", json_string(outside));
    int status = call_with(token, "POST", "/v1/loans", NULL, NULL, body, &answer);
    if (ret_loan && status == 201)
        snprintf(ret_loan, LOAN_KEY_MAX, "%s", json_text(answer, "loan"));
    if (ret_answer)
        *ret_answer = answer;
    else
        json_decref(answer);
    return status;
}

static int loan_do(const char *token, const char *loan, const char *event,
                   json_t **ret_answer)
{
    return call_with(token, "POST", "/v1/loans/{loan}/acts",
                     json_pack("{s:s}", "loan", loan), NULL,
                     json_pack("{s:s, s:s}", "event", event, "reason", "试"), ret_answer);
}

static const char *token_of(unsigned role)
{
    return at.tokens[row_of(role)];
}

static const char *loan_field(const char *loan, const char *field)
{
    static char text[100];
    json_t *l = stored(VIEW_LOANS, loan);
    const json_t *value = json_object_get(l, field);
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else
        snprintf(text, sizeof text, "%s", json_text(l, field));
    json_decref(l);
    return text;
}

static int hand_over(const char *what, const char *from_token, const char *to,
                     json_t **ret_answer)
{
    json_t *body = json_pack("{s:s, s:o, s:s}", "event", "offer", "volumes",
                             versions(&what, 1), "to", to);
    return call_with(from_token, "POST", "/v1/custody", NULL, NULL, body, ret_answer);
}

static int take(const char *what, const char *token)
{
    json_t *body =
        json_pack("{s:s, s:o}", "event", "accept", "volumes", versions(&what, 1));
    return call_with(token, "POST", "/v1/custody", NULL, NULL, body, NULL);
}

/* Notices of a person not yet seen that contain `part`. */
static size_t notices(const char *token, const char *part)
{
    json_t *answer = NULL;
    size_t found = 0;
    CHECK_INT(200, call_with(token, "GET", "/v1/notices", NULL, NULL, NULL, &answer));
    const json_t *list = json_object_get(answer, "notices");
    for (size_t i = 0; i < json_array_size(list); i++)
        found += strstr(json_text(json_array_get(list, i), "text"), part) != NULL;
    json_decref(answer);
    return found;
}

static char first[LOAN_KEY_MAX], second[LOAN_KEY_MAX];

TEST(loans, are_asked_for_once_and_signed_by_another)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(403, ask(token_of(ROLE_KEEPER), volume, NULL, NULL, NULL));
    CHECK_INT(201, ask(token_of(ROLE_BORROWER), volume, NULL, first, NULL));
    CHECK_INT(409, ask(token_of(ROLE_BORROWER), volume, NULL, NULL, &answer));
    check_says("已经申请", answer);
    CHECK_INT(422,
              hand_over(volume, token_of(ROLE_KEEPER), badge_of(ROLE_BORROWER), &answer));
    check_says("先申请借阅", answer);
    char own[LOAN_KEY_MAX];
    CHECK_INT(201, ask(head_token, volume, NULL, own, NULL));
    CHECK_INT(422, loan_do(head_token, own, "approve", &answer));
    check_says("不能批自己的申请", answer);
    CHECK_INT(201, loan_do(head_token, own, "cancel", NULL));
    CHECK_INT(403, loan_do(token_of(ROLE_BORROWER), first, "approve", NULL));
    CHECK_INT(201, loan_do(token_of(ROLE_APPROVER), first, "approve", NULL));
    CHECK_TEXT("approved", loan_field(first, "state"));
    CHECK_INT(1, notices(token_of(ROLE_BORROWER), "已批准，请到库房领取"));
}

TEST(loans, of_a_secret_volume_need_the_president_and_stay_inside)
{
    json_t *answer = NULL;
    char loan[LOAN_KEY_MAX];
    prepare();
    CHECK_INT(422, ask(token_of(ROLE_BORROWER), secret, "某律师事务所", NULL, &answer));
    check_says("只能阅正卷", answer);
    CHECK_INT(400,
              call_by(ROLE_BORROWER, "POST", "/v1/loans", NULL,
                      json_pack("{s:s, s:s}", "volume", "V?", "reason", ""), &answer));
    check_says("借阅事由", answer); /* asked for before anything is told of a volume */
    CHECK_INT(201, ask(token_of(ROLE_BORROWER), secret, NULL, loan, NULL));
    CHECK_INT(403, loan_do(token_of(ROLE_APPROVER), loan, "approve", &answer));
    check_says("副卷", answer); /* an approver may not even see it */
    char none[LOAN_KEY_MAX];
    snprintf(none, sizeof none, "%s-0099", secret);
    CHECK_INT(403, loan_do(token_of(ROLE_APPROVER), none, "approve", &answer));
    check_says("副卷", answer); /* nor hear whether it is there */
    CHECK_INT(201, loan_do(token_of(ROLE_PRESIDENT), loan, "approve", NULL));
    CHECK_INT(201,
              hand_over(secret, token_of(ROLE_KEEPER), badge_of(ROLE_BORROWER), NULL));
    CHECK_INT(201, take(secret, token_of(ROLE_BORROWER)));
    CHECK_TEXT("lent", volume_field(secret, "state"));
    CHECK_INT(201,
              hand_over(secret, token_of(ROLE_BORROWER), badge_of(ROLE_KEEPER), NULL));
    CHECK_INT(201, take(secret, token_of(ROLE_KEEPER)));
    CHECK_TEXT("returned", loan_field(loan, "state"));
}

TEST(loans, of_another_judges_case_need_two_signatures)
{
    json_t *answer = NULL, *made = NULL;
    char loan[LOAN_KEY_MAX], theirs[LABEL_TEXT_MAX];
    prepare();
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "case_no",
                                     "(2026)粤0399民初10028号", "cause", "买卖合同纠纷",
                                     "plaintiff", "王五", "defendant", "赵六",
                                     "case_type", "民事一审", "judge", other_badge),
                           NULL));
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                           json_pack("{s:s}", "case", "44039920260301010028"),
                           json_pack("{s:i, s:i}", "kind", 1, "part", 1), &made));
    snprintf(theirs, sizeof theirs, "%s", json_text(made, "volume"));
    json_decref(made);
    CHECK_INT(201, ask(token_of(ROLE_BORROWER), theirs, NULL, loan, NULL));
    CHECK_TEXT("2", loan_field(loan, "needed"));
    CHECK_INT(201, loan_do(token_of(ROLE_APPROVER), loan, "approve", NULL));
    CHECK_TEXT("requested", loan_field(loan, "state"));
    CHECK_INT(422, loan_do(token_of(ROLE_APPROVER), loan, "approve", &answer));
    check_says("另一位审批人", answer);
    CHECK_INT(201, loan_do(head_token, loan, "approve", NULL));
    CHECK_TEXT("approved", loan_field(loan, "state"));
    CHECK_INT(201, ask(other_token, theirs, NULL, loan, NULL)); /* his own case: one */
    CHECK_TEXT("1", loan_field(loan, "needed"));
}

TEST(loans, run_fifteen_days_are_renewed_once_and_not_while_somebody_waits)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201,
              hand_over(volume, token_of(ROLE_KEEPER), badge_of(ROLE_BORROWER), NULL));
    CHECK_INT(201, take(volume, token_of(ROLE_BORROWER)));
    CHECK_TEXT("2026-11-17", loan_field(first, "due"));
    CHECK_INT(201, loan_do(token_of(ROLE_BORROWER), first, "renew", NULL));
    CHECK_TEXT("2026-12-02", loan_field(first, "due"));
    CHECK_INT(422, loan_do(token_of(ROLE_BORROWER), first, "renew", &answer));
    check_says("续借次数已用完", answer);
    CHECK_INT(201, ask(other_token, volume, NULL, second, NULL));
    CHECK_INT(201, loan_do(token_of(ROLE_APPROVER), second, "approve", NULL));
    CHECK_INT(1, notices(other_token, "第 1 位"));
}

static void slip(const char *title)
{
    const char *const words[] = {
        title, "粤0399", "第二联", "借阅人", "2026-12-02", NULL
    };
    fixture();
    json_t *parts = json_pack("{s:s}", "loan", first);
    pdf_check(ROLE_KEEPER, "/v1/loans/{loan}/slip", parts, NULL, words, NULL);
}

TEST(loans, are_printed_while_they_are_out)
{
    prepare();
    slip("案卷借阅单");
}

TEST(loans, are_reminded_of_three_days_before_and_once)
{
    prepare();
    today("2026-11-28");
    CHECK_INT(0, notices(token_of(ROLE_BORROWER), "前归还"));
    today("2026-11-29");
    CHECK_INT(1, notices(token_of(ROLE_BORROWER), "还有 3 天"));
    today("2026-11-30");
    loans_tick(at.repo, at.now_ms + 60000);
    CHECK_INT(1, notices(token_of(ROLE_BORROWER), "前归还"));
}

TEST(loans, that_are_late_go_up_to_borrower_head_and_supervisor)
{
    json_t *answer = NULL;
    prepare();
    today("2026-12-02");
    CHECK_INT(0, notices(token_of(ROLE_BORROWER), "已逾期"));
    today("2026-12-03");
    CHECK_INT(1, notices(token_of(ROLE_BORROWER), "已逾期 1 天"));
    CHECK_INT(0, notices(token_of(ROLE_APPROVER), "已逾期"));
    CHECK_INT(422, loan_do(token_of(ROLE_BORROWER), first, "renew", &answer));
    json_decref(answer);
    today("2026-12-05");
    CHECK_INT(1, notices(token_of(ROLE_APPROVER), "已逾期 3 天"));
    CHECK_INT(0, notices(token_of(ROLE_SUPERVISOR), "已逾期"));
    today("2026-12-09");
    loans_tick(at.repo, at.now_ms + 1000);
    CHECK_INT(1, notices(token_of(ROLE_SUPERVISOR), "已逾期 7 天"));
    CHECK_INT(3, notices(token_of(ROLE_BORROWER), "已逾期"));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/loans/board", NULL, NULL, &answer));
    const json_t *late = json_array_get(json_object_get(answer, "overdue"), 0);
    CHECK_TEXT(first, json_text(late, "loan"));
    CHECK_INT(-7, json_number(late, "days_left"));
    CHECK_INT(1, json_number(answer, "calendar_known"));
    json_decref(answer);
}

TEST(loans, that_come_back_late_end_and_the_next_in_line_hears_of_it)
{
    prepare();
    CHECK_INT(201,
              hand_over(volume, token_of(ROLE_BORROWER), badge_of(ROLE_KEEPER), NULL));
    CHECK_TEXT("out", loan_field(first, "state")); /* until the keeper has it */
    CHECK_INT(0, notices(other_token, "轮到您"));
    CHECK_INT(201, take(volume, token_of(ROLE_KEEPER)));
    CHECK_TEXT("returned", loan_field(first, "state"));
    CHECK_TEXT("", volume_field(volume, "loan"));
    slip("案卷归还回执");
    CHECK_INT(1, notices(other_token, "轮到您"));
    json_t *due = NULL;
    CHECK(view_find(at.repo, VIEW_DUE, "2026-12-02", &due) == RC_NOT_FOUND);
}

/* Else the volume would be lent, and no loan would remind anybody of it. */
TEST(loans, that_ended_are_not_brought_back_by_a_reversal)
{
    json_t *answer = NULL;
    struct ledger_head head;
    prepare();
    CHECK_OK(ledger_head(at.repo->ledger, &head, NULL));
    CHECK_INT(422, call_by(ROLE_SUPERVISOR, "POST", "/v1/events/{seq}/reversal",
                           json_pack("{s:o}", "seq",
                                     json_sprintf("%llu", (unsigned long long)head.size)),
                           json_pack("{s:s}", "reason", "签错了"), &answer));
    check_says("借阅已结束", answer);
    CHECK_TEXT("received", volume_field(volume, "state"));
}

TEST(loans, go_from_hand_to_hand_to_whoever_is_next)
{
    json_t *answer = NULL;
    char third[LOAN_KEY_MAX];
    prepare();
    CHECK_INT(201, ask(token_of(ROLE_BORROWER), volume, NULL, third, NULL));
    CHECK_INT(201, loan_do(token_of(ROLE_APPROVER), third, "approve", NULL));
    CHECK_INT(422,
              hand_over(volume, token_of(ROLE_KEEPER), badge_of(ROLE_BORROWER), &answer));
    check_says("轮到他", answer); /* judge2 stands before him */
    CHECK_INT(201, hand_over(volume, token_of(ROLE_KEEPER), other_badge, NULL));
    CHECK_INT(201, take(volume, other_token));
    CHECK_INT(201, hand_over(volume, other_token, badge_of(ROLE_BORROWER), NULL));
    CHECK_TEXT(other_badge, volume_field(volume, "holder"));
    CHECK_INT(201, take(volume, token_of(ROLE_BORROWER)));
    CHECK_TEXT("returned", loan_field(second, "state"));
    CHECK_TEXT("out", loan_field(third, "state"));
    CHECK_TEXT("lent", volume_field(volume, "state"));
    CHECK_TEXT(third, volume_field(volume, "loan"));
}

TEST(loans, are_recalled_and_ended_by_the_archive_notice)
{
    json_t *answer = NULL;
    char late[LOAN_KEY_MAX];
    prepare();
    CHECK_INT(201, ask(other_token, volume, NULL, late, NULL));
    CHECK_INT(201, call_by(ROLE_SUPERVISOR, "POST", "/v1/cases/{case}/archive-notice",
                           json_pack("{s:s}", "case", CASE),
                           json_pack("{s:s, s:[], s:s}", "outcome", "判决", "facts",
                                     "closed_on", "2026-12-09"),
                           NULL));
    CHECK_TEXT("recalled", volume_field(volume, "state"));
    CHECK_TEXT("2026-12-14", loan_field(volume_field(volume, "loan"), "due"));
    CHECK_INT(1, notices(token_of(ROLE_BORROWER), "已催还，请在 2026-12-14 前"));
    CHECK_TEXT("ended", loan_field(late, "state"));
    CHECK_INT(1, notices(other_token, "收到归档提示"));
    CHECK_INT(422, ask(head_token, volume, NULL, NULL, &answer));
    check_says("归档提示", answer);
    CHECK_INT(201,
              hand_over(volume, token_of(ROLE_BORROWER), badge_of(ROLE_KEEPER), NULL));
    CHECK_INT(201, take(volume, token_of(ROLE_KEEPER)));
    CHECK_TEXT("received", volume_field(volume, "state"));
}

TEST(notices, are_put_away_by_the_one_they_are_for)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(200,
              call_with(other_token, "GET", "/v1/notices", NULL, NULL, NULL, &answer));
    json_t *part = json_pack(
        "{s:s}", "notice",
        json_text(json_array_get(json_object_get(answer, "notices"), 0), "notice"));
    size_t before = json_array_size(json_object_get(answer, "notices"));
    json_decref(answer);
    CHECK_INT(404, call_by(ROLE_BORROWER, "POST", "/v1/notices/{notice}/seen",
                           json_incref(part), json_object(), NULL));
    CHECK_INT(201, call_with(other_token, "POST", "/v1/notices/{notice}/seen", part, NULL,
                             json_object(), NULL));
    CHECK_INT(before - 1, notices(other_token, "案卷"));
}

TEST(loans, are_the_same_when_made_again_from_the_ledger)
{
    prepare();
    json_t *before = fixture_dump();
    uint64_t events = 0;
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

/* Trolleys: all volumes or none, one confirmation, both sides by badge; and the list that
 * goes with them. */
#include "pdf_check.h"
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/batch.h"

#define TROLLEY "B000000007761"

enum { ON_IT = 3 };

static char volumes[ON_IT][LABEL_TEXT_MAX];
static const char *const labels[ON_IT] = { volumes[0], volumes[1], volumes[2] };

/* Three volumes, received by the keeper. */
static void prepare(void)
{
    if (*volumes[0])
        return;
    for (int i = 0; i < ON_IT; i++) {
        snprintf(volumes[i], sizeof volumes[i], "%s", fixture_part(1, 2 + i));
        CHECK_INT(201, act_on(ROLE_KEEPER, "receive", volumes[i], NULL, NULL));
    }
}

static int give(unsigned by, unsigned to, const char *trolley, json_t **ret_answer)
{
    json_t *body =
        json_pack("{s:s, s:o}", "to", badge_of(to), "volumes", versions(labels, ON_IT));
    if (trolley)
        json_object_set_new(body, "batch", json_string(trolley));
    return call_by(by, "POST", "/v1/batches", NULL, body, ret_answer);
}

static int end(unsigned by, const char *batch, const char *event, json_t *more,
               json_t **ret_answer)
{
    json_t *body = json_pack("{s:s, s:s}", "event", event, "reason", "试");
    json_object_update(body, more);
    json_decref(more);
    return call_by(by, "POST", "/v1/batches/{batch}/custody",
                   json_pack("{s:s}", "batch", batch), body, ret_answer);
}

static void all_are(const char *state, unsigned holder)
{
    for (size_t i = 0; i < ON_IT; i++) {
        CHECK_TEXT(state, volume_field(volumes[i], "state"));
        CHECK_TEXT(badge_of(holder), volume_field(volumes[i], "holder"));
    }
}

TEST(batches, states_are_total_over_what_ends_them)
{
    static const char *const events[] = { "offer", "accept", "decline", "cancel" };
    for (size_t i = 0; i < COUNT(events); i++) {
        CHECK(batch_state_after(events[i]) != NULL);
        CHECK(*batch_state_word(batch_state_after(events[i])));
    }
    CHECK(!batch_state_after("shelve"));
    CHECK_TEXT("", batch_state_word("burnt"));
}

TEST(batches, offer_all_volumes_or_none)
{
    json_t *answer = NULL;
    prepare();
    json_t *list = versions(labels, ON_IT);
    json_object_set_new(json_array_get(list, 2), "version", json_integer(77));
    CHECK_INT(409, call_by(ROLE_KEEPER, "POST", "/v1/batches", NULL,
                           json_pack("{s:s, s:o}", "to", badge_of(ROLE_OPERATOR),
                                     "volumes", list),
                           &answer));
    check_says(volumes[2], answer);
    all_are("received", ROLE_KEEPER);
}

static const json_t *trial(unsigned by, const char *volume, unsigned to,
                           json_t **ret_answer)
{
    CHECK_INT(200,
              call_with(at.tokens[row_of(by)], "GET", "/v1/volumes/{volume}",
                        json_pack("{s:s}", "volume", volume),
                        json_pack("{s:s, s:s}", "event", "offer", "to", badge_of(to)),
                        NULL, ret_answer));
    return json_object_get(*ret_answer, "trial");
}

TEST(batches, are_told_beforehand_what_may_not_go_and_why)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(1,
              json_number(trial(ROLE_KEEPER, volumes[0], ROLE_OPERATOR, &answer), "may"));
    json_decref(answer);
    const json_t *no = trial(ROLE_OPERATOR, volumes[0], ROLE_KEEPER, &answer);
    CHECK_INT(0, json_number(no, "may"));
    CHECK_TEXT("只有现在保管这册案卷的人才能这样做", json_text(no, "sentence"));
    json_decref(answer);
    no = trial(ROLE_KEEPER, volumes[0], ROLE_BORROWER, &answer);
    CHECK_INT(0, json_number(no, "may"));
    CHECK(*json_text(no, "sentence"));
    json_decref(answer);
    all_are("received", ROLE_KEEPER); /* nothing is kept of a trial */
}

TEST(batches, name_the_volume_that_stays_behind)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, act_on(ROLE_SUPERVISOR, "lose", volumes[1],
                          json_pack("{s:s}", "reason", "试"), NULL));
    CHECK_INT(422, give(ROLE_KEEPER, ROLE_OPERATOR, NULL, &answer));
    check_says("(2026)粤0399民初10027号 正卷第3册：案卷现在是“下落不明”", answer);
    CHECK_INT(201, act_on(ROLE_KEEPER, "find", volumes[1], NULL, NULL));
    all_are("received", ROLE_KEEPER);
}

TEST(batches, are_accepted_whole_by_the_receiver_and_by_no_other)
{
    json_t *answer = NULL;
    char batch[LABEL_TEXT_MAX];
    prepare();
    CHECK_INT(201, give(ROLE_KEEPER, ROLE_OPERATOR, NULL, &answer));
    snprintf(batch, sizeof batch, "%s", json_text(answer, "batch"));
    CHECK_INT(ON_IT, json_number(answer, "volumes"));
    CHECK_INT(12 + 13 + 14, json_number(answer, "sheets"));
    CHECK_TEXT("open", json_text(answer, "state"));
    json_decref(answer);
    all_are("in-transit", ROLE_KEEPER); /* the giver still answers */
    CHECK_INT(422, act_on(ROLE_OPERATOR, "accept", volumes[1], NULL, &answer));
    check_says("请按整批签收", answer);
    CHECK_INT(403, end(ROLE_QC, batch, "accept", NULL, &answer));
    check_says("", answer);
    json_t *two = json_pack("{s:[s, s]}", "scanned", volumes[0], volumes[2]);
    CHECK_INT(422, end(ROLE_OPERATOR, batch, "accept", two, &answer));
    check_says("少了 (2026)粤0399民初10027号 正卷第3册", answer);
    json_t *four = json_pack("{s:[s, s, s, s]}", "scanned", volumes[0], volumes[1],
                             volumes[2], VOLUME);
    CHECK_INT(422, end(ROLE_OPERATOR, batch, "accept", four, &answer));
    check_says("多出 (2026)粤0399民初10027号 正卷第1册", answer);
    all_are("in-transit", ROLE_KEEPER);
    json_t *three =
        json_pack("{s:[s, s, s]}", "scanned", volumes[2], volumes[0], volumes[1]);
    CHECK_INT(201, end(ROLE_OPERATOR, batch, "accept", three, &answer));
    CHECK_TEXT("accepted", json_text(answer, "state"));
    json_decref(answer);
    all_are("at-scanning", ROLE_OPERATOR);
    CHECK_TEXT("", volume_field(volumes[0], "batch"));
    CHECK_INT(409, end(ROLE_OPERATOR, batch, "accept", NULL, &answer));
    check_says("已经办完", answer);
}

TEST(batches, go_back_as_strictly_and_use_a_trolley_again)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(400, give(ROLE_OPERATOR, ROLE_KEEPER, "B000000007700", &answer));
    check_says("校验位不对", answer);
    CHECK_INT(201, give(ROLE_OPERATOR, ROLE_KEEPER, TROLLEY, NULL));
    CHECK_INT(403, end(ROLE_QC, TROLLEY, "cancel", NULL, NULL));
    CHECK_INT(201, end(ROLE_KEEPER, TROLLEY, "decline", NULL, NULL));
    all_are("at-scanning", ROLE_OPERATOR);
    CHECK_INT(201, give(ROLE_OPERATOR, ROLE_KEEPER, TROLLEY, NULL));
    json_t *other = json_pack("{s:s, s:[], s:s}", "to", badge_of(ROLE_QC), "volumes",
                              "batch", TROLLEY);
    CHECK_INT(409, call_by(ROLE_KEEPER, "POST", "/v1/batches", NULL, other, &answer));
    check_says("还有一批等待签收", answer);
    CHECK_INT(201, end(ROLE_KEEPER, TROLLEY, "accept", NULL, NULL));
    all_are("received", ROLE_KEEPER);
    size_t kept = 0;
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/batches", NULL, NULL, &answer));
    const json_t *list = json_object_get(answer, "batches");
    for (size_t i = 0; i < json_array_size(list); i++)
        kept += !strcmp(json_text(json_array_get(list, i), "batch"), TROLLEY);
    CHECK_INT(2, kept);
    json_decref(answer);
}

static json_t *by_badge(unsigned role, const char *pin)
{
    return json_pack("{s:s, s:s}", "badge", badge_of(role), "pin", pin);
}

TEST(batches, are_signed_at_the_desk_by_badge_and_pin)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, give(ROLE_KEEPER, ROLE_OPERATOR, TROLLEY, NULL));
    CHECK_INT(403, end(ROLE_KEEPER, TROLLEY, "accept", by_badge(ROLE_OPERATOR, "2468"),
                       &answer));
    check_says("工牌密码", answer);
    CHECK_INT(400, call_by(ROLE_OPERATOR, "POST", "/v1/session/pin", NULL,
                           json_pack("{s:s}", "pin", "12a"), NULL));
    CHECK_INT(201, call_by(ROLE_OPERATOR, "POST", "/v1/session/pin", NULL,
                           json_pack("{s:s}", "pin", "2468"), NULL));
    CHECK_INT(403,
              end(ROLE_KEEPER, TROLLEY, "accept", by_badge(ROLE_OPERATOR, "1357"), NULL));
    CHECK_INT(201,
              end(ROLE_KEEPER, TROLLEY, "accept", by_badge(ROLE_OPERATOR, "2468"), NULL));
    all_are("at-scanning", ROLE_OPERATOR);
    CHECK_INT(201, give(ROLE_OPERATOR, ROLE_KEEPER, TROLLEY, NULL));
    CHECK_INT(201, end(ROLE_KEEPER, TROLLEY, "accept", NULL, NULL));
}

TEST(batches, with_a_lost_volume_are_not_accepted_but_taken_back)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, give(ROLE_KEEPER, ROLE_OPERATOR, TROLLEY, NULL));
    CHECK_INT(201, act_on(ROLE_SUPERVISOR, "lose", volumes[1],
                          json_pack("{s:s}", "reason", "途中遗失"), NULL));
    CHECK_INT(422, end(ROLE_OPERATOR, TROLLEY, "accept", NULL, &answer));
    check_says("下落不明", answer);
    CHECK_INT(201, end(ROLE_KEEPER, TROLLEY, "cancel", NULL, NULL));
    CHECK_TEXT("received", volume_field(volumes[0], "state"));
    CHECK_TEXT("missing", volume_field(volumes[1], "state"));
    CHECK_INT(201, act_on(ROLE_KEEPER, "find", volumes[1], NULL, NULL));
    all_are("received", ROLE_KEEPER);
}

/* An event sets the same on each of its volumes: what is lost on the way keeps the state
 * from before it was offered, what is lost from a hand has the one it was in. */
TEST(acts, on_several_volumes_are_the_same_for_each_or_not_done)
{
    json_t *answer = NULL;
    prepare();
    CHECK_INT(201, act_on(ROLE_KEEPER, "offer", volumes[1],
                          json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR)), NULL));
    json_t *body = json_pack("{s:s, s:s, s:o}", "event", "lose", "reason", "不见了",
                             "volumes", versions(labels, 2));
    CHECK_INT(422, call_by(ROLE_KEEPER, "POST", "/v1/custody", NULL, body, &answer));
    check_says("请分开办理", answer);
    CHECK_TEXT("received", volume_field(volumes[0], "state"));
    CHECK_TEXT("in-transit", volume_field(volumes[1], "state"));
    CHECK_TEXT("received", volume_field(volumes[1], "before"));
    CHECK_INT(201, act_on(ROLE_KEEPER, "cancel", volumes[1], NULL, NULL));
}

TEST(batches, print_their_list_in_two_copies)
{
    prepare();
    static const char *const words[] = { "案卷移交单",
                                         "第一联",
                                         "第二联",
                                         "移出人",
                                         "接收人",
                                         "事由",
                                         "(2026)粤0399民初10027号",
                                         "正卷第2册",
                                         "合计",
                                         NULL };
    pdf_check(ROLE_KEEPER, "/v1/batches/{batch}/slip",
              json_pack("{s:s}", "batch", TROLLEY), NULL, words, NULL);
}

TEST(batches, are_the_same_when_made_again_from_the_ledger)
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

/* Requests into a real store, without the network: sentences of refusals, repeated
 * commands, sessions, 副卷, and the views made again from the ledger. */
#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "sys/scope.h"

static int log_in(const char *login, const char *password, json_t **ret_answer)
{
    return call_by(0, "POST", "/v1/session", NULL,
                   json_pack("{s:s, s:s}", "login", login, "password", password),
                   ret_answer);
}

TEST(session, says_the_same_for_a_wrong_name_and_a_wrong_password)
{
    json_t *name = NULL, *password = NULL;
    fixture();
    CHECK_INT(401, log_in("nobody", "password", &name));
    CHECK_INT(401, log_in("keeper", "wrong", &password));
    CHECK(json_equal(name, password));
    check_says("工号或口令不对", name);
    json_decref(password);
}

TEST(session, ends_after_twelve_hours_and_on_log_out)
{
    json_t *answer = NULL;
    fixture();
    CHECK_INT(200, log_in("borrower", "password", &answer));
    char kept[TOKEN_MAX];
    memcpy(kept, at.tokens[row_of(ROLE_BORROWER)], TOKEN_MAX);
    snprintf(at.tokens[row_of(ROLE_BORROWER)], TOKEN_MAX, "%s",
             json_text(answer, "token"));
    CHECK_INT(200, call_by(ROLE_BORROWER, "GET", "/v1/session", NULL, NULL, NULL));
    at.now_ms = clock_now_ms() + SESSION_MS + 1000;
    CHECK_INT(401, call_by(ROLE_BORROWER, "GET", "/v1/session", NULL, NULL, NULL));
    at.now_ms = 0;
    CHECK_INT(200, call_by(ROLE_BORROWER, "DELETE", "/v1/session", NULL, NULL, NULL));
    CHECK_INT(401, call_by(ROLE_BORROWER, "GET", "/v1/session", NULL, NULL, NULL));
    memcpy(at.tokens[row_of(ROLE_BORROWER)], kept, TOKEN_MAX);
    json_decref(answer);
}

static enum rc find_secret(uint64_t seq, struct bytes text, void *context,
                           struct fault *why)
{
    (void)seq, (void)why;
    char *copy = strndup((const char *)text.at, text.len);
    bool *found = context;
    *found = *found || strstr(copy, "password") || strstr(copy, "scrypt") ||
             strstr(copy, at.tokens[0]);
    free(copy);
    return RC_OK;
}

TEST(people, leave_no_secret_in_the_ledger)
{
    bool found = false;
    CHECK_OK(ledger_feed(fixture()->ledger, 1, 0, find_secret, &found, NULL));
    CHECK(!found);
}

TEST(people, keep_log_in_names_apart)
{
    json_t *answer = NULL;
    CHECK_INT(409, call_by(ROLE_ADMIN, "POST", "/v1/people", NULL,
                           json_pack("{s:s, s:s, s:s, s:[s]}", "login", "keeper", "name",
                                     "另一人", "password", "password", "roles", "keeper"),
                           &answer));
    check_says("已经有人使用", answer);
    CHECK_INT(400, call_by(ROLE_ADMIN, "POST", "/v1/people", NULL,
                           json_pack("{s:s, s:s, s:s, s:[s]}", "login", "new", "name",
                                     "新人", "password", "short", "roles", "keeper"),
                           &answer));
    check_says("口令要有", answer);
}

/* Nor one from before the case was filed: its term would be over too early. */
TEST(cases, take_no_closing_day_that_was_never)
{
    static const char *const never[] = { "2026-02-29", "2026-04-31", "2026-13-01",
                                         "0000-01-01", "2026-1-1",   "2006-11-20",
                                         "2025-12-31" };
    fixture_volume();
    for (size_t i = 0; i < COUNT(never); i++) {
        json_t *answer = NULL;
        CHECK_INT(400, call_by(ROLE_SUPERVISOR, "POST", "/v1/cases/{case}/archive-notice",
                               json_pack("{s:s}", "case", CASE),
                               json_pack("{s:s, s:[], s:s}", "outcome", "判决", "facts",
                                         "closed_on", never[i]),
                               &answer));
        check_says("结案日期", answer);
    }
}

TEST(cases, say_what_is_wrong_with_a_number_and_that_one_is_there)
{
    json_t *answer = NULL;
    fixture_volume();
    CHECK_INT(400, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s}", "case_no", "2026粤0399"), &answer));
    check_says("案号不对", answer);
    CHECK_INT(409, call_by(ROLE_KEEPER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s}", "case_no", "〔2026〕粤0399民初第10027号"),
                           &answer));
    check_says("已经登记过", answer);
    CHECK_INT(404,
              call_by(ROLE_KEEPER, "GET", "/v1/cases/{case}",
                      json_pack("{s:s}", "case", "44039920260301010028"), NULL, &answer));
    check_says("没有登记过案件", answer);
}

TEST(volumes, never_believe_a_label_with_a_wrong_check_digit)
{
    json_t *answer = NULL;
    CHECK_INT(400, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}",
                           json_pack("{s:s}", "volume", "V44039920260301010027100158"),
                           NULL, &answer));
    check_says("校验位不对", answer);
    CHECK_INT(404, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}",
                           json_pack("{s:s}", "volume", "V44039920260301010027100256"),
                           NULL, &answer));
    json_decref(answer);
}

TEST(custody, refuses_an_old_version_and_says_the_new_one)
{
    json_t *answer = NULL;
    fixture_volume();
    CHECK_INT(201, act_by(ROLE_KEEPER, "receive", 0, NULL, NULL));
    CHECK_INT(409, call_by(ROLE_KEEPER, "POST", "/v1/custody", NULL,
                           act_body("offer", 1, at.badges[row_of(ROLE_OPERATOR)], NULL),
                           &answer));
    check_says("现在是第 2 版", answer);
}

TEST(custody, answers_the_same_id_the_same_also_after_a_restart)
{
    json_t *first = NULL, *again = NULL;
    static const char id[] = "00112233445566778899aabbccddeeff";
    fixture_volume();
    json_t *now = volume_now();
    json_t *body = act_body("offer", (long)json_number(now, "version"),
                            at.badges[row_of(ROLE_OPERATOR)], NULL);
    json_decref(now);
    json_object_set_new(body, "id", json_string(id));
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/custody", NULL, json_deep_copy(body),
                           &first));
    fixture_reopen();
    CHECK_INT(200, call_by(ROLE_KEEPER, "POST", "/v1/custody", NULL, json_deep_copy(body),
                           &again));
    CHECK(json_equal(first, again));
    json_object_set_new(body, "reason", json_string("另"));
    json_t *other = NULL;
    CHECK_INT(409, call_by(ROLE_KEEPER, "POST", "/v1/custody", NULL, body, &other));
    check_says("编号已经用于另一件事", other);
    json_decref(first);
    json_decref(again);
}

TEST(custody, does_all_volumes_or_none)
{
    json_t *body = act_body("accept", 3, NULL, NULL), *answer = NULL,
           *before = volume_now();
    json_array_append_new(
        json_object_get(body, "volumes"),
        json_pack("{s:s, s:i}", "volume", "V44039920260301010027100256", "version", 1));
    CHECK(call_by(ROLE_OPERATOR, "POST", "/v1/custody", NULL, body, &answer) >= 400);
    json_t *after = volume_now();
    CHECK_TEXT(json_text(before, "state"), json_text(after, "state"));
    json_decref(before);
    json_decref(after);
    json_decref(answer);
}

TEST(custody, lets_a_person_of_two_roles_choose_one)
{
    json_t *answer = NULL, *body = act_body("accept", 3, NULL, NULL);
    json_object_set_new(body, "as", json_string("keeper"));
    CHECK_INT(403, call_by(ROLE_OPERATOR, "POST", "/v1/custody", NULL, body, &answer));
    check_says("您没有“keeper”这个角色", answer);
}

TEST(secret_volumes, are_read_by_those_who_work_with_them_and_it_is_an_event)
{
    fixture_volume();
    json_t *made = NULL, *answer = NULL;
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                           json_pack("{s:s}", "case", CASE),
                           json_pack("{s:i, s:i}", "kind", 2, "part", 1), &made));
    json_t *part = json_pack("{s:s}", "volume", json_text(made, "volume"));
    struct ledger_head before, after;
    CHECK_OK(ledger_head(at.repo->ledger, &before, NULL));
    CHECK_INT(403, call_by(ROLE_BORROWER, "GET", "/v1/volumes/{volume}/pages",
                           json_incref(part), NULL, &answer));
    check_says("副卷", answer);
    CHECK_INT(403, call_by(ROLE_ADMIN, "GET", "/v1/volumes/{volume}/items",
                           json_incref(part), NULL, NULL));
    CHECK_INT(403, call_by(ROLE_BORROWER, "GET", "/v1/volumes/{volume}/binding",
                           json_incref(part), NULL, NULL));
    CHECK_OK(ledger_head(at.repo->ledger, &after, NULL));
    CHECK_INT(before.size, after.size);
    CHECK_INT(
        200, call_by(ROLE_BINDER, "GET", "/v1/volumes/{volume}/pages", part, NULL, NULL));
    CHECK_OK(ledger_head(at.repo->ledger, &after, NULL));
    CHECK_INT(before.size + 1, after.size);
    json_decref(made);
}

TEST(scans, are_told_by_a_station_or_by_the_operator_and_by_no_other)
{
    static const char hash[] =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const char *operator= at.badges[row_of(ROLE_OPERATOR)];
    fixture_volume();
    /* Another's name on the list, or on a sheet of it: neither. */
    for (int round = 0; round < 3; round++) {
        bool own = round == 1;
        json_t *answer = NULL;
        json_t *image =
            json_pack("{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s}", "index",
                      1, "sheet", 1, "side", "front", "capture_sha256", hash,
                      "capture_bytes", 1, "capture_type", "image/jpeg", "dpi", 300,
                      "mode", "Color", "width_px", 1, "height_px", 1, "kind", "blank");
        if (round == 2)
            json_object_set_new(image, "fed_by", json_string(badge_of(ROLE_KEEPER)));
        json_t *body = json_pack(
            "{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:[o], s:[]}", "volume",
            VOLUME, "kind", "first", "station", "ST01", "operator",
            round ? operator: at.badges[row_of(ROLE_QC)], "started_at",
            "2026-11-20T09:00:00Z", "ended_at", "2026-11-20T09:00:00Z", "scanner",
            "sheets_declared", 1, "sheets_counted", 1, "images", image, "items");
        int status = call_by(ROLE_OPERATOR, "POST", "/v1/volumes/{volume}/scans",
                             volume_part(), body, &answer);
        CHECK_INT(own ? 422 : 403, status); /* own: the volume is not in the hand */
        check_says(own ? "" : "不是您本人", answer);
    }
}

TEST(views, are_the_same_when_made_again_from_the_ledger)
{
    fixture_volume();
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", 7, "slots", 3),
                           NULL));
    json_t *before = fixture_dump();
    uint64_t events = 0;
    struct ledger_head head;
    CHECK_OK(apply_all(at.repo, &events, NULL));
    CHECK_OK(ledger_head(at.repo->ledger, &head, NULL));
    CHECK_INT(head.size, events);
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

TEST(lists, go_on_behind_their_cursor)
{
    json_t *answer = NULL, *query = NULL;
    fixture_volume();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .token = at.tokens[row_of(ROLE_QC)],
                         .last_id = "",
                         .now_ms = clock_now_ms() };
    size_t seen = 0;
    char cursor[1000] = "";
    do {
        query = json_pack("{s:s, s:s}", "limit", "1", "cursor", cursor);
        call.query = query;
        call_run(&call, "GET", "/v1/volumes");
        CHECK_INT(200, call.status);
        seen += json_array_size(json_object_get(call.answer, "volumes"));
        snprintf(cursor, sizeof cursor, "%s", json_text(call.answer, "next"));
        call_free(&call);
        json_decref(query);
    } while (*cursor && seen < 10);
    CHECK_INT(2, seen);
    json_decref(answer);
}

/* Two persons who destroy are two persons: whoever set a password or took codes away
 * could log in as the other one. */
#include "unit/purge_fixture.h"

static char a[LABEL_TEXT_MAX];

static int decide_with(const char *token, const json_t *purge, const char *result,
                       json_t **ret_answer)
{
    return call_with(token, "POST", "/v1/purges/{purge}/decision",
                     json_pack("{s:s}", "purge", json_text(purge, "purge")), NULL,
                     json_pack("{s:s, s:I, s:s}", "result", result, "version",
                               (json_int_t)json_number(purge, "version"), "reason",
                               "同意"),
                     ret_answer);
}

static void log_in(const char *login, char ret_token[TOKEN_MAX])
{
    struct person in;
    CHECK_OK(people_log_in(
        at.repo,
        &(struct log_in){ .login = login,
                          .password = "password",
                          .now_ms = at.now_ms ? at.now_ms : clock_now_ms() },
        ret_token, &in, NULL));
}

static int64_t keys_of(const char *login)
{
    json_t *of = NULL;
    CHECK_OK(view_find(at.repo, VIEW_LOGINS, login, &of));
    json_t *person = stored(VIEW_PEOPLE, json_text(of, "badge"));
    int64_t keys = json_number(person, "keys_ms");
    json_decref(person);
    json_decref(of);
    return keys;
}

static int change(const char *badge, json_t *body)
{
    return call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}",
                   json_pack("{s:s}", "badge", badge), body, NULL);
}

TEST(keys, are_another_persons_when_he_set_the_password_or_the_roles_or_took_the_codes)
{
    static const char *const pictures[] = { "一" };
    fixture();
    purge_volume(1, 30, pictures, COUNT(pictures), a);
    CHECK_INT(0, keys_of("archivist")); /* made at the command line */
    CHECK_INT(201,
              change(badge_of(ROLE_ARCHIVIST), json_pack("{s:s}", "dept", "档案室")));
    CHECK_INT(0, keys_of("archivist"));
    CHECK_INT(201, change(badge_of(ROLE_CHECKER),
                          json_pack("{s:s}", "password", "another password")));
    CHECK(keys_of("checker") > 0);
    CHECK_INT(
        201, change(badge_of(ROLE_QC), json_pack("{s:[s, s]}", "roles", "qc", "keeper")));
    CHECK(keys_of("qc") > 0);
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/totp-reset",
                           json_pack("{s:s}", "badge", badge_of(ROLE_BINDER)),
                           json_pack("{s:s}", "reason", "换手机"), NULL));
    CHECK(keys_of("binder") > 0);
    CHECK_INT(201,
              change(badge_of(ROLE_ADMIN), json_pack("{s:s}", "password", "password")));
    CHECK_INT(0, keys_of("admin"));
    purge_rebuilt_same();
}

TEST(approval, is_by_nobody_whose_keys_another_has_just_held)
{
    char token[TOKEN_MAX];
    const char *volumes[] = { a };
    json_t *answer = NULL;
    log_in("admin",
           at.tokens[row_of(ROLE_ADMIN)]); /* his own password ended the old one */
    CHECK_INT(201,
              call_by(ROLE_ADMIN, "POST", "/v1/people", NULL,
                      json_pack("{s:s, s:s, s:s, s:[s]}", "login", "fresh", "name",
                                "新督", "password", "password", "roles", "supervisor"),
                      NULL));
    json_t *purge = purge_propose(volumes, 1);
    log_in("fresh", token);
    CHECK_INT(422, decide_with(token, purge, "approved", &answer));
    check_says("批准人 新督的口令、验证码或角色在 7 天内由别人设过", answer);
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/totp-reset",
                           json_pack("{s:s}", "badge", badge_of(ROLE_ARCHIVIST)),
                           json_pack("{s:s}", "reason", "换手机"), NULL));
    CHECK_INT(422, purge_decide_by(ROLE_SUPERVISOR, purge, "approved", &answer));
    check_says("提出人 ", answer);
    CHECK(picture_there("一"));

    at.now_ms = clock_now_ms() + (int64_t)8 * 24 * 3600 * 1000;
    log_in("fresh", token); /* nobody missed his log-in for a week */
    CHECK_INT(201, decide_with(token, purge, "approved", NULL));
    json_decref(purge);
}

/* Log-ins at the station, the pause of falling roles, settings. */
#include "check.h"

#include "station/child.h"
#include "station/crew.h"
#include "station/settings.h"

static json_t *session_of(const char *badge, const char *role)
{
    return json_pack("{s:s,s:{s:s,s:s,s:[s]}}", "token", "x", "person", "badge", badge,
                     "name", "扫描员", "roles", role);
}

TEST(crew, are_known_by_their_token_until_they_leave)
{
    struct crew crew = { 0 };
    const struct crew_member *who = NULL;
    json_t *s = session_of("P0000000197", "operator");
    CHECK_OK(crew_enter(&crew, s, 1000, &who, NULL));
    char token[CREW_TOKEN_LEN + 1];
    memcpy(token, who->token, sizeof token);
    CHECK_INT(CREW_TOKEN_LEN, strlen(token));
    CHECK(crew_find(&crew, token, 2000) == who);
    CHECK(crew_last(&crew, 2000) == who);
    CHECK(crew_find(&crew, "", 2000) == NULL);
    CHECK(crew_find(&crew, NULL, 2000) == NULL);
    CHECK(crew_find(&crew, "00000000000000000000000000000000", 2000) == NULL);
    crew_leave(&crew, token);
    CHECK(crew_find(&crew, token, 2000) == NULL);
    CHECK(crew_last(&crew, 2000) == NULL);
    json_decref(s);
}

TEST(crew, are_locked_out_when_idle_and_come_back_with_the_password)
{
    struct crew crew = { .lock_ms = 60000 };
    const struct crew_member *who = NULL;
    struct fault why;
    char token[CREW_TOKEN_LEN + 1];
    json_t *s = session_of("P0000000197", "operator");
    CHECK_OK(crew_enter(&crew, s, 1000, &who, NULL));
    memcpy(token, who->token, sizeof token);
    CHECK_RC(RC_NOT_FOUND, crew_unlock(&crew, token, "pw", 2000, &why));
    CHECK_OK(crew_keep_secret(&crew, token, "pw", NULL));
    CHECK(!crew_find(&crew, token, 61000)->locked); /* used: the minute begins again */
    CHECK(!crew_find(&crew, token, 121000)->locked);
    CHECK(crew_find(&crew, token, 181001)->locked);
    CHECK(crew_find(&crew, token, 181002)->used_ms == 121000);
    CHECK_RC(RC_DENIED, crew_unlock(&crew, token, "wp", 181003, &why));
    CHECK(crew_find(&crew, token, 181004)->locked);
    CHECK_OK(crew_unlock(&crew, token, "pw", 181005, &why));
    CHECK(!crew_find(&crew, token, 181006)->locked);
    crew_lock(&crew, token);
    CHECK(crew_find(&crew, token, 181007)->locked);
    json_decref(s);
}

TEST(crew, are_logged_out_by_five_wrong_passwords)
{
    struct crew crew = { .lock_ms = 60000 };
    const struct crew_member *who = NULL;
    struct fault why;
    char token[CREW_TOKEN_LEN + 1];
    json_t *s = session_of("P0000000197", "operator");
    CHECK_OK(crew_enter(&crew, s, 1000, &who, NULL));
    memcpy(token, who->token, sizeof token);
    CHECK_OK(crew_keep_secret(&crew, token, "pw", NULL));
    for (int i = 1; i < CREW_WRONG_MAX; i++)
        CHECK_RC(RC_DENIED, crew_unlock(&crew, token, "wp", 2000, &why));
    CHECK_RC(RC_NOT_FOUND, crew_unlock(&crew, token, "wp", 2000, &why));
    CHECK(crew_find(&crew, token, 2000) == NULL);
    json_decref(s);
}

TEST(crew, end_after_a_shift_without_use)
{
    struct crew crew = { 0 };
    const struct crew_member *who = NULL;
    json_t *s = session_of("P0000000197", "admin");
    CHECK_OK(crew_enter(&crew, s, 1000, &who, NULL));
    CHECK(crew_find(&crew, who->token, 1000 + CREW_IDLE_MS - 1) == who);
    CHECK(crew_find(&crew, who->token, 1000 + 2LL * CREW_IDLE_MS) == NULL);
    json_decref(s);
}

TEST(crew, without_the_right_role_do_not_enter)
{
    struct crew crew = { 0 };
    const struct crew_member *who = NULL;
    struct fault why;
    json_t *s = session_of("P0000000197", "borrower");
    CHECK_RC(RC_DENIED, crew_enter(&crew, s, 1, &who, &why));
    CHECK(strstr(why.text, "没有扫描的权限"));
    json_decref(s);
    s = json_object();
    CHECK_RC(RC_CORRUPT, crew_enter(&crew, s, 1, &who, &why));
    json_decref(s);
}

TEST(crew, make_room_for_the_ninth_by_the_longest_unused)
{
    struct crew crew = { 0 };
    const struct crew_member *who = NULL;
    char tokens[CREW_MAX + 1][CREW_TOKEN_LEN + 1];
    json_t *s = session_of("P0000000197", "operator");
    for (int i = 0; i <= CREW_MAX; i++) {
        CHECK_OK(crew_enter(&crew, s, 1000 + i, &who, NULL));
        memcpy(tokens[i], who->token, sizeof tokens[i]);
    }
    CHECK(crew_find(&crew, tokens[0], 2000) == NULL);
    for (int i = 1; i <= CREW_MAX; i++)
        CHECK(crew_find(&crew, tokens[i], 2000) != NULL);
    json_decref(s);
}

TEST(child, waits_longer_after_each_fall_up_to_ten_seconds)
{
    CHECK_INT(200, child_pause_ms(1));
    CHECK_INT(400, child_pause_ms(2));
    CHECK_INT(800, child_pause_ms(3));
    for (unsigned i = 1; i < 40; i++)
        CHECK(child_pause_ms(i) <= child_pause_ms(i + 1));
    CHECK_INT(10000, child_pause_ms(100));
}

TEST(settings, have_presets_within_their_own_bounds)
{
    struct settings s;
    conf_presets(station_settings_keys, station_settings_count, &s);
    for (size_t i = 0; i < station_settings_count; i++)
        CHECK_OK(conf_set(station_settings_keys, station_settings_count, &s,
                          station_settings_keys[i].name, station_settings_keys[i].preset,
                          NULL));
    CHECK_INT(300, s.scan_dpi);
    CHECK_TEXT("127.0.0.1:8610", s.http_listen);
}

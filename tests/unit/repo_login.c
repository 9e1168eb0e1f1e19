/* The door: how long who guesses has to wait, and one-time codes. */
#include "repo_fixture.h"

#include "repo-daemon/guess.h"
#include "repo-daemon/totp_keep.h"
#include "sys/file.h"

#include <fcntl.h>

static const int64_t start_ms = 1795860000000;

/* A log-in from an address; the status, and the sentence or the answer. */
static int from(const char *source, const char *login, const char *password,
                const char *code, json_t **ret_answer)
{
    fixture();
    json_t *body =
        json_pack("{s:s, s:s, s:s*}", "login", login, "password", password, "code", code);
    json_t *none = json_object();
    struct call call = { .repo = at.repo,
                         .settings = &at.settings,
                         .parts = none,
                         .query = none,
                         .body = body,
                         .token = "",
                         .last_id = "",
                         .peer = source,
                         .now_ms = at.now_ms };
    call_run(&call, "POST", "/v1/session");
    openapi_check(&call);
    if (ret_answer)
        *ret_answer = call.code ? json_string(call.title) : json_incref(call.answer);
    int status = call.status;
    call_free(&call);
    json_decref(body);
    json_decref(none);
    return status;
}

static int wrong(const char *source, const char *login)
{
    return from(source, login, "wrong", NULL, NULL);
}

static int right(const char *source, const char *login)
{
    return from(source, login, "password", NULL, NULL);
}

static const char *code_of(const char *secret_text, int64_t now_ms)
{
    static char code[TOTP_CODE_MAX];
    uint8_t secret[TOTP_SECRET];
    uint32_t bits = 0;
    unsigned have = 0;
    size_t len = 0;
    for (; *secret_text; secret_text++) {
        const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        bits = bits << 5 | (uint32_t)(strchr(letters, *secret_text) - letters);
        if ((have += 5) >= 8)
            secret[len++] = (uint8_t)(bits >> (have -= 8));
    }
    totp_code((struct bytes){ secret, len }, now_ms / TOTP_STEP_MS, 6, code);
    return code;
}

/* The person of this role gets codes; the secret, good until the next call. */
static const char *codes_on(unsigned role, json_t **ret_recovery)
{
    static char secret[TOTP_SECRET_TEXT];
    json_t *begun = NULL, *done = NULL;
    CHECK_INT(201,
              call_by(role, "POST", "/v1/session/totp", NULL, json_object(), &begun));
    snprintf(secret, sizeof secret, "%s", json_text(begun, "secret"));
    CHECK(strstr(json_text(begun, "uri"), secret) != NULL);
    CHECK(json_array_size(json_object_get(begun, "qr")) > 21);
    json_decref(begun);
    CHECK_INT(201,
              call_by(role, "POST", "/v1/session/totp/confirm", NULL,
                      json_pack("{s:s}", "code", code_of(secret, at.now_ms)), &done));
    CHECK_INT(RECOVERY_CODES, json_array_size(json_object_get(done, "recovery")));
    if (ret_recovery)
        *ret_recovery = json_incref(json_object_get(done, "recovery"));
    json_decref(done);
    return secret;
}

TEST(guess, waits_grow_to_a_quarter_of_an_hour_and_no_further)
{
    CHECK_INT(0, guess_wait_ms(4, 5));
    CHECK_INT(60000, guess_wait_ms(5, 5));
    CHECK_INT(120000, guess_wait_ms(6, 5));
    CHECK_INT(480000, guess_wait_ms(8, 5));
    CHECK_INT(900000, guess_wait_ms(9, 5));
    CHECK_INT(900000, guess_wait_ms(4000000000u, 5));
}

TEST(guess, makes_an_account_wait_longer_each_time)
{
    fixture();
    at.now_ms = start_ms;
    for (int i = 0; i < GUESS_ACCOUNT_FREE; i++)
        CHECK_INT(401, wrong("10.0.0.1", "auditor"));
    CHECK_INT(429, right("10.0.0.2", "auditor"));
    at.now_ms += 60001;
    CHECK_INT(401, wrong("10.0.0.3", "auditor"));
    at.now_ms += 60001;
    CHECK_INT(429, right("10.0.0.2", "auditor"));
    at.now_ms += 60001;
    CHECK_INT(200, right("10.0.0.2", "auditor"));
    CHECK_INT(401, wrong("10.0.0.2", "auditor")); /* counted from none again */
    CHECK_INT(200, right("10.0.0.2", "auditor"));
}

TEST(guess, tells_nobody_which_names_exist)
{
    json_t *known = NULL, *unknown = NULL;
    at.now_ms = start_ms;
    for (int i = 0; i < GUESS_ACCOUNT_FREE; i++) {
        CHECK_INT(401, from("10.1.0.1", "nobody-here", "wrong", NULL, &unknown));
        CHECK_INT(401, from("10.1.0.2", "binder", "wrong", NULL, &known));
        CHECK(json_equal(known, unknown));
        json_decref(known);
        json_decref(unknown);
    }
    CHECK_INT(429, from("10.1.0.3", "nobody-here", "wrong", NULL, &unknown));
    CHECK_INT(429, from("10.1.0.4", "binder", "wrong", NULL, &known));
    CHECK(json_equal(known, unknown));
    check_says("分钟再试", json_incref(known));
    json_decref(known);
    json_decref(unknown);
}

TEST(guess, makes_a_source_wait_that_tries_many_names)
{
    char name[32];
    at.now_ms = start_ms;
    CHECK_INT(200, right("2001:db8:1:2::7", "supervisor"));
    for (int i = 0; i < GUESS_SOURCE_FREE; i++) {
        snprintf(name, sizeof name, "name%d", i);
        CHECK_INT(401, wrong("2001:db8:1:2::9", name));
    }
    CHECK_INT(429, right("2001:db8:1:2:aaaa::1", "archivist"));
    CHECK_INT(200, right("2001:db8:1:3::9", "archivist"));
    CHECK_INT(200, right("2001:db8:1:2::7", "supervisor")); /* known there */
}

TEST(guess, cannot_keep_a_person_out_of_the_place_where_he_works)
{
    at.now_ms = start_ms;
    CHECK_INT(200, right("10.2.0.1", "keeper"));
    for (int i = 0; i < 40; i++) {
        char source[32];
        snprintf(source, sizeof source, "10.3.0.%d", i);
        (void)wrong(source, "keeper");
    }
    CHECK_INT(429, right("10.2.0.2", "keeper"));
    CHECK_INT(200, right("10.2.0.1", "keeper"));
    at.now_ms += GUESS_WAIT_MOST_MS + 1; /* and elsewhere not for long */
    CHECK_INT(200, right("10.2.0.2", "keeper"));
}

TEST(guess, is_remembered_over_a_restart)
{
    at.now_ms = start_ms;
    for (int i = 0; i < GUESS_ACCOUNT_FREE; i++)
        CHECK_INT(401, wrong("10.4.0.1", "checker"));
    fixture_reopen();
    CHECK_INT(429, right("10.4.0.2", "checker"));
}

/* How long the log-in `login` waits, as the list of people tells that role. */
static json_int_t waits_told(unsigned role, const char *login)
{
    json_t *answer = NULL, *one;
    size_t i;
    json_int_t waits = 0;
    CHECK_INT(200, call_by(role, "GET", "/v1/people", NULL, NULL, &answer));
    json_array_foreach(json_object_get(answer, "people"), i,
                       one) if (!strcmp(json_text(one, "login"), login)) waits =
        json_number(one, "waits_s");
    json_decref(answer);
    return waits;
}

TEST(guess, is_forgiven_by_another_admin_and_that_is_an_event)
{
    json_t *answer = NULL, *badge = json_pack("{s:s}", "badge", badge_of(ROLE_CHECKER));
    at.now_ms = clock_now_ms();
    for (int i = 0; i < GUESS_ACCOUNT_FREE; i++)
        (void)wrong("10.4.0.3", "checker");
    CHECK_INT(429, right("10.4.0.4", "checker"));
    CHECK(waits_told(ROLE_ADMIN, "checker") >
          0); /* who may end it sees it, nobody else */
    CHECK_INT(0, waits_told(ROLE_ADMIN, "keeper"));
    CHECK_INT(0, waits_told(ROLE_KEEPER, "checker"));
    CHECK_INT(403,
              call_by(ROLE_KEEPER, "POST", "/v1/people/{badge}/unlock",
                      json_incref(badge), json_pack("{s:s}", "reason", "忘记"), NULL));
    CHECK_INT(400, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/unlock",
                           json_incref(badge), json_object(), NULL));
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/unlock", badge,
                           json_pack("{s:s}", "reason", "忘记"), &answer));
    CHECK(json_number(answer, "seq") > 0);
    CHECK_INT(0, waits_told(ROLE_ADMIN, "checker"));
    CHECK_INT(200, right("10.4.0.4", "checker"));
    CHECK_INT(422, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/unlock",
                           json_pack("{s:s}", "badge", badge_of(ROLE_ADMIN)),
                           json_pack("{s:s}", "reason", "自己"), NULL));
    json_decref(answer);
}

TEST(totp, gives_the_codes_of_the_standard)
{
    /* RFC 6238, appendix B, SHA-1: seconds and code of eight digits. */
    static const struct {
        int64_t seconds;
        const char *code;
    } vectors[] = {
        { 59, "94287082" },         { 1111111109, "07081804" },
        { 1111111111, "14050471" }, { 1234567890, "89005924" },
        { 2000000000, "69279037" }, { 20000000000, "65353130" },
    };
    char code[TOTP_CODE_MAX];
    for (size_t i = 0; i < COUNT(vectors); i++) {
        totp_code(BYTES("12345678901234567890"), vectors[i].seconds / 30, 8, code);
        CHECK_TEXT(vectors[i].code, code);
    }
    char text[TOTP_SECRET_TEXT];
    totp_secret_text((const uint8_t *)"12345678901234567890", text);
    CHECK_TEXT("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", text);
}

TEST(totp, takes_a_clock_that_is_one_step_off_and_no_more)
{
    struct bytes secret = BYTES("12345678901234567890");
    int64_t step = 0, now = 40000000;
    for (int64_t off = -3; off <= 3; off++) {
        char code[TOTP_CODE_MAX];
        totp_code(secret, now + off, 6, code);
        CHECK_INT(off >= -1 && off <= 1,
                  totp_fits(secret, code, now * TOTP_STEP_MS, 0, &step));
    }
    CHECK(!totp_fits(secret, "", now * TOTP_STEP_MS, 0, &step));
    CHECK(!totp_fits(secret, "1234567", now * TOTP_STEP_MS, 0, &step));
}

TEST(totp, seals_are_bound_to_key_and_person)
{
    uint8_t key[SEAL_KEY] = { 1 }, other[SEAL_KEY] = { 2 }, sealed[8 + SEAL_MORE];
    uint8_t opened[8];
    struct bytes all = { sealed, sizeof sealed };
    CHECK_OK(seal_make(key, BYTES("P1"), BYTES("geheimes"), sealed));
    CHECK_OK(seal_open(key, BYTES("P1"), all, opened));
    CHECK(!memcmp(opened, "geheimes", 8));
    CHECK_RC(RC_CORRUPT, seal_open(other, BYTES("P1"), all, opened));
    CHECK_RC(RC_CORRUPT, seal_open(key, BYTES("P2"), all, opened));
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        CHECK_RC(RC_CORRUPT, seal_open(key, BYTES("P1"), all, opened));
        sealed[i] ^= 1;
    }
    CHECK_RC(RC_CORRUPT,
             seal_open(key, BYTES("P1"), (struct bytes){ sealed, 27 }, opened));
}

TEST(totp, is_asked_for_once_it_was_confirmed_and_no_code_is_taken_twice)
{
    json_t *answer = NULL;
    fixture();
    at.now_ms = clock_now_ms();
    CHECK_INT(201, call_by(ROLE_APPROVER, "POST", "/v1/session/totp", NULL, json_object(),
                           NULL));
    CHECK_INT(422, call_by(ROLE_APPROVER, "POST", "/v1/session/totp/confirm", NULL,
                           json_pack("{s:s}", "code", "12345"), NULL));
    CHECK_INT(200, right("10.5.0.1", "approver")); /* begun is not yet on */
    const char *secret = codes_on(ROLE_APPROVER, NULL);
    CHECK_INT(409, call_by(ROLE_APPROVER, "POST", "/v1/session/totp", NULL, json_object(),
                           NULL));
    CHECK_INT(401, from("10.5.0.1", "approver", "password", NULL, &answer));
    check_says("动态验证码", answer);
    char first[TOTP_CODE_MAX];
    snprintf(first, sizeof first, "%s", code_of(secret, at.now_ms));
    CHECK_INT(
        401, from("10.5.0.1", "approver", "password", first, NULL)); /* confirmed by it */
    at.now_ms += TOTP_STEP_MS;
    snprintf(first, sizeof first, "%s", code_of(secret, at.now_ms));
    CHECK_INT(401, from("10.5.0.1", "approver", "wrong", first, NULL));
    CHECK_INT(200, from("10.5.0.1", "approver", "password", first, NULL));
    CHECK_INT(401, from("10.5.0.1", "approver", "password", first, &answer));
    check_says("已经用过", answer);
    fixture_reopen();
    CHECK_INT(401, from("10.5.0.1", "approver", "password", first, NULL));
    at.now_ms = 0;
}

TEST(totp, recovery_codes_are_each_taken_once_and_kept_as_hashes)
{
    json_t *codes = NULL;
    at.now_ms = clock_now_ms();
    (void)codes_on(ROLE_QC, &codes);
    const char *code = json_string_value(json_array_get(codes, 3));
    json_t *entry = stored(TABLE_TOTP, badge_of(ROLE_QC));
    char *text = json_dumps(entry, 0);
    CHECK(!strstr(text, code));
    free(text);
    json_decref(entry);
    CHECK_INT(200, from("10.6.0.1", "qc", "password", code, NULL));
    CHECK_INT(401, from("10.6.0.1", "qc", "password", code, NULL));
    json_decref(codes);
    at.now_ms = 0;
}

struct seeking {
    const char *text;
    bool found;
};

static enum rc seek(uint64_t seq, struct bytes event, void *context, struct fault *why)
{
    (void)seq, (void)why;
    struct seeking *s = context;
    s->found = s->found || memmem(event.at, event.len, s->text, strlen(s->text));
    return RC_OK;
}

TEST(totp, the_secret_is_in_no_event_and_in_no_file_in_clear)
{
    char path[128];
    json_t *codes = NULL;
    at.now_ms = clock_now_ms();
    struct seeking s = { .text = codes_on(ROLE_PRESIDENT, &codes) };
    CHECK_OK(ledger_feed(at.repo->ledger, 1, 0, seek, &s, NULL));
    CHECK(!s.found);
    snprintf(path, sizeof path, "%s/store/data.mdb", at.folder);
    char *text = NULL;
    size_t len;
    CHECK_OK(file_read(AT_FDCWD, path, 256u << 20, &text, &len, NULL));
    CHECK(!memmem(text, len, s.text, strlen(s.text)));
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));
        CHECK(!memmem(text, len, code, strlen(code)));
    }
    free(text);
    json_decref(codes);
    struct stat st;
    snprintf(path, sizeof path, "%s/secrets.key", at.folder);
    CHECK(!stat(path, &st) && (st.st_mode & 0777) == 0600);
    at.now_ms = 0;
}

TEST(totp, is_taken_away_by_another_admin_only)
{
    at.now_ms = clock_now_ms();
    (void)codes_on(ROLE_CATALOGUER, NULL);
    CHECK_INT(401, right("10.7.0.1", "cataloguer"));
    CHECK_INT(403, call_by(ROLE_SUPERVISOR, "POST", "/v1/people/{badge}/totp-reset",
                           json_pack("{s:s}", "badge", badge_of(ROLE_CATALOGUER)),
                           json_pack("{s:s}", "reason", "换手机"), NULL));
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/totp-reset",
                           json_pack("{s:s}", "badge", badge_of(ROLE_CATALOGUER)),
                           json_pack("{s:s}", "reason", "换手机"), NULL));
    CHECK_INT(200, right("10.7.0.1", "cataloguer"));
    CHECK_INT(422, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/totp-reset",
                           json_pack("{s:s}", "badge", badge_of(ROLE_ADMIN)),
                           json_pack("{s:s}", "reason", "自己"), NULL));
    at.now_ms = 0;
}

/* A session of the person of this role; good until the next call. */
static const char *session_of(const char *login, const char *code)
{
    static char token[TOKEN_MAX];
    json_t *answer = NULL;
    CHECK_INT(200, from("10.8.0.1", login, "password", code, &answer));
    snprintf(token, sizeof token, "%s", json_text(answer, "token"));
    json_decref(answer);
    return token;
}

static int shown(const char *token)
{
    return call_with(token, "GET", "/v1/session", NULL, NULL, NULL, NULL);
}

static unsigned told_of_binder;

static void note_binder(struct repo *repo, enum view view, const char *key, void *context)
{
    (void)repo, (void)context;
    told_of_binder += view == VIEW_PEOPLE && !strcmp(key, badge_of(ROLE_BINDER));
}

TEST(totp, ends_the_sessions_that_were_open_before_it_and_before_its_reset)
{
    char thief[TOKEN_MAX], own[TOKEN_MAX];
    fixture();
    at.now_ms = clock_now_ms();
    at.repo->on_change = note_binder;
    snprintf(thief, sizeof thief, "%s", session_of("binder", NULL));
    CHECK_INT(200, shown(thief));
    const char *secret = codes_on(ROLE_BINDER, NULL);
    CHECK_INT(401, shown(thief));
    CHECK_INT(200, shown(at.tokens[row_of(ROLE_BINDER)])); /* who set them up goes on */
    CHECK(told_of_binder > 0);                             /* and the streams end */
    at.now_ms += TOTP_STEP_MS;
    snprintf(own, sizeof own, "%s", session_of("binder", code_of(secret, at.now_ms)));
    told_of_binder = 0;
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/people/{badge}/totp-reset",
                           json_pack("{s:s}", "badge", badge_of(ROLE_BINDER)),
                           json_pack("{s:s}", "reason", "手机遗失"), NULL));
    CHECK_INT(401, shown(own));
    CHECK_INT(401, shown(at.tokens[row_of(ROLE_BINDER)]));
    CHECK_INT(200, shown(at.tokens[row_of(ROLE_ADMIN)]));
    CHECK(told_of_binder > 0);
    at.repo->on_change = NULL;
    at.now_ms = 0;
}

/* Whoever finds a desk open does not set what its person signs with. */
TEST(secrets, are_set_by_who_logged_in_just_now)
{
    json_t *answer = NULL;
    char token[TOKEN_MAX];
    fixture();
    at.now_ms = clock_now_ms();
    snprintf(token, sizeof token, "%s", session_of("supervisor", NULL));
    static const char *const paths[] = { "/v1/session/pin", "/v1/session/totp" };
    for (int late = 1; late >= 0; late--)
        for (size_t i = 0; i < COUNT(paths); i++) {
            at.now_ms += late ? SESSION_FRESH_MS + 1 : 0;
            CHECK_INT(late ? 422 : 201,
                      call_with(token, "POST", paths[i], NULL, NULL,
                                json_pack("{s:s}", "pin", "4711"), &answer));
            if (late)
                check_says("重新登录", answer);
            else
                json_decref(answer);
            if (late && i == 1)
                snprintf(token, sizeof token, "%s", session_of("supervisor", NULL));
        }
    at.now_ms = 0;
}

TEST(totp, roles_that_must_have_it_can_do_nothing_before)
{
    json_t *answer = NULL;
    at.now_ms = clock_now_ms();
    at.settings.totp_roles = ROLE_ARCHIVIST;
    CHECK_INT(403, call_by(ROLE_ARCHIVIST, "GET", "/v1/volumes", NULL, NULL, &answer));
    check_says("请先设置", answer);
    CHECK_INT(200, call_by(ROLE_ARCHIVIST, "GET", "/v1/session", NULL, NULL, &answer));
    CHECK_INT(1, json_number(answer, "totp_needed"));
    json_decref(answer);
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes", NULL, NULL, NULL));
    (void)codes_on(ROLE_ARCHIVIST, NULL);
    CHECK_INT(200, call_by(ROLE_ARCHIVIST, "GET", "/v1/volumes", NULL, NULL, NULL));
    at.settings.totp_roles = 0;
    at.now_ms = 0;
}

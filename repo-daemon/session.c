/* Log-in and sessions. A wrong name costs as much time as a wrong password and gets the
 * same sentence, so that nobody learns which names exist. */
#include "repo-daemon/people.h"

#include "core/bytes.h"
#include "repo-daemon/guess.h"
#include "repo-daemon/totp_keep.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static bool hex_read(const char *hex, uint8_t *ret_at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        ret_at[i] = (uint8_t)byte;
    }
    return strlen(hex) == 2 * len;
}

/* Does the secret stand in `table` under `name`? */
static bool secret_fits(struct repo *repo, enum view table, const char *name,
                        const char *password)
{
    uint8_t salt[16] = { 0 }, want[32] = { 0 }, got[32];
    SCOPED(json_free_at) json_t *secret = NULL;
    bool known = !view_find(repo, table, name, &secret);
    const char *salt_hex = json_string_value(json_object_get(secret, "salt"));
    const char *want_hex = json_string_value(json_object_get(secret, "scrypt"));
    known = known && salt_hex && want_hex && hex_read(salt_hex, salt, sizeof salt) &&
            hex_read(want_hex, want, sizeof want);
    if (strlen(password) > PASSWORD_MOST || password_hash(password, salt, got))
        return false;
    unsigned differs = 0; /* the time does not tell where */
    for (size_t i = 0; i < sizeof got; i++)
        differs |= (unsigned)(got[i] ^ want[i]);
    return known && !differs;
}

static void token_key(const char *token, char ret_hex[SHA256_HEX])
{
    hash_hex(hash_sha256((struct bytes){ (const uint8_t *)token, strlen(token) }),
             ret_hex);
}

struct sweep {
    json_t *expired;
    int64_t now_ms;
};

static bool collect_expired(const char *key, json_t *session, void *context)
{
    struct sweep *s = context;
    if (json_integer_value(json_object_get(session, "expires_ms")) <= s->now_ms)
        json_array_append_new(s->expired, json_string(key));
    return true;
}

struct opening {
    struct repo *repo;
    const char *key;
    const json_t *session;
    int64_t now_ms;
};

static enum rc session_put(struct store_txn *txn, void *context, struct fault *why)
{
    struct opening *o = context;
    struct sweep sweep = { json_array(), o->now_ms };
    SCOPED(json_free_at) json_t *expired = sweep.expired;
    enum rc rc =
        view_each(o->repo, txn, TABLE_SESSIONS, "", NULL, collect_expired, &sweep, why);
    for (size_t i = 0; !rc && i < json_array_size(expired); i++)
        rc = view_del(o->repo, txn, TABLE_SESSIONS,
                      json_string_value(json_array_get(expired, i)), why);
    return rc ? rc : view_put(o->repo, txn, TABLE_SESSIONS, o->key, o->session, why);
}

static bool is_disabled(struct repo *repo, const char *badge)
{
    SCOPED(json_free_at) json_t *person = NULL;
    return badge && !view_find(repo, VIEW_PEOPLE, badge, &person) &&
           json_integer_value(json_object_get(person, "disabled"));
}

/* A random token, kept by its hash. */
static enum rc session_begin(struct repo *repo, const char *badge, int64_t now_ms,
                             char ret_token[TOKEN_MAX], struct fault *why)
{
    uint8_t random[32];
    char key[SHA256_HEX];
    random_fill(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(ret_token + 2 * i, 3, "%02x", random[i]);
    token_key(ret_token, key);
    SCOPED(json_free_at)
    json_t *session = json_pack("{s:s, s:I}", "badge", badge, "expires_ms",
                                (json_int_t)(now_ms + SESSION_MS));
    struct opening opening = { repo, key, session, now_ms };
    return store_update(repo->store, session_put, &opening, why);
}

/* The second factor, where the person has one. */
static enum rc code_check(struct repo *repo, const char *badge, const struct log_in *l,
                          struct fault *why)
{
    if (!totp_is_on(repo, badge))
        return RC_OK;
    if (!l->code || !*l->code)
        return fault_set(why, RC_REFUSED, 0, "请再输入手机上的动态验证码");
    return totp_take(repo, badge, l->code, l->now_ms, why);
}

enum rc people_log_in(struct repo *repo, const struct log_in *l,
                      char ret_token[TOKEN_MAX], struct person *ret_person,
                      struct fault *why)
{
    struct guess guess = { .kind = GUESS_PASSWORD,
                           .account = l->login,
                           .source = l->source ? l->source : "",
                           .now_ms = l->now_ms };
    SCOPED(json_free_at) json_t *found = NULL;
    enum rc rc = guess_may(repo, &guess, why);
    if (rc)
        return rc;
    if (!secret_fits(repo, TABLE_PASSWORDS, l->login, l->password) ||
        view_find(repo, VIEW_LOGINS, l->login, &found)) {
        rc = guess_wrong(repo, &guess, why);
        return rc ? rc : fault_set(why, RC_DENIED, 0, "工号或口令不对");
    }
    const char *badge = json_string_value(json_object_get(found, "badge"));
    if (is_disabled(repo, badge))
        return fault_set(why, RC_DENIED, 0, "这个工号已停用，请找管理员");
    rc = code_check(repo, badge ? badge : "", l, why);
    enum rc counted = rc == RC_DENIED ? guess_wrong(repo, &guess, why) : RC_OK;
    if (!rc)
        rc = guess_right(repo, &guess, why);
    if (!rc)
        rc = session_begin(repo, badge, l->now_ms, ret_token, why);
    if (rc)
        return counted ? counted : rc;
    return people_of_token(repo, ret_token, l->now_ms, ret_person);
}

enum rc people_by_pin(struct repo *repo, const char *badge, const char *pin,
                      const char *source, int64_t now_ms, struct person *ret_person,
                      struct fault *why)
{
    struct guess guess = { GUESS_PIN, badge, source ? source : "", now_ms };
    enum rc rc = guess_may(repo, &guess, why);
    if (rc)
        return rc;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    bool fits = secret_fits(repo, TABLE_PINS, badge, pin);
    rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    fits = fits && !people_find(repo, txn, badge, ret_person) && !ret_person->disabled;
    store_abort(TAKE(txn));
    if (fits)
        return guess_right(repo, &guess, why);
    rc = guess_wrong(repo, &guess, why);
    return rc ? rc
              : fault_set(why, RC_DENIED, 0,
                          "工牌或工牌密码不对；还没有工牌密码的，请先登录自己设定");
}

enum rc people_of_token(struct repo *repo, const char *token, int64_t now_ms,
                        struct person *ret_person)
{
    char key[SHA256_HEX];
    token_key(token, key);
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *session = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, NULL);
    if (!rc)
        rc = view_get(repo, txn, TABLE_SESSIONS, key, &session);
    if (rc || json_integer_value(json_object_get(session, "expires_ms")) <= now_ms)
        return rc && rc != RC_NOT_FOUND ? rc : RC_DENIED;
    const char *badge = json_string_value(json_object_get(session, "badge"));
    rc = badge ? people_find(repo, txn, badge, ret_person) : RC_DENIED;
    return rc == RC_NOT_FOUND || (!rc && ret_person->disabled) ? RC_DENIED : rc;
}

bool people_is_fresh(struct repo *repo, const char *token, int64_t now_ms)
{
    char key[SHA256_HEX];
    SCOPED(json_free_at) json_t *session = NULL;
    token_key(token, key);
    if (view_find(repo, TABLE_SESSIONS, key, &session))
        return false;
    int64_t began_ms =
        json_integer_value(json_object_get(session, "expires_ms")) - SESSION_MS;
    return now_ms - began_ms <= SESSION_FRESH_MS;
}

struct closing {
    struct repo *repo;
    const char *key;
};

static enum rc session_del(struct store_txn *txn, void *context, struct fault *why)
{
    struct closing *c = context;
    enum rc rc = view_del(c->repo, txn, TABLE_SESSIONS, c->key, why);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc people_log_out(struct repo *repo, const char *token, struct fault *why)
{
    char key[SHA256_HEX];
    token_key(token, key);
    struct closing closing = { repo, key };
    return store_update(repo->store, session_del, &closing, why);
}

struct sweep_of {
    const char *badge, *but;
    json_t *keys;
};

static bool collect_own(const char *key, json_t *session, void *context)
{
    struct sweep_of *s = context;
    const char *badge = json_string_value(json_object_get(session, "badge"));
    if (badge && !strcmp(badge, s->badge) && strcmp(key, s->but) != 0)
        json_array_append_new(s->keys, json_string(key));
    return true;
}

enum rc people_log_out_all(struct repo *repo, struct store_txn *txn, const char *badge,
                           const char *but, struct fault *why)
{
    char key[SHA256_HEX];
    SCOPED(json_free_at) json_t *keys = json_array();
    token_key(but, key);
    struct sweep_of sweep = { badge, key, keys };
    enum rc rc = view_each(repo, txn, TABLE_SESSIONS, "", NULL, collect_own, &sweep, why);
    for (size_t i = 0; !rc && i < json_array_size(keys); i++)
        rc = view_del(repo, txn, TABLE_SESSIONS,
                      json_string_value(json_array_get(keys, i)), why);
    return rc;
}

/* Rows of TABLE_GUESSES: "a" kind hash for an account, "s" hash for a source, and "k"
 * kind hash "/" source for an account where it logged in before. */
#include "repo-daemon/guess.h"

#include "repo-daemon/call.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAX = 64, NETWORK_PARTS = 4, DOUBLINGS_MOST = 8 };

struct keys {
    char account[KEY_MAX], source[KEY_MAX], known[KEY_MAX];
};

/* Of IPv6 the network: whoever has one has all addresses in it. */
static void network_of(const char *source, char ret_text[KEY_MAX])
{
    snprintf(ret_text, KEY_MAX, "%.46s", source);
    if (!strchr(source, ':') || strchr(source, '.'))
        return;
    char *at = ret_text;
    for (int part = 0; part < NETWORK_PARTS && (at = strchr(at, ':')); part++)
        at++;
    if (at)
        *at = 0;
}

static void row_of(const char *text, size_t digits, char ret_row[KEY_MAX])
{
    char hex[SHA256_HEX];
    hash_hex(hash_sha256((struct bytes){ (const uint8_t *)text, strlen(text) }), hex);
    snprintf(ret_row, KEY_MAX, "%.*s", (int)digits, hex);
}

static void keys_of(const struct guess *g, struct keys *keys)
{
    char network[KEY_MAX], source[KEY_MAX], account[KEY_MAX], whole[KEY_MAX];
    char kind = g->kind == GUESS_PIN ? 'p' : 'l';
    network_of(g->source, network);
    row_of(network, 4, source);
    row_of(g->account, 4, account);
    row_of(g->account, 16, whole);
    snprintf(keys->account, KEY_MAX, "a%c%.4s", kind, account);
    snprintf(keys->source, KEY_MAX, "s%.4s", source);
    row_of(network, 16, source);
    snprintf(keys->known, KEY_MAX, "k%c%.16s/%.16s", kind, whole, source);
}

int64_t guess_wait_ms(unsigned failures, unsigned free_ones)
{
    if (failures < free_ones)
        return 0;
    unsigned doublings = failures - free_ones;
    int64_t wait = (int64_t)GUESS_WAIT_FIRST_MS
                   << (doublings < DOUBLINGS_MOST ? doublings : DOUBLINGS_MOST);
    return wait < GUESS_WAIT_MOST_MS ? wait : GUESS_WAIT_MOST_MS;
}

static unsigned failures_of(const json_t *row, int64_t now_ms)
{
    int64_t since = now_ms - json_number(row, "last_ms");
    return row && since < GUESS_FORGET_MS ? (unsigned)json_number(row, "failures") : 0;
}

static int64_t left_ms(const json_t *row, unsigned free_ones, int64_t now_ms)
{
    int64_t wait = guess_wait_ms(failures_of(row, now_ms), free_ones);
    int64_t left = json_number(row, "last_ms") + wait - now_ms;
    return left < wait ? left : wait; /* the clock was put back */
}

enum rc guess_may(struct repo *repo, const struct guess *g, struct fault *why)
{
    struct keys keys;
    SCOPED(json_free_at) json_t *account = NULL;
    SCOPED(json_free_at) json_t *source = NULL;
    SCOPED(json_free_at) json_t *known = NULL;
    keys_of(g, &keys);
    (void)!view_find(repo, TABLE_GUESSES, keys.account, &account);
    (void)!view_find(repo, TABLE_GUESSES, keys.source, &source);
    (void)!view_find(repo, TABLE_GUESSES, keys.known, &known);
    int64_t wait = left_ms(known ? known : account, GUESS_ACCOUNT_FREE, g->now_ms);
    int64_t there = left_ms(source, GUESS_SOURCE_FREE, g->now_ms);
    wait = known || wait > there ? wait : there; /* many may share an address */
    if (wait <= 0)
        return RC_OK;
    return fault_set(why, RC_AGAIN, 0, "%s错了太多次，请过 %lld %s再试",
                     g->kind == GUESS_PIN ? "工牌密码" : "口令或验证码",
                     (long long)(wait < 60000 ? wait / 1000 + 1 : (wait + 59999) / 60000),
                     wait < 60000 ? "秒" : "分钟");
}

int64_t guess_left_ms(struct repo *repo, enum guess_kind kind, const char *account,
                      int64_t now_ms)
{
    struct keys keys;
    struct guess g = { .kind = kind, .account = account, .source = "" };
    SCOPED(json_free_at) json_t *row = NULL;
    keys_of(&g, &keys);
    (void)!view_find(repo, TABLE_GUESSES, keys.account, &row);
    int64_t left = left_ms(row, GUESS_ACCOUNT_FREE, now_ms);
    return left > 0 ? left : 0;
}

struct writing {
    struct repo *repo;
    const struct guess *guess;
    struct keys keys;
};

static enum rc row_add(struct writing *w, struct store_txn *txn, const char *key,
                       struct fault *why)
{
    SCOPED(json_free_at) json_t *row = NULL;
    enum rc rc = view_get(w->repo, txn, TABLE_GUESSES, key, &row);
    if (rc && rc != RC_NOT_FOUND)
        return rc;
    unsigned failures = failures_of(row, w->guess->now_ms) + 1;
    SCOPED(json_free_at)
    json_t *next = json_pack("{s:I, s:I}", "failures", (json_int_t)failures, "last_ms",
                             (json_int_t)w->guess->now_ms);
    return view_put(w->repo, txn, TABLE_GUESSES, key, next, why);
}

/* Where he is known, others are not made to wait for what is tried there. */
static enum rc wrong_put(struct store_txn *txn, void *context, struct fault *why)
{
    struct writing *w = context;
    SCOPED(json_free_at) json_t *known = NULL;
    bool here = !view_get(w->repo, txn, TABLE_GUESSES, w->keys.known, &known);
    enum rc rc = row_add(w, txn, here ? w->keys.known : w->keys.account, why);
    return rc ? rc : row_add(w, txn, w->keys.source, why);
}

enum rc guess_wrong(struct repo *repo, const struct guess *g, struct fault *why)
{
    struct writing w = { .repo = repo, .guess = g };
    keys_of(g, &w.keys);
    return store_update(repo->store, wrong_put, &w, why);
}

static enum rc right_put(struct store_txn *txn, void *context, struct fault *why)
{
    struct writing *w = context;
    SCOPED(json_free_at)
    json_t *clean =
        json_pack("{s:i, s:I}", "failures", 0, "last_ms", (json_int_t)w->guess->now_ms);
    enum rc rc = view_del(w->repo, txn, TABLE_GUESSES, w->keys.account, why);
    if (!rc || rc == RC_NOT_FOUND)
        rc = view_put(w->repo, txn, TABLE_GUESSES, w->keys.known, clean, why);
    return rc;
}

enum rc guess_right(struct repo *repo, const struct guess *g, struct fault *why)
{
    struct writing w = { .repo = repo, .guess = g };
    SCOPED(json_free_at) json_t *known = NULL;
    keys_of(g, &w.keys);
    bool clean = !view_find(repo, TABLE_GUESSES, w.keys.known, &known) &&
                 !json_number(known, "failures");
    return clean ? RC_OK : store_update(repo->store, right_put, &w, why);
}

static bool key_collect(const char *key, json_t *row, void *context)
{
    (void)row;
    json_array_append_new(context, json_string(key));
    return true;
}

enum rc guess_forget(struct repo *repo, struct store_txn *txn, enum guess_kind kind,
                     const char *account, struct fault *why)
{
    struct keys keys;
    struct guess g = { .kind = kind, .account = account, .source = "" };
    SCOPED(json_free_at) json_t *found = json_array();
    keys_of(&g, &keys);
    *strchr(keys.known, '/') = 0;
    enum rc rc =
        view_each(repo, txn, TABLE_GUESSES, keys.known, NULL, key_collect, found, why);
    json_array_append_new(found, json_string(keys.account));
    for (size_t i = 0; !rc && i < json_array_size(found); i++) {
        rc = view_del(repo, txn, TABLE_GUESSES,
                      json_string_value(json_array_get(found, i)), why);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

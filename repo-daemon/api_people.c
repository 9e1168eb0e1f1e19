/* Log-in, people, and the words that the pages show. */
#include "repo-daemon/apply.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/guess.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/station_cert.h"
#include "repo-daemon/totp_keep.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum rc session_open(struct call *call, struct fault *why)
{
    char token[TOKEN_MAX];
    struct person person;
    struct log_in log_in = { .login = call_text(call, "login"),
                             .password = call_text(call, "password"),
                             .code = call_text(call, "code"),
                             .source = call->peer,
                             .now_ms = call->now_ms };
    enum rc rc = people_log_in(call->repo, &log_in, token, &person, why);
    if (rc == RC_DENIED || rc == RC_REFUSED) {
        call_fail(call, rc, why);
        call->status = 401;
        call->code = rc == RC_REFUSED ? "code" : "log-in";
        call->detail = rc == RC_REFUSED
                           ? "手机不在身边时，可以用一个恢复码。"
                           : "请检查大小写；五次不对要等一分钟，再错等得更久。";
        return RC_OK;
    }
    if (!rc && (person.roles & ROLE_STATION))
        rc = station_cert_check(call, NULL, why);
    if (rc)
        return rc;
    snprintf(call->cookie, sizeof call->cookie,
             "juanku=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", token,
             SESSION_MS / 1000, *call->settings->tls_cert ? "; Secure" : "");
    call_answer(call, 200,
                json_pack("{s:s, s:o}", "token", token, "person", people_json(&person)));
    explicit_bzero(token, sizeof token);
    return RC_OK;
}

enum rc session_show(struct call *call, __attribute__((unused)) struct fault *why)
{
    return call_answer(call, 200,
                       json_pack("{s:o, s:i, s:i}", "person", people_json(&call->by),
                                 "totp", (int)totp_is_on(call->repo, call->by.badge),
                                 "totp_needed", (int)call_needs_totp(call)));
}

enum rc session_close(struct call *call, struct fault *why)
{
    enum rc rc = people_log_out(call->repo, call->token, why);
    if (rc)
        return rc;
    snprintf(call->cookie, sizeof call->cookie,
             "juanku=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    return call_answer(call, 200, json_object());
}

struct pin {
    const char *badge;
    json_t *secret; /* owned by pin_set() */
};

static enum rc pin_put(struct repo *repo, struct store_txn *txn, void *context,
                       struct fault *why)
{
    struct pin *pin = context;
    return view_put(repo, txn, TABLE_PINS, pin->badge, pin->secret, why);
}

/* Everybody sets his own, so that nobody else can sign for him at a desk. */
enum rc pin_set(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, EVENT_PIN, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    const char *text = call_text(call, "pin");
    size_t len = strlen(text);
    if (len < PIN_LEAST || len > PIN_MOST || strspn(text, "0123456789") != len)
        return fault_set(why, RC_INVALID, 0, "工牌密码要有 %d 到 %d 位数字", PIN_LEAST,
                         PIN_MOST);
    rc = call_is_fresh(call, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *secret = people_secret(text);
    SCOPED(json_free_at) json_t *data = json_pack("{s:s}", "badge", call->by.badge);
    if (!secret)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a PIN");
    struct pin pin = { call->by.badge, secret };
    command.data = data;
    command.beside = pin_put;
    command.context = &pin;
    return call_commit(call, &command, 201, why);
}

static bool person_add(const char *badge, json_t *person, void *context)
{
    (void)badge;
    json_array_append(context, person);
    return true;
}

/* For who may end it: whose log-in has to wait after wrong passwords. */
static void waits_show(struct call *call, json_t *people)
{
    size_t i;
    json_t *one;
    json_array_foreach(people, i, one)
    {
        int64_t left = guess_left_ms(call->repo, GUESS_PASSWORD, json_text(one, "login"),
                                     call->now_ms);
        if (left)
            json_object_set_new(one, "waits_s", json_integer((left + 999) / 1000));
    }
}

enum rc people_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *people = json_array();
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_PEOPLE, "", NULL, person_add, people, why);
    if (!rc && call->by.roles & ROLE_ADMIN)
        waits_show(call, people);
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "people", people));
}

enum rc people_create(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, "person", &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    struct person_new who = { .id = command.id,
                              .by = command.by,
                              .login = call_text(call, "login"),
                              .name = call_text(call, "name"),
                              .password = call_text(call, "password"),
                              .dept = call_text(call, "dept"),
                              .request = command.request };
    if (!roles_read(json_object_get(call->body, "roles"), &who.roles))
        return fault_set(why, RC_INVALID, 0, "角色名不对，请从列表里选择");
    rc = people_add(call->repo, &who, &call->answer, why);
    if (rc && rc != RC_EXISTS)
        return rc;
    call->status = 201;
    return RC_OK;
}

/* Events of the counter that stand in a volume's chain. */
static const char *const counter_words[][2] = { { EVENT_INTAKE, "收件" },
                                                { EVENT_INTAKE_FILE, "归卷" },
                                                { EVENT_INTAKE_RETURN, "退还材料" },
                                                { EVENT_PAPER_CORRECT, "更正登记" } };

enum rc words_show(struct call *call, __attribute__((unused)) struct fault *why)
{
    json_t *states = json_object(), *events = json_object(), *roles = json_object();
    for (enum volume_state s = 0; s < VOL_STATES; s++)
        json_object_set_new(states, custody_state_name(s),
                            json_string(custody_state_word(s)));
    for (enum custody_event e = 0; e < CUSTODY_EVENTS; e++)
        json_object_set_new(events, custody_event_name(e),
                            json_string(custody_event_word(e)));
    for (size_t i = 0; i < COUNT(counter_words); i++)
        json_object_set_new(events, counter_words[i][0],
                            json_string(counter_words[i][1]));
    const struct role_word *w;
    for (size_t i = 0; (w = roles_word(i)); i++)
        if (w->bit != ROLE_RACK)
            json_object_set_new(roles, w->name, json_string(w->word));
    return call_answer(
        call, 200,
        json_pack("{s:o, s:o, s:o}", "states", states, "events", events, "roles", roles));
}

/* The desk itself: the keys that this station's people chose, and the lock of a place
 * that somebody walked away from. */
#include "station/session.h"

#include "station/json_field.h"
#include "sys/clock.h"
#include "sys/log.h"

#include <string.h>

enum { KEYS_MAX = 60, KEY_TEXT_MAX = 32 };

static const char keys_file[] = "keys.json";

/* Short words by short words; no key twice. What the actions are the page knows. */
static bool keys_fit(const json_t *keys, const char **ret_twice)
{
    const char *action, *other;
    json_t *key, *seen;
    *ret_twice = NULL;
    if (!json_is_object(keys) || json_object_size(keys) > KEYS_MAX)
        return false;
    json_object_foreach((json_t *)(uintptr_t)keys, action, key)
    {
        const char *text = json_string_value(key);
        if (!text || !*text || strlen(text) > KEY_TEXT_MAX ||
            strlen(action) > KEY_TEXT_MAX)
            return false;
        json_object_foreach((json_t *)(uintptr_t)keys, other, seen)
        {
            if (strcmp(other, action) != 0 && json_equal(seen, key))
                *ret_twice = text;
        }
    }
    return !*ret_twice;
}

void session_keys_load(struct session *s)
{
    struct fault why = { 0 };
    const char *twice;
    enum rc rc = spool_get_json(s->spool, NULL, keys_file, &s->keys, &why);
    if (rc == RC_NOT_FOUND)
        return;
    if (!rc && keys_fit(s->keys, &twice))
        return;
    log_warn("the keys of this station cannot be used, taking the usual ones: %s",
             rc ? why.text : keys_file);
    json_decref(s->keys);
    s->keys = NULL;
}

void session_api_keys(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    const char *twice;
    const struct crew_member *who = session_api_who(s, request);
    json_t *keys = json_object_get(http_body_json(request), "keys");
    if (!who)
        return;
    if (!keys_fit(keys, &twice)) {
        http_reply_problem(request, 409, "keys",
                           twice ? "同一个键给了两件事。" : "这样的按键设置不能用。",
                           "请给每件事选一个不同的键。");
        return;
    }
    if (spool_put_json(s->spool, NULL, keys_file, keys, &why)) {
        log_error("keys cannot be kept: %s", why.text);
        (void)fault_set(&why, RC_FULL, 0, "本机磁盘写不进去，按键没有改。");
        session_api_fault(request, &why);
        return;
    }
    json_decref(s->keys);
    s->keys = json_incref(keys);
    log_info("keys changed by %s", who->badge);
    session_api_ok(request);
    session_stream_state(s);
}

/* Somebody sits there: the page tells it now and then, while keys are pressed. */
void session_api_awake(struct http_request *request, void *context)
{
    if (session_api_who(context, request))
        session_api_ok(request);
}

void session_api_lock(struct http_request *request, void *context)
{
    struct session *s = context;
    const struct crew_member *who = session_api_who_to_stop(s, request);
    if (!who)
        return;
    crew_lock(&s->crew, session_api_token(request));
    log_info("%s locked the place", who->badge);
    session_api_ok(request);
}

void session_api_unlock(struct http_request *request, void *context)
{
    struct session *s = context;
    struct fault why = { 0 };
    const char *password = field_peek(http_body_json(request), "password");
    enum rc rc = crew_unlock(&s->crew, session_api_token(request), password,
                             clock_mono_ms(), &why);
    if (rc == RC_NOT_FOUND) /* as for anybody who is not logged in */
        http_reply_problem(request, 401, "login", why.text, NULL);
    else if (rc)
        session_api_fault(request, &why);
    else
        session_api_ok(request);
}

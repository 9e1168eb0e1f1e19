/* The local API: routes, who may ask, log-in. Reading is for this machine only; whatever
 * changes something needs an operator who is logged in. */
#include "station/session.h"

#include "station/json_field.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 16 * 1024 };

static const char cookie_name[] = "juanku_station";

/* --- who -------------------------------------------------------------------------- */

const char *session_api_token(const struct http_request *request)
{
    const char *bearer = http_header(request, "Authorization");
    if (bearer && !strncmp(bearer, "Bearer ", 7))
        return bearer + 7;
    return http_cookie(request, cookie_name);
}

const struct crew_member *session_api_who_to_stop(struct session *s,
                                                  struct http_request *request)
{
    const struct crew_member *who =
        crew_find(&s->crew, session_api_token(request), clock_mono_ms());
    if (!who)
        http_reply_problem(request, 401, "login", "请先登录。",
                           "用自己的账号登录后再做。");
    return who;
}

const struct crew_member *session_api_who(struct session *s, struct http_request *request)
{
    const struct crew_member *who = session_api_who_to_stop(s, request);
    if (!who || !who->locked)
        return who;
    http_reply_problem(request, 423, "locked", "太久没有操作，已锁屏。",
                       "请输入口令继续。");
    return NULL;
}

static bool is_loopback(const char *peer)
{
    return !strncmp(peer, "127.", 4) || !strcmp(peer, "::1") ||
           !strncmp(peer, "::ffff:127.", 11);
}

/* A foreign name for this address in a browser means that a foreign page asks. */
static bool host_is_ours(const struct session *s, const char *host)
{
    static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
    for (size_t i = 0; host && i < COUNT(names); i++) {
        size_t len = strlen(names[i]);
        if (!strncmp(host, names[i], len) && (!host[len] || host[len] == ':'))
            return true;
    }
    return host && !strcmp(host, s->set.http_listen);
}

void session_api_before(struct http_request *request, void *context)
{
    struct session *s = context;
    if (!host_is_ours(s, http_header(request, "Host"))) {
        http_reply_problem(request, 403, "host", "这个地址不能打开扫描台。", NULL);
        return;
    }
    const char *method = http_method(request);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
        http_is_foreign(request)) {
        http_reply_problem(request, 403, "foreign", "这个操作来自别的网站，已拒绝。",
                           NULL);
        return;
    }
    if (!is_loopback(http_peer(request)) &&
        strcmp(http_path(request), "/api/login") != 0 &&
        !strncmp(http_path(request), "/api/", 5))
        (void)session_api_who(s, request);
}

/* --- answers ---------------------------------------------------------------------- */

void session_api_fault(struct http_request *request, const struct fault *why)
{
    static const struct {
        enum rc rc;
        int status;
    } statuses[] = {
        { RC_INVALID, 400 },  { RC_DENIED, 403 },      { RC_NOT_FOUND, 404 },
        { RC_CONFLICT, 409 }, { RC_REFUSED, 409 },     { RC_EXISTS, 409 },
        { RC_AGAIN, 503 },    { RC_UNAVAILABLE, 503 }, { RC_UNKNOWN, 503 },
        { RC_TIMEOUT, 503 },  { RC_FULL, 507 },
    };
    int status = 500;
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].rc == why->rc)
            status = statuses[i].status;
    http_reply_problem(request, status, rc_name(why->rc), why->text, NULL);
}

void session_api_ok(struct http_request *request)
{
    http_reply_json(request, 200, json_pack("{s:i}", "ok", 1));
}

static void get_state(struct http_request *request, void *context)
{
    const char *pages = http_query(request, "pages");
    bool all = !pages || strcmp(pages, "0") != 0;
    http_reply_json(request, 200, session_state_json(context, all));
}

static void get_stream(struct http_request *request, void *context)
{
    session_stream_open(context, request);
}

/* --- log-in ------------------------------------------------------------------------- */

enum rc session_api_enter(struct session *s, struct http_request *request,
                          const json_t *json, const struct crew_member **ret_who,
                          struct fault *why)
{
    const struct crew_member *who = NULL;
    enum rc rc = crew_enter(&s->crew, json, clock_mono_ms(), &who, why);
    if (rc)
        return rc;
    struct fault late = { 0 };
    const char *password = field_peek(http_body_json(request), "password");
    if (crew_keep_secret(&s->crew, who->token, password, &late))
        log_warn("%s: %s", who->badge, late.text);
    log_info("%s %s logged in", who->badge, who->name);
    *ret_who = who;
    return RC_OK;
}

void session_api_cookie(struct http_request *request, const struct crew_member *who)
{
    char cookie[128];
    snprintf(cookie, sizeof cookie, "%s=%s; HttpOnly; SameSite=Strict; Path=/",
             cookie_name, who->token);
    http_add_header(request, "Set-Cookie", cookie);
}

static void log_in_done(struct session *s, enum rc rc, const json_t *json,
                        const char *sentence, void *context)
{
    struct http_request *request = context;
    struct fault why = { .rc = rc };
    const struct crew_member *who = NULL;
    snprintf(why.text, sizeof why.text, "%s", sentence);
    if (!rc)
        rc = session_api_enter(s, request, json, &who, &why);
    if (rc == RC_UNAVAILABLE || rc == RC_UNKNOWN || rc == RC_TIMEOUT)
        (void)fault_set(&why, RC_UNAVAILABLE, 0,
                        "连不上库房的服务器，暂时不能登录。已登录的人可以继续扫描。");
    if (rc == RC_DENIED && !who && !json)
        http_reply_problem(request, 401, "login", why.text, "请检查工号和口令。");
    else if (rc)
        session_api_fault(request, &why);
    if (rc)
        return;
    session_api_cookie(request, who);
    http_reply_json(request, 200,
                    json_pack("{s:s,s:{s:s,s:s}}", "token", who->token, "operator",
                              "badge", who->badge, "name", who->name));
    session_stream_state(s);
    upload_wake(s);
}

static void post_login(struct http_request *request, void *context)
{
    struct session *s = context;
    const json_t *body = http_body_json(request);
    const char *login = field_peek(body, "login"),
               *password = field_peek(body, "password");
    if (!*login || !*password) {
        http_reply_problem(request, 400, "login", "请输入工号和口令。", NULL);
        return;
    }
    uplink_call(s,
                json_pack("{s:s,s:s,s:s,s:s}", "do", "login", "login", login, "password",
                          password, "code", field_peek(body, "code")),
                -1, log_in_done, request);
}

static void post_logout(struct http_request *request, void *context)
{
    struct session *s = context;
    const char *token = session_api_token(request);
    if (token)
        crew_leave(&s->crew, token);
    http_add_header(request, "Set-Cookie",
                    "juanku_station=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    session_api_ok(request);
    session_stream_state(s);
}

static void get_asset(struct http_request *request, void *context)
{
    (void)context;
    if (!http_reply_asset(request, http_assets))
        http_reply_problem(request, 404, "not-found", "没有这个页面。", "请打开 / 。");
}

/* clang-format off */
const struct http_route session_routes[] = {
    { "GET",  "/api/state",               get_state,      0, NULL },
    { "GET",  "/api/stream",              get_stream,     0, NULL },
    { "GET",  "/api/rows",                session_api_rows,       0, NULL },
    { "POST", "/api/login",               post_login,     BODY_MAX, NULL },
    { "POST", "/api/logout",              post_logout,    BODY_MAX, NULL },
    { "POST", "/api/jobs",                session_api_job_new,    BODY_MAX, NULL },
    { "POST", "/api/job/start",           session_api_job_start,  BODY_MAX, NULL },
    { "POST", "/api/job/resume",          session_api_job_start,  BODY_MAX, NULL },
    { "POST", "/api/job/stop",            session_api_job_stop,   BODY_MAX, NULL },
    { "POST", "/api/job/finish",          session_api_job_finish, BODY_MAX, NULL },
    { "POST", "/api/job/abandon",         session_api_job_abandon, BODY_MAX, NULL },
    { "POST", "/api/job/recount",         session_api_job_recount, BODY_MAX, NULL },
    { "POST", "/api/job/profile",         session_api_job_profile, BODY_MAX, NULL },
    { "POST", "/api/job/next",            session_api_job_next,   BODY_MAX, NULL },
    { "POST", "/api/jobs/return",         session_api_return,     BODY_MAX, NULL },
    { "POST", "/api/shift/handover",      session_api_handover,   BODY_MAX, NULL },
    { "POST", "/api/keys",                session_api_keys,       BODY_MAX, NULL },
    { "POST", "/api/awake",               session_api_awake,      BODY_MAX, NULL },
    { "POST", "/api/lock",                session_api_lock,       BODY_MAX, NULL },
    { "POST", "/api/unlock",              session_api_unlock,     BODY_MAX, NULL },
    { "POST", "/api/seen",                session_api_seen,       BODY_MAX, NULL },
    { "GET",  "/api/shift",               session_api_shift,      0, NULL },
    { "POST", "/api/job/repair",          session_api_repair,     BODY_MAX, NULL },
    { "GET",  "/api/gone/{leaf}/{side}",  session_api_gone_picture, 0, NULL },
    { "POST", "/api/label",               session_api_label,      BODY_MAX, NULL },
    { "POST", "/api/images/{index}",      session_api_image_edit, BODY_MAX, NULL },
    { "GET",  "/api/images/{index}/{part}", session_api_image_part, 0, NULL },
    /* the page's own files; last, since the names in braces fit everything */
    { "GET",  "/",                        get_asset,      0, NULL },
    { "GET",  "/{file}",                  get_asset,      0, NULL },
    { "GET",  "/{folder}/{file}",         get_asset,      0, NULL },
};
/* clang-format on */
const size_t session_route_count = COUNT(session_routes);

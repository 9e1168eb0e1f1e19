#include "repo-daemon/http_desk.h"

#include "repo-daemon/route.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct http_ticket {
    struct http_desk *desk;
    struct http_request *request;
    size_t route;
    int64_t began_ms;
};

struct http_ticket *http_ticket_new(struct http_desk *desk, struct http_request *request)
{
    struct http_ticket *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    *t = (struct http_ticket){ .desk = desk,
                               .request = request,
                               .route = (size_t)(http_route_of(request) - desk->routes),
                               .began_ms = clock_mono_ms() };
    return t;
}

void http_ticket_free(struct http_ticket *t)
{
    free(t);
}

struct http_request *http_ticket_request(const struct http_ticket *t)
{
    return t->request;
}

/* {names} of a pattern, one after the other. */
static bool part_name(const char **at, char ret_name[32])
{
    const char *open = strchr(*at, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    if (!close || close - open > 31)
        return false;
    memcpy(ret_name, open + 1, (size_t)(close - open - 1));
    ret_name[close - open - 1] = 0;
    *at = close + 1;
    return true;
}

static const char *token_of(const struct http_request *r)
{
    const char *header = http_header(r, "Authorization");
    if (header && !strncmp(header, "Bearer ", 7))
        return header + 7;
    const char *cookie = http_cookie(r, "juanku");
    return cookie ? cookie : "";
}

static json_t *counts_json(const struct http_desk *desk)
{
    json_t *list = json_array();
    for (size_t i = 0; i < desk->route_count; i++)
        for (int c = 0; c < 6; c++)
            if (desk->counts[i][c].count) {
                char class_text[16];
                snprintf(class_text, sizeof class_text, "%dxx", c);
                json_array_append_new(
                    list, json_pack("{s:s, s:s, s:s, s:I, s:I}", "method",
                                    desk->routes[i].method, "path", desk->routes[i].path,
                                    "class", class_text, "count",
                                    (json_int_t)desk->counts[i][c].count, "ms",
                                    (json_int_t)desk->counts[i][c].ms));
            }
    return list;
}

/* An Idempotency-Key, in quotes or not, may be the id of the command when the body has
 * none; a UUID is one without its dashes. */
static void id_by_header(const struct http_request *r, json_t *m)
{
    const char *key = http_header(r, "Idempotency-Key");
    json_t *body = json_object_get(m, "body");
    char id[33] = "";
    size_t len = 0;
    if (!key || !json_is_object(body) || json_object_get(body, "id"))
        return;
    for (; *key && len < sizeof id - 1; key++)
        if (*key != '-' && *key != '"')
            id[len++] = (char)tolower((unsigned char)*key);
    json_object_set_new(body, "id", json_string(id));
}

static json_t *cert_json(const struct http_request *r)
{
    static const char *const states[] = { [HTTP_CERT_UNREAD] = "none",
                                          [HTTP_CERT_NONE] = "none",
                                          [HTTP_CERT_VALID] = "valid",
                                          [HTTP_CERT_EXPIRED] = "expired",
                                          [HTTP_CERT_FOREIGN] = "foreign" };
    const struct http_cert *cert = http_cert(r);
    return json_pack("{s:s, s:s, s:s}", "state", states[cert->state], "name", cert->name,
                     "serial", cert->serial);
}

json_t *http_ticket_message(const struct http_ticket *t)
{
    static const char *const queries[] = { "q",      "state", "holder",  "slot", "cursor",
                                           "limit",  "rack",  "from",    "type", "all",
                                           "volume", "day",   "station", "case", "event",
                                           "to",     "held" };
    struct http_request *r = t->request;
    const struct http_route *route = http_route_of(r);
    json_t *parts = json_object(), *query = json_object();
    char name[32];
    for (const char *at = route->path; part_name(&at, name);)
        json_object_set_new(parts, name, json_string(http_part(r, name)));
    for (size_t i = 0; i < COUNT(queries); i++)
        if (http_query(r, queries[i]))
            json_object_set_new(query, queries[i],
                                json_string(http_query(r, queries[i])));
    const char *last = http_header(r, "Last-Event-ID");
    json_t *m = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s}", "do", "api",
                          "method", route->method, "path", route->path, "parts", parts,
                          "query", query, "token", token_of(r), "last_id",
                          last ? last : "", "cert", cert_json(r), "peer", http_peer(r));
    if (m && http_body_json(r))
        json_object_set(m, "body", http_body_json(r));
    if (m)
        id_by_header(r, m);
    if (m && !strcmp(route->path, "/metrics"))
        json_object_set_new(m, "counts", counts_json(t->desk));
    return m;
}

static void count(const struct http_ticket *t, int status)
{
    size_t class_row = status >= 100 && status < 600 ? (size_t)status / 100 : 0;
    t->desk->counts[t->route][class_row].count++;
    t->desk->counts[t->route][class_row].ms += (uint64_t)(clock_mono_ms() - t->began_ms);
}

static void answer(struct http_ticket *t, struct ipc_message *reply)
{
    struct http_request *r = t->request;
    const json_t *m = reply->body;
    int status = (int)json_integer_value(json_object_get(m, "status"));
    const char *cookie = json_string_value(json_object_get(m, "cookie"));
    const char *code = json_string_value(json_object_get(m, "code"));
    if (cookie)
        http_add_header(r, "Set-Cookie", cookie);
    if (code) {
        http_reply_problem(r, status, code,
                           json_string_value(json_object_get(m, "title")),
                           json_string_value(json_object_get(m, "detail")));
    } else if (reply->fd_count) {
        const char *etag = json_string_value(json_object_get(m, "etag"));
        int fd = reply->fds[0];
        reply->fds[0] = -1;
        /* Whether it may be seen still, and is there still, is asked each time. */
        http_add_header(r, "Cache-Control",
                        etag && *etag ? "private, no-cache" : "no-store");
        http_reply_fd(r, json_string_value(json_object_get(m, "type")), fd,
                      (uint64_t)json_integer_value(json_object_get(m, "size")),
                      etag && *etag ? etag : NULL);
    } else if (status == 200 && !strcmp(http_route_of(r)->path, "/v1/stream")) {
        http_desk_watch(t->desk, r, token_of(r), json_object_get(m, "body"));
    } else {
        if (status == 200 && !strcmp(http_route_of(r)->path, "/v1/session") &&
            !strcmp(http_method(r), "DELETE"))
            http_desk_log_out(t->desk, token_of(r));
        http_reply_json(r, status, json_incref(json_object_get(m, "body")));
    }
    count(t, status);
}

void http_ticket_answer(struct http_ticket *t, struct ipc_message *reply)
{
    if (reply) {
        answer(t, reply);
    } else {
        http_reply_problem(t->request, 503, "unavailable", "中间库正在重启",
                           "请稍后用同一编号再试；已确认的内容没有丢失。");
        count(t, 503);
    }
    http_ticket_free(t);
}

static void on_reply(__attribute__((unused)) struct ipc *ipc, struct ipc_message *reply,
                     void *context)
{
    http_ticket_answer(context, reply);
}

static void ask(struct http_request *request, void *context)
{
    struct http_desk *desk = context;
    struct http_ticket *t = http_ticket_new(desk, request);
    if (!desk->store || ipc_call(desk->store, http_ticket_message(t), NULL, 0,
                                 HTTP_DESK_WAIT_MS, on_reply, t))
        http_ticket_answer(t, NULL);
}

static void alive(struct http_request *request, __attribute__((unused)) void *context)
{
    http_reply_text(request, 200, "text/plain; charset=utf-8", BYTES("ok\n"));
}

const struct http_route *http_desk_routes(struct http_desk *desk, size_t *ret_count)
{
    const struct route *r;
    for (size_t i = 0; (r = route_at(i)) && i < HTTP_DESK_ROUTES; i++) {
        bool upload = r->kind == ROUTE_UPLOAD;
        desk->routes[i] =
            (struct http_route){ .method = r->method,
                                 .path = r->path,
                                 .handler = upload                  ? http_desk_upload_end
                                            : r->kind == ROUTE_HERE ? alive
                                                                    : ask,
                                 .body_max = r->body_max,
                                 .upload = upload ? &http_desk_upload : NULL };
        desk->route_count = i + 1;
    }
    *ret_count = desk->route_count;
    return desk->routes;
}

void http_desk_before(struct http_request *request, void *context)
{
    struct http_desk *desk = context;
    const char *method = http_method(request);
    const struct http_route *route = http_route_of(request);
    bool probe =
        route && (!strcmp(route->path, "/healthz") || !strcmp(route->path, "/readyz"));
    if (desk->certs_for_all && !probe && http_cert(request)->state != HTTP_CERT_VALID)
        http_reply_problem(request, 403, "certificate",
                           "这台机器没有本院中间库签发的有效证书",
                           "请管理员在这台机器上运行 juanku station enrol。");
    else if (!route && desk->assets)
        http_reply_asset(request, desk->assets);
    else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
             http_is_foreign(request))
        http_reply_problem(request, 403, "foreign", "这个操作来自别的网站，已拒绝", NULL);
}

/* The life of one request, without the library: headers, pieces of the body, end.
 *
 *   headers -> (before) -> route? -> size? -> (upload begins) -> pieces... -> end ->
 * handler
 *
 * Whoever answers early ends it; what still arrives of the body is dropped, up to a
 * bound. A small body does not wait for an upload that pauses at its begin: it is read
 * meanwhile, and handed over as one piece. */
#include "net/http_wire.h"

#include <stdlib.h>
#include <string.h>

enum { DRAIN_MAX = 1024 * 1024 }; /* a body that is read to its end, refused or not */

void http_pause(struct http_request *r)
{
    r->paused = true;
}

/* A chunked body has no length of its own; see is_ambiguous(). */
static uint64_t declared_len(const struct http_request *r)
{
    const char *text = http_header(r, "Content-Length");
    return text && !http_header(r, "Transfer-Encoding") ? strtoull(text, NULL, 10) : 0;
}

/* Two ways to say where the body ends may disagree, and whoever stands in between may
 * believe the other one. */
static bool is_ambiguous(const struct http_request *r)
{
    return http_header(r, "Content-Length") && http_header(r, "Transfer-Encoding");
}

static void too_large(struct http_request *r)
{
    r->dropping = true;
    http_reply_problem(r, 413, "too-large", "发送的内容太大", "请分成几次发送。");
}

static void no_route(struct http_request *r)
{
    if (!r->other_method) {
        http_reply_problem(r, 404, "no-such-address", "没有这个地址",
                           "请检查网址是否写对。");
        return;
    }
    char methods[64];
    http_route_methods(r->settings->routes, r->settings->route_count, r->path, methods,
                       sizeof methods);
    http_add_header(r, "Allow", methods);
    http_reply_problem(r, 405, "method", "这个地址不支持这种操作", NULL);
}

/* The sender asked first, or would send much: its body stays where it is until somebody
 * wants it, and a refusal without reading it is worth a closed connection. */
static bool body_waits(const struct http_request *r)
{
    return http_header(r, "Expect") || declared_len(r) > DRAIN_MAX;
}

static bool refuse_at_once(const struct http_request *r)
{
    return r->answered && body_waits(r);
}

static bool body_keep(struct http_request *r, struct bytes piece, uint64_t most)
{
    if (piece.len > most || r->body_len > most - piece.len)
        return false;
    if (r->body_len + piece.len + 1 > r->body_room) {
        uint64_t whole = declared_len(r);
        bool known = !r->body && whole >= piece.len && whole <= most;
        r->body_room = known ? (size_t)whole + 1 : (r->body_len + piece.len) * 2 + 1024;
        r->body = http_realloc(r->body, r->body_room);
    }
    memcpy(r->body + r->body_len, piece.at, piece.len);
    r->body_len += piece.len;
    r->body[r->body_len] = 0;
    return true;
}

static void body_drop(struct http_request *r)
{
    free(r->body);
    r->body = NULL;
    r->body_len = r->body_room = 0;
}

/* A piece that is wanted. */
static void take_piece(struct http_request *r, struct bytes piece)
{
    if (r->route->upload)
        r->dropping = r->route->upload->chunk(r, piece, r->settings->context) != RC_OK;
    else if (!body_keep(r, piece, r->route->body_max))
        too_large(r);
}

void http_continue(struct http_request *r)
{
    r->paused = false;
    if (r->body_len) {
        take_piece(r, http_body(r));
        body_drop(r);
    }
    http_wire_go_on(r);
}

/* The headers are there: refuse early, or let the body come. */
enum http_step http_life_headers(struct http_request *r)
{
    if (!http_utf8_valid(r->path))
        http_reply_problem(r, 400, "text", "网址里有无法识别的文字", NULL);
    if (!r->answered && is_ambiguous(r))
        http_reply_problem(r, 400, "length", "请求里写了两种长度，无法识别", NULL);
    if (!r->answered && r->settings->before)
        r->settings->before(r, r->settings->context);
    if (!r->answered && !r->route)
        no_route(r);
    if (!r->answered && declared_len(r) > r->route->body_max)
        too_large(r);
    if (!r->answered && r->route->upload && !http_header(r, "Content-Length"))
        http_reply_problem(r, 411, "length", "发送前要说明文件大小", NULL);
    if (!r->answered && r->route->upload && r->route->upload->begin &&
        !r->route->upload->begin(r, r->settings->context))
        r->dropping = true;
    if (refuse_at_once(r))
        return STEP_CARRY_OUT;
    return r->paused && !r->answered && body_waits(r) ? STEP_WAIT : STEP_GO_ON;
}

enum http_step http_life_piece(struct http_request *r, struct bytes piece)
{
    r->seen += piece.len;
    if (r->answered || r->dropping) {
        uint64_t most =
            r->route && r->route->body_max > DRAIN_MAX ? r->route->body_max : DRAIN_MAX;
        return r->seen > most ? STEP_CUT : STEP_GO_ON; /* endless: cut the connection */
    }
    if (r->seen > r->route->body_max)
        too_large(r);
    else if (!r->paused)
        take_piece(r, piece);
    else if (!body_keep(r, piece, DRAIN_MAX))
        too_large(r);
    return STEP_GO_ON;
}

enum http_step http_life_end(struct http_request *r)
{
    if (r->seen < declared_len(r)) /* woken from a pause: the body is still to come */
        return refuse_at_once(r) ? STEP_CARRY_OUT : STEP_GO_ON;
    if (!r->answered && !r->handled && !r->paused) {
        r->handled = true;
        r->route->handler(r, r->settings->context);
    }
    return r->answered ? STEP_CARRY_OUT : STEP_WAIT;
}

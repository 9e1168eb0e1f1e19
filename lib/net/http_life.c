/* The life of one request, without the library: headers, pieces of the body, end.
 *
 *   headers -> (before) -> route? -> size? -> (upload begins) -> pieces... -> end ->
 * handler
 *
 * Whoever answers early ends it; what still arrives of the body is dropped, up to a
 * bound. */
#include "net/http_wire.h"

#include <stdlib.h>

enum { DRAIN_MAX = 1024 * 1024 }; /* a refused body that is still read to its end */

void http_pause(struct http_request *r)
{
    r->paused = true;
}

void http_continue(struct http_request *r)
{
    r->paused = false;
    http_wire_go_on(r);
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

/* Answered before the body came: not waiting for it is worth a closed connection when
 * the sender asked first, or would send much. */
static bool refuse_at_once(const struct http_request *r)
{
    return r->answered && (http_header(r, "Expect") || declared_len(r) > DRAIN_MAX);
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
    return r->paused && !r->answered ? STEP_WAIT : STEP_GO_ON;
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
    else if (r->route->upload)
        r->dropping = r->route->upload->chunk(r, piece, r->settings->context) != RC_OK;
    else if (!http_body_keep(r, piece, r->route->body_max))
        too_large(r);
    return STEP_GO_ON;
}

enum http_step http_life_end(struct http_request *r)
{
    if (r->seen < declared_len(r)) /* woken from a pause: the body is still to come */
        return refuse_at_once(r) ? STEP_CARRY_OUT : STEP_GO_ON;
    if (!r->answered && !r->handled) {
        r->handled = true;
        r->route->handler(r, r->settings->context);
    }
    return r->answered ? STEP_CARRY_OUT : STEP_WAIT;
}

/* Server-Sent Events: text that waits in memory until the reader takes it. */
#include "net/http_wire.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_LAG_MAX = 256 * 1024 };

struct http_stream *http_reply_stream(struct http_request *r,
                                      void (*closed)(struct http_stream *stream,
                                                     void *context),
                                      void *context)
{
    struct http_stream *s = http_alloc(sizeof *s);
    *s = (struct http_stream){ .request = r, .closed = closed, .context = context };
    r->stream = s;
    r->plan.kind = PLAN_STREAM;
    r->plan.status = 200;
    http_add_header(r, "Content-Type", "text/event-stream; charset=utf-8");
    http_add_header(r, "Cache-Control", "no-store");
    http_stream_put(s, "retry: 2000\n\n", strlen("retry: 2000\n\n"));
    r->answered = true;
    http_wire_go_on(r);
    return s;
}

void http_stream_put(struct http_stream *s, const char *text, size_t len)
{
    if (s->ended)
        return;
    if (s->len + len > STREAM_LAG_MAX) { /* it can come back with Last-Event-ID */
        s->ended = true;
        s->len = 0;
        return;
    }
    if (s->from + s->len + len > s->room) {
        if (s->from)
            memmove(s->data, s->data + s->from, s->len);
        s->from = 0;
        s->room = (s->len + len) * 2;
        s->data = http_realloc(s->data, s->room);
    }
    memcpy(s->data + s->from + s->len, text, len);
    s->len += len;
}

size_t http_stream_take(struct http_stream *s, char *room, size_t most)
{
    size_t len = s->len < most ? s->len : most;
    if (len)
        memcpy(room, s->data + s->from, len);
    s->len -= len;
    s->from = s->len ? s->from + len : 0;
    return len;
}

void http_stream_send(struct http_stream *s, const char *event, const char *id,
                      const char *data)
{
    const char *fields[][2] = { { "event: ", event },
                                { "id: ", id },
                                { "data: ", data } };
    for (size_t i = 0; i < COUNT(fields); i++) {
        if (!fields[i][1])
            continue;
        http_stream_put(s, fields[i][0], strlen(fields[i][0]));
        http_stream_put(s, fields[i][1], strlen(fields[i][1]));
        http_stream_put(s, "\n", 1);
    }
    http_stream_put(s, "\n", 1);
    http_wire_go_on(s->request);
}

void http_stream_end(struct http_stream *s)
{
    s->ended = true;
    http_wire_go_on(s->request);
}

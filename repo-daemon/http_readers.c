/* Those who watch the boards. The right to watch is looked at when a stream begins, so a
 * stream may not outlive it: it ends with its log-in, and after an hour in any case; a
 * page comes back by itself with Last-Event-ID and is asked again. */
#include "repo-daemon/http_desk.h"

#include "sys/clock.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static void reader_closed(struct http_stream *stream, void *context)
{
    struct http_desk *desk = context;
    for (size_t i = 0; i < HTTP_DESK_STREAMS; i++)
        if (desk->readers[i].stream == stream)
            desk->readers[i] = (struct http_reader){ 0 };
}

static void change_send(struct http_stream *stream, const json_t *change)
{
    char id[32];
    snprintf(id, sizeof id, "%lld",
             (long long)json_integer_value(json_object_get(change, "seq")));
    SCOPED(free_at)
    char *data = json_dumps(json_object_get(change, "data"), JSON_COMPACT);
    if (data)
        http_stream_send(stream, json_string_value(json_object_get(change, "event")), id,
                         data);
}

void http_desk_watch(struct http_desk *desk, struct http_request *request,
                     const char *token, const json_t *right)
{
    size_t row = 0;
    while (row < HTTP_DESK_STREAMS && desk->readers[row].stream)
        row++;
    if (row == HTTP_DESK_STREAMS) {
        http_reply_problem(request, 503, "busy", "同时打开的页面太多",
                           "请关掉不用的页面再试。");
        return;
    }
    struct http_reader *reader = &desk->readers[row];
    reader->stream = http_reply_stream(request, reader_closed, desk);
    reader->until_ms = clock_mono_ms() + HTTP_DESK_READ_MS;
    snprintf(reader->token, sizeof reader->token, "%s", token);
    snprintf(reader->serial, sizeof reader->serial, "%s", http_cert(request)->serial);
    const char *badge = json_string_value(json_object_get(right, "badge"));
    const json_t *missed = json_object_get(right, "missed");
    snprintf(reader->badge, sizeof reader->badge, "%s", badge ? badge : "");
    reader->secret = json_is_true(json_object_get(right, "secret"));
    for (size_t i = 0; i < json_array_size(missed); i++)
        change_send(reader->stream, json_array_get(missed, i));
}

void http_desk_log_out(struct http_desk *desk, const char *token)
{
    for (size_t i = 0; i < HTTP_DESK_STREAMS; i++)
        if (desk->readers[i].stream && !strcmp(desk->readers[i].token, token))
            http_stream_end(desk->readers[i].stream);
}

void http_desk_person(struct http_desk *desk, const char *badge)
{
    for (size_t i = 0; i < HTTP_DESK_STREAMS; i++)
        if (desk->readers[i].stream && !strcmp(desk->readers[i].badge, badge))
            http_stream_end(desk->readers[i].stream);
}

void http_desk_certificate(struct http_desk *desk, const char *serial)
{
    for (size_t i = 0; i < HTTP_DESK_STREAMS; i++)
        if (desk->readers[i].stream && !strcmp(desk->readers[i].serial, serial))
            http_stream_end(desk->readers[i].stream);
}

void http_desk_tell(struct http_desk *desk, const json_t *change)
{
    int64_t now_ms = clock_mono_ms();
    bool secret = json_is_true(json_object_get(change, "secret"));
    for (size_t i = 0; i < HTTP_DESK_STREAMS; i++) {
        if (!desk->readers[i].stream)
            continue;
        if (now_ms > desk->readers[i].until_ms)
            http_stream_end(desk->readers[i].stream);
        else if (!secret || desk->readers[i].secret)
            change_send(desk->readers[i].stream, change);
    }
}

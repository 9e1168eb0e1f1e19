/* News for the browsers. Changes come in bursts (a page changes, its job changes, rows of
 * others change), so they are collected and sent once, a moment later. */
#include "station/session.h"

#include "sys/log.h"
#include "sys/scope.h"

#include <stdlib.h>
#include <string.h>

enum {
    COLLECT_MS = 60,
    FULL_PAGES_MAX = 300, /* more would pass the bound of a stream; the page asks then */
};

static void send(struct http_stream *stream, const char *event, json_t *json)
{
    SCOPED(free_at) char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (text)
        http_stream_send(stream, event, NULL, text);
    json_decref(json);
}

static void send_all(struct session *s, const char *event, json_t *json)
{
    for (size_t i = 0; i < SESSION_STREAMS_MAX; i++)
        if (s->streams[i])
            send(s->streams[i], event, json_incref(json));
    json_decref(json);
}

static void send_page(struct session *s, const struct job *job, struct job_image *image,
                      unsigned index)
{
    char sentence[JOB_SENTENCE_MAX];
    image->told_row = image->row;
    image->told_doubt = group_image_doubt(job, image, sentence);
    send_all(s, "page", session_state_page(job, index));
}

/* A separator that was read late gives rows to pages that were told long ago. */
static void send_changed(struct session *s, struct job *job)
{
    bool all_read = group_all_read(job);
    for (unsigned i = 1; i <= job->count; i++) {
        struct job_image *image = job_image(job, i);
        char sentence[JOB_SENTENCE_MAX];
        bool changed = image->row != image->told_row;
        if (!changed && all_read)
            changed = group_image_doubt(job, image, sentence) != image->told_doubt;
        if (changed)
            send_page(s, job, image, i);
    }
}

static int on_publish(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct session *s = context;
    s->publish = sd_event_source_disable_unref(s->publish);
    feeder_watch_paper(s);
    send_all(s, "state", session_state_json(s, false));
    if (s->pages_dirty && s->current)
        send_changed(s, s->current);
    s->pages_dirty = false;
    return 0;
}

void session_stream_state(struct session *s)
{
    if (s->publish)
        return;
    int r = sd_event_add_time_relative(s->loop, &s->publish, CLOCK_MONOTONIC,
                                       COLLECT_MS * 1000, 0, on_publish, s);
    if (r < 0)
        log_warn("news for the page are late: %s", strerror(-r));
}

void session_stream_page(struct session *s, struct job *job, unsigned index)
{
    if (job == s->current)
        send_page(s, job, job_image(job, index), index);
    session_stream_state(s);
}

void session_stream_read(struct session *s, json_t *said)
{
    send_all(s, "read", said);
}

void session_stream_pages(struct session *s, struct job *job, unsigned first)
{
    for (unsigned i = first; i <= job->count; i++)
        session_stream_page(s, job, i);
    session_stream_state(s);
}

static void on_closed(struct http_stream *stream, void *context)
{
    struct session *s = context;
    for (size_t i = 0; i < SESSION_STREAMS_MAX; i++)
        if (s->streams[i] == stream)
            s->streams[i] = NULL;
}

void session_stream_open(struct session *s, struct http_request *request)
{
    size_t place = 0;
    while (place < SESSION_STREAMS_MAX && s->streams[place])
        place++;
    if (place == SESSION_STREAMS_MAX) {
        http_reply_problem(request, 503, "busy", "打开的页面太多了。",
                           "请关掉不用的页面。");
        return;
    }
    s->streams[place] = http_reply_stream(request, on_closed, s);
    bool full = !s->current || s->current->count <= FULL_PAGES_MAX;
    send(s->streams[place], "state", session_state_json(s, full));
}

/* Messages between roles: requests, replies and news over the frames of ipc_frame.c. A
 * callback may end the channel it is called from: release waits until all have returned.
 */
#include "sys/ipc.h"

#include "sys/clock.h"
#include "sys/ipc_frame.h"
#include "sys/scope.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>

struct pending {
    struct pending *next;
    struct ipc *ipc;
    uint64_t id;
    sd_event_source *timer;
    ipc_on_reply *on_reply;
    void *context;
};

struct ipc {
    struct frame_wire wire;
    sd_event *loop;
    sd_event_source *source;
    struct ipc_handlers handlers;
    struct pending *pending;
    uint64_t next_id;
    unsigned depth; /* callbacks running: free is put off until they return */
    bool closed, freed;
};

static void pending_free(struct pending *p)
{
    sd_event_source_disable_unref(p->timer);
    free(p);
}

static void leave(struct ipc *ipc)
{
    if (--ipc->depth > 0 || !ipc->freed)
        return;
    sd_event_source_disable_unref(ipc->source);
    frame_end(&ipc->wire);
    free(ipc);
}

static void fail_pending(struct ipc *ipc)
{
    while (ipc->pending) {
        struct pending *p = ipc->pending;
        ipc->pending = p->next;
        p->on_reply(ipc, NULL, p->context);
        pending_free(p);
    }
}

static void peer_gone(struct ipc *ipc)
{
    if (ipc->closed)
        return;
    ipc->closed = true;
    if (ipc->source)
        (void)sd_event_source_set_enabled(ipc->source, SD_EVENT_OFF);
    ipc->depth++;
    fail_pending(ipc);
    if (ipc->handlers.closed && !ipc->freed)
        ipc->handlers.closed(ipc, ipc->handlers.context);
    leave(ipc);
}

static void watch(struct ipc *ipc)
{
    if (ipc->source && !ipc->closed)
        (void)sd_event_source_set_io_events(ipc->source,
                                            EPOLLIN | (ipc->wire.first ? EPOLLOUT : 0u));
}

static enum rc put(struct ipc *ipc, enum frame_kind kind, uint64_t id, json_t *body,
                   const int *fds, int fd_count)
{
    enum rc rc = ipc->closed ? RC_UNAVAILABLE
                             : frame_put(&ipc->wire, kind, id, body, fds, fd_count);
    json_decref(body);
    watch(ipc); /* a peer that is gone is noticed by the reading side, which tells the
                   owner */
    return rc;
}

static struct pending *take_pending(struct ipc *ipc, uint64_t id)
{
    for (struct pending **at = &ipc->pending; *at; at = &(*at)->next)
        if ((*at)->id == id) {
            struct pending *found = *at;
            *at = found->next;
            return found;
        }
    return NULL;
}

static bool arrived(const struct frame_head *head, struct ipc_message *m, void *context)
{
    struct ipc *ipc = context;
    if (head->kind == FRAME_REPLY) {
        struct pending *p = take_pending(ipc, head->id);
        if (p) { /* else it came after its time-out */
            p->on_reply(ipc, m->body ? m : NULL, p->context);
            pending_free(p);
        }
    } else if (m->body && ipc->handlers.message)
        ipc->handlers.message(ipc, m, ipc->handlers.context);
    return !ipc->freed;
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source, (void)fd;
    struct ipc *ipc = context;
    ipc->depth++;
    bool alive = !(events & EPOLLOUT) || frame_flush(&ipc->wire);
    if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        alive = frame_read(&ipc->wire, arrived, ipc);
    if (!ipc->freed) {
        if (!alive)
            peer_gone(ipc);
        else
            watch(ipc);
    }
    leave(ipc);
    return 0;
}

enum rc ipc_new(sd_event *loop, int fd, const struct ipc_handlers *handlers,
                struct ipc **ret_ipc, struct fault *why)
{
    struct ipc *ipc = calloc(1, sizeof *ipc);
    if (!ipc)
        return fault_set(why, RC_NO_MEMORY, 0, "out of memory");
    ipc->wire.fd = fd;
    ipc->loop = loop;
    ipc->handlers = *handlers;
    int r = sd_event_add_io(loop, &ipc->source, fd, EPOLLIN, on_ready, ipc);
    if (r < 0) {
        free(ipc);
        return fault_set(why, rc_of_errno(-r), -r, "watch a channel: %s", strerror(-r));
    }
    *ret_ipc = ipc;
    return RC_OK;
}

void ipc_free(struct ipc *ipc)
{
    if (!ipc || ipc->freed)
        return;
    ipc->freed = true;
    ipc->closed = true;
    ipc->depth++;
    fail_pending(ipc);
    leave(ipc);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source, (void)usec;
    struct pending *p = context;
    struct ipc *ipc = p->ipc;
    if (take_pending(ipc, p->id) != p)
        return 0;
    ipc->depth++;
    p->on_reply(ipc, NULL, p->context);
    pending_free(p);
    leave(ipc);
    return 0;
}

enum rc ipc_send(struct ipc *ipc, json_t *body, const int *fds, int fd_count)
{
    return put(ipc, FRAME_NEWS, 0, body, fds, fd_count);
}

enum rc ipc_reply(struct ipc *ipc, uint64_t id, json_t *body, const int *fds,
                  int fd_count)
{
    return put(ipc, FRAME_REPLY, id, body, fds, fd_count);
}

enum rc ipc_call(struct ipc *ipc, json_t *body, const int *fds, int fd_count,
                 uint32_t timeout_ms, ipc_on_reply *on_reply, void *context)
{
    struct pending *p = calloc(1, sizeof *p);
    if (!p) {
        json_decref(body);
        return RC_NO_MEMORY;
    }
    *p = (struct pending){
        .ipc = ipc, .id = ++ipc->next_id, .on_reply = on_reply, .context = context
    };
    if (sd_event_add_time_relative(ipc->loop, &p->timer, CLOCK_MONOTONIC,
                                   (uint64_t)timeout_ms * 1000, 0, on_timeout, p) < 0) {
        free(p);
        json_decref(body);
        return RC_NO_MEMORY;
    }
    p->next = ipc->pending;
    ipc->pending = p;
    uint64_t id = p->id;
    enum rc rc = put(ipc, FRAME_REQUEST, id, body, fds, fd_count);
    if (!rc)
        return RC_OK;
    p = take_pending(ipc, id);
    if (p)
        pending_free(p);
    return rc;
}

struct waiting {
    bool done;
    struct ipc_message *reply;
};

static void keep_reply(struct ipc *ipc, struct ipc_message *reply, void *context)
{
    (void)ipc;
    struct waiting *w = context;
    w->done = true;
    if (!reply)
        return;
    *w->reply = *reply;
    json_incref(reply->body);
    for (int i = 0; i < reply->fd_count; i++)
        reply->fds[i] = -1;
}

enum rc ipc_call_wait(struct ipc *ipc, json_t *body, const int *fds, int fd_count,
                      uint32_t timeout_ms, struct ipc_message *ret_reply,
                      struct fault *why)
{
    struct ipc_message reply = { 0 };
    struct waiting w = { false, &reply };
    enum rc rc = ipc_call(ipc, body, fds, fd_count, timeout_ms, keep_reply, &w);
    if (rc)
        return fault_set(why, rc, 0, "the other process does not answer");
    uint64_t id = ipc->next_id;
    int64_t end_ms = clock_mono_ms() + timeout_ms;
    ipc->depth++;
    while (!w.done) {
        int64_t left_ms = end_ms - clock_mono_ms();
        short events = (short)(POLLIN | (ipc->wire.first ? POLLOUT : 0));
        struct pollfd ready = { .fd = ipc->wire.fd, .events = events };
        int n = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (((ready.revents & POLLOUT) && !frame_flush(&ipc->wire)) ||
            ((ready.revents & (POLLIN | POLLHUP | POLLERR)) &&
             !frame_read(&ipc->wire, arrived, ipc)))
            peer_gone(ipc);
    }
    struct pending *late = w.done ? NULL : take_pending(ipc, id);
    if (late)
        pending_free(late);
    leave(ipc);
    if (!reply.body)
        return fault_set(why, w.done ? RC_UNAVAILABLE : RC_TIMEOUT, 0,
                         "the other process does not answer");
    *ret_reply = reply;
    return RC_OK;
}

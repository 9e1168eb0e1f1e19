/* Messages between roles. A frame is a fixed header (length, kind, request number, count
 * of descriptors) and one JSON text. The kernel keeps descriptors in the order of the
 * bytes they came with, so a frame takes as many from the arrived ones as its header
 * says. */
#include "sys/ipc.h"

#include "sys/clock.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum kind { KIND_NEWS, KIND_REQUEST, KIND_REPLY, KIND_COUNT };

struct header {
    uint32_t len;
    uint16_t kind;
    uint16_t fd_count;
    uint64_t id;
};

struct outgoing {
    struct outgoing *next;
    size_t len, sent;
    int fds[IPC_FDS_MAX];
    int fd_count;
    char at[];
};

struct pending {
    struct pending *next;
    struct ipc *ipc;
    uint64_t id;
    sd_event_source *timer;
    ipc_on_reply *on_reply;
    void *context;
};

enum { ARRIVED_FDS_MAX = 64, READ_STEP = 64 * 1024 };

struct ipc {
    int fd;
    sd_event *loop;
    sd_event_source *source;
    struct ipc_handlers handlers;
    struct outgoing *first, *last;
    unsigned queued;
    struct pending *pending;
    uint64_t next_id;
    char *in;
    size_t in_len, in_room;
    int arrived[ARRIVED_FDS_MAX];
    int arrived_count;
    unsigned depth; /* callbacks running: free is put off until they return */
    bool closed, freed;
};

static void outgoing_free(struct outgoing *o)
{
    for (int i = 0; i < o->fd_count; i++)
        close(o->fds[i]);
    free(o);
}

static void pending_free(struct pending *p)
{
    sd_event_source_disable_unref(p->timer);
    free(p);
}

static void release(struct ipc *ipc)
{
    while (ipc->first) {
        struct outgoing *o = ipc->first;
        ipc->first = o->next;
        outgoing_free(o);
    }
    for (int i = 0; i < ipc->arrived_count; i++)
        close(ipc->arrived[i]);
    sd_event_source_disable_unref(ipc->source);
    if (ipc->fd >= 0)
        close(ipc->fd);
    free(ipc->in);
    free(ipc);
}

static void leave(struct ipc *ipc)
{
    if (--ipc->depth == 0 && ipc->freed)
        release(ipc);
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

static ssize_t send_piece(struct ipc *ipc, struct outgoing *o)
{
    struct iovec part = { o->at + o->sent, o->len - o->sent };
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
    } control = { 0 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (o->sent == 0 && o->fd_count) {
        size_t bytes = sizeof(int) * (size_t)o->fd_count;
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(bytes);
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(bytes);
        memcpy(CMSG_DATA(c), o->fds, bytes);
    }
    return sendmsg(ipc->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* False when the peer is gone. */
static bool flush_some(struct ipc *ipc)
{
    while (ipc->first) {
        struct outgoing *o = ipc->first;
        ssize_t n = send_piece(ipc, o);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        o->sent += (size_t)n;
        if (o->sent < o->len)
            continue;
        ipc->first = o->next;
        if (!ipc->first)
            ipc->last = NULL;
        ipc->queued--;
        outgoing_free(o);
    }
    return true;
}

static void watch(struct ipc *ipc)
{
    if (ipc->source && !ipc->closed)
        (void)sd_event_source_set_io_events(ipc->source,
                                            EPOLLIN | (ipc->first ? EPOLLOUT : 0u));
}

static enum rc enqueue(struct ipc *ipc, enum kind kind, uint64_t id, json_t *body,
                       const int *fds, int fd_count)
{
    char *text = ipc->closed ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (ipc->closed)
        return RC_UNAVAILABLE;
    SCOPED(free_at) char *owned = text;
    size_t len = text ? strlen(text) : 0;
    if (!text || len > IPC_MESSAGE_MAX || fd_count > IPC_FDS_MAX)
        return RC_INVALID;
    if (ipc->queued >= IPC_QUEUE_MAX)
        return RC_FULL;
    struct header head = { (uint32_t)len, (uint16_t)kind, (uint16_t)fd_count, id };
    struct outgoing *o = calloc(1, sizeof *o + sizeof head + len);
    if (!o)
        return RC_NO_MEMORY;
    memcpy(o->at, &head, sizeof head);
    memcpy(o->at + sizeof head, text, len);
    o->len = sizeof head + len;
    for (int i = 0; i < fd_count; i++) {
        int copy = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
        if (copy < 0) {
            outgoing_free(o);
            return RC_FULL;
        }
        o->fds[o->fd_count++] = copy;
    }
    if (ipc->last)
        ipc->last->next = o;
    else
        ipc->first = o;
    ipc->last = o;
    ipc->queued++;
    if (!flush_some(ipc))
        return RC_UNAVAILABLE; /* the reading side notices and tells the owner */
    watch(ipc);
    return RC_OK;
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

static void deliver(struct ipc *ipc, const struct header *head, const char *text)
{
    struct ipc_message m = { .id = head->id, .fd_count = head->fd_count };
    for (int i = 0; i < m.fd_count; i++)
        m.fds[i] = ipc->arrived[i];
    ipc->arrived_count -= m.fd_count;
    memmove(ipc->arrived, ipc->arrived + m.fd_count,
            sizeof(int) * (size_t)ipc->arrived_count);
    m.body = json_loadb(text, head->len, JSON_DECODE_ANY, NULL);
    if (head->kind == KIND_REPLY) {
        struct pending *p = take_pending(ipc, head->id);
        if (p) { /* else it came after its time-out */
            p->on_reply(ipc, m.body ? &m : NULL, p->context);
            pending_free(p);
        }
    } else if (m.body && ipc->handlers.message)
        ipc->handlers.message(ipc, &m, ipc->handlers.context);
    json_decref(m.body);
    for (int i = 0; i < m.fd_count; i++)
        if (m.fds[i] >= 0)
            close(m.fds[i]);
}

/* Hand over every whole frame. False: the peer does not speak our frames. */
static bool deliver_whole(struct ipc *ipc)
{
    size_t used = 0;
    struct header head;
    while (!ipc->freed && ipc->in_len - used >= sizeof head) {
        memcpy(&head, ipc->in + used, sizeof head);
        if (head.len > IPC_MESSAGE_MAX || head.kind >= KIND_COUNT ||
            head.fd_count > IPC_FDS_MAX)
            return false;
        if (ipc->in_len - used - sizeof head < head.len)
            break;
        if (head.fd_count > ipc->arrived_count)
            return false;
        deliver(ipc, &head, ipc->in + used + sizeof head);
        used += sizeof head + head.len;
    }
    if (used) {
        memmove(ipc->in, ipc->in + used, ipc->in_len - used);
        ipc->in_len -= used;
    }
    return true;
}

static bool make_room(struct ipc *ipc)
{
    if (ipc->in_room - ipc->in_len >= READ_STEP)
        return true;
    size_t room = ipc->in_room * 2 + READ_STEP;
    char *more = realloc(ipc->in, room);
    if (!more)
        return false;
    ipc->in = more;
    ipc->in_room = room;
    return true;
}

static void keep_fds(struct ipc *ipc, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + sizeof fd * (size_t)i, sizeof fd);
            if (ipc->arrived_count < ARRIVED_FDS_MAX)
                ipc->arrived[ipc->arrived_count++] = fd;
            else
                close(fd);
        }
    }
}

/* Read what is there. False when the peer is gone or talks nonsense. */
static bool read_some(struct ipc *ipc)
{
    if (!make_room(ipc))
        return false;
    struct iovec part = { ipc->in + ipc->in_len, READ_STEP };
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
    } control;
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.room,
                              .msg_controllen = sizeof control.room };
    ssize_t n = recvmsg(ipc->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    keep_fds(ipc, &message);
    ipc->in_len += (size_t)n;
    return deliver_whole(ipc);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source, (void)fd;
    struct ipc *ipc = context;
    ipc->depth++;
    bool alive = !(events & EPOLLOUT) || flush_some(ipc);
    if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        alive = read_some(ipc);
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
    ipc->fd = fd;
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
    return enqueue(ipc, KIND_NEWS, 0, body, fds, fd_count);
}

enum rc ipc_reply(struct ipc *ipc, uint64_t id, json_t *body, const int *fds,
                  int fd_count)
{
    return enqueue(ipc, KIND_REPLY, id, body, fds, fd_count);
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
    enum rc rc = enqueue(ipc, KIND_REQUEST, id, body, fds, fd_count);
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
        short events = (short)(POLLIN | (ipc->first ? POLLOUT : 0));
        struct pollfd ready = { .fd = ipc->fd, .events = events };
        int n = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (((ready.revents & POLLOUT) && !flush_some(ipc)) ||
            ((ready.revents & (POLLIN | POLLHUP | POLLERR)) && !read_some(ipc)))
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

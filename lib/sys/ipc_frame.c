/* Frames on a socket: queue, write, read, take apart. */
#include "sys/ipc_frame.h"

#include "sys/json_text.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

enum { READ_STEP = 64 * 1024 };

struct frame_out {
    struct frame_out *next;
    size_t len, sent;
    int fds[IPC_FDS_MAX];
    int fd_count;
    char at[];
};

static void outgoing_free(struct frame_out *o)
{
    for (int i = 0; i < o->fd_count; i++)
        close(o->fds[i]);
    free(o);
}

static ssize_t send_piece(struct frame_wire *wire, struct frame_out *o)
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
    return sendmsg(wire->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool frame_flush(struct frame_wire *wire)
{
    while (wire->first) {
        struct frame_out *o = wire->first;
        ssize_t n = send_piece(wire, o);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        o->sent += (size_t)n;
        if (o->sent < o->len)
            continue;
        wire->first = o->next;
        if (!wire->first)
            wire->last = NULL;
        wire->queued--;
        outgoing_free(o);
    }
    return true;
}

static struct frame_out *make_frame(const struct frame_head *head, const char *text,
                                    const int *fds)
{
    struct frame_out *o = calloc(1, sizeof *o + sizeof *head + head->len);
    if (!o)
        return NULL;
    memcpy(o->at, head, sizeof *head);
    memcpy(o->at + sizeof *head, text, head->len);
    o->len = sizeof *head + head->len;
    for (int i = 0; i < head->fd_count; i++) {
        int copy = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
        if (copy < 0) {
            outgoing_free(o);
            return NULL;
        }
        o->fds[o->fd_count++] = copy;
    }
    return o;
}

enum rc frame_put(struct frame_wire *wire, enum frame_kind kind, uint64_t id,
                  const json_t *body, const int *fds, int fd_count)
{
    size_t len = 0;
    SCOPED(free_at) char *text = json_text_write_any(body, &len);
    if (!text || len > IPC_MESSAGE_MAX || fd_count > IPC_FDS_MAX)
        return RC_INVALID;
    if (wire->queued >= IPC_QUEUE_MAX)
        return RC_FULL;
    struct frame_head head = { (uint32_t)len, (uint16_t)kind, (uint16_t)fd_count, id };
    struct frame_out *o = make_frame(&head, text, fds);
    if (!o)
        return RC_NO_MEMORY;
    if (wire->last)
        wire->last->next = o;
    else
        wire->first = o;
    wire->last = o;
    wire->queued++;
    return frame_flush(wire) ? RC_OK : RC_UNAVAILABLE;
}

/* Hand over one whole frame and release what its receiver did not keep. */
static bool deliver(struct frame_wire *wire, const struct frame_head *head,
                    const char *text, frame_on_arrival *arrival, void *context)
{
    struct ipc_message m = { .id = head->id, .fd_count = head->fd_count };
    for (int i = 0; i < m.fd_count; i++)
        m.fds[i] = wire->arrived[i];
    wire->arrived_count -= m.fd_count;
    memmove(wire->arrived, wire->arrived + m.fd_count,
            sizeof(int) * (size_t)wire->arrived_count);
    if (head->len && (*text == '{' || *text == '['))
        m.body = json_text_read((struct bytes){ (const uint8_t *)text, head->len });
    else
        m.body = json_loadb(text, head->len, JSON_DECODE_ANY, NULL);
    bool more = arrival(head, &m, context);
    json_decref(m.body);
    for (int i = 0; i < m.fd_count; i++)
        if (m.fds[i] >= 0)
            close(m.fds[i]);
    return more;
}

static bool deliver_whole(struct frame_wire *wire, frame_on_arrival *arrival,
                          void *context)
{
    size_t used = 0;
    struct frame_head head;
    bool more = true;
    while (more && wire->in_len - used >= sizeof head) {
        memcpy(&head, wire->in + used, sizeof head);
        if (head.len > IPC_MESSAGE_MAX || head.kind >= FRAME_KIND_COUNT ||
            head.fd_count > IPC_FDS_MAX)
            return false;
        if (wire->in_len - used - sizeof head < head.len)
            break;
        if (head.fd_count > wire->arrived_count)
            return false;
        more = deliver(wire, &head, wire->in + used + sizeof head, arrival, context);
        used += sizeof head + head.len;
    }
    memmove(wire->in, wire->in + used, wire->in_len - used);
    wire->in_len -= used;
    return true;
}

static bool make_room(struct frame_wire *wire)
{
    if (wire->in_room - wire->in_len >= READ_STEP)
        return true;
    size_t room = wire->in_room * 2 + READ_STEP;
    char *more = realloc(wire->in, room);
    if (!more)
        return false;
    wire->in = more;
    wire->in_room = room;
    return true;
}

static void keep_fds(struct frame_wire *wire, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + sizeof fd * (size_t)i, sizeof fd);
            if (wire->arrived_count < FRAME_ARRIVED_FDS_MAX)
                wire->arrived[wire->arrived_count++] = fd;
            else
                close(fd);
        }
    }
}

bool frame_read(struct frame_wire *wire, frame_on_arrival *arrival, void *context)
{
    if (!make_room(wire))
        return false;
    struct iovec part = { wire->in + wire->in_len, READ_STEP };
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
    } control;
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.room,
                              .msg_controllen = sizeof control.room };
    ssize_t n = recvmsg(wire->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    keep_fds(wire, &message);
    wire->in_len += (size_t)n;
    return deliver_whole(wire, arrival, context);
}

void frame_end(struct frame_wire *wire)
{
    while (wire->first) {
        struct frame_out *o = wire->first;
        wire->first = o->next;
        outgoing_free(o);
    }
    for (int i = 0; i < wire->arrived_count; i++)
        close(wire->arrived[i]);
    if (wire->fd >= 0)
        close(wire->fd);
    free(wire->in);
}

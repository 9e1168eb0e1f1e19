/* Messages between the roles of one daemon over a socket pair: one JSON document each,
 * with up to four file descriptors. A frame is length (u32 LE) and text, at most
 * IPC_MESSAGE_MAX bytes. Attached to an sd-event loop: nothing blocks, what cannot be
 * written yet is queued up to a bound.
 *
 * Requests and replies: ipc_call() adds "id" and calls back once with the reply, or with
 * NULL when the other side went away or IPC timed out. The peer answers with
 * ipc_reply(). Messages without "id" are news: ipc_send(). */
#ifndef SYS_IPC_H
#define SYS_IPC_H

#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdint.h>
#include <systemd/sd-event.h>

enum { IPC_MESSAGE_MAX = 4 * 1024 * 1024, IPC_FDS_MAX = 8, IPC_QUEUE_MAX = 4096 };

struct ipc; /* one end */

/* A message that arrived. `body` is borrowed. Descriptors are owned by the ipc layer and
 * closed after the callback; set fds[i] = -1 to keep one. `id` is 0 for news, else the
 * request to answer with ipc_reply(). */
struct ipc_message {
    json_t *body;
    uint64_t id;
    int fds[IPC_FDS_MAX];
    int fd_count;
};

typedef void ipc_on_message(struct ipc *ipc, struct ipc_message *message, void *context);
typedef void ipc_on_reply(struct ipc *ipc, struct ipc_message *reply_or_null,
                          void *context);
typedef void ipc_on_closed(struct ipc *ipc, void *context);

struct ipc_handlers {
    ipc_on_message *message; /* requests and news of the peer */
    ipc_on_closed *closed;   /* the peer is gone; the owner may ipc_free() here */
    void *context;
};

/* Take over the socket `fd` (SOCK_STREAM of socketpair), and watch it in `loop`. */
MUST_USE enum rc ipc_new(sd_event *loop, int fd, const struct ipc_handlers *handlers,
                         struct ipc **ret_ipc, struct fault *why);
void ipc_free(struct ipc *ipc); /* accepts NULL; pending calls get NULL */

/* Send. `body` is stolen, also on failure. Descriptors are duplicated.
 * RC_FULL when the queue bound is reached, RC_UNAVAILABLE when the peer is gone. */
MUST_USE enum rc ipc_send(struct ipc *ipc, json_t *body, const int *fds, int fd_count);
MUST_USE enum rc ipc_call(struct ipc *ipc, json_t *body, const int *fds, int fd_count,
                          uint32_t timeout_ms, ipc_on_reply *on_reply, void *context);
enum rc ipc_reply(struct ipc *ipc, uint64_t id, json_t *body, const int *fds,
                  int fd_count);

/* Blocking call without a loop's help, for short-lived tools and for a role's start-up:
 * sends, then reads until the reply with its id arrives; news in between is handled by
 * handlers->message. The caller owns *ret_reply (json_decref) and its descriptors. */
MUST_USE enum rc ipc_call_wait(struct ipc *ipc, json_t *body, const int *fds,
                               int fd_count, uint32_t timeout_ms,
                               struct ipc_message *ret_reply, struct fault *why);

#endif

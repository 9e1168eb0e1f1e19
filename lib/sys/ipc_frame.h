/* Frames of a channel: bytes and descriptors out, bytes and descriptors in. Internal to
 * lib/sys: ipc.c gives them a meaning.
 *
 * A frame is a fixed header (length, kind, request number, count of descriptors) and one
 * JSON text. The kernel keeps descriptors in the order of the bytes they came with, so a
 * frame takes as many from the arrived ones as its header says. */
#ifndef SYS_IPC_FRAME_H
#define SYS_IPC_FRAME_H

#include "sys/ipc.h"

#include <stdbool.h>
#include <stddef.h>

enum frame_kind { FRAME_NEWS, FRAME_REQUEST, FRAME_REPLY, FRAME_KIND_COUNT };

struct frame_head {
    uint32_t len;
    uint16_t kind;
    uint16_t fd_count;
    uint64_t id;
};

enum { FRAME_ARRIVED_FDS_MAX = 64 };

struct frame_out; /* one frame that waits to be written */

struct frame_wire {
    int fd; /* owned */
    struct frame_out *first, *last;
    unsigned queued;
    char *in;
    size_t in_len, in_room;
    int arrived[FRAME_ARRIVED_FDS_MAX];
    int arrived_count;
};

/* Called with each whole frame; `m` as in ipc.h, its body NULL when the text is no JSON.
 * Answers whether more may be delivered (false: the owner ended the channel). */
typedef bool frame_on_arrival(const struct frame_head *head, struct ipc_message *m,
                              void *context);

/* Put a frame into the queue and write what can be written now.
 *   RC_INVALID      too long, or too many descriptors
 *   RC_FULL         IPC_QUEUE_MAX frames wait already
 *   RC_UNAVAILABLE  the peer is gone */
MUST_USE enum rc frame_put(struct frame_wire *wire, enum frame_kind kind, uint64_t id,
                           const json_t *body, const int *fds, int fd_count);
/* Write what can be written without blocking; false when the peer is gone. */
bool frame_flush(struct frame_wire *wire);
/* Read what is there and deliver every whole frame; false when the peer is gone or does
 * not speak our frames. */
bool frame_read(struct frame_wire *wire, frame_on_arrival *arrival, void *context);
/* Release everything, the socket included. */
void frame_end(struct frame_wire *wire);

#endif

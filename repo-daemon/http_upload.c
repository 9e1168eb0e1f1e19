/* A body on its way into a blob: ask the store for a file, write the pieces into it, tell
 * the store, which verifies and flushes before it answers. */
#include "repo-daemon/http_desk.h"

#include "sys/file.h"
#include "sys/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FLUSH_STEP = 64 * 1024
}; /* of these the disk begins with one while the next comes */

struct upload {
    struct http_desk *desk;
    struct http_ticket *ticket; /* until its answer */
    json_int_t number;          /* of the store; 0: it never began */
    int fd;
    uint64_t written, begun; /* bytes; those that the disk was told to begin with */
    enum rc rc;
    bool over; /* told to the store */
};

static void upload_release(void *own)
{
    struct upload *u = own;
    if (u->fd >= 0)
        close(u->fd);
    if (u->number && !u->over && u->desk->store &&
        ipc_send(u->desk->store,
                 json_pack("{s:s, s:I}", "do", "put-cancel", "upload", u->number), NULL,
                 0))
        log_debug("a broken upload was not told to the store");
    http_ticket_free(u->ticket);
    free(u);
}

static void on_begun(__attribute__((unused)) struct ipc *ipc, struct ipc_message *reply,
                     void *context)
{
    struct upload *u = context;
    struct http_ticket *t = u->ticket;
    u->number = reply ? json_integer_value(json_object_get(reply->body, "upload")) : 0;
    if (!u->number || !reply->fd_count) {
        u->ticket = NULL;
        http_ticket_answer(t, reply);
        return;
    }
    u->fd = reply->fds[0];
    reply->fds[0] = -1;
    http_continue(http_ticket_request(t));
}

static bool upload_begin(struct http_request *request, void *context)
{
    struct http_desk *desk = context;
    struct upload *u = calloc(1, sizeof *u);
    if (!u)
        abort();
    *u = (struct upload){ .desk = desk,
                          .ticket = http_ticket_new(desk, request),
                          .fd = -1 };
    http_set_own(request, u, upload_release);
    http_pause(request);
    if (!desk->store || ipc_call(desk->store, http_ticket_message(u->ticket), NULL, 0,
                                 HTTP_DESK_WAIT_MS, on_begun, u)) {
        struct http_ticket *t = u->ticket;
        u->ticket = NULL;
        http_ticket_answer(t, NULL);
        return false;
    }
    return true;
}

static enum rc upload_chunk(struct http_request *request, struct bytes piece,
                            __attribute__((unused)) void *context)
{
    struct upload *u = http_own(request);
    u->rc = file_write_all(u->fd, piece, NULL);
    u->written += piece.len;
    if (!u->rc && u->written - u->begun >= FLUSH_STEP) {
        file_begin_flush(u->fd, u->begun, u->written - u->begun);
        u->begun = u->written;
    }
    return u->rc;
}

static void on_ended(__attribute__((unused)) struct ipc *ipc, struct ipc_message *reply,
                     void *context)
{
    struct upload *u = context;
    struct http_ticket *t = u->ticket;
    u->ticket = NULL;
    http_ticket_answer(t, reply);
}

void http_desk_upload_end(struct http_request *request, void *context)
{
    struct http_desk *desk = context;
    struct upload *u = http_own(request);
    if (u->rc) {
        http_reply_problem(
            request, u->rc == RC_FULL ? 507 : 500, u->rc == RC_FULL ? "full" : "io",
            u->rc == RC_FULL ? "存储空间已满，这次没有保存" : "存储设备出错",
            "请管理员处理后再发送；已确认的内容没有丢失。");
        return;
    }
    close(u->fd);
    u->fd = -1;
    u->over = true;
    if (!desk->store ||
        ipc_call(desk->store,
                 json_pack("{s:s, s:I}", "do", "put-end", "upload", u->number), NULL, 0,
                 HTTP_DESK_WAIT_MS, on_ended, u))
        on_ended(NULL, NULL, u);
}

const struct http_upload http_desk_upload = { upload_begin, upload_chunk };

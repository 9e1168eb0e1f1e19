/* The channel between roles, over a real socket pair. */
#include "check.h"

#include "sys/file.h"
#include "sys/ipc.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair {
    sd_event *loop;
    struct ipc *a, *b;
    int news, closed;
    json_t *reply;
    int reply_null;
};

static void answer(struct ipc *ipc, struct ipc_message *m, void *context)
{
    struct pair *p = context;
    if (!m->id) {
        p->news++;
        return;
    }
    if (json_object_get(m->body, "silent"))
        return;
    CHECK_OK(
        ipc_reply(ipc, m->id, json_pack("{s:O}", "echo", m->body), m->fds, m->fd_count));
}

static void gone(struct ipc *ipc, void *context)
{
    (void)ipc;
    ((struct pair *)context)->closed++;
}

static void got(struct ipc *ipc, struct ipc_message *reply, void *context)
{
    (void)ipc;
    struct pair *p = context;
    if (reply)
        p->reply = json_incref(reply->body);
    else
        p->reply_null++;
}

static struct pair *open_pair(void)
{
    struct pair *p = calloc(1, sizeof *p);
    int fds[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
    CHECK(sd_event_new(&p->loop) >= 0);
    struct ipc_handlers h = { answer, gone, p };
    CHECK_OK(ipc_new(p->loop, fds[0], &h, &p->a, NULL));
    CHECK_OK(ipc_new(p->loop, fds[1], &h, &p->b, NULL));
    return p;
}

static void close_pair(struct pair *p)
{
    ipc_free(p->a);
    ipc_free(p->b);
    json_decref(p->reply);
    sd_event_unref(p->loop);
    free(p);
}

static void run(struct pair *p, int rounds)
{
    while (rounds-- > 0 && sd_event_run(p->loop, 20000) > 0)
        ;
}

TEST(ipc_call, brings_the_answer_and_descriptors_across)
{
    struct pair *p = open_pair();
    int file = -1;
    CHECK_OK(file_in_memory("t", BYTES("page"), &file, NULL));
    CHECK_OK(ipc_call(p->a, json_pack("{s:s}", "do", "look"), &file, 1, 1000, got, p));
    close(file);
    run(p, 10);
    CHECK(p->reply != NULL);
    CHECK_TEXT("look", json_string_value(
                           json_object_get(json_object_get(p->reply, "echo"), "do")));
    close_pair(p);
}

TEST(ipc_send, carries_a_message_larger_than_the_socket_buffer)
{
    struct pair *p = open_pair();
    char *big = malloc(1000001);
    memset(big, 'x', 1000000);
    big[1000000] = 0;
    CHECK_OK(ipc_send(p->a, json_pack("{s:s}", "x", big), NULL, 0));
    run(p, 100);
    CHECK_INT(1, p->news);
    free(big);
    close_pair(p);
}

TEST(ipc_call, says_so_when_nobody_answers_in_time)
{
    struct pair *p = open_pair();
    CHECK_OK(ipc_call(p->a, json_pack("{s:i}", "silent", 1), NULL, 0, 10, got, p));
    run(p, 20);
    CHECK_INT(1, p->reply_null);
    close_pair(p);
}

TEST(ipc_call, says_so_when_the_other_side_dies)
{
    struct pair *p = open_pair();
    CHECK_OK(ipc_call(p->a, json_pack("{s:i}", "silent", 1), NULL, 0, 5000, got, p));
    run(p, 2);
    ipc_free(p->b);
    p->b = NULL;
    run(p, 5);
    CHECK_INT(1, p->reply_null);
    CHECK_INT(1, p->closed);
    CHECK_RC(RC_UNAVAILABLE, ipc_send(p->a, json_object(), NULL, 0));
    close_pair(p);
}

TEST(ipc_send, is_bounded)
{
    struct pair *p = open_pair();
    enum rc rc = RC_OK;
    int sent = 0;
    for (; !rc && sent < 200000; sent++)
        rc = ipc_send(p->a, json_pack("{s:s}", "x", "0123456789"), NULL, 0);
    CHECK_RC(RC_FULL, rc);
    CHECK(sent > IPC_QUEUE_MAX);
    close_pair(p);
}

TEST(ipc_new, drops_a_peer_that_talks_nonsense)
{
    int fds[2];
    struct pair *p = calloc(1, sizeof *p);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    CHECK(sd_event_new(&p->loop) >= 0);
    struct ipc_handlers h = { answer, gone, p };
    CHECK_OK(ipc_new(p->loop, fds[0], &h, &p->a, NULL));
    char junk[64];
    memset(junk, 0xEE, sizeof junk);
    CHECK(write(fds[1], junk, sizeof junk) == sizeof junk);
    run(p, 3);
    CHECK_INT(1, p->closed);
    close(fds[1]);
    close_pair(p);
}

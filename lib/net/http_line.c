/* The library's turn, and what moves over TLS connections in it.
 *
 * A record holds at most 16 KB and one run of the library moves one record, so a turn is
 * some runs, and until its end the kernel is told that more follows: the reader is woken
 * for much at once. What the kernel was handed it sends also when a connection ends
 * inside of the turn; nothing is kept here.
 *
 * While a handshake waits for its peer, the library wants to run again at once although
 * it cannot go on. Some runs in which nothing moved tell us so (one alone may be a step
 * between two requests); what comes next from the network wakes us. */
#include "net/http_wire.h"

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    RUNS_MOST = 16, /* before others have their turn */
    RUNS_IDLE = 4,  /* in a row: nothing can be done */
    STUCK_MS = 100, /* for the time-outs of those that wait in a handshake */
};

static ssize_t push(gnutls_transport_ptr_t own, const void *data, size_t len)
{
    struct http_line *line = own;
    struct http_turn *turn = line->turn;
    ssize_t sent = send(line->fd, data, len, MSG_NOSIGNAL | (turn->open ? MSG_MORE : 0));
    turn->moved |= sent > 0;
    if (turn->open && sent > 0 && !line->held) {
        line->held = true;
        line->next_held = turn->held;
        turn->held = line;
    }
    return sent;
}

static ssize_t pull(gnutls_transport_ptr_t own, void *room, size_t most)
{
    struct http_line *line = own;
    ssize_t came = recv(line->fd, room, most, 0);
    line->turn->moved |= came >= 0;
    return came;
}

static struct http_line *line_new(struct http_turn *turn,
                                  struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *tls = MHD_get_connection_info(
                                       connection, MHD_CONNECTION_INFO_GNUTLS_SESSION),
                                   *own = MHD_get_connection_info(
                                       connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct http_line *line = http_alloc(sizeof *line);
    line->turn = turn;
    turn->moved = true;
    if (!tls || !own)
        return line;
    line->fd = own->connect_fd;
    gnutls_session_t session = tls->tls_session;
    gnutls_transport_set_ptr(session, line);
    gnutls_transport_set_push_function(session, push);
    gnutls_transport_set_pull_function(session, pull);
    return line;
}

static void held_drop(struct http_line *line)
{
    for (struct http_line **at = &line->turn->held; *at; at = &(*at)->next_held)
        if (*at == line) {
            *at = line->next_held;
            return;
        }
}

void http_line_notice(void *context, struct MHD_Connection *connection, void **own,
                      enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *own = line_new(context, connection);
        return;
    }
    struct http_line *line = *own;
    if (line && line->held)
        held_drop(line);
    free(line);
    *own = NULL;
}

static void held_send(struct http_turn *turn)
{
    while (turn->held) {
        struct http_line *line = turn->held;
        turn->held = line->next_held;
        line->held = false;
        /* Said again, it sends at once what waits for more. */
        (void)setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    }
}

/* Milliseconds until the library wants to run again; -1: only when something comes. */
static int64_t wait_wanted_ms(struct MHD_Daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    return MHD_get_timeout(daemon, &wait_ms) == MHD_YES ? (int64_t)wait_ms : -1;
}

void http_turn_run(struct http_turn *turn, struct MHD_Daemon *daemon)
{
    turn->open = turn->tls;
    int runs = 0;
    do {
        turn->moved = false;
        MHD_run(daemon);
        turn->idle = turn->moved ? 0 : turn->idle + 1;
    } while (turn->tls && turn->idle < RUNS_IDLE && ++runs < RUNS_MOST &&
             !wait_wanted_ms(daemon));
    turn->open = false;
    held_send(turn);
}

int64_t http_turn_wait_ms(const struct http_turn *turn, struct MHD_Daemon *daemon)
{
    int64_t wait_ms = wait_wanted_ms(daemon);
    return !wait_ms && turn->tls && turn->idle >= RUNS_IDLE ? STUCK_MS : wait_ms;
}

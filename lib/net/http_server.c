/* The one file that knows libmicrohttpd. Its own epoll descriptor is one source of the
 * loop; a connection whose answer is not ready is suspended and costs nothing.
 *
 * The library calls on_access() once when the headers are there, once for each piece of
 * the body and once at its end. An answer may only be handed over in the first or in the
 * last of these calls, so one that is ready in between waits while the body is dropped.
 */
#include "net/http_wire.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEARTBEAT_US =
        15 * 1000 * 1000,       /* a comment to each stream, so that dead readers show */
    REQUEST_MEMORY = 64 * 1024, /* headers of one connection */
    PEM_MAX = 256 * 1024,
    STREAM_BLOCK = 8192,
};

struct http_server {
    struct http_settings settings;
    char *listen, *cert, *key, *client_ca;
    struct MHD_Daemon *daemon;
    int fd; /* the listening socket; the library closes it */
    sd_event_source *ready, *again, *timer, *heartbeat;
    struct http_requests requests;
    struct http_turn turn;
    bool resumed; /* since the library last ran: it must run again before the loop sleeps
                   */
};

void http_wire_go_on(struct http_request *r)
{
    r->server->resumed |= r->gone;
    if (!r->suspended)
        return;
    r->suspended = false;
    MHD_resume_connection(r->connection);
    r->server->resumed = true;
}

static ssize_t stream_read(void *context, __attribute__((unused)) uint64_t at, char *room,
                           size_t most)
{
    struct http_request *r = context;
    size_t len = http_stream_take(r->stream, room, most);
    if (len)
        return (ssize_t)len;
    if (r->stream->ended || r->server->requests.ending)
        return MHD_CONTENT_READER_END_OF_STREAM;
    r->suspended = true;
    MHD_suspend_connection(r->connection);
    return 0;
}

static struct MHD_Response *plan_response(struct http_request *r)
{
    struct http_plan *p = &r->plan;
    switch (p->kind) {
    case PLAN_MEMORY:
        return MHD_create_response_from_buffer(p->len, TAKE(p->memory),
                                               MHD_RESPMEM_MUST_FREE);
    case PLAN_FD:
        return http_file_response(&r->plan, r->server->cert != NULL);
    case PLAN_STREAM:
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
                                                 stream_read, r, NULL);
    case PLAN_STATIC:
    case PLAN_NONE:
        break;
    }
    return MHD_create_response_from_buffer(p->fixed.len, (void *)(uintptr_t)p->fixed.at,
                                           MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result carry_out(struct http_request *r)
{
    struct MHD_Response *response = plan_response(r);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < r->plan.headers.count; i++)
        MHD_add_response_header(response, r->plan.headers.at[i].name,
                                r->plan.headers.at[i].value);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    r->carried = true;
    enum MHD_Result done =
        MHD_queue_response(r->connection, (unsigned)r->plan.status, response);
    MHD_destroy_response(response);
    return done;
}

static enum MHD_Result keep_pair(void *context,
                                 __attribute__((unused)) enum MHD_ValueKind kind,
                                 const char *name, const char *value)
{
    if (!value)
        value = "";
    if (name && http_utf8_valid(name) && http_utf8_valid(value))
        http_pairs_add(context, name, strlen(name), value, strlen(value));
    return MHD_YES;
}

static struct http_request *request_begin(struct http_server *server,
                                          struct MHD_Connection *connection,
                                          const char *path, const char *method)
{
    struct http_request *r = http_request_new(method, path);
    r->server = server;
    r->settings = &server->settings;
    r->connection = connection;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    r->peer = http_listen_peer(info ? info->client_addr : NULL);
    if (server->client_ca) {
        const union MHD_ConnectionInfo *
            own = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT),
           *tls = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        http_cert_take(r, own ? own->socket_context : NULL,
                       tls ? tls->tls_session : NULL);
    }
    MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_pair, &r->headers);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, keep_pair, &r->queries);
    r->route = http_route_find(server->settings.routes, server->settings.route_count,
                               method, path, &r->parts, &r->other_method);
    http_requests_add(&server->requests, r);
    return r;
}

static enum MHD_Result step(struct http_request *r, enum http_step step)
{
    switch (step) {
    case STEP_CARRY_OUT:
        return carry_out(r);
    case STEP_WAIT:
        r->suspended = true;
        MHD_suspend_connection(r->connection);
        return MHD_YES;
    case STEP_CUT:
        return MHD_NO;
    case STEP_GO_ON:
        break;
    }
    return MHD_YES;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection,
                                 const char *path, const char *method,
                                 __attribute__((unused)) const char *version,
                                 const char *piece, size_t *piece_len, void **own)
{
    ((struct http_server *)context)->turn.moved = true;
    if (!*own) {
        struct http_request *r = request_begin(context, connection, path, method);
        *own = r;
        return step(r, http_life_headers(r));
    }
    struct http_request *r = *own;
    if (r->carried)
        return MHD_YES;
    if (*piece_len) {
        struct bytes bytes = { (const uint8_t *)piece, *piece_len };
        *piece_len = 0;
        return step(r, http_life_piece(r, bytes));
    }
    return step(r, http_life_end(r));
}

static void on_completed(void *context,
                         __attribute__((unused)) struct MHD_Connection *connection,
                         void **own,
                         __attribute__((unused)) enum MHD_RequestTerminationCode how)
{
    struct http_server *server = context;
    struct http_request *r = *own;
    server->turn.moved = true;
    if (!r)
        return;
    *own = NULL;
    http_requests_end(&server->requests, r);
}

static int library_run(struct http_server *server)
{
    server->resumed = false;
    http_turn_run(&server->turn, server->daemon);
    http_requests_clear(&server->requests);
    return 0;
}

static int on_ready(__attribute__((unused)) sd_event_source *source,
                    __attribute__((unused)) int fd,
                    __attribute__((unused)) uint32_t events, void *context)
{
    return library_run(context);
}

static int on_again(__attribute__((unused)) sd_event_source *source, void *context)
{
    return library_run(context);
}

static int on_timer(__attribute__((unused)) sd_event_source *source,
                    __attribute__((unused)) uint64_t at_us, void *context)
{
    return library_run(context);
}

/* Just before the loop sleeps: for how long may it? Zero goes through a deferred source,
 * since the loop moves its timers together by a quarter of a second. */
static int on_prepare(__attribute__((unused)) sd_event_source *source, void *context)
{
    struct http_server *server = context;
    int64_t wait_ms =
        server->resumed ? 0 : http_turn_wait_ms(&server->turn, server->daemon);
    if (!wait_ms)
        return sd_event_source_set_enabled(server->again, SD_EVENT_ONESHOT);
    if (wait_ms < 0)
        return sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
    int error =
        sd_event_source_set_time_relative(server->timer, (uint64_t)wait_ms * 1000);
    return error < 0 ? error
                     : sd_event_source_set_enabled(server->timer, SD_EVENT_ONESHOT);
}

static int on_heartbeat(sd_event_source *source, __attribute__((unused)) uint64_t at_us,
                        void *context)
{
    struct http_server *server = context;
    for (struct http_request *r = server->requests.first, *next; r; r = next) {
        next = r->next;
        if (r->stream) {
            http_stream_put(r->stream, ":\n\n", 3);
            http_wire_go_on(r);
        }
    }
    int error = sd_event_source_set_time_relative(source, HEARTBEAT_US);
    return error < 0 ? error : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static enum rc daemon_start(struct http_server *s, struct fault *why)
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (s->cert ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, s->key },
        { s->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, s->client_ca },
        { MHD_OPTION_END, 0, NULL }
    };
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_access, s, MHD_OPTION_LISTEN_SOCKET, s->fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MEMORY,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION,
        http_line_notice, &s->turn, MHD_OPTION_ARRAY, s->cert ? tls : &tls[3],
        MHD_OPTION_END);
    if (!s->daemon)
        return fault_set(why, RC_INVALID, 0, "start the server on %s%s", s->listen,
                         s->cert ? ": is the certificate right for its key?" : "");
    return RC_OK;
}

static enum rc sources_add(struct http_server *s, sd_event *loop, struct fault *why)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int error = info ? 0 : -EINVAL;
    if (error >= 0)
        error = sd_event_add_io(loop, &s->ready, info->epoll_fd, EPOLLIN, on_ready, s);
    if (error >= 0)
        error = sd_event_add_defer(loop, &s->again, on_again, s);
    if (error >= 0)
        error = sd_event_add_time_relative(loop, &s->timer, CLOCK_MONOTONIC, 0, 0,
                                           on_timer, s);
    if (error >= 0)
        error = sd_event_add_time_relative(loop, &s->heartbeat, CLOCK_MONOTONIC,
                                           HEARTBEAT_US, 0, on_heartbeat, s);
    if (error >= 0)
        error = sd_event_source_set_prepare(s->ready, on_prepare);
    if (error < 0)
        return fault_set(why, rc_of_errno(-error), -error, "watch the server's sockets");
    return RC_OK;
}

enum rc http_server_new(sd_event *loop, const struct http_settings *settings,
                        struct http_server **ret_server, struct fault *why)
{
    struct http_server *s = http_alloc(sizeof *s);
    s->settings = *settings;
    s->listen = http_copy(settings->listen, strlen(settings->listen));
    s->fd = -1;
    size_t len;
    enum rc rc = RC_OK;
    if (http_given(settings->tls_cert) != http_given(settings->tls_key))
        rc = fault_set(why, RC_INVALID, 0, "http.tls_cert and http.tls_key go together");
    if (!rc && http_given(settings->tls_cert))
        rc = file_read(AT_FDCWD, settings->tls_cert, PEM_MAX, &s->cert, &len, why);
    if (!rc && http_given(settings->tls_key))
        rc = file_read(AT_FDCWD, settings->tls_key, PEM_MAX, &s->key, &len, why);
    if (!rc && http_given(settings->client_ca) && !s->cert)
        rc = fault_set(why, RC_INVALID, 0,
                       "客户端证书只能和 HTTPS 一起用：请先设置 http.tls_cert 和 "
                       "http.tls_key");
    if (!rc && http_given(settings->client_ca))
        rc = file_read(AT_FDCWD, settings->client_ca, PEM_MAX, &s->client_ca, &len, why);
    if (!rc)
        rc = http_listen(s->listen, s->cert != NULL, &s->fd, why);
    s->turn.tls = s->cert != NULL;
    if (!rc)
        rc = daemon_start(s, why);
    if (!rc)
        rc = sources_add(s, loop, why);
    if (rc) {
        http_server_free(s);
        return rc;
    }
    *ret_server = s;
    return RC_OK;
}

unsigned http_server_port(const struct http_server *server)
{
    return http_listen_port(server->fd);
}

void http_server_free(struct http_server *s)
{
    if (!s)
        return;
    s->requests.ending = true;
    sd_event_source_disable_unref(s->ready);
    sd_event_source_disable_unref(s->again);
    sd_event_source_disable_unref(s->timer);
    sd_event_source_disable_unref(s->heartbeat);
    for (struct http_request *r = s->requests.first; r; r = r->next)
        http_wire_go_on(r); /* the library does not end while one is suspended */
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    else if (s->fd >= 0)
        close(s->fd);
    http_requests_clear(&s->requests);
    free(s->listen);
    free(s->cert);
    free(s->key);
    free(s->client_ca);
    free(s);
}

/* HTTP server on one sd-event loop (libmicrohttpd underneath, epoll, no threads).
 *
 * A handler gets a request with its whole body (bounded per route), answers at once or
 * keeps the request and answers later from the same loop: the connection waits. Every
 * request must be answered exactly once; a dropped connection is not the handler's
 * concern, answering it is harmless. Errors follow RFC 9457. */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

enum {
    HTTP_BODY_MAX = 8 * 1024 * 1024, /* JSON bodies kept in memory */
    HTTP_CONNECTIONS_MAX = 512,
    HTTP_PATH_PARTS = 4,
    HTTP_IDLE_TIMEOUT_S = 60,
};

struct http_server;
struct http_request; /* one request, from handler to its answer */
struct http_stream;  /* one open Server-Sent Events answer */

/* A path is literal parts and {names}: "/v1/volumes/{volume}/chain". `body_max` 0 means
 * no body is allowed (413). With `upload` set the body is not collected: see
 * struct http_upload. */
typedef void http_handler(struct http_request *request, void *context);

/* A body that goes somewhere else than memory. begin may answer the request itself
 * (refusal) and then returns false. chunk is called with each piece, in order; a non-OK
 * answer drops the rest of the body. The route's handler runs after the last piece. */
struct http_upload {
    bool (*begin)(struct http_request *request, void *context);
    enum rc (*chunk)(struct http_request *request, struct bytes piece, void *context);
};

struct http_route {
    const char *method;
    const char *path;
    http_handler *handler;
    uint64_t body_max;
    const struct http_upload *upload; /* NULL: collect in memory */
};

struct http_settings {
    const char *listen;             /* "127.0.0.1:8620"; IPv6 as "[::1]:8620" */
    const char *tls_cert, *tls_key; /* PEM file paths, NULL or "" for plain HTTP */
    const char *client_ca; /* PEM file: clients are asked for a certificate that this
                              authority signed; NULL or "": they are not asked */
    const struct http_route *routes;
    size_t route_count;
    http_handler
        *before;   /* runs first on each request; may answer it (401); may be NULL */
    void *context; /* handed to every callback */
};

/* Listens at once. RC_REFUSED: plain HTTP on an address that is not loopback. */
MUST_USE enum rc http_server_new(sd_event *loop, const struct http_settings *settings,
                                 struct http_server **ret_server, struct fault *why);
void http_server_free(
    struct http_server *server); /* accepts NULL; requests are dead after it */
/* The port it listens on; of use when the settings said 0. */
unsigned http_server_port(const struct http_server *server);

/* What was asked. Strings are borrowed until the answer. */
const char *http_method(const struct http_request *request);
const char *http_path(const struct http_request *request);
const struct http_route *http_route_of(const struct http_request *request);
const char *http_part(const struct http_request *request,
                      const char *name); /* "volume"; "" if none */
const char *http_query(const struct http_request *request,
                       const char *name); /* NULL if none */
const char *http_header(const struct http_request *request, const char *name);
const char *http_cookie(const struct http_request *request, const char *name);
/* A page of another site may make a browser write here with our cookie; its Origin
 * gives it away, also when it only differs by the port. */
bool http_is_foreign(const struct http_request *request);
const char *http_peer(const struct http_request *request);

/* The certificate that the client showed. Whoever has none, or a wrong one, is let in all
 * the same: what that means is the handler's to say. */
enum http_cert_state {
    HTTP_CERT_UNREAD = 0, /* never seen outside */
    HTTP_CERT_NONE,       /* none was shown, or none was asked for */
    HTTP_CERT_VALID,      /* signed by the authority, for a client, not over */
    HTTP_CERT_EXPIRED,    /* signed by it, but its time is over or has not come */
    HTTP_CERT_FOREIGN,    /* not signed by it, or not for a client */
};
struct http_cert {
    enum http_cert_state state;
    char name[65];    /* common name; "" for none */
    char serial[41];  /* lower-case hex */
    int64_t until_ms; /* Unix time, UTC */
};
const struct http_cert *http_cert(const struct http_request *request); /* never NULL */
struct bytes http_body(const struct http_request *request);
/* The body as a JSON object; borrowed, NULL when it is none (answer 400 then). */
json_t *http_body_json(struct http_request *request);

/* A pointer of the handler's own, released by `release` with the request. */
void http_set_own(struct http_request *request, void *own, void (*release)(void *own));
void *http_own(const struct http_request *request);

/* From an upload's begin: no piece comes until http_continue(). A large body, or one
 * whose sender asks first (Expect), waits in the network; a small one is read meanwhile.
 */
void http_pause(struct http_request *request);
void http_continue(struct http_request *request);

/* True when `before` or an upload's begin already answered it. */
bool http_is_answered(const struct http_request *request);

/* Extra answer headers, before the answer. */
void http_add_header(struct http_request *request, const char *name, const char *value);

/* Answers. `body` of json is stolen. */
void http_reply_json(struct http_request *request, int status, json_t *body);
void http_reply_text(struct http_request *request, int status, const char *type,
                     struct bytes body); /* copied */
void http_reply_static(struct http_request *request, const char *type,
                       struct bytes body); /* lives for ever; ETag made */
/* A file's content, with Range and ETag support; takes over the descriptor. */
void http_reply_fd(struct http_request *request, const char *type, int fd, uint64_t size,
                   const char *etag);
/* RFC 9457 problem: `code` is the stable English word, `title` the Chinese sentence,
 * `detail` what to do now (may be NULL). */
void http_reply_problem(struct http_request *request, int status, const char *code,
                        const char *title, const char *detail);

/* Begin an SSE answer. `closed` runs once when the reader is gone or the server ends;
 * the stream pointer is dead after it. A reader that lags by over 256 KiB is closed. */
struct http_stream *http_reply_stream(struct http_request *request,
                                      void (*closed)(struct http_stream *stream,
                                                     void *context),
                                      void *context);
/* `id` and `data` may be NULL; data is one line of JSON. */
void http_stream_send(struct http_stream *stream, const char *event, const char *id,
                      const char *data);
/* End it from our side: what waits is still sent, then `closed` runs. */
void http_stream_end(struct http_stream *stream);

/* Files kept in the program: made by tools/embed.sh from the web folders. */
struct http_asset {
    const char *path; /* "/app.js" */
    const char *type;
    const unsigned char *at, *end;
};
extern const struct http_asset http_assets[]; /* in the program; ended by path NULL */
/* Answers with the asset at the request's path ("/" is "/index.html"); false: none. */
bool http_reply_asset(struct http_request *request, const struct http_asset *assets);

#endif

/* Inside of the HTTP server: what its files share. Only http_server.c knows the library;
 * a request is copied out of it into this struct, and an answer is a plan that
 * http_server.c carries out when the library asks. */
#ifndef NET_HTTP_WIRE_H
#define NET_HTTP_WIRE_H

#include "net/http_server.h"

#include <microhttpd.h>

struct http_pair {
    char *name, *value; /* owned */
};

struct http_pairs {
    struct http_pair *at;
    size_t count;
};

enum http_plan_kind { PLAN_NONE, PLAN_MEMORY, PLAN_STATIC, PLAN_FD, PLAN_STREAM };

/* What will be sent. Which fields count depends on `kind`. */
struct http_plan {
    enum http_plan_kind kind;
    int status;
    char *memory;        /* MEMORY: owned until carried out */
    struct bytes fixed;  /* STATIC */
    size_t len;          /* MEMORY */
    int fd;              /* FD: owned until carried out */
    uint64_t from, size; /* FD: the part that is sent */
    struct http_pairs headers;
};

struct http_request {
    struct http_server *server; /* borrowed */
    void *connection;           /* the library's; borrowed */
    const struct http_settings *settings;
    const struct http_route *route; /* NULL: nothing at this path */
    bool other_method;              /* the path exists, with another method */
    char *method, *path, *peer;     /* owned */
    struct http_cert *cert; /* the connection's; borrowed, NULL when none is asked */
    struct http_pairs parts, queries, headers;

    char *body; /* owned; NUL added */
    size_t body_len, body_room;
    uint64_t seen; /* bytes of body that arrived, kept or not */
    bool dropping; /* the rest of the body is not wanted */
    json_t *json;

    void *own;
    void (*release)(void *own);

    bool answered, carried, handled, paused, suspended;
    bool gone; /* the sender left in a pause; stays until somebody goes on with it */
    struct http_plan plan;
    struct http_stream *stream;
    struct http_request *next, *prev; /* all requests of the server */
};

struct http_stream {
    struct http_request *request;
    char *data; /* owned; what is not sent yet */
    size_t from, len, room;
    bool ended;
    void (*closed)(struct http_stream *stream, void *context);
    void *context;
};

/* http_request.c */
struct http_request *http_request_new(const char *method, const char *path);
void http_request_free(struct http_request *request);
void http_pairs_add(struct http_pairs *pairs, const char *name, size_t name_len,
                    const char *value, size_t value_len);
const char *http_pairs_find(const struct http_pairs *pairs, const char *name,
                            bool any_case);
void http_pairs_free(struct http_pairs *pairs);
bool http_utf8_valid(const char *text);

/* http_requests.c: all requests of a server. */
struct http_requests {
    struct http_request *first;
    bool left;   /* some request is `gone` */
    bool ending; /* nobody will go on with any */
};
void http_requests_add(struct http_requests *requests, struct http_request *request);
/* The library is through with it, whether it was answered or its sender left. */
void http_requests_end(struct http_requests *requests, struct http_request *request);
/* Release those whose sender left and that somebody has gone on with since. */
void http_requests_clear(struct http_requests *requests);

/* http_route.c: the route of a method and path, with its {names} into ret_parts. NULL
 * when there is none; *ret_other_method then says that the path exists. */
const struct http_route *http_route_find(const struct http_route *routes, size_t count,
                                         const char *method, const char *path,
                                         struct http_pairs *ret_parts,
                                         bool *ret_other_method);
/* The methods that a path has, "GET, POST". */
void http_route_methods(const struct http_route *routes, size_t count, const char *path,
                        char *ret_text, size_t room);
/* "bytes=a-b" against a size. 0: no usable range, send all; 1: this part; -1: beyond. */
int http_range_read(const char *text, uint64_t size, uint64_t *ret_from,
                    uint64_t *ret_len);

/* http_life.c: what the library's connection does next. */
enum http_step { STEP_GO_ON, STEP_CARRY_OUT, STEP_WAIT, STEP_CUT };
enum http_step http_life_headers(struct http_request *request);
enum http_step http_life_piece(struct http_request *request, struct bytes piece);
enum http_step http_life_end(struct http_request *request);

/* http_listen.c: RC_REFUSED where an address that is not loopback is not `secure`. */
enum rc http_listen(const char *listen_at, bool secure, int *ret_fd, struct fault *why);
unsigned http_listen_port(int fd);
struct sockaddr;
char *http_listen_peer(const struct sockaddr *address); /* "127.0.0.1"; "" for NULL */

/* A setting that says something. */
static inline bool http_given(const char *text)
{
    return text && *text;
}

/* While it is open the library runs, and TLS connections tell the kernel that more
 * follows what they send. */
struct http_turn {
    bool tls, open;
    int idle;               /* runs in a row in which nothing moved */
    bool moved;             /* a byte, or a request, in the library's last run */
    struct http_line *held; /* have sent something in this turn */
};

/* One connection. */
struct http_line {
    struct http_cert cert;
    struct http_turn *turn; /* borrowed */
    int fd;                 /* the library's; of TLS only */
    bool held;
    struct http_line *next_held;
};

/* http_line.c: the library's notice of a connection's begin and end, whose context is the
 * turn and whose `own` becomes the line; a turn; and how long to sleep after it, -1:
 * until something comes. */
void http_line_notice(void *context, struct MHD_Connection *connection, void **own,
                      enum MHD_ConnectionNotificationCode code);
void http_turn_run(struct http_turn *turn, struct MHD_Daemon *daemon);
int64_t http_turn_wait_ms(const struct http_turn *turn, struct MHD_Daemon *daemon);

/* http_cert.c: the certificate of the connection (`session` is of GnuTLS). */
void http_cert_take(struct http_request *request, struct http_line *line, void *session);

/* http_stream.c */
void http_stream_put(struct http_stream *stream, const char *text, size_t len);
size_t http_stream_take(struct http_stream *stream, char *room, size_t most);

/* http_server.c: the plan stands; let the library go on. Any kind of resume. */
void http_wire_go_on(struct http_request *request);

/* malloc and friends that end the process instead of returning NULL: a server that has
 * no memory for one request cannot promise anything; its parent starts it again. */
void *http_alloc(size_t size);
void *http_realloc(void *at, size_t size);
char *http_copy(const char *text, size_t len);

/* The library's answer of a plan of kind PLAN_FD, whose descriptor it takes; NULL: no
 * memory. */
struct MHD_Response *http_file_response(struct http_plan *plan, bool tls);

#endif

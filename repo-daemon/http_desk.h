/* The desk of the http role: hands requests to the store, and answers when the store has
 * answered. */
#ifndef REPO_HTTP_DESK_H
#define REPO_HTTP_DESK_H

#include "net/cert.h"
#include "net/http_server.h"
#include "sys/ipc.h"

enum {
    HTTP_DESK_ROUTES = 128,
    HTTP_DESK_STREAMS = 256,
    HTTP_DESK_WAIT_MS = 60 * 1000,
    HTTP_DESK_READ_MS = 3600 * 1000, /* then a reader has to come back and be asked */
    HTTP_DESK_TOKEN = 65,
    HTTP_DESK_BADGE = 16,
};

/* Who watches the boards, and with which log-in. */
struct http_reader {
    struct http_stream *stream; /* NULL: free */
    char token[HTTP_DESK_TOKEN], badge[HTTP_DESK_BADGE];
    char serial[CERT_SERIAL_MAX]; /* of the machine's certificate; "" for none */
    bool secret;                  /* may hear of 副卷 */
    int64_t until_ms;             /* monotonic */
};

struct http_desk {
    sd_event *loop;
    struct ipc *store; /* NULL while the store is away */
    const struct http_asset *assets;
    bool certs_for_all; /* http.client_certs = all */
    struct http_route routes[HTTP_DESK_ROUTES];
    size_t route_count;
    struct http_reader readers[HTTP_DESK_STREAMS];
    struct {
        uint64_t count, ms;
    } counts[HTTP_DESK_ROUTES][6]; /* by route and hundreds of the status */
};

/* The routes of the table as the server wants them; borrowed. */
const struct http_route *http_desk_routes(struct http_desk *desk, size_t *ret_count);
/* Runs first on each request: pages, and writes that come from foreign pages. */
void http_desk_before(struct http_request *request, void *context);
/* A change of the store, to every reader (http_readers.c). */
void http_desk_tell(struct http_desk *desk, const json_t *change);

/* http_readers.c: a reader more, with its right ("missed", "secret", "badge"); the
 * readers of a log-in that has ended. A log-in that runs out ends its readers within
 * HTTP_DESK_READ_MS. */
void http_desk_watch(struct http_desk *desk, struct http_request *request,
                     const char *token, const json_t *right);
void http_desk_log_out(struct http_desk *desk, const char *token);
/* The rights of this person changed: whoever watches as him has to ask again. */
void http_desk_person(struct http_desk *desk, const char *badge);
/* The same for whoever watches on the machine of this certificate, which was revoked. */
void http_desk_certificate(struct http_desk *desk, const char *serial);

/* For http_upload.c. */
struct http_ticket; /* one request on its way to the store and back */
struct http_ticket *http_ticket_new(struct http_desk *desk, struct http_request *request);
/* The request as a message; new reference. */
json_t *http_ticket_message(const struct http_ticket *ticket);
/* Answer with what the store said (NULL: it is away) and free the ticket. */
void http_ticket_answer(struct http_ticket *ticket, struct ipc_message *reply);
struct http_request *http_ticket_request(const struct http_ticket *ticket);
void http_ticket_free(struct http_ticket *ticket);

/* http_upload.c: a body that goes into a file of the store. */
extern const struct http_upload http_desk_upload;
http_handler http_desk_upload_end;

#endif

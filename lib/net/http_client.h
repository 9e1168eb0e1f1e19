/* HTTP client (libcurl underneath), blocking, for the command and for the submit role,
 * which has nothing else to do. One client is one connection, kept alive. */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/scope.h"

#include <jansson.h>

enum { HTTP_ANSWER_MAX = 256 * 1024 * 1024 };

struct http_client;

struct http_answer {
    int status; /* HTTP status, 200..599 */
    char *body; /* owned by the answer; NUL added behind len */
    size_t len;
    char type[64];
};

/* `base` "http://127.0.0.1:8620"; https checks the certificate against the system's
 * roots, or against `ca_file` when not NULL. `token` may be NULL (no log-in yet). */
MUST_USE enum rc http_client_new(const char *base, const char *ca_file,
                                 struct http_client **ret_client, struct fault *why);
void http_client_free(struct http_client *client); /* accepts NULL */
SCOPE_RELEASER(http_client_free_at, struct http_client *, http_client_free)
void http_client_set_token(struct http_client *client, const char *token);
/* Show this certificate (PEM files, read at each new connection) to a server that asks.
 *   RC_DENIED  the key is missing, or others than its owner may read it; Chinese sentence
 */
MUST_USE enum rc http_client_set_cert(struct http_client *client, const char *cert_file,
                                      const char *key_file, struct fault *why);

/* One exchange; `timeout_ms` is for the whole of it. Any HTTP status is RC_OK here.
 *   RC_UNAVAILABLE  nobody answers at the address: nothing was done
 *   RC_UNKNOWN      the connection broke after the request was sent: it may have been
 * done */
MUST_USE enum rc http_client_call(struct http_client *client, const char *method,
                                  const char *path, const char *type, struct bytes body,
                                  uint32_t timeout_ms, struct http_answer *ret_answer,
                                  struct fault *why);
/* The same with a file as body. */
MUST_USE enum rc http_client_put_fd(struct http_client *client, const char *path,
                                    const char *type, int fd, uint64_t size,
                                    uint32_t timeout_ms, struct http_answer *ret_answer,
                                    struct fault *why);
void http_answer_free(struct http_answer *answer);

/* JSON in, JSON out. A problem answer (RFC 9457) becomes a fault with its title and
 * detail: 401/403 RC_DENIED, 404 RC_NOT_FOUND, 409 RC_CONFLICT, 422 RC_REFUSED, 429
 * RC_AGAIN, 507 RC_FULL, 5xx RC_UNAVAILABLE. `body` may be NULL and is borrowed; the
 * caller decrefs *ret_json. */
MUST_USE enum rc http_client_json(struct http_client *client, const char *method,
                                  const char *path, json_t *body, uint32_t timeout_ms,
                                  json_t **ret_json, struct fault *why);

#endif

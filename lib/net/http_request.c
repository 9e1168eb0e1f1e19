/* What was asked: copies of method, path, headers, query and body. Copies, because a
 * handler may keep a request for as long as its answer takes. */
#include "net/http_wire.h"

#include "sys/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void http_pairs_add(struct http_pairs *pairs, const char *name, size_t name_len,
                    const char *value, size_t value_len)
{
    pairs->at = http_realloc(pairs->at, (pairs->count + 1) * sizeof *pairs->at);
    pairs->at[pairs->count++] =
        (struct http_pair){ http_copy(name, name_len), http_copy(value, value_len) };
}

const char *http_pairs_find(const struct http_pairs *pairs, const char *name,
                            bool any_case)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const char *have = pairs->at[i].name;
        if (any_case ? !strcasecmp(have, name) : !strcmp(have, name))
            return pairs->at[i].value;
    }
    return NULL;
}

void http_pairs_free(struct http_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->at[i].name);
        free(pairs->at[i].value);
    }
    free(pairs->at);
    *pairs = (struct http_pairs){ 0 };
}

struct http_request *http_request_new(const char *method, const char *path)
{
    struct http_request *r = http_alloc(sizeof *r);
    r->method = http_copy(method, strlen(method));
    r->path = http_copy(path, strlen(path));
    r->plan.fd = -1;
    return r;
}

void http_request_free(struct http_request *r)
{
    if (!r)
        return;
    if (r->stream) {
        if (r->stream->closed)
            r->stream->closed(r->stream, r->stream->context);
        free(r->stream->data);
        free(r->stream);
    }
    if (r->own && r->release)
        r->release(r->own);
    json_decref(r->json);
    if (r->plan.fd >= 0)
        close(r->plan.fd);
    free(r->plan.memory);
    http_pairs_free(&r->plan.headers);
    http_pairs_free(&r->parts);
    http_pairs_free(&r->queries);
    http_pairs_free(&r->headers);
    free(r->body);
    free(r->method);
    free(r->path);
    free(r->peer);
    free(r);
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool http_utf8_valid(const char *text)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + strlen(text);
    while (at < end) {
        size_t len = *at < 0x80 ? 1 : utf8_wide(at, end);
        if (!len)
            return false;
        at += len;
    }
    return true;
}

const char *http_method(const struct http_request *r)
{
    return r->method;
}

const char *http_path(const struct http_request *r)
{
    return r->path;
}

const struct http_route *http_route_of(const struct http_request *r)
{
    return r->route;
}

const char *http_part(const struct http_request *r, const char *name)
{
    const char *value = http_pairs_find(&r->parts, name, false);
    return value ? value : "";
}

const char *http_query(const struct http_request *r, const char *name)
{
    return http_pairs_find(&r->queries, name, false);
}

const char *http_header(const struct http_request *r, const char *name)
{
    return http_pairs_find(&r->headers, name, true);
}

bool http_is_foreign(const struct http_request *r)
{
    const char *origin = http_header(r, "Origin"), *host = http_header(r, "Host");
    const char *at = origin ? strstr(origin, "://") : NULL;
    return origin && (!at || !host || strcmp(at + 3, host) != 0);
}

const char *http_peer(const struct http_request *r)
{
    return r->peer ? r->peer : "";
}

struct bytes http_body(const struct http_request *r)
{
    return (struct bytes){ (const uint8_t *)r->body, r->body_len };
}

json_t *http_body_json(struct http_request *r)
{
    if (!r->json && r->body_len)
        r->json = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, NULL);
    return json_is_object(r->json) ? r->json : NULL;
}

void http_set_own(struct http_request *r, void *own, void (*release)(void *own))
{
    r->own = own;
    r->release = release;
}

void *http_own(const struct http_request *r)
{
    return r->own;
}

bool http_is_answered(const struct http_request *r)
{
    return r->answered;
}

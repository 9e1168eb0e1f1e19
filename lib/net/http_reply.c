/* Answers. Each call writes the plan of one answer and lets the connection go on; the
 * second answer to one request is a mistake of the handler and is dropped. */
#include "net/http_wire.h"

#include "sys/hash.h"
#include "sys/json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void http_add_header(struct http_request *r, const char *name, const char *value)
{
    if (!r->carried)
        http_pairs_add(&r->plan.headers, name, strlen(name), value, strlen(value));
}

static void plan_memory(struct http_request *r, int status, const char *type,
                        char *memory, size_t len)
{
    if (r->answered) {
        free(memory);
        return;
    }
    r->plan.kind = PLAN_MEMORY;
    r->plan.status = status;
    r->plan.memory = memory;
    r->plan.len = len;
    http_add_header(r, "Content-Type", type);
    if (!http_pairs_find(&r->plan.headers, "Cache-Control", true))
        http_add_header(r, "Cache-Control", "no-store");
    r->answered = true;
    http_wire_go_on(r);
}

void http_reply_text(struct http_request *r, int status, const char *type,
                     struct bytes body)
{
    plan_memory(r, status, type, http_copy((const char *)body.at, body.len), body.len);
}

void http_reply_json(struct http_request *r, int status, json_t *body)
{
    size_t len = 4;
    char *text = body ? json_text_write_any(body, &len) : NULL;
    json_decref(body);
    if (!text)
        text = http_copy("null", len = 4);
    plan_memory(r, status, "application/json; charset=utf-8", text, len);
}

void http_reply_problem(struct http_request *r, int status, const char *code,
                        const char *title, const char *detail)
{
    char type[96];
    snprintf(type, sizeof type, "about:blank#%s", code);
    json_t *body =
        json_pack("{s:s, s:s, s:i}", "type", type, "title", title, "status", status);
    if (body && detail && *detail)
        json_object_set_new(body, "detail", json_string(detail));
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    if (!text)
        text = http_copy("{}", 2);
    plan_memory(r, status, "application/problem+json; charset=utf-8", text, strlen(text));
}

/* True when the reader has this very content already; answered with 304 then. */
static bool unchanged(struct http_request *r, const char *etag)
{
    const char *known = http_header(r, "If-None-Match");
    http_add_header(r, "ETag", etag);
    if (!known || (!strstr(known, etag) && strcmp(known, "*") != 0))
        return false;
    r->plan.kind = PLAN_STATIC;
    r->plan.status = 304;
    r->plan.fixed = (struct bytes){ 0 };
    r->answered = true;
    http_wire_go_on(r);
    return true;
}

void http_reply_static(struct http_request *r, const char *type, struct bytes body)
{
    if (r->answered)
        return;
    char hex[SHA256_HEX], etag[SHA256_HEX + 2];
    hash_hex(hash_sha256(body), hex);
    snprintf(etag, sizeof etag, "\"%.32s\"", hex);
    http_add_header(r, "Cache-Control",
                    "no-cache"); /* keep, but ask whether it changed */
    if (unchanged(r, etag))
        return;
    r->plan.kind = PLAN_STATIC;
    r->plan.status = 200;
    r->plan.fixed = body;
    http_add_header(r, "Content-Type", type);
    r->answered = true;
    http_wire_go_on(r);
}

/* A part is asked for; only of the content that the reader has the rest of. */
static int part_wanted(struct http_request *r, const char *etag, uint64_t size,
                       uint64_t *ret_from, uint64_t *ret_len)
{
    const char *only_of = http_header(r, "If-Range");
    if (only_of && strcmp(only_of, etag) != 0)
        return 0;
    return http_range_read(http_header(r, "Range"), size, ret_from, ret_len);
}

void http_reply_fd(struct http_request *r, const char *type, int fd, uint64_t size,
                   const char *etag)
{
    char quoted[160];
    snprintf(quoted, sizeof quoted, "\"%.150s\"", etag ? etag : "");
    if (r->answered || (etag && unchanged(r, quoted))) {
        close(fd);
        return;
    }
    uint64_t from = 0, len = size;
    int part = part_wanted(r, quoted, size, &from, &len);
    char span[96];
    if (part < 0) {
        close(fd);
        snprintf(span, sizeof span, "bytes */%llu", (unsigned long long)size);
        http_add_header(r, "Content-Range", span);
        http_reply_problem(r, 416, "range", "要的部分超出了文件末尾", NULL);
        return;
    }
    if (part > 0) {
        snprintf(span, sizeof span, "bytes %llu-%llu/%llu", (unsigned long long)from,
                 (unsigned long long)(from + len - 1), (unsigned long long)size);
        http_add_header(r, "Content-Range", span);
    }
    r->plan.kind = PLAN_FD;
    r->plan.status = part > 0 ? 206 : 200;
    r->plan.fd = fd;
    r->plan.from = from;
    r->plan.size = len;
    http_add_header(r, "Accept-Ranges", "bytes");
    http_add_header(r, "Content-Type", type);
    r->answered = true;
    http_wire_go_on(r);
}

bool http_reply_asset(struct http_request *r, const struct http_asset *assets)
{
    if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0)
        return false;
    const char *path = !strcmp(r->path, "/") ? "/index.html" : r->path;
    for (const struct http_asset *a = assets; a->path; a++) {
        if (strcmp(a->path, path) != 0)
            continue;
        /* The page may load nothing but itself and may not stand in a foreign frame. */
        http_add_header(
            r, "Content-Security-Policy",
            "default-src 'self'; img-src 'self' blob: data:; media-src 'self' data:; "
            "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
            "frame-ancestors 'self'");
        http_reply_static(r, a->type, (struct bytes){ a->at, (size_t)(a->end - a->at) });
        return true;
    }
    return false;
}

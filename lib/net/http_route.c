/* Paths against the table of routes, and the little grammars of headers: pure functions
 * over outside text, fuzzed by tests/fuzz/fuzz_http_text.c. */
#include "net/http_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool part_ends(const char *at)
{
    return !*at || *at == '/';
}

static size_t part_len(const char *at)
{
    size_t len = 0;
    while (!part_ends(at + len))
        len++;
    return len;
}

/* Both paths begin with '/'; {name} stands for one part that is not empty. */
static bool path_fits(const char *pattern, const char *path, struct http_pairs *ret_parts)
{
    while (*pattern == '/' && *path == '/') {
        pattern++, path++;
        if (*pattern == '{') {
            size_t want = part_len(pattern), have = part_len(path);
            if (!have || ret_parts->count == HTTP_PATH_PARTS)
                return false;
            http_pairs_add(ret_parts, pattern + 1, want - 2, path, have);
            pattern += want;
            path += have;
            continue;
        }
        while (!part_ends(pattern) && *pattern == *path)
            pattern++, path++;
        if (!part_ends(pattern) || !part_ends(path))
            return false;
    }
    return !*pattern && !*path;
}

static bool method_fits(const char *route, const char *method)
{
    return !strcmp(route, method) || (!strcmp(route, "GET") && !strcmp(method, "HEAD"));
}

const struct http_route *http_route_find(const struct http_route *routes, size_t count,
                                         const char *method, const char *path,
                                         struct http_pairs *ret_parts,
                                         bool *ret_other_method)
{
    *ret_other_method = false;
    for (size_t i = 0; i < count; i++) {
        if (path_fits(routes[i].path, path, ret_parts)) {
            if (method_fits(routes[i].method, method))
                return &routes[i];
            *ret_other_method = true;
        }
        http_pairs_free(ret_parts);
    }
    return NULL;
}

void http_route_methods(const struct http_route *routes, size_t count, const char *path,
                        char *ret_text, size_t room)
{
    size_t len = 0;
    ret_text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        struct http_pairs parts = { 0 };
        if (path_fits(routes[i].path, path, &parts) && len < room) {
            int put = snprintf(ret_text + len, room - len, "%s%s", len ? ", " : "",
                               routes[i].method);
            len += put > 0 ? (size_t)put : 0;
        }
        http_pairs_free(&parts);
    }
}

const char *http_cookie(const struct http_request *r, const char *name)
{
    /* The value is cut out of the header once and kept beside it under its own name. */
    char key[80];
    if (snprintf(key, sizeof key, "cookie %s", name) >= (int)sizeof key)
        return NULL;
    const char *kept = http_pairs_find(&r->headers, key, false);
    const char *at = kept ? NULL : http_header(r, "Cookie");
    size_t len = strlen(name);
    while (at) {
        at += strspn(at, "; ");
        if (!strncmp(at, name, len) && at[len] == '=') {
            at += len + 1;
            /* A cache behind a const view: the answer is the same before and after. */
            struct http_pairs *headers = (struct http_pairs *)&r->headers;
            http_pairs_add(headers, key, strlen(key), at, strcspn(at, "; "));
            return http_pairs_find(headers, key, false);
        }
        at = strchr(at, ';');
    }
    return kept;
}

static bool number_read(const char **at, uint64_t *ret_value)
{
    uint64_t value = 0;
    const char *start = *at;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        if (value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(**at - '0');
    }
    *ret_value = value;
    return *at != start;
}

int http_range_read(const char *text, uint64_t size, uint64_t *ret_from,
                    uint64_t *ret_len)
{
    if (!text || strncmp(text, "bytes=", 6) != 0)
        return 0;
    const char *at = text + 6;
    uint64_t from = 0, to = 0;
    bool has_from = number_read(&at, &from);
    if (*at++ != '-')
        return 0;
    bool has_to = number_read(&at, &to);
    if (*at || (!has_from && !has_to)) /* several ranges: we may send all instead */
        return 0;
    if (!has_from) { /* the last `to` bytes */
        from = to < size ? size - to : 0;
        to = size - 1;
    } else if (!has_to || to >= size) {
        to = size - 1;
    }
    if (!size || from >= size)
        return -1;
    if (to < from)
        return 0;
    *ret_from = from;
    *ret_len = to - from + 1;
    return 1;
}

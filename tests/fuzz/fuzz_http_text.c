/* Outside text that the server reads itself: path, Range, Cookie, UTF-8. */
#include "net/http_wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_route routes[] = {
    { "GET", "/v1/volumes/{volume}", NULL, 0, NULL },
    { "POST", "/v1/a/{b}/{c}/{d}/{e}/{f}", NULL, 0, NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = http_copy((const char *)data, size);
    uint64_t from = 0, len = 0;
    if (http_range_read(text, size, &from, &len) > 0 && (!len || from + len > size))
        abort();
    http_utf8_valid(text);
    struct http_pairs parts = { 0 };
    bool other;
    char methods[16];
    http_route_find(routes, COUNT(routes), "GET", text, &parts, &other);
    http_route_methods(routes, COUNT(routes), text, methods, sizeof methods);
    http_pairs_free(&parts);
    struct http_request *r = http_request_new("GET", text);
    http_pairs_add(&r->headers, "Cookie", 6, text, strlen(text));
    http_cookie(r, "juanku");
    http_request_free(r);
    free(text);
    return 0;
}

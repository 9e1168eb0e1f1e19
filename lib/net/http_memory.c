/* Memory of the HTTP server: never NULL. */
#include "net/http_wire.h"

#include <stdlib.h>
#include <string.h>

void *http_alloc(size_t size)
{
    void *at = calloc(1, size ? size : 1);
    if (!at)
        abort();
    return at;
}

void *http_realloc(void *at, size_t size)
{
    void *grown = realloc(at, size);
    if (!grown)
        abort();
    return grown;
}

char *http_copy(const char *text, size_t len)
{
    char *copy = http_alloc(len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

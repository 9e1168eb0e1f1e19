/* All requests of a server. One whose sender left in a pause stays until whoever paused
 * it goes on with it: a pause ends with a call that names the request. */
#include "net/http_wire.h"

void http_requests_add(struct http_requests *all, struct http_request *r)
{
    r->next = all->first;
    if (r->next)
        r->next->prev = r;
    all->first = r;
}

static void release(struct http_requests *all, struct http_request *r)
{
    if (r->prev)
        r->prev->next = r->next;
    else
        all->first = r->next;
    if (r->next)
        r->next->prev = r->prev;
    http_request_free(r);
}

static bool is_awaited(const struct http_requests *all, const struct http_request *r)
{
    return r->paused && !r->answered && !all->ending;
}

void http_requests_end(struct http_requests *all, struct http_request *r)
{
    r->gone = true;
    r->connection = NULL;
    r->cert = NULL;
    if (is_awaited(all, r))
        all->left = true;
    else
        release(all, r);
}

void http_requests_clear(struct http_requests *all)
{
    bool left = false;
    for (struct http_request *r = all->left ? all->first : NULL, *next; r; r = next) {
        next = r->next;
        if (r->gone && !is_awaited(all, r))
            release(all, r);
        else
            left |= r->gone;
    }
    all->left = left;
}

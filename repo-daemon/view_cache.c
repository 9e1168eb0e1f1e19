/* The cache: an open table of entries, at most half full. */
#include "repo-daemon/view_cache.h"

#include "core/siphash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 4096 };

struct entry {
    char *key;      /* NULL: free; owned */
    json_t *object; /* NULL: dropped */
    enum view view;
    bool changed;
};

struct view_cache {
    struct entry *rows;
    size_t room, count; /* rows: a power of two */
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct view_cache *view_cache_new(void)
{
    struct view_cache *cache = must(calloc(1, sizeof *cache));
    cache->room = FIRST_ROWS;
    cache->rows = must(calloc(cache->room, sizeof *cache->rows));
    return cache;
}

void view_cache_clear(struct view_cache *cache)
{
    for (size_t i = 0; i < cache->room; i++) {
        free(cache->rows[i].key);
        json_decref(cache->rows[i].object);
        cache->rows[i] = (struct entry){ .key = NULL };
    }
    cache->count = 0;
}

void view_cache_free(struct view_cache *cache)
{
    if (!cache)
        return;
    view_cache_clear(cache);
    free(cache->rows);
    free(cache);
}

static struct entry *find(const struct view_cache *cache, enum view view, const char *key)
{
    static const uint8_t seed[SIPHASH_KEY_LEN] = { 1 };
    uint64_t hash = siphash(seed, (struct bytes){ (const uint8_t *)key, strlen(key) });
    for (size_t row = (size_t)(hash + view) & (cache->room - 1);;
         row = (row + 1) & (cache->room - 1)) {
        struct entry *e = &cache->rows[row];
        if (!e->key || (e->view == view && !strcmp(e->key, key)))
            return e;
    }
}

static void grow(struct view_cache *cache)
{
    struct entry *old = cache->rows;
    size_t room = cache->room;
    cache->room = 2 * room;
    cache->rows = must(calloc(cache->room, sizeof *cache->rows));
    for (size_t i = 0; i < room; i++)
        if (old[i].key)
            *find(cache, old[i].view, old[i].key) = old[i];
    free(old);
}

json_t *view_cache_get(const struct view_cache *cache, enum view view, const char *key)
{
    return find(cache, view, key)->object;
}

void view_cache_put(struct view_cache *cache, enum view view, const char *key,
                    json_t *object, bool changed)
{
    struct entry *e = find(cache, view, key);
    if (!e->key) {
        e->key = must(strdup(key));
        e->view = view;
        cache->count++;
    }
    json_incref(object);
    json_decref(e->object);
    e->object = object;
    e->changed = e->changed || changed;
    if (2 * cache->count > cache->room)
        grow(cache);
}

void view_cache_drop(struct view_cache *cache, enum view view, const char *key)
{
    struct entry *e = find(cache, view, key);
    json_decref(e->object);
    e->object = NULL;
    e->changed = false;
}

static int by_key(const void *left, const void *right)
{
    const struct entry *a = *(const struct entry *const *)left;
    const struct entry *b = *(const struct entry *const *)right;
    return a->view != b->view ? (a->view < b->view ? -1 : 1) : strcmp(a->key, b->key);
}

enum rc view_cache_flush(struct view_cache *cache, view_cache_write *write, void *context,
                         struct fault *why)
{
    struct entry **changed = must(calloc(cache->count + 1, sizeof(struct entry *)));
    size_t count = 0;
    for (size_t i = 0; i < cache->room; i++)
        if (cache->rows[i].object && cache->rows[i].changed)
            changed[count++] = &cache->rows[i];
    qsort(changed, count, sizeof(struct entry *), by_key);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        rc = write(context, changed[i]->view, changed[i]->key, changed[i]->object, why);
        changed[i]->changed = rc != RC_OK;
    }
    free(changed);
    return rc;
}

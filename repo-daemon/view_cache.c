/* The cache: an open table of entries, at most half full. */
#include "repo-daemon/view_cache.h"

#include "core/siphash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 4096, FIRST_CHANGED = 256 };

struct entry {
    char *key;      /* NULL: free; owned */
    json_t *object; /* NULL: dropped */
    enum view view;
    bool changed;
};

/* Keys of entries to be written, as rows move; borrowed from the rows. */
struct changed {
    const char **keys; /* owned */
    size_t count, room;
};

struct view_cache {
    struct entry *rows;
    size_t room, count; /* rows: a power of two */
    struct entry *last; /* found; NULL: none. What is read is mostly put back next */
    struct changed changed[VIEWS];
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
    for (enum view view = 0; view < VIEWS; view++)
        cache->changed[view].count = 0;
}

void view_cache_free(struct view_cache *cache)
{
    if (!cache)
        return;
    view_cache_clear(cache);
    for (enum view view = 0; view < VIEWS; view++)
        free(cache->changed[view].keys);
    free(cache->rows);
    free(cache);
}

static struct entry *look(const struct view_cache *cache, enum view view, const char *key)
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

static struct entry *find(struct view_cache *cache, enum view view, const char *key)
{
    struct entry *last = cache->last;
    if (!last || !last->key || last->view != view || strcmp(last->key, key) != 0)
        cache->last = last = look(cache, view, key);
    return last;
}

static void grow(struct view_cache *cache)
{
    struct entry *old = cache->rows;
    size_t room = cache->room;
    cache->room = 2 * room;
    cache->rows = must(calloc(cache->room, sizeof *cache->rows));
    for (size_t i = 0; i < room; i++)
        if (old[i].key)
            *look(cache, old[i].view, old[i].key) = old[i];
    free(old);
    cache->last = NULL;
}

json_t *view_cache_get(struct view_cache *cache, enum view view, const char *key)
{
    return find(cache, view, key)->object;
}

static void note_changed(struct changed *list, const char *key)
{
    if (list->count == list->room) {
        list->room = 2 * list->room + FIRST_CHANGED;
        list->keys = must(reallocarray(list->keys, list->room, sizeof *list->keys));
    }
    list->keys[list->count++] = key;
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
    if (changed && !e->changed)
        note_changed(&cache->changed[view], e->key);
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
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static enum rc flush_one(struct view_cache *cache, enum view view,
                         view_cache_write *write, void *context, struct fault *why)
{
    struct changed *list = &cache->changed[view];
    enum rc rc = RC_OK;
    if (list->count)
        qsort(list->keys, list->count, sizeof *list->keys, by_key);
    for (size_t i = 0; i < list->count && !rc; i++) {
        struct entry *e = find(cache, view, list->keys[i]);
        if (e->object && e->changed) /* else it was dropped, or stands here twice */
            rc = write(context, view, e->key, e->object, why);
        e->changed = e->changed && rc;
    }
    if (!rc)
        list->count = 0;
    return rc;
}

enum rc view_cache_flush(struct view_cache *cache, enum view view,
                         view_cache_write *write, void *context, struct fault *why)
{
    enum rc rc = RC_OK;
    for (enum view v = 0; v < VIEWS && !rc; v++)
        if (view == VIEWS || view == v)
            rc = flush_one(cache, v, write, context, why);
    return rc;
}

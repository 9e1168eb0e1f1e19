#include "repo-daemon/paging.h"

#include "repo-daemon/view_index.h"
#include "sys/hash.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_TEXT_MAX = STORE_KEY_MAX + 160, CODE_MAX = PLACE_TEXT_MAX * 4 / 3 + 8 };

struct walk {
    const struct paging *page;
    struct repo *repo;
    struct store_txn *txn;
    size_t most, shown, looked;
    size_t range;
    char last[STORE_KEY_MAX + 1]; /* the key that was looked at last; "" for none */
};

/* "7 vs/shelved/\nV4403…" in base64 with letters that addresses take. */
static json_t *cursor_write(const struct walk *w)
{
    char text[PLACE_TEXT_MAX], code[CODE_MAX];
    int len = snprintf(text, sizeof text, "%d %s\n%s", (int)w->page->view,
                       w->page->ranges[w->range], w->last);
    base64_write((struct bytes){ (const uint8_t *)text, (size_t)len }, code);
    for (char *at = code; *at; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    code[strcspn(code, "=")] = 0;
    return json_string(code);
}

static bool cursor_decode(const char *cursor, char ret_text[PLACE_TEXT_MAX])
{
    char code[PAGING_CURSOR_MAX + 4];
    size_t len = strlen(cursor);
    if (len > PAGING_CURSOR_MAX - 4)
        return false;
    for (size_t i = 0; i < len; i++)
        code[i] = cursor[i] == '-' ? '+' : cursor[i] == '_' ? '/' : cursor[i];
    while (len % 4)
        code[len++] = '=';
    long got = base64_read(code, len, (uint8_t *)ret_text, PLACE_TEXT_MAX - 1);
    if (got <= 0 || memchr(ret_text, 0, (size_t)got))
        return false;
    ret_text[got] = 0;
    return true;
}

static enum rc cursor_read(const char *cursor, struct walk *w, struct fault *why)
{
    char text[PLACE_TEXT_MAX], head[PLACE_TEXT_MAX];
    if (!*cursor)
        return RC_OK;
    bool is_text = cursor_decode(cursor, text);
    for (size_t r = 0; is_text && r < PAGING_RANGES_MAX && w->page->ranges[r]; r++) {
        int len = snprintf(head, sizeof head, "%d %s\n", (int)w->page->view,
                           w->page->ranges[r]);
        const char *key = text + len, *range = w->page->ranges[r];
        if (strncmp(text, head, (size_t)len) != 0 || strlen(key) > STORE_KEY_MAX ||
            strncmp(key, range, strlen(range)) != 0)
            continue;
        w->range = r;
        snprintf(w->last, sizeof w->last, "%s", key);
        return RC_OK;
    }
    return fault_set(why, RC_INVALID, 0, "翻页的位置不对，请从第一页看起");
}

static struct bytes key_bytes(const char *key)
{
    return (struct bytes){ (const uint8_t *)key, strlen(key) };
}

/* To the first entry of the range that was not looked at yet. */
static enum rc start(struct store_cursor *cursor, const struct walk *w, struct bytes *key,
                     struct bytes *value)
{
    const char *range = w->page->ranges[w->range];
    if (!w->page->newest_first) {
        enum rc rc =
            store_cursor_from(cursor, key_bytes(*w->last ? w->last : range), key, value);
        bool seen = !rc && *w->last && key->len == strlen(w->last) &&
                    !memcmp(key->at, w->last, key->len);
        return seen ? store_cursor_next(cursor, key, value) : rc;
    }
    char end[STORE_KEY_MAX + 2];
    snprintf(end, sizeof end, "%s%s", *w->last ? w->last : range, *w->last ? "" : "\xff");
    if (store_cursor_from(cursor, key_bytes(end), key, value))
        return store_cursor_last(cursor, key, value);
    return store_cursor_prev(cursor, key, value);
}

static bool in_range(const struct walk *w, struct bytes key)
{
    size_t len = strlen(w->page->ranges[w->range]);
    const char *below = w->page->below;
    size_t common = below && strlen(below) < key.len ? strlen(below) : key.len;
    if (below && memcmp(key.at, below, common) >= 0)
        return false;
    return key.len >= len && key.len <= STORE_KEY_MAX &&
           !memcmp(key.at, w->page->ranges[w->range], len);
}

/* The entry itself, or the one that the key of an index names. */
static bool tell(const struct walk *w, json_t *object)
{
    const struct paging *page = w->page;
    SCOPED(json_free_at) json_t *entry = NULL;
    const char *name = view_find_name(w->last);
    if (!object || !page->named)
        return object && page->each(w->last, object, page->context);
    return !view_get(w->repo, w->txn, page->entries, name, &entry) &&
           page->each(name, entry, page->context);
}

/* One range to its end, or until the page is full: then *ret_more. */
static enum rc range_read(struct store_cursor *cursor, struct walk *w, bool *ret_more)
{
    struct bytes key, value;
    enum rc rc = start(cursor, w, &key, &value);
    for (; !rc && in_range(w, key); rc = w->page->newest_first
                                             ? store_cursor_prev(cursor, &key, &value)
                                             : store_cursor_next(cursor, &key, &value)) {
        if (w->shown >= w->most || w->looked >= PAGING_LOOK_MOST) {
            *ret_more = true;
            return RC_OK;
        }
        memcpy(w->last, key.at, key.len);
        w->last[key.len] = 0;
        w->looked++;
        SCOPED(json_free_at)
        json_t *object = json_text_read(value);
        w->shown += tell(w, object);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc paging_read(struct call *call, struct store_txn *txn, const struct paging *page,
                    json_t **ret_next, struct fault *why)
{
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    long most = strtol(call_query(call, "limit"), NULL, 10);
    struct walk w = { .page = page,
                      .repo = call->repo,
                      .txn = txn,
                      .most = most > 0 && most <= PAGING_MOST ? (size_t)most
                                                              : PAGING_PRESET };
    bool more = false;
    enum rc rc = cursor_read(call_query(call, "cursor"), &w, why);
    if (!rc)
        rc = store_cursor_open(txn, call->repo->tables[page->view], &cursor, why);
    while (!rc && w.range < PAGING_RANGES_MAX && page->ranges[w.range]) {
        rc = range_read(cursor, &w, &more);
        if (rc || more)
            break;
        w.range++;
        *w.last = 0;
    }
    if (!rc)
        *ret_next = more ? cursor_write(&w) : json_string("");
    return rc;
}

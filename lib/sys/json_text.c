/* One walk over the bytes that builds the value as it goes. It gives up at the first
 * thing out of the ordinary, and jansson does it from the start. */
#include "sys/json_text.h"

#include "sys/json_scope.h"
#include "sys/json_text_in.h"

#include <string.h>

enum {
    DIGITS_MAX = 18, /* fit into 64 bits without a look */
};

/* A string without escapes, behind its first quote. */
static bool take_string(struct cursor *c, struct bytes *ret_text)
{
    const uint8_t *from = c->at;
    bool good = skip_plain(c);
    *ret_text = (struct bytes){ from, (size_t)(c->at - from) };
    return good && take(c, '"');
}

static json_t *read_number(struct cursor *c)
{
    bool minus = take(c, '-');
    const uint8_t *from = c->at;
    json_int_t number = 0;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - from < DIGITS_MAX)
        number = number * 10 + (*c->at++ - '0');
    bool plain = c->at > from && (*from != '0' || (c->at - from == 1 && !minus)) &&
                 (c->at == c->end || !strchr("0123456789.eE", *c->at));
    return plain ? json_integer(minus ? -number : number) : NULL;
}

static json_t *read_value(struct cursor *c, int depth);

static json_t *read_object(struct cursor *c, int depth)
{
    SCOPED(json_free_at) json_t *object = json_object();
    if (take(c, '}'))
        return TAKE(object);
    do {
        struct bytes key;
        if (!take(c, '"') || !take_string(c, &key) || !take(c, ':'))
            return NULL;
        json_t *value = read_value(c, depth + 1);
        if (!value ||
            json_object_setn_new_nocheck(object, (const char *)key.at, key.len, value))
            return NULL;
    } while (take(c, ','));
    return take(c, '}') ? TAKE(object) : NULL;
}

static json_t *read_array(struct cursor *c, int depth)
{
    SCOPED(json_free_at) json_t *array = json_array();
    if (take(c, ']'))
        return TAKE(array);
    do {
        json_t *value = read_value(c, depth + 1);
        if (!value || json_array_append_new(array, value))
            return NULL;
    } while (take(c, ','));
    return take(c, ']') ? TAKE(array) : NULL;
}

static json_t *read_value(struct cursor *c, int depth)
{
    struct bytes text;
    if (depth > JSON_TEXT_DEPTH)
        return NULL;
    if (take(c, '"'))
        return take_string(c, &text)
                   ? json_stringn_nocheck((const char *)text.at, text.len)
                   : NULL;
    if (take(c, '{'))
        return read_object(c, depth);
    if (take(c, '['))
        return read_array(c, depth);
    return read_number(c);
}

json_t *json_text_read(struct bytes text)
{
    struct cursor at = { text.at, text.at + text.len }, *c = &at;
    SCOPED(json_free_at)
    json_t *value =
        text.len && (*text.at == '{' || *text.at == '[') ? read_value(c, 0) : NULL;
    if (value && c->at == c->end)
        return TAKE(value);
    return json_loadb((const char *)text.at, text.len, 0, NULL);
}

/* ---- some members ---- */

static bool skip_number(struct cursor *c)
{
    const uint8_t *from = c->at;
    (void)take(c, '-');
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return c->at > from && (c->at == c->end || !strchr(".eE", *c->at));
}

/* Past a value of the plain kind. */
static bool skip_value(struct cursor *c, int depth)
{
    struct bytes text;
    if (depth > JSON_TEXT_DEPTH || c->at == c->end)
        return false;
    bool object = *c->at == '{';
    if (take(c, '"'))
        return take_string(c, &text);
    if (!take(c, '{') && !take(c, '['))
        return skip_number(c);
    uint8_t close = object ? '}' : ']';
    if (take(c, close))
        return true;
    do {
        if (object && (!take(c, '"') || !take_string(c, &text) || !take(c, ':')))
            return false;
        if (!skip_value(c, depth + 1))
            return false;
    } while (take(c, ','));
    return take(c, close);
}

static bool is_named(struct bytes key, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == key.len && !memcmp(*names, key.at, key.len))
            return true;
    return false;
}

json_t *json_text_pick(struct bytes text, const char *const *names)
{
    struct cursor at = { text.at, text.at + text.len }, *c = &at;
    SCOPED(json_free_at) json_t *object = json_object();
    bool good = object && take(c, '{') && !take(c, '}'), more = good;
    while (good && more) {
        struct bytes key;
        good = take(c, '"') && take_string(c, &key) && take(c, ':');
        if (good && !is_named(key, names)) {
            good = skip_value(c, 1);
        } else if (good) {
            json_t *value = read_value(c, 1);
            good = value && !json_object_setn_new_nocheck(object, (const char *)key.at,
                                                          key.len, value);
        }
        more = good && take(c, ',');
    }
    if (good && take(c, '}') && c->at == c->end)
        return TAKE(object);
    return json_text_read(text);
}

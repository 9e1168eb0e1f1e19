/* One walk over the bytes that builds the value as it goes, and one over the value that
 * writes its text into one growing run. Both give up at the first thing out of the
 * ordinary, and jansson does it from the start. */
#include "sys/json_text.h"

#include "sys/json_scope.h"
#include "sys/utf8.h"

#include <stdbool.h>
#include <string.h>

enum {
    DEPTH_MAX = 32,
    DIGITS_MAX = 18, /* fit into 64 bits without a look */
    MEMBERS_MAX = 128,
    FIRST_ROOM = 512,
};

struct cursor {
    const uint8_t *at, *end;
};

static bool take(struct cursor *c, uint8_t byte)
{
    if (c->at == c->end || *c->at != byte)
        return false;
    c->at++;
    return true;
}

static bool skip_wide(struct cursor *c)
{
    size_t len = utf8_wide(c->at, c->end);
    c->at += len;
    return len != 0;
}

/* Past characters that stand for themselves within a string. False: not UTF-8. */
static bool skip_plain(struct cursor *c)
{
    while (c->at < c->end) {
        uint8_t byte = *c->at;
        if (byte == '"' || byte == '\\' || byte < 0x20)
            return true;
        if (byte < 0x80)
            c->at++;
        else if (!skip_wide(c))
            return false;
    }
    return true;
}

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
    if (depth > DEPTH_MAX)
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
    if (depth > DEPTH_MAX || c->at == c->end)
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

/* ---- writing ---- */

struct out {
    char *at; /* owned */
    size_t len, room;
    bool sorted;
};

static bool put(struct out *out, const void *bytes, size_t len)
{
    if (out->len + len >= out->room) { /* room for the NUL as well */
        size_t room = 2 * out->room + len + FIRST_ROOM;
        char *grown = realloc(out->at, room);
        if (!grown)
            return false;
        out->at = grown;
        out->room = room;
    }
    memcpy(out->at + out->len, bytes, len);
    out->len += len;
    return true;
}

static bool put_string(struct out *out, const char *text, size_t len)
{
    struct cursor c = { (const uint8_t *)text, (const uint8_t *)text + len };
    return skip_plain(&c) && c.at == c.end && put(out, "\"", 1) && put(out, text, len) &&
           put(out, "\"", 1);
}

static bool put_number(struct out *out, json_int_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        digits[--at] = '-';
    return put(out, digits + at, sizeof digits - at);
}

struct member {
    const char *key;
    size_t len;
    json_t *value; /* borrowed */
};

static int by_key(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = memcmp(a->key, b->key, a->len < b->len ? a->len : b->len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Members mostly come in their order, so each finds its place near the end. */
static bool members_list(json_t *object, bool sorted, struct member at[MEMBERS_MAX],
                         size_t *ret_count)
{
    size_t count = 0;
    if (json_object_size(object) > MEMBERS_MAX)
        return false;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        struct member member = { json_object_iter_key(i), json_object_iter_key_len(i),
                                 json_object_iter_value(i) };
        size_t place = count++;
        for (; sorted && place && by_key(&at[place - 1], &member) > 0; place--)
            at[place] = at[place - 1];
        at[place] = member;
    }
    *ret_count = count;
    return true;
}

static bool put_value(struct out *out, const json_t *value, int depth);

static bool put_object(struct out *out, json_t *object, int depth)
{
    struct member members[MEMBERS_MAX];
    size_t count = 0;
    bool good = members_list(object, out->sorted, members, &count) && put(out, "{", 1);
    for (size_t i = 0; good && i < count; i++)
        good = (!i || put(out, ",", 1)) &&
               put_string(out, members[i].key, members[i].len) && put(out, ":", 1) &&
               put_value(out, members[i].value, depth + 1);
    return good && put(out, "}", 1);
}

static bool put_array(struct out *out, const json_t *array, int depth)
{
    bool good = put(out, "[", 1);
    for (size_t i = 0; good && i < json_array_size(array); i++)
        good = (!i || put(out, ",", 1)) &&
               put_value(out, json_array_get(array, i), depth + 1);
    return good && put(out, "]", 1);
}

static bool put_value(struct out *out, const json_t *value, int depth)
{
    if (depth > DEPTH_MAX)
        return false;
    if (json_is_string(value))
        return put_string(out, json_string_value(value), json_string_length(value));
    if (json_is_integer(value))
        return put_number(out, json_integer_value(value));
    if (json_is_object(value))
        return put_object(out, (json_t *)(uintptr_t)value, depth);
    return json_is_array(value) && put_array(out, value, depth);
}

static char *text_write(const json_t *value, bool sorted, size_t flags, size_t *ret_len)
{
    struct out out = { NULL, 0, 0, sorted };
    if ((json_is_object(value) || json_is_array(value)) && put_value(&out, value, 0)) {
        out.at[out.len] = 0;
        *ret_len = out.len;
        return out.at;
    }
    free(out.at);
    char *text = json_dumps(value, flags);
    *ret_len = text ? strlen(text) : 0;
    return text;
}

char *json_text_write(const json_t *value, size_t *ret_len)
{
    return text_write(value, true, JSON_COMPACT | JSON_SORT_KEYS, ret_len);
}

char *json_text_write_any(const json_t *value, size_t *ret_len)
{
    return text_write(value, false, JSON_COMPACT | JSON_ENCODE_ANY, ret_len);
}

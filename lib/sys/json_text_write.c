/* One walk over a value that writes its text into one growing run. It gives up at the
 * first thing out of the ordinary, and jansson does it from the start. */
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/json_text_in.h"

#include <stdlib.h>
#include <string.h>

enum {
    MEMBERS_MAX = 128,
    FIRST_ROOM = 512,
};

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
    if (depth > JSON_TEXT_DEPTH)
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

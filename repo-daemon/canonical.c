/* Canonical JSON: a small writer; the reader parses, writes again and compares, so there
 * is only one place that knows what canonical means. */
#include "repo-daemon/canonical.h"

#include "sys/scope.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 256 };
static const json_int_t INTEGER_MOST = 9007199254740991; /* 2^53 - 1, RFC 7493 */

/* The next code point of valid UTF-8, and a step past it. */
static uint32_t next_point(const uint8_t **at)
{
    const uint8_t *p = *at;
    unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
    uint32_t point = more ? *p & (0x3fu >> more) : *p;
    for (unsigned i = 1; i <= more; i++)
        point = point << 6 | (p[i] & 0x3fu);
    *at = p + 1 + more;
    return point;
}

/* Order of the first UTF-16 code unit in which two different points differ: a point
 * beyond U+FFFF begins with a surrogate, which sorts below U+E000..U+FFFF. */
static int compare_points(uint32_t a, uint32_t b)
{
    bool a_pair = a > 0xffff, b_pair = b > 0xffff;
    if (a_pair == b_pair)
        return a < b ? -1 : 1;
    if (a_pair)
        return b >= 0xe000 ? -1 : 1;
    return a >= 0xe000 ? 1 : -1;
}

static int compare_keys(const void *left, const void *right)
{
    const uint8_t *a = *(const uint8_t *const *)left, *b = *(const uint8_t *const *)right;
    while (*a && *b) {
        uint32_t x = next_point(&a), y = next_point(&b);
        if (x != y)
            return compare_points(x, y);
    }
    return *a ? 1 : *b ? -1 : 0;
}

/* The text so far; once there is no memory it only counts. */
struct out {
    char *at; /* owned */
    size_t len, room;
    bool full;
};

static void put(struct out *out, const char *bytes, size_t len)
{
    size_t room = 2 * out->room + len + FIRST_ROOM;
    if (!out->full && out->len + len >= out->room) { /* room for the NUL as well */
        char *grown = realloc(out->at, room);
        out->full = !grown;
        out->at = grown ? grown : out->at;
        out->room = grown ? room : out->room;
    }
    if (!out->full)
        memcpy(out->at + out->len, bytes, len);
    out->len += len;
}

static void put_escape(struct out *out, unsigned char c)
{
    static const char shorts[] = "btn\1fr"; /* for 8..13; there is none for 11 */
    char escape[8];
    size_t len = 2;
    escape[0] = '\\';
    escape[1] = (char)c;
    if (c >= 8 && c <= 13 && c != 11)
        escape[1] = shorts[c - 8];
    else if (c < 0x20)
        len = (size_t)snprintf(escape, sizeof escape, "\\u%04x", c);
    put(out, escape, len);
}

static void write_text(struct out *out, const char *text, size_t len)
{
    size_t from = 0;
    put(out, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        put(out, text + from, i - from);
        put_escape(out, c);
        from = i + 1;
    }
    put(out, text + from, len - from);
    put(out, "\"", 1);
}

static enum rc write_value(struct out *out, const json_t *value, int depth,
                           struct fault *why);

static enum rc write_object(struct out *out, const json_t *object, int depth,
                            struct fault *why)
{
    size_t count = json_object_size(object), i = 0;
    SCOPED(free_at) const char **keys = calloc(count + 1, sizeof *keys);
    if (!keys)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "canonical: no memory");
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)object, key, member) keys[i++] = key;
    qsort(keys, count, sizeof *keys, compare_keys);

    put(out, "{", 1);
    for (i = 0; i < count; i++) {
        if (i)
            put(out, ",", 1);
        write_text(out, keys[i], strlen(keys[i]));
        put(out, ":", 1);
        enum rc rc = write_value(out, json_object_get(object, keys[i]), depth + 1, why);
        if (rc)
            return rc;
    }
    put(out, "}", 1);
    return RC_OK;
}

static enum rc write_array(struct out *out, const json_t *array, int depth,
                           struct fault *why)
{
    put(out, "[", 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i)
            put(out, ",", 1);
        enum rc rc = write_value(out, json_array_get(array, i), depth + 1, why);
        if (rc)
            return rc;
    }
    put(out, "]", 1);
    return RC_OK;
}

static enum rc write_value(struct out *out, const json_t *value, int depth,
                           struct fault *why)
{
    if (depth > CANONICAL_DEPTH_MAX)
        return fault_set(why, RC_INVALID, 0, "canonical: nested deeper than %d",
                         CANONICAL_DEPTH_MAX);
    if (json_is_object(value))
        return write_object(out, value, depth, why);
    if (json_is_array(value))
        return write_array(out, value, depth, why);
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        size_t len = json_string_length(value);
        if (memchr(text, 0, len))
            return fault_set(why, RC_INVALID, 0, "canonical: U+0000 in a string");
        write_text(out, text, len);
        return RC_OK;
    }
    if (!json_is_integer(value))
        return fault_set(why, RC_INVALID, 0,
                         "canonical: only objects, arrays, strings and whole numbers");
    json_int_t number = json_integer_value(value);
    if (number > INTEGER_MOST || number < -INTEGER_MOST)
        return fault_set(why, RC_INVALID, 0, "canonical: a number beyond 2^53 - 1");
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, number);
    put(out, digits, (size_t)len);
    return RC_OK;
}

enum rc canonical_write(const json_t *value, size_t most, char **ret_text,
                        size_t *ret_len, struct fault *why)
{
    struct out out = { NULL, 0, 0, false };
    enum rc rc = write_value(&out, value, 0, why);
    if (!rc && out.full)
        rc = fault_set(why, RC_NO_MEMORY, ENOMEM, "canonical: no memory");
    if (!rc && out.len > most)
        rc = fault_set(why, RC_INVALID, 0, "canonical: %zu bytes, at most %zu", out.len,
                       most);
    if (rc) {
        free(out.at);
        return rc;
    }
    out.at[out.len] = 0;
    *ret_text = out.at;
    *ret_len = out.len;
    return RC_OK;
}

enum rc canonical_read(struct bytes text, size_t most, json_t **ret_value,
                       struct fault *why)
{
    if (text.len > most)
        return fault_set(why, RC_INVALID, 0, "canonical: %zu bytes, at most %zu",
                         text.len, most);
    json_error_t error;
    json_t *value = json_loadb((const char *)text.at, text.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!value)
        return fault_set(why, RC_INVALID, 0, "not JSON at byte %d: %s", error.position,
                         error.text);
    SCOPED(free_at) char *again = NULL;
    size_t len = 0;
    enum rc rc = canonical_write(value, most, &again, &len, why);
    if (!rc && (len != text.len || memcmp(again, text.at, len) != 0))
        rc = fault_set(why, RC_INVALID, 0, "JSON, but not in canonical form");
    if (rc) {
        json_decref(value);
        return rc;
    }
    *ret_value = value;
    return RC_OK;
}

/* Fields of entries. Most events set a field to what thousands of other entries have
 * there too (a state, a badge, ""), so one text is shared by all of them: texts are
 * replaced and never changed. */
#include "repo-daemon/apply_in.h"

enum { SHARED = 256 /* a power of two */, SHARED_LEN_MAX = 31 };

static json_t *shared[SHARED]; /* owned, for good; one thread applies */

static size_t place_of(const char *text, size_t len)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return (hash ^ hash >> 16) & (SHARED - 1);
}

static bool is_text(const json_t *value, const char *text, size_t len)
{
    return json_is_string(value) && json_string_length(value) == len &&
           !memcmp(json_string_value(value), text, len);
}

/* As json_string(), only that it may be another's as well. */
static json_t *text_shared(const char *text, size_t len)
{
    if (len > SHARED_LEN_MAX)
        return json_stringn(text, len);
    json_t **at = &shared[place_of(text, len)];
    if (!is_text(*at, text, len)) {
        json_decref(*at);
        *at = json_stringn(text, len);
    }
    return json_incref(*at);
}

static void set(json_t *object, void *at, const char *name, json_t *value)
{
    if (at)
        json_object_iter_set_new(object, at, value);
    else
        json_object_set_new(object, name, value);
}

void apply_set_text(json_t *object, const char *name, const char *text)
{
    size_t len = strlen(text);
    void *at = json_object_iter_at(object, name);
    if (!at || !is_text(json_object_iter_value(at), text, len))
        set(object, at, name, text_shared(text, len));
}

void apply_set_number(json_t *object, const char *name, json_int_t value)
{
    void *at = json_object_iter_at(object, name);
    json_t *now = at ? json_object_iter_value(at) : NULL;
    if (json_is_integer(now) && now->refcount == 1)
        json_integer_set(now, value); /* nobody else's */
    else
        set(object, at, name, json_integer(value));
}

void apply_set_copy(json_t *object, const char *name, const json_t *value)
{
    json_object_set_new(object, name, json_deep_copy(value));
}

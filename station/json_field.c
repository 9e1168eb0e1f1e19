/* Reading fields with bounds: what does not fit is not there. */
#include "station/json_field.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool field_text(const json_t *json, const char *key, char *ret, size_t room)
{
    const json_t *value = json_object_get(json, key);
    size_t len = json_string_length(value);
    ret[0] = 0;
    if (!json_is_string(value) || len >= room || strlen(json_string_value(value)) != len)
        return false;
    memcpy(ret, json_string_value(value), len + 1);
    return true;
}

bool field_uint(const json_t *json, const char *key, uint64_t least, uint64_t most,
                uint64_t *ret)
{
    const json_t *value = json_object_get(json, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    uint64_t number = (uint64_t)json_integer_value(value);
    if (number < least || number > most)
        return false;
    *ret = number;
    return true;
}

const char *field_peek(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text ? text : "";
}

void field_print(char *ret, size_t room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(ret, room, format, args);
    va_end(args);
    if (len < 0 || (size_t)len < room)
        return;
    size_t end = room - 1; /* step back over the bytes of a character that was cut */
    while (end > 0 && ((unsigned char)ret[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && ((unsigned char)ret[end - 1] & 0xC0) == 0xC0)
        end--;
    ret[end] = 0;
}

/* Fields of a JSON object that came from a file or another process, with their bounds. */
#ifndef STATION_JSON_FIELD_H
#define STATION_JSON_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy the text of `key`. false, and `ret` is "", when it is missing, no text, holds a
 * NUL, or does not fit with its own NUL. */
bool field_text(const json_t *json, const char *key, char *ret, size_t room);
/* The integer of `key`, when it lies within the bounds; false, and *ret untouched, else.
 */
bool field_uint(const json_t *json, const char *key, uint64_t least, uint64_t most,
                uint64_t *ret);
/* The text of `key`, borrowed, or "" (never NULL). */
const char *field_peek(const json_t *json, const char *key);

/* snprintf() that never leaves half a character of UTF-8 at a cut end: such a text could
 * not be sent on as JSON. */
void field_print(char *ret, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

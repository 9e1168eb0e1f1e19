/* JSON read and written as jansson does it, only faster, for the texts that this house
 * keeps by the million: no white space, no escapes, whole numbers. Whatever is not of
 * that kind goes to jansson itself, so the answers are the same for every text and every
 * value (tests/fuzz/fuzz_json_text.c holds the two beside each other).
 *
 * Neither blocks. */
#ifndef SYS_JSON_TEXT_H
#define SYS_JSON_TEXT_H

#include "core/bytes.h"

#include <jansson.h>

/* What json_loadb() gives without flags: an object or an array, the caller's to
 * json_decref(); NULL when the text is no JSON, or there is no memory. */
json_t *json_text_read(struct bytes text);

/* Of an object at least the members of these names (NULL ends them), as json_text_read()
 * gives them; others may be missing. For texts of this house alone: what is passed over
 * is not looked at closely. */
json_t *json_text_pick(struct bytes text, const char *const *names);

/* What json_dumps() gives with JSON_COMPACT and JSON_SORT_KEYS, with a NUL behind
 * *ret_len; the caller frees it. NULL for what has no text, or without memory. */
char *json_text_write(const json_t *value, size_t *ret_len);

/* The same with JSON_COMPACT and JSON_ENCODE_ANY: members in the order in which they
 * came, and any kind of value. */
char *json_text_write_any(const json_t *value, size_t *ret_len);

#endif

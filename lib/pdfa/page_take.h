/* Small steps of strict reading. Private to lib/pdfa. */
#ifndef PDFA_PAGE_TAKE_H
#define PDFA_PAGE_TAKE_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RC_CORRUPT with the sentence that names `what` is not as we write it. */
enum rc page_not_ours(struct fault *why, const char *what);

/* Exactly `len` bytes at `at`, with a NUL behind: ret_text has room for it. */
MUST_USE enum rc page_read_at(int fd, uint64_t at, char *ret_text, size_t len,
                              struct fault *why);

/* Move *at over what is named, or leave it and say false. A number has decimal digits
 * alone and is at most `most`; points are a number of pdf_number() up to the greatest
 * side of a page. */
bool page_take_text(const char **at, const char *text);
bool page_take_number(const char **at, uint64_t most, uint64_t *ret_number);
bool page_take_points(const char **at, double *ret_value);

#endif

/* A borrowed run of bytes: where it is and how long. Never owns, never ends in NUL. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *at; /* borrowed; may be NULL when len is 0 */
    size_t len;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The bytes of a string literal, without its NUL. */
#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

#endif

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 * Here and inline, because readers of outside bytes call it for each character. */
#ifndef SYS_UTF8_H
#define SYS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character of two to four bytes at `at`; 0: it is none, or `end` cuts it
 * off. `at` is below `end`. */
static inline size_t utf8_wide(const uint8_t *at, const uint8_t *end)
{
    size_t more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : 1;
    if (*at < 0xc2 || *at > 0xf4 || (size_t)(end - at) <= more)
        return 0;
    for (size_t i = 1; i <= more; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) || /* surrogates */
        (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f))
        return 0;
    return more + 1;
}

#endif

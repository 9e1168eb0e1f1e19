/* What the compiler and the app expect of a C library, and nothing else of one. Words
 * where both ends are aligned; the rest by bytes. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if (((uintptr_t)t & 3u) == 0 && ((uintptr_t)f & 3u) == 0)
        for (; len >= 4; len -= 4, t += 4, f += 4)
            *(uint32_t *)(void *)t = *(const uint32_t *)(const void *)f;
    while (len-- > 0)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if (t <= f || t >= f + len) {
        while (len-- > 0)
            *t++ = *f++;
        return to;
    }
    while (len-- > 0)
        t[len] = f[len];
    return to;
}

void *memset(void *at, int byte, size_t len)
{
    uint8_t *t = at;
    while (len-- > 0)
        *t++ = (uint8_t)byte;
    return at;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    for (; len > 0; len--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

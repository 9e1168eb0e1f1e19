/* The few functions that freestanding C11 code may still call; see bytes.c. */
#ifndef ARM_STRING_H
#define ARM_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *at, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

#endif

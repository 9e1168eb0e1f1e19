/* CRC-32 as in IEEE 802.3 and zlib. "123456789" gives 0xCBF43926. */
#ifndef CORE_CRC32_H
#define CORE_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_of(const uint8_t *at, size_t len);

/* The same in pieces: `crc` of what went before, 0 of nothing. */
uint32_t crc32_more(uint32_t crc, const uint8_t *at, size_t len);

#endif

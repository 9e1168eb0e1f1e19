/* CRC-16/MODBUS: polynomial 0x8005 reflected, start 0xFFFF, no final XOR
 * (Modbus over Serial Line V1.02, section 6.2.2). "123456789" gives 0x4B37. */
#ifndef CORE_CRC16_H
#define CORE_CRC16_H

#include <stddef.h>
#include <stdint.h>

#define CRC16_START 0xFFFFu

/* Continue `crc` over `len` bytes; begin with CRC16_START. On the wire the low byte
 * goes first. */
uint16_t crc16_add(uint16_t crc, const uint8_t *at, size_t len);

#endif

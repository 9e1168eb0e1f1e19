/* CRC-16/MODBUS by nibbles: a 32-byte table, because a rack controller counts flash
 * and two look-ups a byte are three times faster than eight shifts. */
#include "core/crc16.h"

uint16_t crc16_add(uint16_t crc, const uint8_t *at, size_t len)
{
    static const uint16_t nibble[16] = {
        0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
        0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
    };
    for (size_t i = 0; i < len; i++) {
        crc = (uint16_t)((crc >> 4) ^ nibble[(crc ^ at[i]) & 15u]);
        crc = (uint16_t)((crc >> 4) ^ nibble[(crc ^ (at[i] >> 4)) & 15u]);
    }
    return crc;
}

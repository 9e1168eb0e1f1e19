/* By nibbles: a 64-byte table, because a rack controller counts flash. */
#include "core/crc32.h"

uint32_t crc32_more(uint32_t before, const uint8_t *at, size_t len)
{
    static const uint32_t nibble[16] = {
        0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
        0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
        0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
    };
    uint32_t crc = ~before;
    for (size_t i = 0; i < len; i++) {
        crc = (crc >> 4) ^ nibble[(crc ^ at[i]) & 15u];
        crc = (crc >> 4) ^ nibble[(crc ^ (at[i] >> 4)) & 15u];
    }
    return ~crc;
}

uint32_t crc32_of(const uint8_t *at, size_t len)
{
    return crc32_more(0, at, len);
}

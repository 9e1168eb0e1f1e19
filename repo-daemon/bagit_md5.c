/* The four rounds of RFC 1321 over a run of bytes in memory. */
#include "repo-daemon/bagit_md5.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 64 };

static void add_block(uint32_t state[4], const uint8_t block[BLOCK],
                      const uint32_t sines[BLOCK])
{
    static const uint8_t turns[4][4] = {
        { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 }
    };
    static const uint8_t steps[4][2] = { { 1, 0 }, { 5, 1 }, { 3, 5 }, { 7, 0 } };
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (uint32_t i = 0; i < BLOCK; i++) {
        uint32_t round = i / 16, f;
        const uint8_t *word = block + 4 * ((steps[round][0] * i + steps[round][1]) % 16);
        f = round == 0   ? (b & c) | (~b & d)
            : round == 1 ? (d & b) | (~d & c)
            : round == 2 ? b ^ c ^ d
                         : c ^ (b | ~d);
        uint32_t sum = a + f + sines[i] +
                       ((uint32_t)word[0] | (uint32_t)word[1] << 8 |
                        (uint32_t)word[2] << 16 | (uint32_t)word[3] << 24);
        uint32_t turn = turns[round][i % 4];
        a = d;
        d = c;
        c = b;
        b += sum << turn | sum >> (32 - turn);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void md5_hex(struct bytes data, char ret_hex[MD5_HEX])
{
    uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
    uint8_t last[2 * BLOCK] = { 0 };
    size_t whole = data.len / BLOCK * BLOCK, rest = data.len - whole;
    size_t end = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    uint64_t bits = (uint64_t)data.len * 8;
    uint32_t sines[BLOCK]; /* the RFC's table T is just this */
    for (int i = 0; i < BLOCK; i++)
        sines[i] = (uint32_t)floor(fabs(sin(i + 1.0)) * 4294967296.0);

    for (size_t at = 0; at < whole; at += BLOCK)
        add_block(state, data.at + at, sines);
    if (rest)
        memcpy(last, data.at + whole, rest);
    last[rest] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[end - 8 + i] = (uint8_t)(bits >> 8 * i);
    for (size_t at = 0; at < end; at += BLOCK)
        add_block(state, last + at, sines);
    for (unsigned i = 0; i < 16; i++)
        (void)snprintf(ret_hex + 2 * i, 3, "%02x", (state[i / 4] >> 8 * (i % 4)) & 0xFF);
}

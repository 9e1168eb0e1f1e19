/* Eighty rounds a block. Of the schedule only the last sixteen words are kept, because a
 * controller counts stack. The constants are the fractional parts of the cube and square
 * roots of the first primes, as the standard gives them. */
#include "core/sha512.h"

#include <string.h>

enum { ROUNDS = 80, LENGTH_AT = SHA512_BLOCK - 8, MORE = 0x80 };

static const uint64_t rounds[ROUNDS] = {
    0x428A2F98D728AE22u, 0x7137449123EF65CDu, 0xB5C0FBCFEC4D3B2Fu, 0xE9B5DBA58189DBBCu,
    0x3956C25BF348B538u, 0x59F111F1B605D019u, 0x923F82A4AF194F9Bu, 0xAB1C5ED5DA6D8118u,
    0xD807AA98A3030242u, 0x12835B0145706FBEu, 0x243185BE4EE4B28Cu, 0x550C7DC3D5FFB4E2u,
    0x72BE5D74F27B896Fu, 0x80DEB1FE3B1696B1u, 0x9BDC06A725C71235u, 0xC19BF174CF692694u,
    0xE49B69C19EF14AD2u, 0xEFBE4786384F25E3u, 0x0FC19DC68B8CD5B5u, 0x240CA1CC77AC9C65u,
    0x2DE92C6F592B0275u, 0x4A7484AA6EA6E483u, 0x5CB0A9DCBD41FBD4u, 0x76F988DA831153B5u,
    0x983E5152EE66DFABu, 0xA831C66D2DB43210u, 0xB00327C898FB213Fu, 0xBF597FC7BEEF0EE4u,
    0xC6E00BF33DA88FC2u, 0xD5A79147930AA725u, 0x06CA6351E003826Fu, 0x142929670A0E6E70u,
    0x27B70A8546D22FFCu, 0x2E1B21385C26C926u, 0x4D2C6DFC5AC42AEDu, 0x53380D139D95B3DFu,
    0x650A73548BAF63DEu, 0x766A0ABB3C77B2A8u, 0x81C2C92E47EDAEE6u, 0x92722C851482353Bu,
    0xA2BFE8A14CF10364u, 0xA81A664BBC423001u, 0xC24B8B70D0F89791u, 0xC76C51A30654BE30u,
    0xD192E819D6EF5218u, 0xD69906245565A910u, 0xF40E35855771202Au, 0x106AA07032BBD1B8u,
    0x19A4C116B8D2D0C8u, 0x1E376C085141AB53u, 0x2748774CDF8EEB99u, 0x34B0BCB5E19B48A8u,
    0x391C0CB3C5C95A63u, 0x4ED8AA4AE3418ACBu, 0x5B9CCA4F7763E373u, 0x682E6FF3D6B2B8A3u,
    0x748F82EE5DEFB2FCu, 0x78A5636F43172F60u, 0x84C87814A1F0AB72u, 0x8CC702081A6439ECu,
    0x90BEFFFA23631E28u, 0xA4506CEBDE82BDE9u, 0xBEF9A3F7B2C67915u, 0xC67178F2E372532Bu,
    0xCA273ECEEA26619Cu, 0xD186B8C721C0C207u, 0xEADA7DD6CDE0EB1Eu, 0xF57D4F7FEE6ED178u,
    0x06F067AA72176FBAu, 0x0A637DC5A2C898A6u, 0x113F9804BEF90DAEu, 0x1B710B35131C471Bu,
    0x28DB77F523047D84u, 0x32CAAB7B40C72493u, 0x3C9EBE0A15C9BEBCu, 0x431D67C49C100D4Cu,
    0x4CC5D4BECB3E42B6u, 0x597F299CFC657E2Au, 0x5FCB6FAB3AD6FAECu, 0x6C44198C4A475817u,
};

static const uint64_t first[8] = {
    0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu, 0xA54FF53A5F1D36F1u,
    0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu, 0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u,
};

static uint64_t turn(uint64_t value, unsigned by)
{
    return value >> by | value << (64u - by);
}

static uint64_t word_at(const uint8_t *at)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < 8; i++)
        word = word << 8 | at[i];
    return word;
}

static void put_word(uint8_t *at, uint64_t word)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(word >> (56u - 8u * i));
}

/* Word `n` of the schedule; words are asked for in order. */
static uint64_t scheduled(struct sha512 *hash, unsigned n)
{
    uint64_t *w = hash->window;
    unsigned at = n % 16u;
    if (n < 16u) {
        w[at] = word_at(hash->block + (size_t)8u * n);
        return w[at];
    }
    uint64_t a = w[(n + 1u) % 16u], b = w[(n + 14u) % 16u];
    w[at] += (turn(a, 1) ^ turn(a, 8) ^ a >> 7) + w[(n + 9u) % 16u] +
             (turn(b, 19) ^ turn(b, 61) ^ b >> 6);
    return w[at];
}

static void take_block(struct sha512 *hash)
{
    uint64_t s[8]; /* a to h */
    memcpy(s, hash->state, sizeof s);
    for (unsigned n = 0; n < ROUNDS; n++) {
        uint64_t e = s[4], a = s[0];
        uint64_t t = s[7] + (turn(e, 14) ^ turn(e, 18) ^ turn(e, 41)) +
                     ((e & s[5]) ^ (~e & s[6])) + rounds[n] + scheduled(hash, n);
        uint64_t u = (turn(a, 28) ^ turn(a, 34) ^ turn(a, 39)) +
                     ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        for (unsigned i = 7; i > 0; i--)
            s[i] = s[i - 1u];
        s[4] += t;
        s[0] = t + u;
    }
    for (unsigned i = 0; i < 8; i++)
        hash->state[i] += s[i];
}

void sha512_begin(struct sha512 *hash)
{
    memcpy(hash->state, first, sizeof hash->state);
    hash->len = 0;
}

void sha512_add(struct sha512 *hash, struct bytes part)
{
    for (size_t i = 0; i < part.len; i++) {
        hash->block[hash->len++ % SHA512_BLOCK] = part.at[i];
        if (hash->len % SHA512_BLOCK == 0)
            take_block(hash);
    }
}

void sha512_end(struct sha512 *hash, uint8_t ret_digest[SHA512_LEN])
{
    uint64_t bits = (uint64_t)hash->len * 8u;
    unsigned at = hash->len % SHA512_BLOCK;
    hash->block[at++] = MORE;
    if (at > LENGTH_AT - 8u) { /* the length has 128 bits */
        memset(hash->block + at, 0, SHA512_BLOCK - at);
        take_block(hash);
        at = 0;
    }
    memset(hash->block + at, 0, LENGTH_AT - at);
    put_word(hash->block + LENGTH_AT, bits);
    take_block(hash);
    for (unsigned i = 0; i < 8; i++)
        put_word(ret_digest + (size_t)8u * i, hash->state[i]);
}

/* The state is four words; each eight bytes of message are mixed in between two rounds.
 * Bytes are little-endian, as in the paper. */
#include "core/siphash.h"

struct state {
    uint64_t a, b, c, d;
};

static uint64_t turn(uint64_t value, unsigned by)
{
    return value << by | value >> (64u - by);
}

static void rounds(struct state *s, unsigned count)
{
    while (count-- > 0) {
        s->a += s->b;
        s->b = turn(s->b, 13) ^ s->a;
        s->a = turn(s->a, 32);
        s->c += s->d;
        s->d = turn(s->d, 16) ^ s->c;
        s->a += s->d;
        s->d = turn(s->d, 21) ^ s->a;
        s->c += s->b;
        s->b = turn(s->b, 17) ^ s->c;
        s->c = turn(s->c, 32);
    }
}

/* Up to eight bytes, the first lowest. */
static uint64_t word_of(const uint8_t *at, size_t len)
{
    uint64_t word = 0;
    while (len-- > 0)
        word = word << 8 | at[len];
    return word;
}

static void mix(struct state *s, uint64_t word)
{
    s->d ^= word;
    rounds(s, 2);
    s->a ^= word;
}

uint64_t siphash(const uint8_t key[SIPHASH_KEY_LEN], struct bytes message)
{
    uint64_t low = word_of(key, 8), high = word_of(key + 8, 8);
    struct state s = { low ^ 0x736F6D6570736575u, high ^ 0x646F72616E646F6Du,
                       low ^ 0x6C7967656E657261u, high ^ 0x7465646279746573u };
    size_t at = 0;
    for (; message.len - at >= 8; at += 8)
        mix(&s, word_of(message.at + at, 8));
    mix(&s, (uint64_t)message.len << 56 | word_of(message.at + at, message.len - at));
    s.c ^= 0xFF;
    rounds(&s, 4);
    return s.a ^ s.b ^ s.c ^ s.d;
}

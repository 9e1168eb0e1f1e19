/* SipHash-2-4, CRC-32 and the order to a lock, against values from outside. */
#include "check.h"

#include "core/crc32.h"
#include "core/rack_order.h"

#include <stdbool.h>

static const uint8_t key[SIPHASH_KEY_LEN] = { 0, 1, 2,  3,  4,  5,  6,  7,
                                              8, 9, 10, 11, 12, 13, 14, 15 };

TEST(siphash, gives_the_vectors_of_its_authors)
{
    /* vectors_sip64 of the reference implementation: key 00..0f, message 00..len-1 */
    static const struct {
        size_t len;
        uint64_t tag;
    } vectors[] = {
        { 0, 0x726FDB47DD0E0E31u },  { 1, 0x74F839C593DC67FDu },
        { 7, 0xAB0200F58B01D137u },  { 8, 0x93F5F5799A932462u },
        { 15, 0xA129CA6149BE45E5u },
    };
    uint8_t message[16];
    for (unsigned i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)i;
    for (size_t i = 0; i < COUNT(vectors); i++)
        CHECK(siphash(key, (struct bytes){ message, vectors[i].len }) == vectors[i].tag);
}

TEST(crc32, gives_the_check_value_of_its_standard)
{
    CHECK(crc32_of((const uint8_t *)"123456789", 9) == 0xCBF43926u);
    CHECK(crc32_of(NULL, 0) == 0);
}

TEST(rack_order, holds_only_with_every_bit_as_it_was_sealed)
{
    uint16_t words[RACK_ORDER_WORDS] = { RACK_UNLOCK, 0, 5000, 0, 17, 0x1234, 0x5678, 0 };
    rack_order_seal(key, 7, 3, words);
    CHECK(rack_order_holds(key, 7, 3, words));
    CHECK(!rack_order_holds(key, 8, 3, words));
    CHECK(!rack_order_holds(key, 7, 4, words));
    for (unsigned bit = 0; bit < 16 * RACK_ORDER_WORDS; bit++) {
        words[bit / 16] ^= (uint16_t)(1u << (bit % 16));
        CHECK(!rack_order_holds(key, 7, 3, words));
        words[bit / 16] ^= (uint16_t)(1u << (bit % 16));
    }
}

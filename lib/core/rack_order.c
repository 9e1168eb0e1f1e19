/* The words are laid out as on the wire, so that the tag can be checked by eye. */
#include "core/rack_order.h"

enum { TAG_WORDS = RACK_ORDER_WORDS - RACK_ORDER_TAG };

static uint8_t *add(uint8_t *at, uint16_t word)
{
    at[0] = (uint8_t)(word >> 8);
    at[1] = (uint8_t)word;
    return at + 2;
}

uint64_t rack_order_tag(const uint8_t key[SIPHASH_KEY_LEN], uint8_t address,
                        uint16_t boot, const uint16_t words[RACK_ORDER_TAG])
{
    uint8_t text[2 * (2 + RACK_ORDER_TAG)];
    uint8_t *at = add(add(text, address), boot);
    for (unsigned i = 0; i < RACK_ORDER_TAG; i++)
        at = add(at, words[i]);
    return siphash(key, (struct bytes){ text, sizeof text });
}

void rack_order_seal(const uint8_t key[SIPHASH_KEY_LEN], uint8_t address, uint16_t boot,
                     uint16_t words[RACK_ORDER_WORDS])
{
    uint64_t tag = rack_order_tag(key, address, boot, words);
    for (unsigned i = 0; i < TAG_WORDS; i++)
        words[RACK_ORDER_TAG + i] = (uint16_t)(tag >> (48 - 16 * i));
}

bool rack_order_holds(const uint8_t key[SIPHASH_KEY_LEN], uint8_t address, uint16_t boot,
                      const uint16_t words[RACK_ORDER_WORDS])
{
    uint64_t tag = rack_order_tag(key, address, boot, words);
    unsigned differs = 0;
    for (unsigned i = 0; i < TAG_WORDS; i++)
        differs |= words[RACK_ORDER_TAG + i] ^ (unsigned)(uint16_t)(tag >> (48 - 16 * i));
    return differs == 0;
}

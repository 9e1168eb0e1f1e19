/* The challenge goes stale after two seconds, so boot id and challenge are read just
 * before; a repeated write carries the same request number and does nothing twice. */
#include "drivers/rack/rack_lock.h"

static const char *sentence(unsigned result)
{
    static const char *const sentences[] = {
        [3] = "no key was ever set",       [4] = "the tag is wrong",
        [5] = "it knows no such order",    [6] = "it is barred after too many wrong tags",
        [7] = "it has no lock that works",
    };
    const char *text = result < COUNT(sentences) ? sentences[result] : NULL;
    return text ? text : "it does not say why";
}

static enum rc explain(struct rack_bus *bus, uint8_t address, struct fault *why)
{
    uint16_t result = 0;
    if (rack_bus_read(bus, address, RACK_AT_LOCK_RESULT, 1, RACK_BUS_TRIES, &result,
                      NULL))
        result = 0;
    return fault_set(why, RC_REFUSED, 0, "rack %u does not obey: %s", address,
                     sentence(result));
}

enum rc rack_lock_send(struct rack_bus *bus, uint8_t address,
                       const uint8_t key[SIPHASH_KEY_LEN],
                       const struct rack_lock_order *order, struct fault *why)
{
    uint16_t boot = 0, words[RACK_ORDER_WORDS] = { 0 };
    enum rc rc = rack_bus_read(bus, address, RACK_AT_BOOT, 1, RACK_BUS_TRIES, &boot, why);
    if (!rc)
        rc = rack_bus_read(bus, address, RACK_AT_CHALLENGE, 2, RACK_BUS_TRIES,
                           words + RACK_ORDER_CHALLENGE, why);
    if (rc)
        return rc;
    words[RACK_ORDER_OPERATION] = (uint16_t)order->operation;
    words[RACK_ORDER_HOLD_MS] = order->hold_ms;
    words[RACK_ORDER_REQUEST] = (uint16_t)(order->request >> 16);
    words[RACK_ORDER_REQUEST + 1] = (uint16_t)order->request;
    words[RACK_ORDER_FLAGS] = order->learn ? RACK_ORDER_LEARN : 0;
    rack_order_seal(key, address, boot, words);
    rc = rack_bus_write(bus, address, RACK_AT_LOCK_ORDER, RACK_ORDER_WORDS,
                        RACK_BUS_TRIES, words, why);
    if (rc == RC_REFUSED)
        return explain(bus, address, why);
    if (rc == RC_TIMEOUT || rc == RC_CORRUPT)
        return fault_set(why, RC_UNKNOWN, 0, "rack %u may have obeyed: no answer came",
                         address);
    return rc;
}

enum rc rack_lock_set_key(struct rack_bus *bus, uint8_t address,
                          const uint8_t key[SIPHASH_KEY_LEN], struct fault *why)
{
    uint16_t words[SIPHASH_KEY_LEN / 2];
    for (unsigned i = 0; i < COUNT(words); i++)
        words[i] = (uint16_t)(key[2 * i] << 8 | key[2 * i + 1]);
    return rack_bus_write(bus, address, RACK_AT_LOCK_KEY, COUNT(words), RACK_BUS_TRIES,
                          words, why);
}

/* Writes that are carried out whole and at once: the lock, its key, the claim of an
 * address, the commit of settings, an update. Each row of the map that is RACK_EXACT
 * stands here. */
#include "firmware/app/registers.h"

#include "firmware/app/rack.h"

#include <string.h>

static enum modbus_exception order_lock(struct rack *rack, const uint16_t *words)
{
    const struct lock_limits limits = { rack->settings.now[SET_LOCK_TIME],
                                        rack->settings.now[SET_LOCK_MOST] };
    enum rack_update_state state = update_state(&rack->update);
    if (state == RACK_UPDATE_ERASING || state == RACK_UPDATE_RECEIVING)
        return MODBUS_BUSY; /* locked through an update */
    enum lock_result result = lock_order(&rack->lock, words, rack->stream.address,
                                         rack->events.boot, limits, rack->uptime_ms);
    if (result == LOCK_BAD_TAG)
        event_add(&rack->events, RACK_BAD_TAG, RACK_NO_SLOT, rack->lock.bad_tags,
                  rack->uptime_cs);
    return result == LOCK_DONE || result == LOCK_REPEATED ? MODBUS_FINE
                                                          : MODBUS_BAD_VALUE;
}

/* A key that stands gives way only to somebody who stands before the rack. */
static enum modbus_exception order_key(struct rack *rack, const uint16_t *words)
{
    uint8_t key[SIPHASH_KEY_LEN];
    if (rack->lock.keyed && !rack->keeper)
        return MODBUS_BUSY;
    for (unsigned i = 0; i < SIPHASH_KEY_LEN; i++)
        key[i] = (uint8_t)(i % 2 ? words[i / 2] : words[i / 2] >> 8);
    return rack_keep_lock(rack, key) ? MODBUS_FINE : MODBUS_FAILED;
}

static enum modbus_exception order_claim(struct rack *rack, const uint16_t *words)
{
    uint16_t address = words[HAL_UID_WORDS];
    if (memcmp(words, rack->boot.uid, sizeof rack->boot.uid) != 0 ||
        !settings_allow(SET_ADDRESS, address))
        return MODBUS_BAD_VALUE;
    if (address == rack->settings.now[SET_ADDRESS] && !rack->settings.preset)
        return MODBUS_FINE;
    if (!rack_may_commit(rack))
        return MODBUS_BUSY;
    struct settings *settings = &rack->settings;
    memcpy(settings->draft, settings->now, sizeof settings->draft);
    settings->draft[SET_ADDRESS] = address;
    return rack_commit(rack) ? MODBUS_FINE : MODBUS_FAILED;
}

static enum modbus_exception order_commit(struct rack *rack, uint16_t word)
{
    if (word != RACK_COMMIT && word != RACK_FACTORY)
        return MODBUS_BAD_VALUE;
    if (!rack_may_commit(rack))
        return MODBUS_BUSY;
    if (word == RACK_FACTORY)
        settings_factory(&rack->settings);
    if (!settings_agree(&rack->settings))
        return MODBUS_BAD_VALUE;
    return rack_commit(rack) ? MODBUS_FINE : MODBUS_FAILED;
}

enum modbus_exception registers_order(struct rack *rack, enum rack_item item,
                                      const uint16_t *words)
{
    switch (item) {
    case RACK_MAP_SET_COMMIT:
        return order_commit(rack, words[0]);
    case RACK_MAP_LOCK_ORDER:
        return order_lock(rack, words);
    case RACK_MAP_LOCK_KEY:
        return order_key(rack, words);
    case RACK_MAP_CLAIM:
        return order_claim(rack, words);
    case RACK_MAP_UPDATE_BEGIN:
    case RACK_MAP_UPDATE_CHUNK:
    case RACK_MAP_UPDATE_APPLY:
        return update_order(&rack->update, item, words, !rack->lock.driven);
    default:
        return MODBUS_NO_ADDRESS;
    }
}

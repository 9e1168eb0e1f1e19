/* One row a setting. In the journal they stand in this order, in one byte or in two as
 * their most needs; a record that holds a forbidden value is not believed. */
#include "firmware/app/settings.h"

#include "firmware/app/lock.h"

#include <string.h>

static const struct bounds {
    uint16_t least, most, preset;
} bounds[SETTINGS] = {
    [SET_ADDRESS] = { 1, RACK_ADDRESS_MAX, RACK_ADDRESS_PRESET },
    [SET_BAUD] = { 12, 10000, RACK_BAUD_PRESET / SET_BAUD_UNIT },
    [SET_PARITY] = { 0, 2, 2 },
    [SET_DELAY] = { 0, 100, 0 },
    [SET_GAP] = { 4, 250, 20 },
    [SET_ON] = { 4, 250, 40 },
    [SET_OFF] = { 4, 250, 40 },
    [SET_HOST] = { 5, 3600, 30 },
    [SET_SAFE] = { 0, UINT16_MAX, RACK_DARK },
    [SET_LOCK_TIME] = { 500, LOCK_HOLD_MAX_MS, 5000 },
    [SET_LOCK_MOST] = { 500, LOCK_HOLD_MAX_MS, 10000 },
    [SET_SLOTS] = { 1, RACK_SLOTS_MAX, RACK_SLOTS_PRESET },
};

static void pack(const uint16_t values[SETTINGS], uint8_t ret_data[JOURNAL_DATA])
{
    memset(ret_data, 0, JOURNAL_DATA);
    for (unsigned i = 0, at = 0; i < SETTINGS; i++) {
        if (bounds[i].most > UINT8_MAX)
            ret_data[at++] = (uint8_t)(values[i] >> 8);
        ret_data[at++] = (uint8_t)values[i];
    }
}

static bool unpack(const uint8_t data[JOURNAL_DATA], uint16_t ret_values[SETTINGS])
{
    for (unsigned i = 0, at = 0; i < SETTINGS; i++) {
        unsigned value = bounds[i].most > UINT8_MAX ? data[at++] : 0u;
        value = value << 8 | data[at++];
        if (!settings_allow((enum setting)i, (uint16_t)value))
            return false;
        ret_values[i] = (uint16_t)value;
    }
    return true;
}

void settings_load(struct settings *settings, struct journal *journal)
{
    uint8_t data[JOURNAL_DATA];
    uint16_t values[SETTINGS];
    settings_factory(settings);
    settings->preset =
        !journal_read(journal, JOURNAL_SETTINGS, data) || !unpack(data, values);
    if (!settings->preset)
        memcpy(settings->draft, values, sizeof values);
    memcpy(settings->now, settings->draft, sizeof settings->now);
}

bool settings_allow(enum setting which, uint16_t value)
{
    if (which == SET_SAFE && (!rack_style_valid(value) || rack_style_unpack(value).waits))
        return false;
    return value >= bounds[which].least && value <= bounds[which].most;
}

bool settings_agree(const struct settings *settings)
{
    return settings->draft[SET_LOCK_TIME] <= settings->draft[SET_LOCK_MOST];
}

bool settings_commit(struct settings *settings, struct journal *journal)
{
    uint8_t data[JOURNAL_DATA];
    pack(settings->draft, data);
    if (!journal_write(journal, JOURNAL_SETTINGS, data))
        return false;
    memcpy(settings->now, settings->draft, sizeof settings->now);
    settings->preset = false;
    return true;
}

void settings_factory(struct settings *settings)
{
    for (unsigned i = 0; i < SETTINGS; i++)
        settings->draft[i] = bounds[i].preset;
}

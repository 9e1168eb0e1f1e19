/* How the rack is set up: from the journal at the start, from the bus later. */
#include "firmware/app/rack.h"

#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_uart.h"

#include <string.h>

enum { MS_US = 1000, KEYED_AT = SIPHASH_KEY_LEN, FEEDBACK_AT };

bool rack_may_commit(const struct rack *rack)
{
    return !rack->committed || rack->uptime_ms - rack->commit_ms >= RACK_COMMIT_MS;
}

bool rack_commit(struct rack *rack)
{
    if (!rack_may_commit(rack) || !settings_commit(&rack->settings, &rack->journal))
        return false;
    rack->committed = true;
    rack->commit_ms = rack->uptime_ms;
    rack->apply = true;
    return true;
}

/* What the port knows better than the journal: a switch for the address, the wiring. */
static void override(struct settings *settings, const struct hal_boot *boot)
{
    if (boot->address)
        settings->now[SET_ADDRESS] = boot->address;
    if (boot->baud)
        settings->now[SET_BAUD] = (uint16_t)(boot->baud / SET_BAUD_UNIT);
    if (boot->slots)
        settings->now[SET_SLOTS] = boot->slots;
    memcpy(settings->draft, settings->now, sizeof settings->draft);
}

bool rack_keep_lock(struct rack *rack, const uint8_t *key)
{
    uint8_t data[JOURNAL_DATA] = { 0 };
    memcpy(data, key ? key : rack->lock.key, SIPHASH_KEY_LEN);
    data[KEYED_AT] = key || rack->lock.keyed;
    data[FEEDBACK_AT] = rack->lock.feedback;
    if (!journal_write(&rack->journal, JOURNAL_LOCK, data))
        return false;
    if (key)
        lock_set_key(&rack->lock, data);
    return true;
}

static void open_lock(struct rack *rack)
{
    uint8_t data[JOURNAL_DATA] = { 0 };
    bool kept = journal_read(&rack->journal, JOURNAL_LOCK, data);
    if (data[FEEDBACK_AT] < LOCK_FEEDBACKS)
        rack->feedback = data[FEEDBACK_AT];
    lock_init(&rack->lock, rack->boot.lock, rack->feedback, hal_contacts());
    rack->lock.safe = rack->boot.safe;
    if (kept && data[KEYED_AT])
        lock_set_key(&rack->lock, data);
}

void rack_set_up(struct rack *rack)
{
    settings_load(&rack->settings, &rack->journal);
    override(&rack->settings, &rack->boot);
    open_lock(rack);
}

void rack_put_in_force(struct rack *rack)
{
    const uint16_t *now = rack->settings.now;
    rack->stream.address = (uint8_t)now[SET_ADDRESS];
    rack->delay_ms = (uint8_t)now[SET_DELAY];
    rack->stream.resync_us = (uint32_t)now[SET_GAP] * MS_US;
    slot_setup(&rack->slots, (uint8_t)now[SET_SLOTS], now[SET_ON], now[SET_OFF]);
    lamp_setup(&rack->lamps, (uint8_t)now[SET_SLOTS]);
    hal_uart_setup((uint32_t)now[SET_BAUD] * SET_BAUD_UNIT, (uint8_t)now[SET_PARITY]);
    rack->apply = false;
}

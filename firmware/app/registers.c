/* One row an item. A row without a reader cannot be read, and the map says the same; the
 * test holds both against each other. */
#include "firmware/app/registers.h"

#include "firmware/app/rack.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_system.h"

#include <string.h>

enum { MODEL_LAMPS = 1, MODEL_LOCK = 2, SENSOR_SWITCH = 1 };
enum { FEATURE_LAMPS = 1, FEATURE_LOCK = 2, FEATURE_UPDATE = 8 };
enum { LOCK_UNIT_MS = 100 };

static uint16_t read_status(const struct rack *rack)
{
    unsigned bits = lock_status(&rack->lock);
    bits |= event_overflowed(&rack->events) ? RACK_OVERFLOW : 0;
    bits |= rack->settings.preset && !rack->boot.address ? RACK_DEFAULTED : 0;
    bits |= rack->boot.safe ? RACK_SAFE_MODE : 0;
    enum rack_update_state state = update_state(&rack->update);
    bits |= state == RACK_UPDATE_ERASING || state == RACK_UPDATE_RECEIVING ? RACK_UPDATING
                                                                           : 0;
    bits |= rack->loss_seq ? RACK_HOST_WAS_LOST : 0;
    bits |= slot_any(rack->slots.chatters) ? RACK_SENSOR_FAULT : 0;
    return (uint16_t)bits;
}

static uint16_t read_lock_state(const struct rack *rack)
{
    unsigned left =
        (lock_left_ms(&rack->lock, rack->uptime_ms) + LOCK_UNIT_MS - 1) / LOCK_UNIT_MS;
    return (uint16_t)((unsigned)lock_state(&rack->lock) << 8 |
                      (left < UINT8_MAX ? left : UINT8_MAX));
}

/* The words 0x0001 to 0x0007, and what else is one number about the controller. */
static uint16_t read_state(struct rack *rack, enum rack_item item)
{
    const struct rack_event *oldest = event_at(&rack->events, 0);
    switch (item) {
    case RACK_MAP_VERSION:
        return RACK_PROTOCOL;
    case RACK_MAP_BOOT:
        return rack->events.boot;
    case RACK_MAP_STATUS:
        return read_status(rack);
    case RACK_MAP_NEWEST:
        return rack->events.newest;
    case RACK_MAP_OLDEST:
        return oldest ? oldest->seq : 0;
    case RACK_MAP_LAMP_CRC:
        return lamp_crc(&rack->lamps);
    case RACK_MAP_LOCK:
        return read_lock_state(rack);
    case RACK_MAP_RESET:
        return (uint16_t)(rack->boot.cause << 8 |
                          (rack->journal.failed ? RACK_FAULT_STORE : rack->boot.fault));
    default:
        return 0;
    }
}

static uint16_t read_event(const struct rack *rack, unsigned at)
{
    const struct rack_event *event = event_at(&rack->events, at / RACK_EVENT_WORDS);
    uint16_t words[RACK_EVENT_WORDS] = { 0 };
    if (event)
        rack_event_pack(event, words);
    return words[at % RACK_EVENT_WORDS];
}

/* Part 0, 1 or 2 of "1.2.3". */
static uint8_t version_part(unsigned part)
{
    unsigned value = 0;
    for (const char *c = JUANKU_VERSION; *c; c++) {
        if (*c == '.' && part-- == 0)
            return (uint8_t)value;
        value = *c == '.' ? 0 : value * 10 + (unsigned)(*c - '0');
    }
    return (uint8_t)value;
}

static uint16_t read_identity(const struct rack *rack, enum rack_item item, unsigned at)
{
    switch (item) {
    case RACK_MAP_VENDOR:
        return RACK_VENDOR;
    case RACK_MAP_MODEL:
        return rack->boot.lock ? MODEL_LOCK : MODEL_LAMPS;
    case RACK_MAP_HARDWARE:
        return rack->boot.hardware;
    case RACK_MAP_FIRMWARE:
        return at ? version_part(2)
                  : (uint16_t)((unsigned)version_part(0) << 8 | version_part(1));
    case RACK_MAP_UID:
        return rack->boot.uid[at];
    case RACK_MAP_SLOTS:
        return rack->slots.count;
    case RACK_MAP_SENSOR:
        return SENSOR_SWITCH;
    case RACK_MAP_FEATURES:
        return (uint16_t)(FEATURE_LAMPS | FEATURE_UPDATE |
                          (rack->boot.lock ? FEATURE_LOCK : 0));
    default:
        return 0;
    }
}

static uint16_t read_name(unsigned at)
{
    static const char name[HAL_NAME_MAX + 1] = "juanku rack";
    return (uint16_t)((unsigned)(uint8_t)name[2 * at] << 8 | (uint8_t)name[2 * at + 1]);
}

static uint16_t half(uint32_t word, unsigned at)
{
    return (uint16_t)(at ? word : word >> 16);
}

/* Counters that the bus does not clear. */
static uint16_t read_history(const struct rack *rack, enum rack_item item, unsigned at)
{
    const struct hal_crash *crash = &rack->boot.crash;
    switch (item) {
    case RACK_MAP_COUNT_BAD_TAG:
        return rack->lock.bad_tags;
    case RACK_MAP_COUNT_OPENED:
        return rack->lock.opened;
    case RACK_MAP_COUNT_STACK:
        return hal_stack_peak();
    case RACK_MAP_COUNT_STORE:
        return (uint16_t)rack->journal.number;
    case RACK_MAP_COUNT_RESETS:
        return rack->journal.resets[at];
    case RACK_MAP_COUNT_STARTS:
        return rack->boot.starts;
    case RACK_MAP_CRASH_PC:
        return half(crash->pc, at);
    case RACK_MAP_CRASH_LR:
        return half(crash->lr, at);
    case RACK_MAP_CRASH_STATUS:
        return half(crash->status, at);
    case RACK_MAP_CRASH_ADDRESS:
        return half(crash->address, at);
    default:
        return 0;
    }
}

static uint16_t read_counter(const struct rack *rack, enum rack_item item, unsigned at)
{
    const struct modbus_counts *counts = &rack->stream.counts;
    switch (item) {
    case RACK_MAP_COUNT_MINE:
        return counts->mine;
    case RACK_MAP_COUNT_ALL:
        return counts->all;
    case RACK_MAP_COUNT_OTHER:
        return counts->other;
    case RACK_MAP_COUNT_CRC:
        return counts->bad;
    case RACK_MAP_COUNT_FLAG:
        return counts->flag;
    case RACK_MAP_COUNT_OVERRUN:
        return counts->overrun;
    case RACK_MAP_COUNT_SHORT:
        return counts->cut;
    case RACK_MAP_COUNT_EXCEPTION:
        return rack->exceptions;
    case RACK_MAP_COUNT_STALE:
        return counts->stale;
    case RACK_MAP_COUNT_HOST_LOST:
        return rack->host_losses;
    case RACK_MAP_COUNT_EVENT_LOST:
        return rack->events.lost;
    case RACK_MAP_COUNT_LOOP:
        return rack->longest_pass_us;
    case RACK_MAP_COUNT_CHATTER:
        return (uint16_t)(rack->slots.worst_slot << 8 | rack->slots.worst_edges);
    default:
        return read_history(rack, item, at);
    }
}

static uint16_t read_lock(struct rack *rack, enum rack_item item, unsigned at)
{
    struct lock *lock = &rack->lock;
    switch (item) {
    case RACK_MAP_CHALLENGE:
        if (at == 0)
            (void)lock_challenge(lock, rack->events.boot, hal_clock_us(),
                                 rack->uptime_ms);
        return lock->asked ? half(lock->challenge, at) : 0;
    case RACK_MAP_LOCK_OPENED:
        return lock->opened;
    case RACK_MAP_LOCK_RESULT:
        return lock->result;
    case RACK_MAP_LOCK_REQUEST:
        return lock->last[RACK_ORDER_REQUEST + at];
    case RACK_MAP_LOCK_TAGS:
        return lock->keyed ? RACK_TAG_SIPHASH : 0;
    default:
        return 0;
    }
}

static uint16_t read_setting(const struct rack *rack, enum rack_item item)
{
    if (item == RACK_MAP_SET_FEEDBACK)
        return rack->lock.feedback;
    unsigned which = (unsigned)item - RACK_MAP_SET_ADDRESS; /* same order */
    return which < SETTINGS ? rack->settings.draft[which] : 0;
}

/* `at` counts from the first address of the item, which can be read. */
static uint16_t read_one(struct rack *rack, enum rack_item item, unsigned at)
{
    switch (item) {
    case RACK_MAP_LAMP_COILS:
        return lamp_lit(&rack->lamps, at);
    case RACK_MAP_FULL_BITS:
        return slot_bit(rack->slots.full, at);
    case RACK_MAP_RAW_BITS:
        return slot_bit(rack->slots.raw, at);
    case RACK_MAP_RAW:
        return rack->slots.raw[at];
    case RACK_MAP_EVENTS:
        return read_event(rack, at);
    case RACK_MAP_NAME:
        return read_name(at);
    default:
        break;
    }
    if (item < RACK_MAP_VENDOR)
        return read_state(rack, item);
    if (item < RACK_MAP_NAME)
        return read_identity(rack, item, at);
    if (item < RACK_MAP_SET_ADDRESS)
        return read_counter(rack, item, at);
    if (item < RACK_MAP_CHALLENGE)
        return read_setting(rack, item);
    if (item >= RACK_MAP_UPDATE_STATE)
        return update_word(&rack->update, item, at);
    return read_lock(rack, item, at);
}

static bool value_right(const struct rack *rack, enum rack_item item, uint16_t value)
{
    switch (item) {
    case RACK_MAP_LAMP_COILS:
        return value <= 1;
    case RACK_MAP_GROUP:
        return value == RACK_GROUP_DARK || value == RACK_GROUP_TEST ||
               value == RACK_GROUP_IDENTIFY;
    case RACK_MAP_COUNT_CLEAR:
        return value == RACK_COUNTERS_CLEAR;
    case RACK_MAP_ACK:
        return event_known(&rack->events, value);
    case RACK_MAP_ACK_BOOT:
        return event_boot_stands(&rack->events, value);
    default: /* only settings are left */
        return settings_allow((enum setting)(item - RACK_MAP_SET_ADDRESS), value);
    }
}

static void write_one(struct rack *rack, enum rack_item item, unsigned at, uint16_t value)
{
    switch (item) {
    case RACK_MAP_LAMP_COILS:
        value = value ? LAMP_COIL_STYLE : RACK_DARK;
        lamp_set(&rack->lamps, at, 1, &value, rack->uptime_ms);
        break;
    case RACK_MAP_GROUP:
        lamp_group(&rack->lamps, (enum rack_group)value, rack->uptime_ms);
        break;
    case RACK_MAP_COUNT_CLEAR:
        rack_clear_counters(rack);
        break;
    case RACK_MAP_ACK:
        rack_acknowledge(rack, value);
        break;
    default:
        if (item >= RACK_MAP_SET_ADDRESS && item < RACK_MAP_SET_ADDRESS + SETTINGS)
            rack->settings.draft[item - RACK_MAP_SET_ADDRESS] = value;
        break;
    }
}

/* How many of `count` words from `first` on belong to the item there. */
static unsigned run_of(enum rack_item item, unsigned first, unsigned count)
{
    unsigned left = (unsigned)rack_rows[item].first + rack_rows[item].count - first;
    return left < count ? left : count;
}

enum modbus_exception registers_read(struct rack *rack, enum rack_space space,
                                     uint16_t first, uint16_t count, uint16_t *ret_values)
{
    enum rack_item item = rack_map_run(space, first, count, RACK_READ);
    if (item == RACK_ITEMS)
        return MODBUS_NO_ADDRESS;
    unsigned done = 0;
    for (; done < count && item >= RACK_MAP_VERSION && item <= RACK_MAP_RESET; item++)
        ret_values[done++] = read_state(rack, item); /* each poll asks for these */
    for (; done < count; item++) {
        unsigned run = run_of(item, first + done, count - done);
        unsigned at = first + done - rack_rows[item].first;
        const uint16_t *words = item == RACK_MAP_LAMPS      ? rack->lamps.style
                                : item == RACK_MAP_PRESENCE ? rack->slots.full
                                                            : NULL;
        if (words)
            memcpy(ret_values + done, words + at, run * sizeof *words);
        for (unsigned i = 0; i < run && !words; i++)
            ret_values[done + i] = read_one(rack, item, at + i);
        done += run;
    }
    return MODBUS_FINE;
}

enum modbus_exception registers_check(const struct rack *rack, enum rack_space space,
                                      uint16_t first, uint16_t count,
                                      const uint16_t *values, enum rack_access access)
{
    enum rack_item item = rack_map_run(space, first, count, access);
    if (item == RACK_ITEMS)
        return MODBUS_NO_ADDRESS;
    for (unsigned done = 0; done < count; item++) {
        unsigned run = run_of(item, first + done, count - done);
        for (unsigned i = done; i < done + run; i++)
            if (item == RACK_MAP_LAMPS ? !rack_style_valid(values[i])
                                       : !value_right(rack, item, values[i]))
                return MODBUS_BAD_VALUE;
        done += run;
    }
    return MODBUS_FINE;
}

void registers_write(struct rack *rack, enum rack_space space, uint16_t first,
                     uint16_t count, const uint16_t *values)
{
    enum rack_item item = rack_map_find(space, first);
    for (unsigned done = 0; done < count; item++) {
        unsigned run = run_of(item, first + done, count - done);
        unsigned at = first + done - rack_rows[item].first;
        if (item == RACK_MAP_LAMPS)
            lamp_set(&rack->lamps, at, run, values + done, rack->uptime_ms);
        for (unsigned i = 0; i < run && item != RACK_MAP_LAMPS; i++)
            write_one(rack, item, at + i, values[done + i]);
        done += run;
    }
}

/* The map as data, and the small codings that both ends of the wire must agree on. */
#include "core/rack_map.h"

#include "core/crc16.h"

#define ROW(item, space, first, count, access, name, meaning) \
    [RACK_MAP_##item] = { (first), (count), RACK_##space, RACK_##access },
const struct rack_row rack_rows[RACK_ITEMS] = { RACK_MAP(ROW) };
#undef ROW

#define ROW(item, space, first, count, access, name, meaning) \
    [RACK_MAP_##item] = { (name), (meaning) },
const struct rack_words rack_words[RACK_ITEMS] = { RACK_MAP(ROW) };
#undef ROW

enum {
    MODE_SHIFT = 4,
    BRIGHTNESS_SHIFT = 8,
    OFF_SHIFT = 12,
    NIBBLE = 15,
    MODE_BITS = 7,
    WAITS = 0x80,
    LAMPS_A_TIME = 12, /* divides RACK_SLOTS_MAX */
};

/* Rows are sorted by space, then by address, so half of what is left goes each time. */
enum rack_item rack_map_find(enum rack_space space, uint16_t address)
{
    static const uint8_t starts[] = { RACK_MAP_LAMP_COILS, RACK_MAP_FULL_BITS,
                                      RACK_MAP_VERSION, RACK_ITEMS };
    unsigned from = starts[space], end = starts[space + 1], to = end;
    while (from + 1 < to) { /* the row before `to` begins behind the address */
        unsigned middle = (from + to) / 2;
        if (rack_rows[middle].first <= address)
            from = middle;
        else
            to = middle;
    }
    unsigned at = (unsigned)address - rack_rows[from].first; /* wraps before the first */
    return at < rack_rows[from].count ? (enum rack_item)from : RACK_ITEMS;
}

enum rack_item rack_map_run(enum rack_space space, uint16_t first, uint16_t count,
                            enum rack_access access)
{
    uint32_t end = (uint32_t)first + count;
    uint32_t at = first;
    enum rack_item found = rack_map_find(space, first);
    unsigned item = found;
    while (at < end) {
        if (item >= RACK_ITEMS || rack_rows[item].space != space ||
            rack_rows[item].first > at || (rack_rows[item].access & access) != access)
            return RACK_ITEMS;
        at = (uint32_t)rack_rows[item].first + rack_rows[item].count;
        item++;
    }
    return found;
}

bool rack_map_allows(enum rack_space space, uint16_t first, uint16_t count,
                     enum rack_access access)
{
    return rack_map_run(space, first, count, access) != RACK_ITEMS;
}

enum rack_item rack_map_order(uint16_t first, uint16_t count)
{
    unsigned i = rack_map_find(RACK_REGISTER, first);
    if (i < RACK_ITEMS && rack_rows[i].access & RACK_EXACT &&
        rack_rows[i].first == first && rack_rows[i].count == count)
        return (enum rack_item)i;
    return RACK_ITEMS;
}

uint16_t rack_style_pack(struct rack_style style)
{
    return (uint16_t)((unsigned)style.colour | ((unsigned)style.mode << MODE_SHIFT) |
                      (style.waits ? (unsigned)WAITS : 0u) |
                      ((style.brightness & (unsigned)NIBBLE) << BRIGHTNESS_SHIFT) |
                      ((style.off_power & (unsigned)NIBBLE) << OFF_SHIFT));
}

struct rack_style rack_style_unpack(uint16_t value)
{
    return (struct rack_style){
        .colour = (enum rack_colour)(value & NIBBLE),
        .mode = (enum rack_mode)((value >> MODE_SHIFT) & MODE_BITS),
        .brightness = (uint8_t)((value >> BRIGHTNESS_SHIFT) & NIBBLE),
        .off_power = (uint8_t)(value >> OFF_SHIFT),
        .waits = value & WAITS,
    };
}

uint16_t rack_lamps_crc(const uint16_t image[RACK_SLOTS_MAX])
{
    uint16_t crc = CRC16_START;
    uint8_t bytes[2 * LAMPS_A_TIME];
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i += LAMPS_A_TIME) {
        for (unsigned n = 0; n < LAMPS_A_TIME; n++) {
            bytes[2 * n] = (uint8_t)(image[i + n] >> 8);
            bytes[2 * n + 1] = (uint8_t)image[i + n];
        }
        crc = crc16_add(crc, bytes, sizeof bytes);
    }
    return crc;
}

const char *rack_colour_name(enum rack_colour colour)
{
    static const char *const names[RACK_COLOURS] = {
        [RACK_DARK] = "off",        [RACK_RED] = "red",     [RACK_GREEN] = "green",
        [RACK_BLUE] = "blue",       [RACK_AMBER] = "amber", [RACK_CYAN] = "cyan",
        [RACK_MAGENTA] = "magenta", [RACK_WHITE] = "white",
    };
    return (unsigned)colour < RACK_COLOURS ? names[colour] : NULL;
}

const char *rack_mode_name(enum rack_mode mode)
{
    static const char *const names[RACK_MODES] = {
        [RACK_STEADY] = "steady", [RACK_BLINK] = "blink",   [RACK_HURRY] = "hurry",
        [RACK_FLASH] = "flash",   [RACK_DOUBLE] = "double", [RACK_BREATHE] = "breathe",
    };
    return (unsigned)mode < RACK_MODES ? names[mode] : NULL;
}

void rack_event_pack(const struct rack_event *event, uint16_t ret_words[RACK_EVENT_WORDS])
{
    ret_words[0] = event->seq;
    ret_words[1] = (uint16_t)((event->type << 8) | event->slot);
    ret_words[2] = event->value;
    ret_words[3] = (uint16_t)(event->uptime_cs >> 16);
    ret_words[4] = (uint16_t)event->uptime_cs;
}

void rack_event_unpack(const uint16_t words[RACK_EVENT_WORDS],
                       struct rack_event *ret_event)
{
    *ret_event = (struct rack_event){
        .seq = words[0],
        .type = (uint8_t)(words[1] >> 8),
        .slot = (uint8_t)words[1],
        .value = words[2],
        .uptime_cs = ((uint32_t)words[3] << 16) | words[4],
    };
}

const char *rack_event_name(unsigned type)
{
    static const char *const names[RACK_EVENT_TYPES] = {
        [RACK_PLACED] = "placed",
        [RACK_REMOVED] = "removed",
        [RACK_DOOR_OPENED] = "door-opened",
        [RACK_DOOR_CLOSED] = "door-closed",
        [RACK_UNLOCKED] = "unlocked",
        [RACK_LOCKED_AGAIN] = "locked",
        [RACK_FORCED] = "forced",
        [RACK_HELD_OPEN] = "held-open",
        [RACK_BUTTON_PRESSED] = "button",
        [RACK_SCANNED] = "scanned",
        [RACK_CHATTER] = "chatter",
        [RACK_SUPPLY] = "supply",
        [RACK_BOOTED] = "boot",
        [RACK_HOST] = "host",
        [RACK_BAD_TAG] = "bad-tag",
    };
    return type < RACK_EVENT_TYPES ? names[type] : NULL;
}

uint16_t rack_seq_next(uint16_t seq)
{
    return seq == RACK_SEQ_LAST ? 1 : (uint16_t)(seq + 1);
}

uint16_t rack_seq_steps(uint16_t from, uint16_t to)
{
    return (uint16_t)(to >= from ? to - from : RACK_SEQ_LAST - from + to);
}

uint16_t rack_seq_boot(uint16_t seq, uint16_t newest, uint16_t boot)
{
    return (uint16_t)(seq > newest ? boot - 1 : boot);
}

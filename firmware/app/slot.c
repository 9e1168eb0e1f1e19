/* A slot whose switch chatters keeps its last belief's events coming only as fast as the
 * counter allows, so a broken switch makes at most one event in SLOT_SETTLE_MS. */
#include "firmware/app/slot.h"

#include <string.h>

static void set_bit(uint16_t *words, unsigned slot, bool on)
{
    uint16_t bit = (uint16_t)(1u << (slot % 16u));
    if (on)
        words[slot / 16u] |= bit;
    else
        words[slot / 16u] &= (uint16_t)~bit;
}

static void count_edge(struct slots *slots, unsigned slot)
{
    if (slots->bounces[slot] < UINT8_MAX)
        slots->bounces[slot]++;
    if (slots->edges[slot] < UINT8_MAX)
        slots->edges[slot]++;
}

/* Whether the belief about the slot changed. */
static bool settle(struct slots *slots, unsigned slot, bool now)
{
    bool full = slot_bit(slots->full, slot);
    if (now == full) {
        if (slots->level[slot] > 0)
            slots->level[slot]--;
        return false;
    }
    if (++slots->level[slot] < (now ? slots->on_ticks : slots->off_ticks))
        return false;
    slots->level[slot] = 0;
    set_bit(slots->full, slot, now);
    return true;
}

/* At the end of a second: did this switch begin to chatter? */
static bool chatter_begins(struct slots *slots, unsigned slot)
{
    uint8_t edges = slots->edges[slot];
    if (!slots->level[slot])
        slots->bounces[slot] = 0; /* a knock, and over */
    bool before = slot_bit(slots->chatters, slot);
    if (edges > slots->worst_edges) {
        slots->worst_edges = edges;
        slots->worst_slot = (uint8_t)slot;
    }
    if (edges >= SLOT_CHATTER_EDGES)
        set_bit(slots->chatters, slot, true);
    else if (edges < SLOT_QUIET_EDGES)
        set_bit(slots->chatters, slot, false);
    return edges >= SLOT_CHATTER_EDGES && !before;
}

static void settle_at_start(struct slots *slots, const uint16_t *raw)
{
    for (unsigned i = 0; i < slots->count; i++)
        (void)settle(slots, i, slot_bit(raw, i));
    memset(slots->bounces, 0, sizeof slots->bounces);
}

static uint8_t ticks_of(unsigned ms)
{
    return (uint8_t)((ms + SLOT_TICK_MS - 1) / SLOT_TICK_MS);
}

void slot_setup(struct slots *slots, uint8_t count, unsigned on_ms, unsigned off_ms)
{
    slots->on_ticks = ticks_of(on_ms);
    slots->off_ticks = ticks_of(off_ms);
    for (unsigned i = count; i < RACK_SLOTS_MAX; i++) {
        set_bit(slots->full, i, false);
        set_bit(slots->chatters, i, false);
        slots->level[i] = 0;
    }
    slots->count = count;
}

void slot_init(struct slots *slots, uint8_t count)
{
    memset(slots, 0, sizeof *slots);
    slot_setup(slots, count, SLOT_SETTLE_MS, SLOT_SETTLE_MS);
    slots->window = SLOT_WINDOW_TICKS;
    slots->starting = SLOT_START_TICKS;
}

unsigned slot_tick(struct slots *slots, const uint16_t raw[RACK_PRESENCE_WORDS],
                   struct slot_news ret_news[RACK_SLOTS_MAX + 1])
{
    unsigned news = 0;
    if (slots->starting) {
        slots->starting--;
        settle_at_start(slots, raw);
        memcpy(slots->raw, raw, sizeof slots->raw);
        if (!slots->starting)
            ret_news[news++] = (struct slot_news){ RACK_BOOTED, RACK_NO_SLOT,
                                                   (uint16_t)slot_sum(slots->full) };
        return news;
    }
    bool second = --slots->window == 0;
    for (unsigned i = 0; i < slots->count; i++) {
        bool now = slot_bit(raw, i);
        if (now != slot_bit(slots->raw, i))
            count_edge(slots, i);
        if (settle(slots, i, now)) {
            ret_news[news++] = (struct slot_news){ now ? RACK_PLACED : RACK_REMOVED,
                                                   (uint8_t)i, slots->bounces[i] };
            slots->bounces[i] = 0;
        } else if (second && chatter_begins(slots, i)) {
            ret_news[news++] =
                (struct slot_news){ RACK_CHATTER, (uint8_t)i, slots->edges[i] };
        }
    }
    if (second) {
        memset(slots->edges, 0, sizeof slots->edges);
        slots->window = SLOT_WINDOW_TICKS;
    }
    memcpy(slots->raw, raw, sizeof slots->raw);
    return news;
}

bool slot_bit(const uint16_t words[RACK_PRESENCE_WORDS], unsigned slot)
{
    return ((unsigned)words[slot / 16u] >> (slot % 16u)) & 1u;
}

bool slot_any(const uint16_t words[RACK_PRESENCE_WORDS])
{
    unsigned any = 0;
    for (unsigned i = 0; i < RACK_PRESENCE_WORDS; i++)
        any |= words[i];
    return any != 0;
}

unsigned slot_sum(const uint16_t words[RACK_PRESENCE_WORDS])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < RACK_PRESENCE_WORDS; i++)
        for (uint16_t left = words[i]; left; left &= (uint16_t)(left - 1u))
            sum++;
    return sum;
}

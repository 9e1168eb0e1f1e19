/* Bouncing switches become "placed" and "removed".
 *
 * Each switch is sampled every SLOT_TICK_MS. A counter climbs while the switch
 * contradicts what is believed, and falls while it agrees; only at its top does the
 * belief change. A volume that is pushed in slowly chatters for about 40 ms.
 *
 * After the start nothing is believed until the switches have had time to settle; what
 * stands there then is not an event but what the boot event reports. */
#ifndef APP_SLOT_H
#define APP_SLOT_H

#include "core/rack_map.h"

enum {
    SLOT_TICK_MS = 4,
    SLOT_SETTLE_MS = 40, /* preset of both directions */
    SLOT_TOP = SLOT_SETTLE_MS / SLOT_TICK_MS,
    SLOT_START_TICKS = 3 * SLOT_TOP,         /* a bounce at the start settles as well */
    SLOT_WINDOW_TICKS = 1000 / SLOT_TICK_MS, /* edges are counted by the second */
    SLOT_CHATTER_EDGES = 30, /* so many in a second is no hand but a bad switch */
    SLOT_QUIET_EDGES = 4,    /* so few in a second, and it is believed again */
};

struct slots {
    uint16_t raw[RACK_PRESENCE_WORDS], full[RACK_PRESENCE_WORDS];
    uint16_t chatters[RACK_PRESENCE_WORDS];
    uint8_t level[RACK_SLOTS_MAX];
    uint8_t bounces[RACK_SLOTS_MAX]; /* edges of the movement that is going on */
    uint8_t edges[RACK_SLOTS_MAX];   /* edges in this second */
    uint8_t count;                   /* fitted */
    uint8_t on_ticks, off_ticks;     /* how long a switch must contradict */
    uint8_t worst_slot, worst_edges;
    uint16_t window;   /* ticks left of this second */
    uint16_t starting; /* ticks left until the first belief */
};

/* What a tick may say about a slot, at most one thing. */
struct slot_news {
    enum rack_event_type type;
    uint8_t slot;
    uint16_t value;
};

void slot_init(struct slots *slots, uint8_t count);

/* Change what is fitted, and how long a switch must contradict what is believed. */
void slot_setup(struct slots *slots, uint8_t count, unsigned on_ms, unsigned off_ms);

/* Take one sample. Writes at most RACK_SLOTS_MAX + 1 pieces of news, oldest first, and
 * returns how many. The first is RACK_BOOTED, when the start is over. */
unsigned slot_tick(struct slots *slots, const uint16_t raw[RACK_PRESENCE_WORDS],
                   struct slot_news ret_news[RACK_SLOTS_MAX + 1]);

bool slot_bit(const uint16_t words[RACK_PRESENCE_WORDS], unsigned slot);
bool slot_any(const uint16_t words[RACK_PRESENCE_WORDS]);
unsigned slot_sum(const uint16_t words[RACK_PRESENCE_WORDS]); /* bits that are 1 */

#endif

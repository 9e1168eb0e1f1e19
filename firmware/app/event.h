/* What happened, numbered, until the host has said that it is on its disk.
 *
 * The host reads the oldest ones, stores them, and acknowledges up to a sequence number;
 * only then are they forgotten. Reading again is harmless. (boot id, seq) names an event
 * for ever: when the numbers start again at 1, the boot id counts one up.
 *
 * When the ring is full, an older placed or removed event gives way whose slot has a
 * newer one, so that the last word on each slot is never lost. */
#ifndef APP_EVENT_H
#define APP_EVENT_H

#include "firmware/app/journal.h"

enum { EVENT_RING = 256 }; /* more than slots: so there is always one to give way */

struct event_log {
    struct rack_event ring[EVENT_RING];
    struct journal *journal; /* borrowed; gives boot ids */
    uint16_t first, used;    /* of the ring */
    uint16_t boot;           /* the boot id of the newest */
    uint16_t newest;         /* its number; 0: none yet */
    uint16_t lost;           /* how many gave way, ever */
    uint16_t flagged;        /* the newest that stood when one gave way last; 0: none */
};

/* Begins under the boot id that the journal took last. */
void event_init(struct event_log *log, struct journal *journal);

/* Write one down; returns its number. May take a new boot id. */
uint16_t event_add(struct event_log *log, enum rack_event_type type, uint8_t slot,
                   uint16_t value, uint32_t uptime_cs);

/* The `index`th oldest that is not acknowledged, NULL behind the last. */
const struct rack_event *event_at(const struct event_log *log, unsigned index);

/* Whether `seq` lies between the oldest and the newest that are not acknowledged. */
bool event_known(const struct event_log *log, uint16_t seq);

/* Whether events of boot id `boot` may stand in the ring: the present one, or the one
 * before when the numbers started again since the oldest. Guards an acknowledgement that
 * was meant for a controller that has restarted in between. */
bool event_boot_stands(const struct event_log *log, uint16_t boot);

/* Forget all up to `seq`, which event_known() knows. */
void event_acknowledge(struct event_log *log, uint16_t seq);

/* One gave way, and the host has not acknowledged what stood then. */
bool event_overflowed(const struct event_log *log);

#endif

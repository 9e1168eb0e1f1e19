/* Slots, orders and what the racks sense.
 *
 * An order lights a slot; the sensor's event then does the custody act, with the rack's
 * boot and sequence number as evidence, so an event that is told twice is done once. What
 * nobody ordered becomes an alarm (alarm.h); the volume's state is never guessed. */
#ifndef REPO_SHELF_H
#define REPO_SHELF_H

#include "repo-daemon/repo.h"

enum {
    SHELF_ORDER_MS = 10 * 60 * 1000, /* an order nobody follows ends after this */
    SHELF_LATE_MS = 60 * 1000,       /* and is an alarm after this: somebody walked off */
    SHELF_SETTLE_MS = 10 * 1000,     /* after a rack came back, until its events are in */
    SHELF_LIGHTS = 3,                /* keepers at once with colours of their own */
};

/* A message of the racks role; the answer is a new reference, {"ok":1} only when what it
 * said is durable. */
json_t *shelf_message(struct repo *repo, const json_t *message);

/* Raise alarms for orders that wait too long, end those that are too old. Each second. */
void shelf_tick(struct repo *repo, int64_t now_ms);

/* Is the rack of this slot on the line? */
bool shelf_is_live(const struct repo *repo, const struct label *slot);

/* Which light (0..SHELF_LIGHTS - 1) the orders of `badge` get now: the one that this
 * person's waiting orders have, else one that nobody else's have. When all are taken, 0.
 */
unsigned shelf_choose_light(struct repo *repo, const char *badge);
/* The colour of a light: "green". */
const char *shelf_colour(unsigned light, bool put);
/* Light a slot for an order. */
void shelf_light(struct repo *repo, const char *slot, bool put, unsigned light);

#endif

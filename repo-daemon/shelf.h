/* Slots, orders and what the racks sense.
 *
 * An order lights a slot; the sensor's event then does the custody act, with the rack's
 * boot and sequence number as evidence, so an event that is told twice is done once. */
#ifndef REPO_SHELF_H
#define REPO_SHELF_H

#include "repo-daemon/repo.h"

enum { SHELF_ORDER_MS = 10 * 60 * 1000 }; /* an order nobody follows ends after this */

/* A message of the racks role; the answer is a new reference, {"ok":1} only when what it
 * said is durable. */
json_t *shelf_message(struct repo *repo, const json_t *message);

/* End orders that are too old. */
void shelf_tick(struct repo *repo, int64_t now_ms);

/* Is the rack of this slot on the line? */
bool shelf_is_live(const struct repo *repo, const struct label *slot);

/* Light a slot for an order: green to put, blue to take. */
void shelf_light(struct repo *repo, const char *slot, bool put);

#endif

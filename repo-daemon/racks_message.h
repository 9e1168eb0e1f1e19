/* What the store and the racks say to each other, as JSON (docs/rack.md). */
#ifndef REPO_RACKS_MESSAGE_H
#define REPO_RACKS_MESSAGE_H

#include "drivers/rack/rack.h"
#include "repo-daemon/racks_ports.h"

#include <jansson.h>

enum { RACKS_LAMP_SECONDS_MAX = 24 * 3600 };

/* The request that makes event `index` of the news durable. The caller owns it. */
json_t *racks_event_message(const struct racks_port *place, const struct rack_news *news,
                            unsigned index);

/* News: all slots that are full now. The caller owns it. */
json_t *racks_full_message(const struct racks_port *place, const struct rack_news *news);

/* An order to show a lamp. */
struct racks_lamp {
    uint16_t rack, style; /* style as in the lamp register */
    uint8_t site;
    uint8_t slot;     /* index, from 0 */
    uint32_t seconds; /* 0: until the next order */
};

/* RC_INVALID: a word or number that is not in the contract, or no slot label. */
MUST_USE enum rc racks_lamp_read(json_t *body, struct racks_lamp *ret_lamp);

#endif

/* Inside of a rack on the host; for the files of this folder. */
#ifndef DRIVERS_RACK_INSIDE_H
#define DRIVERS_RACK_INSIDE_H

#include "drivers/rack/rack.h"

struct rack {
    struct rack_bus *bus; /* borrowed */
    uint8_t address;
    bool judged, live;                /* judged: the owner has been told live or absent */
    bool handed;                      /* events are out and not settled */
    uint16_t handed_boot, handed_seq; /* the last of them */
    bool settled;                     /* an acknowledgement is owed */
    uint16_t settled_boot, settled_seq;
    bool list_wanted;
    uint16_t boot; /* 0: never seen */
    unsigned slots, misses;
    int64_t due_ms;
    uint16_t wanted[RACK_SLOTS_MAX], known[RACK_SLOTS_MAX];
    struct rack_profile module; /* slots 0: it is a rack of ours */
};

struct rack_status {
    uint16_t boot, bits, newest, oldest, lamp_crc;
};

/* No answer, or none that was whole: shorter frames may come through. */
static inline bool rack_unheard(enum rc rc)
{
    return rc == RC_TIMEOUT || rc == RC_CORRUPT;
}

MUST_USE enum rc rack_read_status(struct rack *rack, struct rack_status *ret_status,
                                  struct fault *why);
MUST_USE enum rc rack_read_presence(struct rack *rack, uint16_t *ret_presence,
                                    struct fault *why);

/* rack_events.c: what `status`, read at the turn's beginning, has announced. */
MUST_USE enum rc rack_read_events(struct rack *rack, const struct rack_status *status,
                                  struct rack_news *news, struct fault *why);

/* It did not answer this time; after RACK_MISSES it is absent. */
void rack_missed(struct rack *rack, int64_t now_ms, struct rack_news *news);

/* rack_module.c: the turn of a module. */
MUST_USE enum rc rack_module_turn(struct rack *rack, int64_t now_ms,
                                  struct rack_news *news, struct fault *why);

#endif

/* The part of a turn that brings events. */
#include "drivers/rack/rack_inside.h"

#include <string.h>

enum { SURE_EVENTS = 2 }; /* so many are still a short frame */

/* What one reading of the events brings. */
struct reading {
    uint16_t words[RACK_EVENTS_READ * RACK_EVENT_WORDS];
    uint16_t presence[RACK_PRESENCE_WORDS]; /* when one of them is of a start, else 0 */
};

static enum rc read_once(struct rack *rack, unsigned count, unsigned tries,
                         struct reading *ret_reading, struct fault *why)
{
    memset(ret_reading, 0, sizeof *ret_reading);
    enum rc rc = rack_bus_read(rack->bus, rack->address, RACK_AT_EVENTS,
                               (uint16_t)(count * RACK_EVENT_WORDS), tries,
                               ret_reading->words, why);
    bool started = false;
    for (unsigned i = 0; !rc && i < count; i++) {
        struct rack_event event;
        rack_event_unpack(ret_reading->words + i * (size_t)RACK_EVENT_WORDS, &event);
        started |= event.type == RACK_BOOTED;
    }
    return started ? rack_read_presence(rack, ret_reading->presence, why) : rc;
}

/* A CRC of 16 bits lets one in some ten thousand spoilt frames through, and an event ends
 * in the ledger under its boot id: both are believed when they were read twice alike. The
 * status was read at the turn's beginning; it comes again behind both readings, so that
 * no restart lies between. */
static enum rc read_twice(struct rack *rack, unsigned count, unsigned tries,
                          struct reading *ret_reading, struct rack_status *ret_again,
                          struct fault *why)
{
    struct reading second;
    enum rc rc = read_once(rack, count, tries, ret_reading, why);
    if (!rc)
        rc = read_once(rack, count, tries, &second, why);
    if (!rc && memcmp(&second, ret_reading, sizeof second) != 0)
        rc = fault_set(why, RC_CORRUPT, 0, "rack %u told the same events in two ways",
                       rack->address);
    return rc ? rc : rack_read_status(rack, ret_again, why);
}

/* Do both readings of the status say the same of this event? News may have come between
 * them, so `newest` need not be the same, only where it puts the event. */
static bool agree(const struct rack_status *a, const struct rack_status *b,
                  const struct rack_event *event)
{
    return a->boot == b->boot && a->oldest == b->oldest &&
           rack_seq_boot(event->seq, a->newest, a->boot) ==
               rack_seq_boot(event->seq, b->newest, b->boot);
}

/* Only what the status has announced is taken: an event that came in between waits for
 * the next turn, so that the boot id of each is certain. */
enum rc rack_read_events(struct rack *rack, const struct rack_status *status,
                         struct rack_news *news, struct fault *why)
{
    if (!status->oldest || !status->newest || rack->handed || rack->settled)
        return RC_OK;
    unsigned ready = rack_seq_steps(status->oldest, status->newest) + 1u;
    unsigned count = ready < RACK_EVENTS_READ ? ready : RACK_EVENTS_READ;
    struct reading reading;
    struct rack_status again;
    enum rc rc = RC_TIMEOUT;
    if (count > SURE_EVENTS)
        rc = read_twice(rack, count, 1, &reading, &again, why);
    if (rack_unheard(rc)) {
        count = count < SURE_EVENTS ? count : SURE_EVENTS;
        rc = read_twice(rack, count, RACK_BUS_TRIES, &reading, &again, why);
    }
    if (rc)
        return rc;
    uint16_t last = status->oldest;
    for (unsigned i = 0; i < count; i++) {
        struct rack_event event;
        rack_event_unpack(reading.words + i * (size_t)RACK_EVENT_WORDS, &event);
        if (!event.seq || rack_seq_steps(status->oldest, event.seq) >= ready ||
            rack_seq_steps(last, event.seq) >= ready || !agree(status, &again, &event))
            break;
        last = event.seq;
        news->events[news->event_count] = event;
        news->event_boots[news->event_count] =
            rack_seq_boot(event.seq, status->newest, status->boot);
        news->event_count++;
    }
    if (!news->event_count)
        return RC_OK;
    memcpy(news->presence, reading.presence, sizeof news->presence);
    rack->handed = true;
    rack->handed_seq = last;
    rack->handed_boot = news->event_boots[news->event_count - 1];
    return RC_OK;
}

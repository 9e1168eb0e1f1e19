/* The poll cycle. `known` is the image that the rack has confirmed by its CRC; while it
 * still does, only the registers that differ from the wanted ones are sent, else all.
 *
 * The shorter a frame, the likelier it is whole: of 25 bytes one poll in forty is lost at
 * a bit error rate of 1e-4, and 20 in a million after RACK_BUS_TRIES; of 45 bytes it
 * would be 110. So a poll reads the words that tell whether there is news, the list of
 * full slots is read when somebody needs it, and what is long is tried once as a whole,
 * then in pieces. */
#include "drivers/rack/rack_inside.h"

#include <stdlib.h>
#include <string.h>

enum {
    STATUS_WORDS = RACK_AT_LAMP_CRC + 1 - RACK_AT_VERSION,
    PROTOCOL_MAJOR = RACK_PROTOCOL >> 8,
    SURE_EVENTS = 2, /* so many events and lamps are still a short frame */
    SURE_LAMPS = 10,
};

struct status {
    uint16_t boot, bits, newest, oldest, lamp_crc;
};

/* What one reading of the events brings. */
struct reading {
    uint16_t words[RACK_EVENTS_READ * RACK_EVENT_WORDS];
    uint16_t presence[RACK_PRESENCE_WORDS]; /* when one of them is of a start, else 0 */
};

static enum rc read_status(struct rack *rack, struct status *ret_status,
                           struct fault *why)
{
    uint16_t w[STATUS_WORDS];
    unsigned tries = rack->live ? RACK_BUS_TRIES : 1; /* an absent one costs the others */
    enum rc rc = rack_bus_read(rack->bus, rack->address, RACK_AT_VERSION, STATUS_WORDS,
                               tries, w, why);
    if (rc)
        return rc;
    if (w[RACK_AT_VERSION] >> 8 != PROTOCOL_MAJOR)
        return fault_set(why, RC_INVALID, 0, "rack %u speaks protocol %u, not %u",
                         rack->address, w[RACK_AT_VERSION] >> 8, PROTOCOL_MAJOR);
    *ret_status = (struct status){ .boot = w[RACK_AT_BOOT],
                                   .bits = w[RACK_AT_STATUS],
                                   .newest = w[RACK_AT_NEWEST],
                                   .oldest = w[RACK_AT_OLDEST],
                                   .lamp_crc = w[RACK_AT_LAMP_CRC] };
    return RC_OK;
}

static enum rc read_presence(struct rack *rack, uint16_t *ret_presence, struct fault *why)
{
    return rack_bus_read(rack->bus, rack->address, RACK_AT_PRESENCE, RACK_PRESENCE_WORDS,
                         RACK_BUS_TRIES, ret_presence, why);
}

/* The boot id goes with the number: a rack that has restarted since must not forget what
 * it happens to call by the same number. Then it refuses, and nothing is owed. */
static enum rc acknowledge(struct rack *rack, struct fault *why)
{
    if (!rack->settled)
        return RC_OK;
    const uint16_t words[] = { rack->settled_seq, rack->settled_boot };
    enum rc rc = rack_bus_write(rack->bus, rack->address, RACK_AT_ACK, COUNT(words),
                                RACK_BUS_TRIES, words, why);
    if (rc && rc != RC_REFUSED)
        return rc;
    rack->settled = false;
    return RC_OK;
}

/* Lamps from `first` up to `end`, at most `most` in a frame. */
static enum rc send_lamps(struct rack *rack, unsigned first, unsigned end, unsigned most,
                          unsigned tries, struct fault *why)
{
    enum rc rc = RC_OK;
    for (unsigned count; !rc && first < end; first += count) {
        count = end - first < most ? end - first : most;
        rc = rack_bus_write(rack->bus, rack->address, (uint16_t)(RACK_AT_LAMPS + first),
                            (uint16_t)count, tries, rack->wanted + first, why);
    }
    return rc;
}

static bool unheard(enum rc rc)
{
    return rc == RC_TIMEOUT || rc == RC_CORRUPT;
}

static enum rc mend_lamps(struct rack *rack, uint16_t crc, struct fault *why)
{
    unsigned first = 0, end = RACK_SLOTS_MAX;
    if (crc == rack_lamps_crc(rack->known)) {
        while (first < end && rack->wanted[first] == rack->known[first])
            first++;
        while (end > first + 1 && rack->wanted[end - 1] == rack->known[end - 1])
            end--;
        if (first == end)
            return RC_OK;
    } else if (crc == rack_lamps_crc(rack->wanted)) {
        memcpy(rack->known, rack->wanted, sizeof rack->known);
        return RC_OK;
    }
    enum rc rc = RC_TIMEOUT;
    if (end - first > SURE_LAMPS)
        rc = send_lamps(rack, first, end, RACK_SLOTS_MAX, 1, why);
    if (unheard(rc))
        rc = send_lamps(rack, first, end, SURE_LAMPS, RACK_BUS_TRIES, why);
    if (!rc)
        memcpy(rack->known, rack->wanted, sizeof rack->known);
    return rc;
}

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
    return started ? read_presence(rack, ret_reading->presence, why) : rc;
}

/* A CRC of 16 bits lets one in some ten thousand spoilt frames through, and an event ends
 * in the ledger under its boot id: both are believed when they were read twice alike. The
 * status was read at the turn's beginning; it comes again behind both readings, so that
 * no restart lies between. */
static enum rc read_twice(struct rack *rack, unsigned count, unsigned tries,
                          struct reading *ret_reading, struct status *ret_again,
                          struct fault *why)
{
    struct reading second;
    enum rc rc = read_once(rack, count, tries, ret_reading, why);
    if (!rc)
        rc = read_once(rack, count, tries, &second, why);
    if (!rc && memcmp(&second, ret_reading, sizeof second) != 0)
        rc = fault_set(why, RC_CORRUPT, 0, "rack %u told the same events in two ways",
                       rack->address);
    return rc ? rc : read_status(rack, ret_again, why);
}

/* Do both readings of the status say the same of this event? News may have come between
 * them, so `newest` need not be the same, only where it puts the event. */
static bool agree(const struct status *a, const struct status *b,
                  const struct rack_event *event)
{
    return a->boot == b->boot && a->oldest == b->oldest &&
           rack_seq_boot(event->seq, a->newest, a->boot) ==
               rack_seq_boot(event->seq, b->newest, b->boot);
}

/* Only what the status has announced is taken: an event that came in between waits for
 * the next turn, so that the boot id of each is certain. */
static enum rc read_events(struct rack *rack, const struct status *status,
                           struct rack_news *news, struct fault *why)
{
    if (!status->oldest || !status->newest || rack->handed || rack->settled)
        return RC_OK;
    unsigned ready = rack_seq_steps(status->oldest, status->newest) + 1u;
    unsigned count = ready < RACK_EVENTS_READ ? ready : RACK_EVENTS_READ;
    struct reading reading;
    struct status again;
    enum rc rc = RC_TIMEOUT;
    if (count > SURE_EVENTS)
        rc = read_twice(rack, count, 1, &reading, &again, why);
    if (unheard(rc)) {
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

void rack_missed(struct rack *rack, int64_t now_ms, struct rack_news *news)
{
    if (rack->misses < RACK_MISSES)
        rack->misses++;
    if (rack->misses < RACK_MISSES)
        return;
    rack->due_ms = now_ms + RACK_ABSENT_MS;
    news->live_changed = rack->live || !rack->judged;
    rack->judged = true;
    rack->live = false;
}

static void met(struct rack *rack, const struct status *status, struct rack_news *news)
{
    rack->misses = 0;
    news->live = true;
    news->live_changed = !rack->live || !rack->judged;
    news->boot = status->boot;
    news->boot_changed = rack->boot && status->boot != rack->boot;
    news->overflowed = (status->bits & RACK_OVERFLOW) != 0;
    news->updating = (status->bits & RACK_UPDATING) != 0;
    rack->judged = true;
    rack->live = true;
    rack->boot = status->boot;
    if (rack->handed && status->boot != rack->handed_boot && status->oldest &&
        status->oldest <= status->newest)
        rack->handed = false; /* those went with the restart; what came of them is seen */
}

struct rack *rack_new(struct rack_bus *bus, uint8_t address)
{
    struct rack *rack = calloc(1, sizeof *rack);
    if (!rack)
        abort();
    rack->bus = bus;
    rack->address = address;
    return rack;
}

struct rack *rack_new_module(struct rack_bus *bus, uint8_t address,
                             const struct rack_profile *profile)
{
    struct rack *rack = rack_new(bus, address);
    rack->module = *profile;
    rack->slots = profile->slots;
    return rack;
}

void rack_free(struct rack *rack)
{
    free(rack);
}

int64_t rack_due_ms(const struct rack *rack)
{
    return rack->due_ms;
}

enum rc rack_turn(struct rack *rack, int64_t now_ms, struct rack_news *ret_news,
                  struct fault *why)
{
    struct status status = { 0 };
    memset(ret_news, 0, sizeof *ret_news);
    rack->due_ms = now_ms + RACK_POLL_MS;
    if (rack->module.slots)
        return rack_module_turn(rack, now_ms, ret_news, why);
    enum rc rc = rack->live ? acknowledge(rack, why) : RC_OK;
    if (!rc)
        rc = read_status(rack, &status, why);
    if (rc) {
        rack_missed(rack, now_ms, ret_news);
        return rc;
    }
    met(rack, &status, ret_news);
    if (!rack->slots) {
        uint16_t slots = 0;
        rc = rack_bus_read(rack->bus, rack->address, RACK_AT_SLOTS, 1, RACK_BUS_TRIES,
                           &slots, why);
        rack->slots = slots <= RACK_SLOTS_MAX ? slots : RACK_SLOTS_MAX;
    }
    /* A rack that has just come back shows its lamps until the owner, told of it, has had
     * its say; else they would go dark and light up again. */
    if (!rc && !ret_news->live_changed && !ret_news->updating)
        rc = mend_lamps(rack, status.lamp_crc, why);
    if (!rc)
        rc = read_events(rack, &status, ret_news, why);
    if (!rc && rack->list_wanted && !ret_news->event_count) {
        rc = read_presence(rack, ret_news->presence, why);
        ret_news->listed = !rc;
        rack->list_wanted = rc != RC_OK;
    }
    return rc;
}

void rack_settle(struct rack *rack, uint16_t boot, uint16_t seq)
{
    if (!rack->handed)
        return;
    rack->settled = true;
    rack->settled_boot = boot;
    rack->settled_seq = seq;
    if (boot == rack->handed_boot && seq == rack->handed_seq)
        rack->handed = false;
}

void rack_want_list(struct rack *rack)
{
    rack->list_wanted = true;
}

void rack_again(struct rack *rack)
{
    rack->handed = false;
}

enum rc rack_lamp(struct rack *rack, unsigned slot, uint16_t style)
{
    if (slot >= RACK_SLOTS_MAX || !rack_style_valid(style))
        return RC_INVALID;
    if (rack->live && rack->wanted[slot] != style)
        rack->due_ms = 0; /* somebody waits for the light */
    rack->wanted[slot] = style;
    return RC_OK;
}

unsigned rack_slots(const struct rack *rack)
{
    return rack->slots;
}

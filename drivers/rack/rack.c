/* The poll cycle. `known` is the image that the rack has confirmed by its CRC; while it
 * still does, only the registers that differ from the wanted ones are sent, else all. */
#include "drivers/rack/rack_inside.h"

#include <stdlib.h>
#include <string.h>

enum {
    STATUS_WORDS = RACK_AT_EVENTS - RACK_AT_VERSION,
    PROTOCOL_MAJOR = RACK_PROTOCOL >> 8
};

struct status {
    uint16_t boot, bits, newest, oldest, lamp_crc;
    uint16_t presence[RACK_PRESENCE_WORDS];
};

static struct status status_of(const uint16_t w[STATUS_WORDS])
{
    struct status status = {
        .boot = w[RACK_AT_BOOT],
        .bits = w[RACK_AT_STATUS],
        .newest = w[RACK_AT_NEWEST],
        .oldest = w[RACK_AT_OLDEST],
        .lamp_crc = w[RACK_AT_LAMP_CRC],
    };
    memcpy(status.presence, w + RACK_AT_PRESENCE, sizeof status.presence);
    return status;
}

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
    *ret_status = status_of(w);
    return RC_OK;
}

/* The boot id goes with the number: a rack that has restarted since must not forget what
 * it happens to call by the same number. Then it refuses, and nothing is owed. */
static enum rc acknowledge(struct rack *rack, struct fault *why)
{
    if (!rack->settled)
        return RC_OK;
    const uint16_t words[] = { rack->settled_seq, rack->settled_boot };
    enum rc rc =
        rack_bus_write(rack->bus, rack->address, RACK_AT_ACK, COUNT(words), words, why);
    if (rc && rc != RC_REFUSED)
        return rc;
    rack->settled = false;
    return RC_OK;
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
    enum rc rc =
        rack_bus_write(rack->bus, rack->address, (uint16_t)(RACK_AT_LAMPS + first),
                       (uint16_t)(end - first), rack->wanted + first, why);
    if (!rc)
        memcpy(rack->known, rack->wanted, sizeof rack->known);
    return rc;
}

/* A CRC of 16 bits lets one in some ten thousand spoilt frames through, and an event ends
 * in the ledger under its boot id: both are believed when they were read twice alike. The
 * status was read at the turn's beginning; it comes again with the events, and then the
 * events alone. */
static enum rc read_twice(struct rack *rack, uint16_t count, struct status *ret_again,
                          uint16_t *ret_words, struct fault *why)
{
    uint16_t all[STATUS_WORDS + RACK_EVENTS_READ * RACK_EVENT_WORDS];
    uint16_t words = (uint16_t)(count * RACK_EVENT_WORDS);
    enum rc rc =
        rack_bus_read(rack->bus, rack->address, RACK_AT_VERSION,
                      (uint16_t)(STATUS_WORDS + words), RACK_BUS_TRIES, all, why);
    if (!rc)
        rc = rack_bus_read(rack->bus, rack->address, RACK_AT_EVENTS, words,
                           RACK_BUS_TRIES, ret_words, why);
    if (!rc && memcmp(ret_words, all + STATUS_WORDS, words * sizeof *all) != 0)
        rc = fault_set(why, RC_CORRUPT, 0, "rack %u told the same events in two ways",
                       rack->address);
    if (!rc)
        *ret_again = status_of(all);
    return rc;
}

/* Do both readings of the status say the same of this event? News may have come between
 * them, so `newest` need not be the same, only where it puts the event. */
static bool agree(const struct status *a, const struct status *b,
                  const struct rack_event *event)
{
    return a->boot == b->boot && a->oldest == b->oldest &&
           rack_seq_boot(event->seq, a->newest, a->boot) ==
               rack_seq_boot(event->seq, b->newest, b->boot) &&
           (event->type != RACK_BOOTED ||
            !memcmp(a->presence, b->presence, sizeof a->presence));
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
    uint16_t words[RACK_EVENTS_READ * RACK_EVENT_WORDS];
    struct status again;
    enum rc rc = read_twice(rack, (uint16_t)count, &again, words, why);
    if (rc)
        return rc;
    uint16_t last = status->oldest;
    for (unsigned i = 0; i < count; i++) {
        struct rack_event event;
        rack_event_unpack(words + i * (size_t)RACK_EVENT_WORDS, &event);
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
    memcpy(news->presence, status->presence, sizeof news->presence);
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

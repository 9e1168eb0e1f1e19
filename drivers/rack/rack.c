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
    SURE_LAMPS = 10, /* so many are still a short frame */
};

enum rc rack_read_status(struct rack *rack, struct rack_status *ret_status,
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
    *ret_status = (struct rack_status){ .boot = w[RACK_AT_BOOT],
                                        .bits = w[RACK_AT_STATUS],
                                        .newest = w[RACK_AT_NEWEST],
                                        .oldest = w[RACK_AT_OLDEST],
                                        .lamp_crc = w[RACK_AT_LAMP_CRC] };
    return RC_OK;
}

enum rc rack_read_presence(struct rack *rack, uint16_t *ret_presence, struct fault *why)
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
    if (rack_unheard(rc))
        rc = send_lamps(rack, first, end, SURE_LAMPS, RACK_BUS_TRIES, why);
    if (!rc)
        memcpy(rack->known, rack->wanted, sizeof rack->known);
    return rc;
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

static void met(struct rack *rack, const struct rack_status *status,
                struct rack_news *news)
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
    struct rack_status status = { 0 };
    memset(ret_news, 0, sizeof *ret_news);
    rack->due_ms = now_ms + RACK_POLL_MS;
    if (rack->module.slots)
        return rack_module_turn(rack, now_ms, ret_news, why);
    enum rc rc = rack->live ? acknowledge(rack, why) : RC_OK;
    if (!rc)
        rc = rack_read_status(rack, &status, why);
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
        rc = rack_read_events(rack, &status, ret_news, why);
    if (!rc && rack->list_wanted && !ret_news->event_count) {
        rc = rack_read_presence(rack, ret_news->presence, why);
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

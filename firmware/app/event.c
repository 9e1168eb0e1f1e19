/* The ring is an array with a start; giving way closes the gap by moving what is older,
 * which is at most 255 entries of 12 bytes and only happens to a host that is away. */
#include "firmware/app/event.h"

#include <string.h>

static struct rack_event *entry(struct event_log *log, unsigned index)
{
    return &log->ring[(log->first + index) % EVENT_RING];
}

static bool about_presence(const struct rack_event *event)
{
    return event->type == RACK_PLACED || event->type == RACK_REMOVED;
}

/* The oldest one that says nothing about presence, or whose slot has newer word. */
static unsigned dispensable(struct event_log *log)
{
    uint16_t seen[RACK_PRESENCE_WORDS] = { 0 };
    unsigned found = 0, other = 0;
    bool any = false;
    for (unsigned i = log->used; i-- > 0;) {
        const struct rack_event *event = entry(log, i);
        if (!about_presence(event)) {
            other = i;
            continue;
        }
        uint16_t bit = (uint16_t)(1u << (event->slot % 16u));
        uint16_t *word = &seen[event->slot / 16u % RACK_PRESENCE_WORDS];
        if (*word & bit) {
            found = i;
            any = true;
        }
        *word |= bit;
    }
    return any ? found : other;
}

static void give_way(struct event_log *log)
{
    for (unsigned i = dispensable(log); i > 0; i--)
        *entry(log, i) = *entry(log, i - 1);
    log->first = (uint16_t)((log->first + 1u) % EVENT_RING);
    log->used--;
    log->lost++;
    log->flagged = log->newest;
}

void event_init(struct event_log *log, struct journal *journal)
{
    memset(log, 0, sizeof *log);
    log->journal = journal;
    log->boot = journal->boot;
}

uint16_t event_add(struct event_log *log, enum rack_event_type type, uint8_t slot,
                   uint16_t value, uint32_t uptime_cs)
{
    if (log->used == EVENT_RING)
        give_way(log);
    if (log->newest == RACK_SEQ_LAST)
        log->boot = journal_boot_next(log->journal, RACK_RESET_CAUSES);
    log->newest = rack_seq_next(log->newest);
    *entry(log, log->used) = (struct rack_event){
        .seq = log->newest,
        .type = (uint8_t)type,
        .slot = slot,
        .value = value,
        .uptime_cs = uptime_cs,
    };
    log->used++;
    return log->newest;
}

const struct rack_event *event_at(const struct event_log *log, unsigned index)
{
    return index < log->used ? &log->ring[(log->first + index) % EVENT_RING] : NULL;
}

bool event_known(const struct event_log *log, uint16_t seq)
{
    const struct rack_event *oldest = event_at(log, 0);
    return oldest && seq &&
           rack_seq_steps(oldest->seq, seq) <= rack_seq_steps(oldest->seq, log->newest);
}

bool event_boot_stands(const struct event_log *log, uint16_t boot)
{
    const struct rack_event *oldest = event_at(log, 0);
    return boot == log->boot ||
           (oldest && boot == rack_seq_boot(oldest->seq, log->newest, log->boot));
}

void event_acknowledge(struct event_log *log, uint16_t seq)
{
    const struct rack_event *oldest = event_at(log, 0);
    if (!oldest || !event_known(log, seq))
        return;
    uint16_t start = oldest->seq, steps = rack_seq_steps(start, seq);
    if (log->flagged && rack_seq_steps(start, log->flagged) <= steps)
        log->flagged = 0;
    while (log->used && rack_seq_steps(start, entry(log, 0)->seq) <= steps) {
        log->first = (uint16_t)((log->first + 1u) % EVENT_RING);
        log->used--;
    }
}

bool event_overflowed(const struct event_log *log)
{
    return log->flagged != 0;
}

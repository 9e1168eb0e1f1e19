/* One rack, seen from the host: what it reports, and which lamps it shall show.
 *
 * The owner calls rack_turn() whenever rack_due_ms() has come. A turn acknowledges what
 * the owner has stored, polls, mends the lamps when their image is not the wanted one,
 * and hands out events. Handed out is not yet gone: the owner stores them durably and
 * then says rack_settle(); only that lets the next turn acknowledge them to the rack. If
 * anything dies in between, the rack shows the same events again. (boot id, seq) names
 * an event for ever, so whoever stores them can tell a repetition.
 *
 * A turn blocks for one to eight requests (rack_bus.h), 5 to 30 ms on a healthy bus. */
#ifndef DRIVERS_RACK_H
#define DRIVERS_RACK_H

#include "drivers/rack/rack_bus.h"

enum {
    RACK_POLL_MS = 30,
    RACK_ABSENT_MS = 1000, /* between two polls of a rack that does not answer */
    RACK_MISSES = 3,       /* so many unanswered polls make it absent */
};

/* What one turn brought. */
struct rack_news {
    bool live;         /* it answered */
    bool live_changed; /* for the owner to tell others; true at the first verdict */
    bool boot_changed; /* it has restarted; a boot event will follow */
    bool overflowed;   /* events gave way in the rack; each slot's last one is kept */
    bool updating;     /* it is being given another program: lamps are left alone */
    bool eventless;    /* a module: it has no events, only what is full now */
    uint16_t boot;
    bool listed;                            /* presence was read; a module always does */
    uint16_t presence[RACK_PRESENCE_WORDS]; /* valid if listed, or with a boot event */
    struct rack_event events[RACK_EVENTS_READ];
    uint16_t event_boots[RACK_EVENTS_READ]; /* boot id of each */
    unsigned event_count;
};

struct rack; /* made by rack_new(), ended by rack_free() */

/* `bus` is borrowed and must outlive the rack. Never returns NULL. */
struct rack *rack_new(struct rack_bus *bus, uint8_t address);
void rack_free(struct rack *rack); /* accepts NULL */

/* A module of another maker in the place of a rack: a discrete input says that a slot is
 * full, a coil lights its lamp. It latches nothing, so what was in and out again between
 * two polls is never known; lamps have no colours; and it cannot drive a lock, since
 * nobody would have signed the order. */
struct rack_profile {
    uint16_t slots; /* 1..RACK_SLOTS_MAX */
    uint16_t inputs_from, coils_from;
    bool inverted; /* an input that is off means full */
};
struct rack *rack_new_module(struct rack_bus *bus, uint8_t address,
                             const struct rack_profile *profile); /* copied */

/* When the next turn is due, monotonic ms. */
int64_t rack_due_ms(const struct rack *rack);

/* Take a turn. *ret_news is always written. RC_OK, or why the rack could not be asked or
 * told: the owner need not do anything, the next turn tries again. */
enum rc rack_turn(struct rack *rack, int64_t now_ms, struct rack_news *ret_news,
                  struct fault *why);

/* All events handed out up to this one are durable. Of another boot: ignored. */
void rack_settle(struct rack *rack, uint16_t boot, uint16_t seq);

/* Let the next turn that brings no events list the full slots; for one time. */
void rack_want_list(struct rack *rack);

/* The rest of what was handed out could not be stored: hand it out again. */
void rack_again(struct rack *rack);

/* How lamp `slot` shall shine, from the next turn on until it is changed; style by
 * rack_style_pack(). The next turn of a live rack is then due at once. RC_INVALID: no
 * such lamp or style. */
MUST_USE enum rc rack_lamp(struct rack *rack, unsigned slot, uint16_t style);

/* Slots that the rack says are fitted; 0 before its first answer. */
unsigned rack_slots(const struct rack *rack);

#endif

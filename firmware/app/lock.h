/* The lock of the rack's door.
 *
 * It opens only for an order that carries a tag: SipHash-2-4, under a key that this
 * controller shares with its host, over address, boot id and the order itself, in which
 * stands a challenge that this controller has just made and takes once. So neither noise
 * nor a recording nor an order for another rack opens it.
 *
 * The bolt is let go again when its time is over, when the door was opened and shut, when
 * the host is lost, and whenever the controller is not running. What the bolt does is
 * seen by its feedback contact; which level means locked is learnt at the first opening,
 * from a contact that rests before and turns while the bolt is driven. */
#ifndef APP_LOCK_H
#define APP_LOCK_H

#include "core/rack_map.h"
#include "core/rack_order.h"

enum {
    LOCK_HOLD_MAX_MS = 30000, /* whatever is asked for or set */
    LOCK_CHALLENGE_MS = 2000,
    LOCK_STRIKES = 5, /* bad tags ... */
    LOCK_STRIKES_MS = 60000,
    LOCK_OUT_MS = 60000,
    LOCK_SETTLE_MS = 40, /* contacts bounce */
    LOCK_MISMATCH_MS = 1000,
    LOCK_HELD_OPEN_MS = 60000,
    LOCK_CONTACTS = 4,
    LOCK_BUTTON_MS = 5000, /* held so long: the keeper wants to set the rack up */
};

/* High byte of register 0x0006. */
enum lock_state { LOCK_NONE, LOCK_SHUT, LOCK_OPEN, LOCK_BARRED };

enum lock_feedback {
    LOCK_NOT_LEARNT,
    LOCK_CLOSED_IS_SHUT,
    LOCK_OPEN_IS_SHUT,
    LOCK_FEEDBACKS
};

/* Register 0x0503. */
enum lock_result {
    LOCK_RESULT_NONE,
    LOCK_DONE,
    LOCK_REPEATED,  /* the same order again: the same answer, no second opening */
    LOCK_NO_KEY,    /* none was ever set */
    LOCK_BAD_TAG,   /* or a challenge that is not the last, or too old */
    LOCK_BAD_ORDER, /* well tagged, but no such operation or lock, or held too long */
    LOCK_OUT,       /* too many bad tags: wait */
    LOCK_UNFIT,     /* no lock is fitted, or the controller is in safe mode */
};

struct lock {
    uint8_t key[SIPHASH_KEY_LEN];
    uint32_t challenge, challenges, challenge_ms; /* how many were made; when the last */
    uint16_t last[RACK_ORDER_WORDS];              /* the last order that was done */
    uint32_t until_ms, driven_ms; /* while driven: until when, since when */
    uint32_t strike_ms, out_ms;   /* first bad tag of this minute; locked out since */
    uint32_t open_ms, odd_ms,
        button_ms;                   /* since when: door open, odd bolt, button down */
    uint32_t rest_ms[LOCK_CONTACTS]; /* when a contact last agreed with its belief */
    uint16_t opened, bad_tags;       /* times */
    uint8_t strikes, result;         /* enum lock_result */
    uint8_t contacts, before;        /* debounced now; when the bolt began to be driven */
    uint8_t feedback;                /* enum lock_feedback */
    bool fitted, keyed, safe;
    bool asked;               /* the challenge may be taken */
    bool done;                /* `last` holds an order */
    bool driven, out;         /* the bolt is driven; too many bad tags */
    bool passed;              /* the door was opened while the bolt is driven */
    bool unlocked, odd, held; /* as reported last */
};

struct lock_news {
    uint8_t type; /* enum rack_event_type */
    uint16_t value;
};

enum { LOCK_NEWS_MAX = 8 };

/* `contacts` as they are now, enum hal_contact. */
void lock_init(struct lock *lock, bool fitted, uint8_t feedback, unsigned contacts);
void lock_set_key(struct lock *lock, const uint8_t key[SIPHASH_KEY_LEN]);

/* A new challenge; the one before is worthless. */
uint32_t lock_challenge(struct lock *lock, uint16_t boot, uint32_t now_us,
                        uint32_t now_ms);

struct lock_limits {
    uint16_t time_ms, most_ms; /* hold time when none is asked; the longest */
};

/* Judge an order, and do it when it is right. */
enum lock_result lock_order(struct lock *lock, const uint16_t order[RACK_ORDER_WORDS],
                            uint8_t address, uint16_t boot, struct lock_limits limits,
                            uint32_t now_ms);

/* Contacts, time and feedback; call every few milliseconds. Returns how many news. */
unsigned lock_tick(struct lock *lock, unsigned contacts, uint32_t now_ms,
                   struct lock_news ret_news[LOCK_NEWS_MAX]);

void lock_shut(struct lock *lock); /* at once; harmless when it is */

enum lock_state lock_state(const struct lock *lock);
unsigned lock_left_ms(const struct lock *lock, uint32_t now_ms);
unsigned lock_status(const struct lock *lock); /* bits of enum rack_status_bit */
bool lock_button_held(const struct lock *lock, uint32_t now_ms);

#endif

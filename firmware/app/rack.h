/* The whole controller in one struct; the main loop stands in rack.c. The parts that
 * answer the bus read it, and change it only through the modules' own functions. */
#ifndef APP_RACK_H
#define APP_RACK_H

#include "firmware/app/event.h"
#include "firmware/app/lamp.h"
#include "firmware/app/lock.h"
#include "firmware/app/modbus_stream.h"
#include "firmware/app/settings.h"
#include "firmware/app/slot.h"
#include "firmware/app/update.h"
#include "firmware/hal/hal_app.h"

enum {
    RACK_DEAF_MS = 10000,   /* no frame for so long: set the receiver up again */
    RACK_COMMIT_MS = 1000,  /* between two of them: an EEPROM cell has a life cycle */
    RACK_KEEPER_MS = 60000, /* after the button: keys and addresses may be set up */
};

struct rack {
    struct hal_boot boot;
    struct modbus_stream stream;
    struct event_log events;
    struct slots slots;
    struct lamps lamps;
    struct lock lock;
    struct journal journal;
    struct settings settings;
    struct update update;
    uint8_t answer[MODBUS_FRAME_MAX];
    uint16_t answer_len;           /* 0: none waits to be sent */
    uint32_t answer_ms;            /* when it is due */
    uint32_t commit_ms, keeper_ms; /* of the last commit, of the button */
    union {                        /* each for one call, and never for both */
        struct slot_news news[RACK_SLOTS_MAX + 1]; /* of a slot tick */
        uint16_t values[MODBUS_VALUES_MAX];        /* of a request */
    } scratch;
    uint32_t last_us, carry_us;    /* of the uptime */
    uint32_t uptime_ms, uptime_cs; /* the first wraps after 49 days */
    uint32_t slot_due_ms, lamp_due_ms;
    uint32_t host_ms, frame_ms; /* when the host, any frame, was heard last */
    uint16_t frames;            /* counted at frame_ms */
    uint16_t exceptions, host_losses, longest_pass_us;
    uint16_t loss_seq;          /* of the event that the host was lost; 0: acknowledged */
    bool host_there, host_lost; /* both false: no host was ever heard */
    uint8_t delay_ms;           /* of answers */
    uint8_t feedback;           /* of the bolt, as kept in the journal */
    bool committed;             /* commit_ms means something */
    bool keeper;                /* the keeper's minute is running since keeper_ms */
    bool apply;                 /* new settings wait until the answer is out */
};

/* rack_start() and rack_pass() of the HAL are these, on the one instance of a controller.
 */
void rack_init(struct rack *rack, const struct hal_boot *boot);
uint32_t rack_run(struct rack *rack);

/* What the bus calls. */
void rack_heard_host(struct rack *rack);
void rack_acknowledge(struct rack *rack, uint16_t seq);
void rack_clear_counters(struct rack *rack);

/* From the journal, once at the start. Settings are in force only then. */
void rack_set_up(struct rack *rack);
void rack_put_in_force(struct rack *rack);

/* Keep the settings that are drafted. False: the store failed, or the last commit is less
 * than RACK_COMMIT_MS ago (rack_may_commit). They come into force behind the answer. */
bool rack_may_commit(const struct rack *rack);
bool rack_commit(struct rack *rack);

/* Keep the lock's wiring, and the key when it is not NULL. False: the store failed, and a
 * new key is not in force. */
bool rack_keep_lock(struct rack *rack, const uint8_t *key);

#endif

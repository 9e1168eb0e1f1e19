/* The other half of lock.h: what contacts and time do to the lock. It can only shut it.
 */
#include "firmware/app/lock.h"

#include "firmware/hal/hal_lock.h"

enum {
    LEARN_MS = 100, /* the contact must have turned for so long */
    LATE_MS = 1000,
};

struct watch {
    struct lock *lock;
    struct lock_news *news;
    unsigned count;
    uint32_t now_ms;
};

static void tell(struct watch *watch, enum rack_event_type type, uint32_t value)
{
    if (watch->count < LOCK_NEWS_MAX)
        watch->news[watch->count++] =
            (struct lock_news){ (uint8_t)type,
                                (uint16_t)(value < UINT16_MAX ? value : UINT16_MAX) };
}

static void door_moved(struct watch *watch)
{
    struct lock *lock = watch->lock;
    if (!lock->fitted)
        return;
    if (lock->contacts & HAL_DOOR_SHUT) {
        tell(watch, RACK_DOOR_CLOSED, (watch->now_ms - lock->open_ms) / 1000);
        if (lock->driven && lock->passed)
            lock_shut(lock);
        return;
    }
    lock->open_ms = watch->now_ms;
    lock->held = false;
    lock->passed = true;
    tell(watch, RACK_DOOR_OPENED, 0);
    bool late = watch->now_ms - lock->until_ms < LATE_MS; /* the hand was on it already */
    if (!lock->driven && !late)
        tell(watch, RACK_FORCED, 0);
}

static void button_moved(struct watch *watch)
{
    if (!(watch->lock->contacts & HAL_BUTTON))
        return;
    watch->lock->button_ms = watch->now_ms;
    tell(watch, RACK_BUTTON_PRESSED, 1);
}

static void debounce(struct watch *watch, unsigned raw)
{
    struct lock *lock = watch->lock;
    for (unsigned i = 0; i < LOCK_CONTACTS; i++) {
        unsigned bit = 1u << i;
        if (!((raw ^ lock->contacts) & bit)) {
            lock->rest_ms[i] = watch->now_ms;
            continue;
        }
        if (watch->now_ms - lock->rest_ms[i] < LOCK_SETTLE_MS)
            continue;
        lock->contacts ^= (uint8_t)bit;
        lock->rest_ms[i] = watch->now_ms;
        if (bit == HAL_DOOR_SHUT)
            door_moved(watch);
        else if (bit == HAL_BUTTON)
            button_moved(watch);
    }
}

static void learn(struct lock *lock, uint32_t now_ms)
{
    if (lock->feedback != LOCK_NOT_LEARNT || !lock->driven ||
        now_ms - lock->driven_ms < LEARN_MS ||
        !((lock->contacts ^ lock->before) & HAL_BOLT))
        return;
    lock->feedback = lock->before & HAL_BOLT ? LOCK_CLOSED_IS_SHUT : LOCK_OPEN_IS_SHUT;
}

static void watch_bolt(struct watch *watch)
{
    struct lock *lock = watch->lock;
    bool open = !(lock_status(lock) & RACK_LOCKED);
    if (open != lock->unlocked)
        tell(watch, open ? RACK_UNLOCKED : RACK_LOCKED_AGAIN,
             open ? lock->last[RACK_ORDER_REQUEST + 1] : 0);
    lock->unlocked = open;
    if (open == lock->driven)
        lock->odd_ms = watch->now_ms;
    lock->odd = watch->now_ms - lock->odd_ms >= LOCK_MISMATCH_MS;
}

unsigned lock_tick(struct lock *lock, unsigned contacts, uint32_t now_ms,
                   struct lock_news ret_news[LOCK_NEWS_MAX])
{
    struct watch watch = { .lock = lock, .news = ret_news, .now_ms = now_ms };
    debounce(&watch, contacts);
    if (lock->out && now_ms - lock->out_ms >= LOCK_OUT_MS)
        lock->out = false;
    if (!lock->fitted)
        return watch.count;
    if (lock->driven && (int32_t)(now_ms - lock->until_ms) >= 0)
        lock_shut(lock);
    learn(lock, now_ms);
    watch_bolt(&watch);
    if (!(lock->contacts & HAL_DOOR_SHUT) && !lock->held &&
        now_ms - lock->open_ms >= LOCK_HELD_OPEN_MS) {
        lock->held = true;
        tell(&watch, RACK_HELD_OPEN, LOCK_HELD_OPEN_MS / 1000);
    }
    return watch.count;
}

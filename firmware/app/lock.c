/* Orders come from the bus, contacts and time from the tick. Nothing here opens the bolt
 * but open_bolt(), and only a judged order calls that. */
#include "firmware/app/lock.h"

#include "firmware/hal/hal_lock.h"

#include <string.h>

static bool passed(uint32_t since_ms, uint32_t now_ms, uint32_t span_ms)
{
    return now_ms - since_ms >= span_ms;
}

static bool bolt_is_open(const struct lock *lock)
{
    bool contact = lock->contacts & HAL_BOLT;
    if (lock->feedback == LOCK_NOT_LEARNT)
        return lock->driven;
    return contact != (lock->feedback == LOCK_CLOSED_IS_SHUT);
}

static void open_bolt(struct lock *lock, uint32_t hold_ms, uint32_t now_ms)
{
    lock->before = lock->driven ? lock->before : lock->contacts;
    lock->driven = true;
    lock->driven_ms = now_ms;
    lock->until_ms = now_ms + (hold_ms < LOCK_HOLD_MAX_MS ? hold_ms : LOCK_HOLD_MAX_MS);
    lock->passed = !(lock->contacts & HAL_DOOR_SHUT);
    lock->opened++;
    hal_lock_drive(true);
}

static enum lock_result strike(struct lock *lock, uint32_t now_ms)
{
    lock->bad_tags++;
    if (!lock->strikes || passed(lock->strike_ms, now_ms, LOCK_STRIKES_MS)) {
        lock->strikes = 0;
        lock->strike_ms = now_ms;
    }
    if (++lock->strikes >= LOCK_STRIKES) {
        lock->strikes = 0;
        lock->out = true;
        lock->out_ms = now_ms;
    }
    return LOCK_BAD_TAG;
}

static bool challenge_holds(const struct lock *lock, const uint16_t *order,
                            uint32_t now_ms)
{
    uint32_t given =
        (uint32_t)order[RACK_ORDER_CHALLENGE] << 16 | order[RACK_ORDER_CHALLENGE + 1];
    return lock->asked && given == lock->challenge &&
           !passed(lock->challenge_ms, now_ms, LOCK_CHALLENGE_MS);
}

static enum lock_result carry_out(struct lock *lock, const uint16_t *order,
                                  struct lock_limits limits, uint32_t now_ms)
{
    uint32_t hold_ms = order[RACK_ORDER_HOLD_MS];
    bool unlock = order[RACK_ORDER_OPERATION] == RACK_UNLOCK;
    if ((!unlock && order[RACK_ORDER_OPERATION] != RACK_LOCK) || order[RACK_ORDER_LOCK] ||
        hold_ms > limits.most_ms || order[RACK_ORDER_FLAGS] & ~RACK_ORDER_LEARN)
        return LOCK_BAD_ORDER;
    memcpy(lock->last, order, sizeof lock->last);
    lock->done = true;
    if (order[RACK_ORDER_FLAGS] & RACK_ORDER_LEARN)
        lock->feedback = LOCK_NOT_LEARNT;
    if (unlock)
        open_bolt(lock, hold_ms ? hold_ms : limits.time_ms, now_ms);
    else
        lock_shut(lock);
    return LOCK_DONE;
}

static enum lock_result judge(struct lock *lock, const uint16_t *order, uint8_t address,
                              uint16_t boot, struct lock_limits limits, uint32_t now_ms)
{
    if (!lock->fitted || lock->safe)
        return LOCK_UNFIT;
    if (!lock->keyed)
        return LOCK_NO_KEY;
    if (lock->out)
        return LOCK_OUT;
    if (lock->done && !memcmp(lock->last, order, sizeof lock->last))
        return LOCK_REPEATED;
    bool holds = rack_order_holds(lock->key, address, boot, order);
    if (!holds || !challenge_holds(lock, order, now_ms))
        return strike(lock, now_ms);
    lock->asked = false;
    return carry_out(lock, order, limits, now_ms);
}

enum lock_result lock_order(struct lock *lock, const uint16_t order[RACK_ORDER_WORDS],
                            uint8_t address, uint16_t boot, struct lock_limits limits,
                            uint32_t now_ms)
{
    lock->result = (uint8_t)judge(lock, order, address, boot, limits, now_ms);
    return (enum lock_result)lock->result;
}

void lock_init(struct lock *lock, bool fitted, uint8_t feedback, unsigned contacts)
{
    memset(lock, 0, sizeof *lock);
    hal_lock_drive(false);
    lock->fitted = fitted;
    lock->feedback = feedback;
    lock->contacts = (uint8_t)contacts;
    lock->unlocked = fitted && bolt_is_open(lock);
}

void lock_set_key(struct lock *lock, const uint8_t key[SIPHASH_KEY_LEN])
{
    memcpy(lock->key, key, sizeof lock->key);
    lock->keyed = true;
    lock->done = false;
}

uint32_t lock_challenge(struct lock *lock, uint16_t boot, uint32_t now_us,
                        uint32_t now_ms)
{
    /* Nobody without the key can tell the next one, and the count makes it a new one
     * even when the clock stands still. */
    uint32_t parts[] = { boot, ++lock->challenges, now_us };
    lock->challenge = (uint32_t)siphash(
        lock->key, (struct bytes){ (const uint8_t *)parts, sizeof parts });
    lock->challenge_ms = now_ms;
    lock->asked = lock->keyed && lock->fitted;
    return lock->asked ? lock->challenge : 0;
}

void lock_shut(struct lock *lock)
{
    lock->driven = false;
    hal_lock_drive(false);
}

enum lock_state lock_state(const struct lock *lock)
{
    if (!lock->fitted)
        return LOCK_NONE;
    if (lock->driven)
        return LOCK_OPEN;
    return lock->out ? LOCK_BARRED : LOCK_SHUT;
}

unsigned lock_left_ms(const struct lock *lock, uint32_t now_ms)
{
    if (lock->driven)
        return (int32_t)(lock->until_ms - now_ms) > 0 ? lock->until_ms - now_ms : 0;
    return lock->fitted && lock->out ? lock->out_ms + LOCK_OUT_MS - now_ms : 0;
}

unsigned lock_status(const struct lock *lock)
{
    unsigned bits = lock->contacts & HAL_BUTTON ? RACK_BUTTON : 0;
    if (!lock->fitted)
        return bits;
    bits |= lock->contacts & HAL_DOOR_SHUT ? 0 : RACK_DOOR_OPEN;
    bits |= lock->contacts & HAL_TAMPER ? RACK_TAMPER : 0;
    bits |= bolt_is_open(lock) ? 0 : RACK_LOCKED;
    bits |= lock->odd ? RACK_LOCK_MISMATCH : 0;
    return bits;
}

bool lock_button_held(const struct lock *lock, uint32_t now_ms)
{
    return lock->contacts & HAL_BUTTON && passed(lock->button_ms, now_ms, LOCK_BUTTON_MS);
}

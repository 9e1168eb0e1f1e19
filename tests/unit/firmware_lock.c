/* The lock: what opens it, what never does, and what shuts it again. ORDERS=n and
 * FRAMES=n set how many wrong orders and bad frames are tried; SEED=n repeats a run. */
#include "check.h"

#include "firmware_bench.h"

#include <stdlib.h>

enum { ORDERS = 1000000, FRAMES = 200000, TIME_MS = 5000 };

static const uint8_t key[SIPHASH_KEY_LEN] = "sixteen letters";
static uint16_t request;

static void set_key(void)
{
    uint16_t words[SIPHASH_KEY_LEN / 2];
    for (unsigned i = 0; i < COUNT(words); i++)
        words[i] = (uint16_t)(key[2 * i] << 8 | key[2 * i + 1]);
    CHECK_INT(0, put_words(RACK_AT_LOCK_KEY, words, COUNT(words)));
}

static void begin_lock(void)
{
    memset(&bench, 0, sizeof bench);
    ask_address = BENCH_ADDRESS;
    bench.outside = HAL_DOOR_SHUT;
    bench.lock = true;
    bench_start(&rack);
    bench_wait(&rack, 200);
    set_key();
}

/* An order with a challenge that was just read. */
static void seal(uint16_t words[RACK_ORDER_WORDS], unsigned operation, unsigned hold_ms)
{
    CHECK_INT(6, ask_words(0x04, RACK_AT_CHALLENGE, 2));
    memset(words, 0, RACK_ORDER_WORDS * sizeof *words);
    words[RACK_ORDER_OPERATION] = (uint16_t)operation;
    words[RACK_ORDER_HOLD_MS] = (uint16_t)hold_ms;
    words[RACK_ORDER_REQUEST + 1] = ++request;
    words[RACK_ORDER_CHALLENGE] = (uint16_t)(bench.out[3] << 8 | bench.out[4]);
    words[RACK_ORDER_CHALLENGE + 1] = (uint16_t)(bench.out[5] << 8 | bench.out[6]);
    rack_order_seal(key, BENCH_ADDRESS, (uint16_t)get(RACK_AT_BOOT), words);
}

static unsigned send_order(const uint16_t words[RACK_ORDER_WORDS])
{
    return put_words(RACK_AT_LOCK_ORDER, words, RACK_ORDER_WORDS);
}

static unsigned order(unsigned operation, unsigned hold_ms)
{
    uint16_t words[RACK_ORDER_WORDS];
    seal(words, operation, hold_ms);
    return send_order(words);
}

static bool reported(unsigned type)
{
    for (unsigned i = 0; event_at(&rack.events, i); i++)
        if (event_at(&rack.events, i)->type == type)
            return true;
    return false;
}

TEST(lock, opens_for_an_order_and_shuts_when_its_time_is_over)
{
    begin_lock();
    CHECK(get(RACK_AT_STATUS) & RACK_LOCKED);
    CHECK_INT(0, order(RACK_UNLOCK, 3000));
    CHECK(bench.driven);
    CHECK_INT(LOCK_OPEN << 8 | 30, get(RACK_AT_LOCK));
    CHECK_INT(LOCK_DONE, get(RACK_AT_LOCK_RESULT));
    CHECK_INT(request, get(RACK_AT_LOCK_REQUEST + 1));
    bench_wait(&rack, 2900);
    CHECK(bench.driven && !(get(RACK_AT_STATUS) & RACK_LOCKED));
    bench_wait(&rack, 200);
    CHECK(!bench.driven && get(RACK_AT_STATUS) & RACK_LOCKED);
    CHECK(reported(RACK_UNLOCKED) && reported(RACK_LOCKED_AGAIN));
}

TEST(lock, stays_open_as_long_as_set_when_the_order_does_not_say)
{
    begin_lock();
    CHECK_INT(0, order(RACK_UNLOCK, 0));
    bench_wait(&rack, TIME_MS - 100);
    CHECK(bench.driven);
    bench_wait(&rack, 200);
    CHECK(!bench.driven);
    CHECK_INT(3, order(RACK_UNLOCK, 10001)); /* longer than the longest */
    CHECK_INT(LOCK_BAD_ORDER, get(RACK_AT_LOCK_RESULT));
    CHECK(!bench.driven);
}

TEST(lock, never_holds_longer_than_thirty_seconds)
{
    begin_lock();
    CHECK_INT(0, put(RACK_AT_SET_LOCK_MOST, LOCK_HOLD_MAX_MS));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(0, order(RACK_UNLOCK, LOCK_HOLD_MAX_MS));
    for (unsigned i = 0; i < 31; i++) {
        (void)get(RACK_AT_VERSION); /* the host is there all the time */
        bench_wait(&rack, 1000);
    }
    CHECK(!bench.driven);
}

TEST(lock, shuts_on_order_and_when_the_door_was_opened_and_shut)
{
    begin_lock();
    CHECK_INT(0, order(RACK_UNLOCK, 0));
    CHECK_INT(0, order(RACK_LOCK, 0));
    CHECK(!bench.driven);
    CHECK_INT(0, order(RACK_UNLOCK, 0));
    bench.outside = 0;
    bench_wait(&rack, 500);
    CHECK(bench.driven && get(RACK_AT_STATUS) & RACK_DOOR_OPEN);
    bench.outside = HAL_DOOR_SHUT;
    bench_wait(&rack, 100);
    CHECK(!bench.driven);
    CHECK(reported(RACK_DOOR_OPENED) && reported(RACK_DOOR_CLOSED));
    CHECK(!reported(RACK_FORCED));
}

TEST(lock, does_nothing_a_second_time_for_the_same_order)
{
    uint16_t words[RACK_ORDER_WORDS];
    begin_lock();
    seal(words, RACK_UNLOCK, 1000);
    CHECK_INT(0, send_order(words));
    bench_wait(&rack, 600);
    CHECK_INT(0, send_order(words)); /* its answer was lost, say */
    CHECK_INT(LOCK_REPEATED, get(RACK_AT_LOCK_RESULT));
    bench_wait(&rack, 500);
    CHECK(!bench.driven); /* not longer than the first time said */
    bench_wait(&rack, 10000);
    CHECK_INT(0, send_order(words));
    CHECK(!bench.driven);
    CHECK_INT(1, bench.drives);
}

TEST(lock, takes_a_challenge_once_and_for_two_seconds)
{
    uint16_t words[RACK_ORDER_WORDS], other[RACK_ORDER_WORDS];
    begin_lock();
    seal(words, RACK_UNLOCK, 0);
    bench_wait(&rack, LOCK_CHALLENGE_MS);
    CHECK_INT(3, send_order(words));
    seal(words, RACK_UNLOCK, 0);
    seal(other, RACK_LOCK, 0); /* reads a newer challenge */
    CHECK_INT(3, send_order(words));
    CHECK_INT(0, send_order(other));
    memcpy(words, other, sizeof words);
    words[RACK_ORDER_OPERATION] = RACK_UNLOCK;
    rack_order_seal(key, BENCH_ADDRESS, (uint16_t)get(RACK_AT_BOOT), words);
    CHECK_INT(3, send_order(words)); /* the challenge has been taken */
    CHECK(!bench.drives);
    CHECK_INT(3, get(RACK_AT_COUNT_BAD_TAG));
    CHECK(reported(RACK_BAD_TAG));
}

TEST(lock, is_barred_for_a_minute_after_five_bad_tags)
{
    uint16_t words[RACK_ORDER_WORDS];
    begin_lock();
    for (unsigned i = 0; i < LOCK_STRIKES; i++) {
        seal(words, RACK_UNLOCK, 0);
        words[RACK_ORDER_TAG] ^= 1;
        CHECK_INT(3, send_order(words));
    }
    CHECK_INT(3, order(RACK_UNLOCK, 0));
    CHECK_INT(LOCK_OUT, get(RACK_AT_LOCK_RESULT));
    CHECK_INT(LOCK_BARRED, get(RACK_AT_LOCK) >> 8);
    for (unsigned i = 0; i < 60; i++) {
        CHECK(!bench.drives);
        (void)get(RACK_AT_VERSION);
        bench_wait(&rack, 1000);
    }
    bench_wait(&rack, 100);
    CHECK_INT(0, order(RACK_UNLOCK, 0));
}

TEST(lock, shuts_when_the_host_is_lost)
{
    begin_lock();
    CHECK_INT(0, put(RACK_AT_SET_HOST, 5));
    CHECK_INT(0, put(RACK_AT_SET_LOCK_MOST, 30000));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(0, order(RACK_UNLOCK, 30000));
    bench_wait(&rack, 4900);
    CHECK(bench.driven);
    bench_wait(&rack, 200);
    CHECK(!bench.driven);
}

TEST(lock, is_shut_from_the_first_moment_of_a_start)
{
    uint16_t words[RACK_ORDER_WORDS];
    begin_lock();
    seal(words, RACK_UNLOCK, 0);
    CHECK_INT(0, send_order(words));
    bench_start(&rack);
    CHECK(!bench.driven);
    bench_wait(&rack, 200);
    CHECK_INT(3, send_order(words));     /* of another life */
    CHECK_INT(0, order(RACK_UNLOCK, 0)); /* the key was kept */
}

TEST(lock, learns_which_way_its_contact_is_wired)
{
    for (unsigned reversed = 0; reversed < 2; reversed++) {
        memset(&bench, 0, sizeof bench);
        bench.outside = HAL_DOOR_SHUT;
        bench.lock = true;
        bench.reversed = reversed;
        bench_start(&rack);
        bench_wait(&rack, 200);
        set_key();
        CHECK_INT(LOCK_NOT_LEARNT, get(RACK_AT_SET_FEEDBACK));
        CHECK_INT(0, order(RACK_UNLOCK, 1000));
        bench_wait(&rack, 1200);
        unsigned want = reversed ? LOCK_OPEN_IS_SHUT : LOCK_CLOSED_IS_SHUT;
        CHECK_INT(want, get(RACK_AT_SET_FEEDBACK));
        CHECK(get(RACK_AT_STATUS) & RACK_LOCKED);
        bench_start(&rack);
        CHECK_INT(want, get(RACK_AT_SET_FEEDBACK)); /* and remembers */
    }
}

TEST(lock, reports_a_bolt_that_does_not_do_what_it_should)
{
    begin_lock();
    CHECK_INT(0, order(RACK_UNLOCK, 500));
    bench_wait(&rack, 800);
    CHECK(!(get(RACK_AT_STATUS) & RACK_LOCK_MISMATCH));
    bench.jammed = true;
    CHECK_INT(0, order(RACK_UNLOCK, 3000));
    bench_wait(&rack, LOCK_MISMATCH_MS + 200);
    CHECK(get(RACK_AT_STATUS) & RACK_LOCK_MISMATCH);
    CHECK(get(RACK_AT_STATUS) & RACK_LOCKED); /* it is, whatever was ordered */
    bench_wait(&rack, 2000);
    CHECK(!(get(RACK_AT_STATUS) & RACK_LOCK_MISMATCH));
}

TEST(lock, reports_a_door_that_was_forced_and_one_that_is_held_open)
{
    begin_lock();
    bench_wait(&rack, 2000);
    bench.outside = 0;
    bench_wait(&rack, 100);
    CHECK(reported(RACK_FORCED));
    bench_wait(&rack, LOCK_HELD_OPEN_MS);
    CHECK(reported(RACK_HELD_OPEN));
}

TEST(lock, keeps_its_key_unless_somebody_stands_there)
{
    uint16_t other[SIPHASH_KEY_LEN / 2] = { 1, 2, 3 };
    begin_lock();
    CHECK_INT(6, put_words(RACK_AT_LOCK_KEY, other, COUNT(other)));
    CHECK_INT(0, order(RACK_UNLOCK, 0));
    bench.outside |= HAL_BUTTON;
    bench_wait(&rack, LOCK_BUTTON_MS + 100);
    CHECK_INT(0, put_words(RACK_AT_LOCK_KEY, other, COUNT(other)));
    CHECK_INT(3, order(RACK_LOCK, 0));
}

TEST(lock, without_a_key_or_not_fitted_never_opens)
{
    uint16_t words[RACK_ORDER_WORDS] = { RACK_UNLOCK };
    static const uint8_t zeros[SIPHASH_KEY_LEN];
    for (unsigned fitted = 0; fitted < 2; fitted++) {
        memset(&bench, 0, sizeof bench);
        bench.lock = fitted;
        bench_start(&rack);
        CHECK_INT(0, get(RACK_AT_CHALLENGE));
        rack_order_seal(zeros, BENCH_ADDRESS, (uint16_t)get(RACK_AT_BOOT), words);
        CHECK_INT(3, send_order(words));
        CHECK_INT(fitted ? LOCK_NO_KEY : LOCK_UNFIT, get(RACK_AT_LOCK_RESULT));
        CHECK(!bench.drives);
    }
}

static uint64_t seed;

static uint32_t pick(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

static unsigned long number_of(const char *name, unsigned long preset)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : preset;
}

/* A right order that is spoilt in one way, as somebody could who hears the bus. */
static void spoil(uint16_t *words, const uint16_t *heard, uint16_t boot)
{
    uint8_t wrong[SIPHASH_KEY_LEN];
    switch (pick(6)) {
    case 0: /* of another rack */
        rack_order_seal(key, (uint8_t)(BENCH_ADDRESS + 1 + pick(200)), boot, words);
        break;
    case 1: /* of another life */
        rack_order_seal(key, BENCH_ADDRESS, (uint16_t)(boot + 1 + pick(1000)), words);
        break;
    case 2: /* heard before */
        memcpy(words, heard, RACK_ORDER_WORDS * sizeof *words);
        break;
    case 3: /* with another challenge */
        words[RACK_ORDER_CHALLENGE + pick(2)] ^= (uint16_t)(1 + pick(UINT16_MAX));
        rack_order_seal(key, BENCH_ADDRESS, boot, words);
        break;
    case 4: /* under another key */
        for (unsigned i = 0; i < sizeof wrong; i++)
            wrong[i] = (uint8_t)pick(256);
        rack_order_seal(wrong, BENCH_ADDRESS, boot, words);
        break;
    default: /* with a bit turned */
        words[pick(RACK_ORDER_WORDS)] ^= (uint16_t)(1u << pick(16));
        break;
    }
}

TEST(lock, accepts_none_of_a_million_wrong_orders)
{
    const struct lock_limits limits = { TIME_MS, TIME_MS };
    uint16_t heard[RACK_ORDER_WORDS];
    unsigned long count = number_of("ORDERS", ORDERS), accepted = 0;
    seed = number_of("SEED", 20261123);
    printf("# SEED=%llu, %lu orders\n", (unsigned long long)seed, count);
    begin_lock();
    seal(heard, RACK_UNLOCK, 0);
    CHECK_INT(0, send_order(heard));
    CHECK_INT(0, order(RACK_LOCK, 0)); /* so that `heard` is not the last one any more */
    unsigned drives = bench.drives;
    uint16_t boot = rack.events.boot;
    for (unsigned long i = 0; i < count; i++) {
        uint32_t challenge = lock_challenge(&rack.lock, boot, (uint32_t)i, 0);
        uint16_t words[RACK_ORDER_WORDS] = { RACK_UNLOCK, 0, 1000, 0, (uint16_t)i };
        words[RACK_ORDER_CHALLENGE] = (uint16_t)(challenge >> 16);
        words[RACK_ORDER_CHALLENGE + 1] = (uint16_t)challenge;
        rack_order_seal(key, BENCH_ADDRESS, boot, words);
        spoil(words, heard, boot);
        rack.lock.out = false; /* else nearly all are refused for that */
        enum lock_result result =
            lock_order(&rack.lock, words, BENCH_ADDRESS, boot, limits, 0);
        accepted += result == LOCK_DONE || result == LOCK_REPEATED;
    }
    CHECK_INT(0, accepted);
    CHECK_INT(drives, bench.drives);
}

TEST(lock, does_nothing_for_frames_that_noise_has_hit_or_that_go_to_all)
{
    unsigned long count = number_of("FRAMES", FRAMES), repaired = 0;
    seed = number_of("SEED", 20261123);
    begin_lock();
    unsigned drives = bench.drives;
    for (unsigned long i = 0; i < count; i++) {
        uint16_t words[RACK_ORDER_WORDS];
        uint8_t frame[64] = { BENCH_ADDRESS,
                              0x10,
                              RACK_AT_LOCK_ORDER >> 8,
                              RACK_AT_LOCK_ORDER & 0xFF,
                              0,
                              12,
                              24 };
        seal(words, RACK_UNLOCK, 0);
        for (unsigned w = 0; w < RACK_ORDER_WORDS; w++) {
            frame[7 + 2 * w] = (uint8_t)(words[w] >> 8);
            frame[8 + 2 * w] = (uint8_t)words[w];
        }
        if (pick(8) == 0)
            frame[0] = RACK_BROADCAST_ADDRESS;
        size_t len = modbus_crc_append(frame, 31);
        unsigned flips = frame[0] ? 1 + pick(12) : 0;
        for (unsigned f = 0; f < flips; f++)
            frame[pick((uint32_t)len)] ^= (uint8_t)(1u << pick(8));
        if (pick(4) == 0 && frame[0])
            modbus_crc_append(frame, 31); /* as if the CRC had not seen it */
        uint16_t now[RACK_ORDER_WORDS];
        for (unsigned w = 0; w < RACK_ORDER_WORDS; w++)
            now[w] = (uint16_t)(frame[7 + 2 * w] << 8 | frame[8 + 2 * w]);
        if (!memcmp(now, words, sizeof now) && frame[0] == BENCH_ADDRESS) {
            repaired++; /* the flips undid each other: a right order */
            continue;
        }
        bench_send(frame, len);
        bench_wait(&rack, 1);
        bench.now_us += 30000; /* the line falls quiet */
        (void)rack_run(&rack);
        rack.lock.out = false;
    }
    CHECK_INT(drives, bench.drives);
    CHECK(repaired < count / 10);
}

/* Like set_key() and order(), but with everything as the manual has it. */
TEST(lock, speaks_as_the_worked_example_of_the_manual)
{
    uint8_t body[6 + 2 * RACK_ORDER_WORDS] = { 0x10, 0x05, 0x10, 0, 12, 24 };
    uint8_t numbers[SIPHASH_KEY_LEN];
    uint16_t words[RACK_ORDER_WORDS] = { RACK_UNLOCK, 0, 3000, 0, 1 };
    const char *manual = read_manual();
    memset(&bench, 0, sizeof bench);
    bench.outside = HAL_DOOR_SHUT;
    bench.lock = true;
    bench_start(&rack);
    bench_wait(&rack, 200);
    exchange(manual, BYTES("\x10\x05\x20\x00\x08\x10\x00\x01\x02\x03\x04\x05\x06\x07"
                           "\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"));
    exchange(manual, BYTES("\x04\x05\x00\x00\x02"));
    words[RACK_ORDER_CHALLENGE] = (uint16_t)(bench.out[3] << 8 | bench.out[4]);
    words[RACK_ORDER_CHALLENGE + 1] = (uint16_t)(bench.out[5] << 8 | bench.out[6]);
    for (unsigned i = 0; i < sizeof numbers; i++)
        numbers[i] = (uint8_t)i;
    rack_order_seal(numbers, BENCH_ADDRESS, 1, words);
    for (unsigned i = 0; i < RACK_ORDER_WORDS; i++) {
        body[6 + 2 * i] = (uint8_t)(words[i] >> 8);
        body[7 + 2 * i] = (uint8_t)words[i];
    }
    exchange(manual, (struct bytes){ body, sizeof body });
    CHECK(bench.driven);
    exchange(manual, BYTES("\x04\x05\x03\x00\x03"));
}

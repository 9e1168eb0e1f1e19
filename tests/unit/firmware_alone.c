/* The rack's own order book: while no host is there, lamps of orders that were given
 * before shine on and go out when they are done, and what nobody ordered blinks red. */
#include "firmware_bench.h"

enum {
    WAITS = 0x80,
    GREEN = 0x00FF00,
    BLUE = 0x0000FF,
    RED = 0xFF0000,
    PERIOD_MS = 1000
};

static void hand(unsigned slot)
{
    bench.raw[slot / 16] ^= (uint16_t)(1u << (slot % 16));
    bench_wait(&rack, 200);
}

/* The colour that shines at some time of a second; 0: dark all the time. */
static uint32_t seen(unsigned slot)
{
    uint32_t rgb = 0;
    for (unsigned ms = 0; ms < PERIOD_MS; ms += 20) {
        bench_wait(&rack, 20);
        rgb |= bench.lamps[slot];
    }
    return rgb;
}

/* Volumes stand in 5, 6 and 8; orders: put into 2 and 3, take from 5; 7 shines for
 * something else. */
static void host_gives_orders_and_goes(void)
{
    memset(&bench, 0, sizeof bench);
    ask_address = BENCH_ADDRESS;
    bench.outside = HAL_DOOR_SHUT;
    bench.raw[0] = 1u << 5 | 1u << 6 | 1u << 8;
    bench_start(&rack);
    bench_wait(&rack, 300);
    CHECK_INT(0, put(RACK_AT_SET_HOST, 5));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(0, put(RACK_AT_LAMPS + 2, WAITS | RACK_GREEN | RACK_BLINK << 4));
    CHECK_INT(0, put(RACK_AT_LAMPS + 3, WAITS | RACK_GREEN | RACK_BLINK << 4));
    CHECK_INT(0, put(RACK_AT_LAMPS + 5, WAITS | RACK_BLUE | RACK_BLINK << 4));
    CHECK_INT(0, put(RACK_AT_LAMPS + 7, RACK_WHITE));
    CHECK_INT(0, put(RACK_AT_ACK, get(RACK_AT_NEWEST)));
}

static void be_alone(void)
{
    bench_wait(&rack, 5100);
    CHECK(rack.host_lost);
}

TEST(alone, orders_shine_on_and_go_out_when_they_are_done)
{
    host_gives_orders_and_goes();
    be_alone();
    CHECK_INT(GREEN, seen(2));
    CHECK_INT(GREEN, seen(3));
    CHECK_INT(BLUE, seen(5));
    CHECK_INT(0, seen(7)); /* the safe style */
    uint16_t crc = lamp_crc(&rack.lamps);
    hand(2);
    CHECK_INT(0, seen(2));
    CHECK_INT(GREEN, seen(3));
    hand(5);
    CHECK_INT(0, seen(5));
    CHECK_INT(crc, lamp_crc(&rack.lamps)); /* the registers are the host's */
}

TEST(alone, what_nobody_ordered_blinks_red_until_it_is_put_right)
{
    host_gives_orders_and_goes();
    be_alone();
    hand(8); /* taken */
    CHECK_INT(RED, seen(8));
    hand(10); /* put in */
    CHECK_INT(RED, seen(10));
    hand(8);
    CHECK_INT(0, seen(8));
    hand(2); /* as ordered, and then out again */
    hand(2);
    CHECK_INT(RED, seen(2));
    hand(2);
    CHECK_INT(0, seen(2));
}

TEST(alone, what_was_done_before_it_noticed_counts_as_well)
{
    host_gives_orders_and_goes();
    hand(3);
    hand(6);
    be_alone();
    CHECK_INT(0, seen(3));
    CHECK_INT(RED, seen(6));
    CHECK_INT(GREEN, seen(2));
}

/* The host finds everything that happened as events, and says itself what shines. */
TEST(alone, the_host_finds_it_all_when_it_is_back)
{
    host_gives_orders_and_goes();
    uint16_t last = (uint16_t)get(RACK_AT_NEWEST);
    be_alone();
    hand(2);
    hand(8);
    CHECK_INT(RED, seen(8));
    CHECK_INT(last + 1, get(RACK_AT_OLDEST)); /* it was lost */
    CHECK_INT(0, seen(8));
    CHECK_INT(0, seen(2)); /* until the host says otherwise */
    CHECK_INT(GREEN, seen(3));
    CHECK_INT(4, get(RACK_AT_NEWEST) - last);
    CHECK_INT(RACK_PLACED << 8 | 2, get(RACK_AT_EVENTS + RACK_EVENT_WORDS + 1));
    CHECK_INT(RACK_REMOVED << 8 | 8, get(RACK_AT_EVENTS + 2 * RACK_EVENT_WORDS + 1));
    CHECK_INT(0, put(RACK_AT_LAMPS + 2, RACK_GREEN));
    CHECK_INT(GREEN, seen(2));
}

/* With a host there the rack judges nothing. */
TEST(alone, is_for_when_nobody_is_there_only)
{
    host_gives_orders_and_goes();
    hand(2);
    hand(8);
    CHECK_INT(GREEN, seen(2));
    CHECK_INT(0, seen(8));
}

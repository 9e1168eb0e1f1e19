/* The debouncer: what a hand does becomes one event, what a knock does none. */
#include "check.h"

#include "firmware_hal.h"

#include "firmware/app/slot.h"

enum { FITTED = 20 };

static struct slots slots;
static struct slot_news news[RACK_SLOTS_MAX + 1];

static unsigned tick(bool at_three)
{
    const uint16_t raw[RACK_PRESENCE_WORDS] = { at_three ? 1u << 3 : 0 };
    return slot_tick(&slots, raw, news);
}

static void begin(bool full)
{
    slot_init(&slots, FITTED);
    for (unsigned i = 0; i < SLOT_START_TICKS - 1; i++)
        CHECK_INT(0, tick(full));
    CHECK_INT(1, tick(full));
    CHECK_INT(RACK_BOOTED, news[0].type);
    CHECK_INT(full, news[0].value);
}

static unsigned settle(bool full, unsigned ticks)
{
    unsigned count = 0;
    for (unsigned i = 0; i < ticks; i++)
        count += tick(full);
    return count;
}

TEST(slot, reports_what_stands_there_at_the_start_as_one_event)
{
    begin(true);
    CHECK(slot_bit(slots.full, 3));
    CHECK_INT(1, slot_sum(slots.full));
    CHECK_INT(0, settle(true, 1000));
}

TEST(slot, latches_both_edges_exactly_when_settled)
{
    begin(false);
    CHECK_INT(0, settle(true, SLOT_TOP - 1));
    CHECK_INT(1, tick(true));
    CHECK(news[0].type == RACK_PLACED && news[0].slot == 3);
    CHECK(slot_bit(slots.full, 3));
    CHECK_INT(0, settle(true, 100));
    CHECK_INT(0, settle(false, SLOT_TOP - 1));
    CHECK_INT(1, tick(false));
    CHECK(news[0].type == RACK_REMOVED && news[0].slot == 3);
    CHECK(!slot_bit(slots.full, 3));
}

TEST(slot, takes_a_bouncing_push_for_one_event_and_counts_its_edges)
{
    begin(false);
    unsigned events = 0;
    for (unsigned i = 0; i < 6; i++)
        events += tick(i % 2 == 0); /* 24 ms of chatter */
    CHECK_INT(0, events);
    CHECK_INT(1, settle(true, SLOT_TOP + 2));
    CHECK_INT(RACK_PLACED, news[0].type);
    CHECK_INT(7, news[0].value);
}

TEST(slot, ignores_a_knock)
{
    begin(true);
    for (unsigned knock = 0; knock < 5; knock++) {
        CHECK_INT(0, settle(false, SLOT_TOP - 1));
        CHECK_INT(0, settle(true, 60));
    }
    CHECK(slot_bit(slots.full, 3));
}

TEST(slot, sees_a_short_visit_between_two_polls_as_two_events)
{
    begin(false);
    CHECK_INT(1, settle(true, SLOT_TOP));
    CHECK_INT(1, settle(false, SLOT_TOP));
}

TEST(slot, ignores_switches_that_are_not_fitted)
{
    slot_init(&slots, FITTED);
    const uint16_t raw[RACK_PRESENCE_WORDS] = { 0, 1u << (FITTED - 16), 0xFFFF };
    unsigned count = 0;
    for (unsigned i = 0; i < 200; i++)
        count += slot_tick(&slots, raw, news);
    CHECK_INT(1, count);
    CHECK_INT(0, slot_sum(slots.full));
}

TEST(slot, reports_a_chattering_switch_once_until_it_rests)
{
    begin(false);
    unsigned chatter = 0;
    for (unsigned i = 0; i < 5 * SLOT_WINDOW_TICKS; i++)
        for (unsigned left = tick(i % 4 < 2); left > 0; left--)
            chatter += news[left - 1].type == RACK_CHATTER;
    CHECK_INT(1, chatter);
    CHECK(slot_bit(slots.chatters, 3));
    CHECK(slots.worst_slot == 3 && slots.worst_edges >= SLOT_CHATTER_EDGES);
    (void)settle(false, 3 * SLOT_WINDOW_TICKS);
    CHECK(!slot_any(slots.chatters));
}

TEST(slot, can_change_all_slots_in_one_tick)
{
    uint16_t raw[RACK_PRESENCE_WORDS] = { 0 };
    slot_init(&slots, RACK_SLOTS_MAX);
    for (unsigned i = 0; i < SLOT_START_TICKS; i++)
        (void)slot_tick(&slots, raw, news);
    memset(raw, 0xFF, sizeof raw);
    unsigned count = 0;
    for (unsigned i = 0; i < SLOT_TOP; i++)
        count += slot_tick(&slots, raw, news);
    CHECK_INT(RACK_SLOTS_MAX, count);
    CHECK_INT(RACK_SLOTS_MAX - 1, news[count - 1].slot);
}

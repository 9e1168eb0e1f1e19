/* The event ring: numbers, acknowledgement, and what gives way when it is full. */
#include "check.h"

#include "firmware_hal.h"

#include "firmware/app/event.h"

static struct journal store;
static struct event_log journal;

static void begin(void)
{
    memset(&bench, 0, sizeof bench);
    journal_open(&store);
    (void)journal_boot_next(&store, RACK_RESET_POWER);
    event_init(&journal, &store);
}

static uint16_t add(enum rack_event_type type, unsigned slot)
{
    return event_add(&journal, type, (uint8_t)slot, 0, 0);
}

TEST(event, is_shown_until_it_is_acknowledged)
{
    begin();
    CHECK(event_at(&journal, 0) == NULL);
    CHECK_INT(1, add(RACK_PLACED, 5));
    CHECK_INT(2, add(RACK_REMOVED, 5));
    CHECK_INT(1, event_at(&journal, 0)->seq);
    event_acknowledge(&journal, 1);
    CHECK_INT(2, event_at(&journal, 0)->seq);
    event_acknowledge(&journal, 2);
    CHECK(event_at(&journal, 0) == NULL);
    CHECK_INT(3, add(RACK_PLACED, 5));
}

TEST(event, acknowledges_only_what_stands_between_oldest_and_newest)
{
    begin();
    CHECK(!event_known(&journal, 0) && !event_known(&journal, 1));
    for (unsigned i = 0; i < 5; i++)
        add(RACK_PLACED, i);
    event_acknowledge(&journal, 2);
    CHECK(!event_known(&journal, 0) && !event_known(&journal, 2));
    CHECK(event_known(&journal, 3) && event_known(&journal, 5));
    CHECK(!event_known(&journal, 6));
    event_acknowledge(&journal, 6); /* refused: nothing changes */
    CHECK_INT(3, event_at(&journal, 0)->seq);
}

TEST(event, starts_again_at_one_under_the_next_boot_id)
{
    begin();
    for (unsigned i = 0; i < RACK_SEQ_LAST - 1u; i++)
        event_acknowledge(&journal, add(RACK_PLACED, 1));
    CHECK_INT(1, journal.boot);
    CHECK_INT(RACK_SEQ_LAST, add(RACK_PLACED, 1));
    CHECK_INT(1, add(RACK_REMOVED, 1));
    CHECK_INT(2, journal.boot);
    CHECK_INT(2, add(RACK_PLACED, 1));
    CHECK_INT(1, rack_seq_boot(event_at(&journal, 0)->seq, journal.newest, journal.boot));
    CHECK_INT(2, rack_seq_boot(event_at(&journal, 1)->seq, journal.newest, journal.boot));
    CHECK(event_boot_stands(&journal, 1) && event_boot_stands(&journal, 2));
    CHECK(event_known(&journal, RACK_SEQ_LAST) && event_known(&journal, 1));
    CHECK(!event_known(&journal, 3) && !event_known(&journal, RACK_SEQ_LAST - 1));
    event_acknowledge(&journal, 1);
    CHECK_INT(2, event_at(&journal, 0)->seq);
    CHECK(!event_boot_stands(&journal, 1) && !event_boot_stands(&journal, 3));
}

TEST(event, keeps_the_last_word_on_each_slot_when_the_ring_is_full)
{
    begin();
    enum { SLOTS = RACK_SLOTS_MAX, ROUNDS = 7 };
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned slot = 0; slot < SLOTS; slot++)
            add(round % 2 ? RACK_REMOVED : RACK_PLACED, slot);
    CHECK_INT(EVENT_RING, journal.used);
    CHECK_INT(SLOTS * ROUNDS - EVENT_RING, journal.lost);
    CHECK(event_overflowed(&journal));
    enum rack_event_type last[SLOTS] = { 0 };
    uint16_t before = 0;
    for (unsigned i = 0; event_at(&journal, i); i++) {
        const struct rack_event *event = event_at(&journal, i);
        CHECK(event->seq > before);
        before = event->seq;
        last[event->slot] = (enum rack_event_type)event->type;
    }
    for (unsigned slot = 0; slot < SLOTS; slot++)
        CHECK_INT(RACK_PLACED, last[slot]);
}

TEST(event, keeps_a_lonely_slot_event_however_much_others_say)
{
    begin();
    add(RACK_PLACED, 77);
    for (unsigned i = 0; i < 5000; i++)
        add(i % 2 ? RACK_REMOVED : RACK_PLACED, i % 3);
    for (unsigned i = 0; i < 5000; i++)
        add(RACK_HOST, RACK_NO_SLOT);
    CHECK_INT(RACK_PLACED, event_at(&journal, 0)->type);
    CHECK_INT(77, event_at(&journal, 0)->slot);
}

TEST(event, tells_of_the_overflow_until_what_stood_then_is_acknowledged)
{
    begin();
    for (unsigned i = 0; i < EVENT_RING; i++)
        add(RACK_PLACED, 1);
    CHECK(!event_overflowed(&journal));
    add(RACK_PLACED, 1); /* number 257; 256 was the newest when one gave way */
    CHECK(event_overflowed(&journal));
    event_acknowledge(&journal, EVENT_RING - 1);
    CHECK(event_overflowed(&journal));
    event_acknowledge(&journal, EVENT_RING);
    CHECK(!event_overflowed(&journal));
    CHECK_INT(EVENT_RING + 1, event_at(&journal, 0)->seq);
}

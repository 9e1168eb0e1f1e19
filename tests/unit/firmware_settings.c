/* Settings over the bus: a draft until the commit, kept over power cuts; the claim of an
 * address; the keeper's button. */
#include "check.h"

#include "firmware_bench.h"

TEST(settings, are_a_draft_until_the_commit)
{
    begin();
    CHECK_INT(30, get(RACK_AT_SET_HOST));
    CHECK_INT(0, put(RACK_AT_SET_HOST, 60));
    CHECK_INT(60, get(RACK_AT_SET_HOST));
    CHECK_INT(30, rack.settings.now[SET_HOST]);
    bench_start(&rack);
    CHECK_INT(30, get(RACK_AT_SET_HOST)); /* the draft went with the power */
    CHECK_INT(0, put(RACK_AT_SET_HOST, 60));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(60, rack.settings.now[SET_HOST]);
    bench_start(&rack);
    CHECK_INT(60, get(RACK_AT_SET_HOST));
}

TEST(settings, refuse_each_value_out_of_bounds)
{
    static const struct {
        unsigned at, least, most;
    } rows[] = {
        { RACK_AT_SET_ADDRESS, 1, 247 },       { RACK_AT_SET_BAUD, 12, 10000 },
        { RACK_AT_SET_PARITY, 0, 2 },          { RACK_AT_SET_DELAY, 0, 100 },
        { RACK_AT_SET_GAP, 4, 250 },           { RACK_AT_SET_ON, 4, 250 },
        { RACK_AT_SET_OFF, 4, 250 },           { RACK_AT_SET_HOST, 5, 3600 },
        { RACK_AT_SET_LOCK_TIME, 500, 30000 }, { RACK_AT_SET_LOCK_MOST, 500, 30000 },
        { RACK_AT_SET_SLOTS, 1, 120 },
    };
    begin();
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_INT(0, put(rows[i].at, rows[i].least));
        CHECK_INT(0, put(rows[i].at, rows[i].most));
        CHECK_INT(3, put(rows[i].at, rows[i].most + 1));
        if (rows[i].least)
            CHECK_INT(3, put(rows[i].at, rows[i].least - 1));
        CHECK_INT(rows[i].most, get(rows[i].at));
    }
    CHECK_INT(3, put(RACK_AT_SET_SAFE, 0x0080));
    CHECK_INT(2, put(RACK_AT_SET_FEEDBACK, 1)); /* it is learnt, not written */
}

TEST(settings, that_contradict_each_other_are_not_kept)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_LOCK_TIME, 20000)); /* longer than the longest */
    CHECK_INT(3, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(0, put(RACK_AT_SET_LOCK_MOST, 20000));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
}

TEST(settings, are_committed_at_most_once_a_second)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    unsigned records = get(RACK_AT_COUNT_STORE);
    CHECK_INT(6, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    bench_wait(&rack, RACK_COMMIT_MS);
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(records + 1, get(RACK_AT_COUNT_STORE));
}

TEST(settings, that_the_store_did_not_take_are_refused_and_not_in_force)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_HOST, 60));
    bench.dead = true;
    CHECK_INT(4, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(30, rack.settings.now[SET_HOST]);
    CHECK_INT(RACK_RESET_POWER << 8 | RACK_FAULT_STORE, get(RACK_AT_RESET));
    bench.dead = false;
}

TEST(settings, change_the_address_behind_the_answer)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_ADDRESS, 9));
    bench.busy = true; /* the answer is on the line */
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(BENCH_ADDRESS, rack.stream.address);
    bench.busy = false;
    bench_wait(&rack, 2);
    CHECK_INT(9, rack.stream.address);
    ask_address = 9;
    CHECK_INT(9, get(RACK_AT_SET_ADDRESS));
}

TEST(settings, go_back_to_the_presets)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_SLOTS, 24));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    CHECK_INT(24, get(RACK_AT_SLOTS));
    bench_wait(&rack, RACK_COMMIT_MS);
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_FACTORY));
    ask_address = RACK_ADDRESS_PRESET;
    CHECK_INT(RACK_SLOTS_PRESET, get(RACK_AT_SLOTS));
    ask_address = BENCH_ADDRESS;
}

TEST(settings, change_how_long_a_switch_must_hold)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_ON, 200));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    bench.raw[0] = 1;
    bench_wait(&rack, 150);
    CHECK_INT(0, get(RACK_AT_PRESENCE));
    bench_wait(&rack, 70);
    CHECK_INT(1, get(RACK_AT_PRESENCE));
    bench.raw[0] = 0;
    bench_wait(&rack, 60);
    CHECK_INT(0, get(RACK_AT_PRESENCE));
}

TEST(settings, delay_the_answer)
{
    begin();
    CHECK_INT(0, put(RACK_AT_SET_DELAY, 5));
    CHECK_INT(0, put(RACK_AT_SET_COMMIT, RACK_COMMIT));
    bench.out_len = 0;
    CHECK_INT(0, ask_words(0x04, 0, 1)); /* not yet */
    bench_wait(&rack, 4);
    CHECK_INT(0, bench.out_len);
    bench_wait(&rack, 2);
    CHECK_INT(7, bench.out_len);
}

static void claim(uint8_t to, uint16_t last_of_uid, uint16_t address)
{
    uint8_t frame[32] = { to, 0x10, 0x0F, 0x00, 0, 7, 14, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5 };
    frame[18] = (uint8_t)last_of_uid;
    frame[20] = (uint8_t)address;
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, 21));
    bench_wait(&rack, 2);
}

TEST(claim, gives_the_address_to_that_unique_id_and_to_no_other)
{
    begin();
    claim(0, 7, 33);
    CHECK_INT(BENCH_ADDRESS, rack.stream.address);
    claim(0, 6, 248);
    CHECK_INT(BENCH_ADDRESS, rack.stream.address);
    claim(0, 6, 33);
    CHECK_INT(33, rack.stream.address);
    CHECK_INT(0, bench.out_len); /* nobody answers a broadcast */
    CHECK_INT(33, rack.settings.now[SET_ADDRESS]);
}

TEST(button, held_five_seconds_opens_a_second_address_for_a_minute)
{
    begin();
    ask_address = RACK_KEEPER_ADDRESS;
    CHECK_INT(0, ask_words(0x04, 0, 1));
    bench.outside |= HAL_BUTTON;
    bench_wait(&rack, 4900);
    CHECK_INT(0, ask_words(0x04, 0, 1));
    bench_wait(&rack, 300);
    CHECK_INT(RACK_PROTOCOL, get(RACK_AT_VERSION));
    bench.outside &= (uint8_t)~HAL_BUTTON;
    bench_wait(&rack, RACK_KEEPER_MS - 1000);
    CHECK_INT(RACK_PROTOCOL, get(RACK_AT_VERSION));
    bench_wait(&rack, 2000);
    CHECK_INT(0, ask_words(0x04, 0, 1));
    ask_address = BENCH_ADDRESS;
    CHECK_INT(RACK_BUTTON_PRESSED << 8 | RACK_NO_SLOT,
              get(RACK_AT_EVENTS + RACK_EVENT_WORDS + 1));
}

TEST(safe_mode, answers_and_writes_no_events)
{
    begin();
    rack.boot.safe = true;
    bench.raw[0] = 0xFF;
    bench_wait(&rack, 500);
    CHECK_INT(0, get(RACK_AT_PRESENCE));
    CHECK(get(RACK_AT_STATUS) & RACK_SAFE_MODE);
    CHECK_INT(1, get(RACK_AT_NEWEST)); /* the boot, from before */
}

/* The whole controller on the bench: every register, every function, every refusal; then
 * presence, acknowledgement, the lost host and the worked example of docs/rack.md. */
#include "check.h"

#include "firmware_bench.h"

enum { HOST_TIMEOUT_S = 30 }; /* preset */

/* A value that this item takes. */
static unsigned right_value(unsigned item)
{
    switch (item) {
    case RACK_MAP_GROUP:
        return RACK_GROUP_DARK;
    case RACK_MAP_COUNT_CLEAR:
        return RACK_COUNTERS_CLEAR;
    case RACK_MAP_ACK:
        return get(RACK_AT_OLDEST);
    case RACK_MAP_ACK_BOOT:
        return get(RACK_AT_BOOT);
    case RACK_MAP_SET_COMMIT:
        return RACK_COMMIT;
    default:
        return item >= RACK_MAP_SET_ADDRESS && item < RACK_MAP_SET_ADDRESS + SETTINGS
                   ? get(rack_rows[item].first)
                   : 0;
    }
}

TEST(rack, answers_at_every_register_of_the_map_and_at_no_other)
{
    begin();
    for (unsigned at = 0; at <= UINT16_MAX; at++) {
        unsigned item = rack_map_find(RACK_REGISTER, (uint16_t)at);
        unsigned access = item < RACK_ITEMS ? rack_rows[item].access : 0;
        unsigned want_read = access & RACK_READ ? 0 : 2;
        for (uint8_t function = 3; function <= 4; function++) {
            CHECK(ask_words(function, at, 1) > 0);
            if (refused() != want_read)
                fail_msg("read 0x%04X: %u", at, refused());
        }
        unsigned want_write = access & RACK_WRITE ? 0 : 2;
        if (access & RACK_EXACT)
            want_write = 3; /* not by function 6 */
        if (put(at, access & RACK_WRITE ? right_value(item) : 0) != want_write)
            fail_msg("write 0x%04X: %u", at, refused());
        event_add(&rack.events, RACK_HOST, RACK_NO_SLOT, 0, 0); /* one to acknowledge */
    }
}

TEST(rack, answers_at_every_bit_of_the_map_and_at_no_other)
{
    begin();
    for (unsigned at = 0; at < 3000; at++) {
        bool coil = rack_map_find(RACK_COIL, (uint16_t)at) < RACK_ITEMS;
        bool input = rack_map_find(RACK_DISCRETE, (uint16_t)at) < RACK_ITEMS;
        CHECK(ask_words(1, at, 1) > 0);
        CHECK_INT(coil ? 0 : 2, refused());
        CHECK(ask_words(2, at, 1) > 0);
        CHECK_INT(input ? 0 : 2, refused());
        CHECK(ask_words(5, at, 0xFF00) > 0);
        CHECK_INT(coil ? 0 : 2, refused());
    }
}

TEST(rack, refuses_in_the_order_of_the_standard)
{
    static const struct {
        struct bytes body;
        unsigned exception;
    } cases[] = {
        { BYTES("\x41\x00"), 1 },                         /* no such function */
        { BYTES("\x07"), 1 },                             /* not served */
        { BYTES("\x16\x03\x00\xFF\xFF\x00\x00"), 1 },     /* not served */
        { BYTES("\x2B\x0D\x01\x00"), 1 },                 /* not served */
        { BYTES("\x2B\x0E\x05\x00"), 3 },                 /* no such way to ask */
        { BYTES("\x2B\x0E\x04\x03"), 2 },                 /* no such object */
        { BYTES("\x08\x00\x03\x00\x00"), 1 },             /* no such diagnosis */
        { BYTES("\x03\x00\x00\x00\x00"), 3 },             /* none */
        { BYTES("\x03\x00\x00\x00\x7E"), 3 },             /* 126 */
        { BYTES("\x03\x05\x00\x00\x7E"), 3 },             /* quantity before address */
        { BYTES("\x04\x00\x78\x00\x02"), 2 },             /* runs out of the map */
        { BYTES("\x04\xFF\xFF\x00\x02"), 2 },             /* runs over the end */
        { BYTES("\x01\x00\x00\x00\x79"), 2 },             /* 121 coils */
        { BYTES("\x01\x00\x00\x07\xD1"), 3 },             /* 2001 */
        { BYTES("\x02\x00\x00\x07\xD0"), 2 },             /* 2000, but not here */
        { BYTES("\x05\x00\x00\x00\x01"), 3 },             /* neither on nor off */
        { BYTES("\x05\x00\x78\xFF\x00"), 2 },             /* no such coil */
        { BYTES("\x06\x03\x00\x00\x08"), 3 },             /* no such colour */
        { BYTES("\x06\x03\x00\x00\xE0"), 3 },             /* no such mode */
        { BYTES("\x06\x00\x08\x00\x00"), 2 },             /* read only */
        { BYTES("\x06\x04\x1F\x12\x34"), 3 },             /* neither of the two words */
        { BYTES("\x06\x04\x00\x00\xF8"), 3 },             /* no such address */
        { BYTES("\x06\x05\x10\x00\x01"), 3 },             /* a piece of an order */
        { BYTES("\x10\x05\x11\x00\x01\x02\x00\x01"), 3 }, /* the same */
        { BYTES("\x03\x05\x20\x00\x08"), 2 },             /* the key is not read */
        { BYTES("\x06\x07\x00\x00\x00"), 2 },             /* no reader */
        { BYTES("\x03\x10\x20\x00\x01"), 2 },             /* chunks are not read */
        { BYTES("\x06\x01\xAF\x00\x00"), 3 },             /* not the word to clear */
        { BYTES("\x06\x03\x80\x12\x34"), 3 },             /* no such group order */
        { BYTES("\x06\x06\x00\x00\x00"), 3 },             /* acknowledges nothing */
        { BYTES("\x10\x03\x00\x00\x01\x02\x00\x09"), 3 }, /* no such colour */
        { BYTES("\x10\x03\x00\x00\x02\x02\x00\x01"), 3 }, /* count and bytes differ */
        { BYTES("\x10\x03\x77\x00\x02\x04\x00\x01\x00\x01"), 2 }, /* one too far */
        { BYTES("\x0F\x00\x00\x00\x09\x01\x01"), 3 },     /* nine bits, one byte */
        { BYTES("\x0F\x00\x70\x00\x09\x02\x01\x01"), 2 }, /* one too far */
        { BYTES("\x17\x00\x00\x00\x00\x03\x00\x00\x01\x02\x00\x01"), 3 },
        { BYTES("\x17\x01\x40\x00\x01\x03\x00\x00\x01\x02\x00\x01"), 2 },
        { BYTES("\x17\x00\x00\x00\x01\x03\x00\x00\x01\x02\x00\x0A"), 3 },
    };
    begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = ask(cases[i].body);
        bench_wait(&rack, 3); /* a function without a known length ends by the quiet */
        if ((!len && !bench.out_len) || refused() != cases[i].exception)
            fail_msg("case %zu: %u", i, refused());
        CHECK_INT(0x80 | cases[i].body.at[0], bench.out[1]);
    }
    CHECK_INT(COUNT(cases), get(RACK_AT_COUNT_EXCEPTION));
    CHECK_INT(0x0F41, get(RACK_AT_LAMP_CRC)); /* nothing was written */
    CHECK_INT(1, get(RACK_AT_OLDEST));
}

TEST(rack, writes_all_registers_of_a_request_or_none)
{
    begin();
    CHECK_INT(2, ask(BYTES("\x10\x03\x00\x00\x03\x06\x00\x01\x00\x09\x00\x02")));
    CHECK_INT(3, refused());
    CHECK_INT(0, get(RACK_AT_LAMPS));
    CHECK(ask(BYTES("\x10\x03\x00\x00\x03\x06\x00\x01\x00\x12\x00\x02")) > 0);
    CHECK_INT(0, refused());
    CHECK_INT(0x12, get(RACK_AT_LAMPS + 1));
}

TEST(rack, writes_before_it_reads_in_one_request)
{
    begin();
    CHECK(ask(BYTES("\x17\x03\x05\x00\x01\x03\x05\x00\x01\x02\x00\x03")) > 0);
    CHECK_INT(0, refused());
    CHECK_INT(3, bench.out[4]);
}

TEST(rack, takes_a_whole_image_in_one_frame)
{
    uint8_t body[6 + 2 * RACK_SLOTS_MAX] = {
        0x10, 3, 0, 0, RACK_SLOTS_MAX, 2 * RACK_SLOTS_MAX
    };
    uint16_t image[RACK_SLOTS_MAX];
    begin();
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i++) {
        image[i] = (uint16_t)(i % RACK_COLOURS);
        body[7 + 2 * i] = (uint8_t)image[i];
    }
    CHECK(ask((struct bytes){ body, sizeof body }) > 0);
    CHECK_INT(0, refused());
    CHECK_INT(rack_lamps_crc(image), get(RACK_AT_LAMP_CRC));
    CHECK_INT(2 + 2 * RACK_SLOTS_MAX, ask_words(0x03, RACK_AT_LAMPS, RACK_SLOTS_MAX));
    CHECK(ask_words(0x01, 0, 120) > 0);
    CHECK_INT(0xFE, bench.out[3]); /* lamp 0 has no colour */
}

TEST(rack, obeys_a_broadcast_only_at_the_group_register_and_never_answers)
{
    static const uint8_t to_lamp[] = { 0, 6, 3, 0, 0, 2 },
                         to_all[] = { 0, 6, 3, 0x80, 0x1D, 0xEA };
    uint8_t frame[8];
    begin();
    memcpy(frame, to_lamp, sizeof to_lamp);
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, sizeof to_lamp));
    (void)rack_run(&rack);
    memcpy(frame, to_all, sizeof to_all);
    bench_send(frame, modbus_crc_append(frame, sizeof to_all));
    bench_wait(&rack, 30);
    CHECK_INT(0, bench.out_len);
    CHECK_INT(LAMP_SHOW_IDENTIFY, rack.lamps.show);
    CHECK_INT(0, get(RACK_AT_LAMPS));
    CHECK_INT(2, get(RACK_AT_COUNT_ALL));
}

TEST(rack, tells_who_it_is)
{
    static const char who[] = "\x07\x11\x0D\x01\xFFjuanku rack";
    begin();
    CHECK(ask(BYTES("\x11")) > 0);
    CHECK_BYTES(who, bench.out, sizeof who - 1);
    CHECK_INT(RACK_VENDOR, get(RACK_AT_VENDOR));
    CHECK_INT(RACK_SLOTS_PRESET, get(RACK_AT_SLOTS));
    CHECK_INT(6, get(RACK_AT_UID + 5));
    CHECK_INT(RACK_BAUD_PRESET / 100, get(RACK_AT_SET_BAUD));
    CHECK_INT(BENCH_ADDRESS, get(RACK_AT_SET_ADDRESS));
    char version[16];
    snprintf(version, sizeof version, "%u.%u.%u", get(RACK_AT_FIRMWARE) >> 8,
             get(RACK_AT_FIRMWARE) & 0xFF, get(RACK_AT_FIRMWARE + 1));
    CHECK_TEXT(JUANKU_VERSION, version);
}

TEST(rack, counts_and_clears)
{
    begin();
    CHECK(ask(BYTES("\x08\x00\x00\xCA\xFE")) > 0);
    CHECK_BYTES("\x07\x08\x00\x00\xCA\xFE", bench.out, 6);
    (void)put(0x7777, 1);
    CHECK(ask(BYTES("\x08\x00\x0D\x00\x00")) > 0);
    CHECK_INT(1, bench.out[5]);
    bench.flag = HAL_UART_FLAGGED;
    bench_wait(&rack, 30);
    bench.flag = HAL_UART_OVERRUN;
    bench_wait(&rack, 30);
    CHECK_INT(1, get(RACK_AT_COUNT_FLAG));
    CHECK_INT(1, get(RACK_AT_COUNT_OVERRUN));
    CHECK_INT(0, put(RACK_AT_COUNT_CLEAR, RACK_COUNTERS_CLEAR));
    CHECK_INT(0, get(RACK_AT_COUNT_FLAG));
    CHECK_INT(0, get(RACK_AT_COUNT_EXCEPTION));
    CHECK_INT(3, get(RACK_AT_COUNT_MINE)); /* since then, with this one */
}

TEST(rack, reports_a_put_until_it_is_acknowledged_for_this_boot)
{
    begin();
    CHECK_INT(1, get(RACK_AT_NEWEST));
    bench.raw[0] = 1u << 2;
    bench_wait(&rack, SLOT_SETTLE_MS + 10);
    CHECK_INT(2, get(RACK_AT_NEWEST));
    CHECK_INT(1u << 2, get(RACK_AT_PRESENCE));
    CHECK(ask_words(0x02, 2, 1) > 0);
    CHECK_INT(1, bench.out[3]);
    CHECK_INT(RACK_PLACED << 8 | 2, get(RACK_AT_EVENTS + RACK_EVENT_WORDS + 1));
    CHECK_INT(3, put(RACK_AT_ACK, 3));
    /* Meant for another life of this rack: nothing is forgotten. */
    CHECK(ask(BYTES("\x10\x06\x00\x00\x02\x04\x00\x02\x00\x09")) > 0);
    CHECK_INT(3, refused());
    CHECK_INT(1, get(RACK_AT_OLDEST));
    CHECK(ask(BYTES("\x10\x06\x00\x00\x02\x04\x00\x02\x00\x01")) > 0);
    CHECK_INT(0, refused());
    CHECK_INT(0, get(RACK_AT_OLDEST));
    CHECK_INT(0, get(RACK_AT_EVENTS));
    CHECK_INT(3, put(RACK_AT_ACK, 2));
}

TEST(rack, goes_safe_when_the_host_is_lost_and_reports_it)
{
    begin();
    CHECK_INT(0, put(RACK_AT_LAMPS, RACK_GREEN));
    bench_wait(&rack, 30);
    CHECK_INT(0x00FF00, bench.lamps[0]);
    bench_wait(&rack, HOST_TIMEOUT_S * 1000 - 100);
    CHECK_INT(0x00FF00, bench.lamps[0]);
    bench_wait(&rack, 200);
    CHECK_INT(0, bench.lamps[0]);
    CHECK(get(RACK_AT_STATUS) & RACK_HOST_WAS_LOST);
    bench_wait(&rack, 30);
    CHECK_INT(0x00FF00, bench.lamps[0]); /* the register has stood all the time */
    CHECK_INT(3, get(RACK_AT_NEWEST));
    CHECK_INT(RACK_HOST << 8 | RACK_NO_SLOT, get(RACK_AT_EVENTS + RACK_EVENT_WORDS + 1));
    CHECK_INT(1, get(RACK_AT_EVENTS + 2 * RACK_EVENT_WORDS + 2));
    CHECK_INT(0, put(RACK_AT_ACK, 2));
    CHECK(!(get(RACK_AT_STATUS) & RACK_HOST_WAS_LOST));
}

TEST(rack, sets_a_deaf_receiver_up_again_and_keeps_feeding_the_watchdog)
{
    begin();
    bench_wait(&rack, 3 * RACK_DEAF_MS);
    CHECK_INT(1 + 3, bench.setups);
    CHECK_INT(3 * RACK_DEAF_MS + 200, bench.kicks);
}

TEST(rack, keeps_time_across_the_wrap_of_the_clock)
{
    bench_rack(&rack);
    bench.now_us = UINT32_MAX - 5000;
    rack.last_us = bench.now_us;
    bench_wait(&rack, 1234);
    CHECK_INT(1234, rack.uptime_ms);
    CHECK_INT(123, rack.uptime_cs);
    CHECK_INT(0, rack.longest_pass_us);
}

TEST(rack, speaks_as_the_worked_example_of_the_manual)
{
    const char *manual = read_manual();
    begin();
    bench.raw[0] = 1u << 2;
    bench_wait(&rack, 300);
    exchange(manual, BYTES("\x04\x00\x00\x00\x10"));
    exchange(manual, BYTES("\x04\x00\x10\x00\x0A"));
    exchange(manual, BYTES("\x10\x06\x00\x00\x02\x04\x00\x02\x00\x01"));
    exchange(manual, BYTES("\x06\x03\x02\x00\x02"));
    exchange(manual, BYTES("\x06\x03\x02\x00\x08"));
}

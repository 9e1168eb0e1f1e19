/* The update window, and the recovery that serves nothing else. */
#include "firmware_update.h"

TEST(recovery, says_who_it_is_and_takes_an_update_and_nothing_else)
{
    new_board();
    memset(bench_flash, 0xFF, sizeof bench_flash);
    CHECK(!start());
    CHECK_INT(RACK_VENDOR, read_word(RACK_AT_VENDOR));
    CHECK_INT(3, read_word(RACK_AT_UID + 2));
    CHECK_INT(8, read_word(RACK_AT_FEATURES));
    CHECK_INT(RACK_UPDATING | RACK_SAFE_MODE, read_word(RACK_AT_STATUS));
    CHECK_INT(0xE002, read_word(RACK_AT_PRESENCE));
    CHECK_INT(0xE002, read_word(RACK_AT_LAMPS));
    CHECK_INT(0xE002, read_word(RACK_AT_CHALLENGE));
    uint16_t words[RACK_ORDER_WORDS] = { RACK_UNLOCK };
    CHECK_INT(2, write_words(RACK_AT_LOCK_ORDER, words, RACK_ORDER_WORDS));
    CHECK_INT(2, write_words(RACK_AT_SET_ADDRESS, words, 1));
    CHECK(!bench.drives);
    update_to(&longest);
    CHECK(!recovering && running() == longest.id);
    talk(12);
    CHECK_INT(RACK_RESULT_KEPT, result());
}

static size_t say(const uint8_t *body, size_t len)
{
    uint8_t frame[MODBUS_FRAME_MAX];
    memcpy(frame, body, len);
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, len));
    pass_ms(30);
    return bench.out_len;
}

TEST(recovery, refuses_what_is_not_asked_as_it_should)
{
    static const struct {
        struct bytes request;
        uint8_t no; /* 0: silence */
    } cases[] = {
        { BYTES("\x07\x03\x00\x00\x00\x00"), 3 },             /* no words */
        { BYTES("\x07\x04\x00\x00\x00\x7E"), 3 },             /* 126 */
        { BYTES("\x07\x04\x00\x02\x00\x02"), 2 },             /* beyond the status */
        { BYTES("\x07\x04\x10\x05\x00\x05"), 2 },             /* beyond the window */
        { BYTES("\x07\x04\x10\x20\x00\x01"), 2 },             /* only written */
        { BYTES("\x07\x04\xFF\xFF\x00\x02"), 2 },             /* the end of all */
        { BYTES("\x07\x06\x10\x14\xB0\x07"), 1 },             /* not by this function */
        { BYTES("\x07\x11"), 1 },                             /* nor its name by that */
        { BYTES("\x07\x10\x10\x14\x00\x01\x02\x12\x34"), 3 }, /* no such end */
        { BYTES("\x07\x10\x10\x14\x00\x02\x04\xB0\x07\x00\x00"), 2 },
        { BYTES("\x07\x10\x04\x1F\x00\x01\x02\x55\xAA"), 2 }, /* no settings */
        { BYTES("\x00\x10\x10\x14\x00\x01\x02\xB0\x07"), 0 }, /* to all */
        { BYTES("\x08\x04\x00\x00\x00\x01"), 0 },             /* to another */
    };
    new_board();
    memset(bench_flash, 0xFF, sizeof bench_flash);
    CHECK(!start());
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = say(cases[i].request.at, cases[i].request.len);
        if (cases[i].no ? len != 5 || bench.out[2] != cases[i].no : len != 0)
            fail_msg("case %zu: %zu bytes, %u", i, len, bench.out[2]);
    }
    bench.flag = HAL_UART_FLAGGED;
    CHECK_INT(0, say((const uint8_t *)"\x07\x04", 2));
    bench.flag = HAL_UART_OVERRUN;
    pass_ms(30);
    CHECK_INT(RACK_PROTOCOL, read_word(RACK_AT_VERSION));
    CHECK_INT(0x6A75, read_word(RACK_AT_NAME)); /* "ju" */
    CHECK_INT(0, read_word(RACK_AT_SOURCE));
    CHECK_INT(IMAGE_BOARD, read_word(RACK_AT_HARDWARE));
    CHECK_INT(RACK_SLOTS_PRESET, read_word(RACK_AT_SLOTS));
    (void)read_word(RACK_AT_BOOT);
}

/* A board that was set up answers where it was told to, also from its bootloader. */
TEST(recovery, answers_where_the_settings_say)
{
    struct hal_boot as_set = board;
    new_board();
    CHECK_INT(0, write_words(RACK_AT_SET_ADDRESS, (const uint16_t[]){ 9 }, 1));
    CHECK_INT(0, write_words(RACK_AT_SET_COMMIT, (const uint16_t[]){ RACK_COMMIT }, 1));
    pass_ms(5);
    memset(bench_flash, 0xFF, sizeof bench_flash);
    as_set.address = 0;
    CHECK(!boot_choose(&as_set));
    recovering = true;
    recovery_start(&as_set);
    CHECK_INT(0, say((const uint8_t *)"\x07\x04\x00\x00\x00\x01", 6));
    CHECK_INT(7, say((const uint8_t *)"\x09\x04\x00\x00\x00\x01", 6));
    CHECK_INT(RACK_BAUD_PRESET, bench.baud);
}

/* An image that ran on trial and failed is not what recovery goes back to. */
TEST(recovery, comes_back_when_what_it_took_does_not_prove_itself)
{
    new_board();
    memset(bench_flash, 0xFF, sizeof bench_flash);
    CHECK(!start());
    update_to(&first);
    CHECK(running() == first.id);
    for (unsigned i = 0; i < UPDATE_TRIES; i++)
        (void)start();
    CHECK(recovering);
    CHECK(!start());
    CHECK_INT(RACK_RESULT_ROLLED_BACK, result());
}

TEST(update, goes_on_where_it_was_and_takes_a_chunk_once)
{
    uint16_t words[RACK_CHUNK_WORDS];
    new_board();
    CHECK_INT(0, begin_update(&first));
    for (unsigned i = 0; i < 3; i++) {
        make_chunk(&first, i, words);
        CHECK_INT(0, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
        CHECK_INT(0, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
    }
    CHECK(read_word(RACK_AT_STATUS) & RACK_UPDATING);
    CHECK_INT(0, begin_update(&first));
    CHECK_INT(3, read_word(RACK_AT_UPDATE_NEXT));
    make_chunk(&first, 4, words);
    CHECK_INT(6, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
    CHECK_INT(6, apply());
    make_chunk(&first, 3, words);
    words[20] ^= 1;
    CHECK_INT(3, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
    CHECK_INT(0, begin_update(&second)); /* another file: from the start */
    CHECK_INT(0, read_word(RACK_AT_UPDATE_NEXT));
    update_to(&second);
    CHECK(running() == second.id);
}

TEST(update, says_so_when_memory_or_flash_takes_nothing)
{
    uint16_t words[RACK_CHUNK_WORDS];
    new_board();
    CHECK_INT(0, begin_update(&first));
    send_chunks(&first);
    bench.dead = true;
    CHECK_INT(4, apply()); /* nobody could tell the bootloader */
    bench.dead = false;
    CHECK_INT(0, apply());
    make_chunk(&first, 0, words);
    (void)start();
    new_board();
    bench.flash_dead = true;
    CHECK_INT(0, begin_update(&first));
    CHECK_INT(RACK_RESULT_FLASH, result());
    CHECK_INT(4, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
    bench.flash_dead = false;
    CHECK_INT(0, begin_update(&first)); /* begun anew */
    send_chunks(&first);
    memset(words, 0, sizeof words);
    words[0] = (uint16_t)chunks_of(&first);
    uint8_t bytes[2 + RACK_CHUNK] = { (uint8_t)(words[0] >> 8), (uint8_t)words[0] };
    uint32_t crc = crc32_of(bytes, sizeof bytes);
    words[RACK_CHUNK_WORDS - 2] = (uint16_t)(crc >> 16);
    words[RACK_CHUNK_WORDS - 1] = (uint16_t)crc;
    CHECK_INT(3,
              write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS)); /* too many */
}

TEST(update, is_dropped_when_its_host_has_gone)
{
    uint16_t words[RACK_CHUNK_WORDS];
    new_board();
    pass_ms(1000);
    CHECK_INT(0, begin_update(&first));
    pass_ms(UPDATE_PATIENCE_MS - 1000);
    make_chunk(&first, 0, words);
    CHECK_INT(0, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
    pass_ms(UPDATE_PATIENCE_MS - 1000);
    CHECK_INT(RACK_UPDATE_RECEIVING, state());
    pass_ms(2000);
    CHECK_INT(RACK_UPDATE_IDLE, state());
    CHECK(!(read_word(RACK_AT_STATUS) & RACK_UPDATING));
}

TEST(update, spares_a_restart_for_what_is_plainly_wrong)
{
    new_board();
    struct image_file wrong = second;
    CHECK_INT(0, begin_update(&foreign));
    send_chunks(&foreign);
    CHECK_INT(3, apply());
    CHECK_INT(RACK_RESULT_OTHER_BOARD, result());
    wrong.len -= 4;
    CHECK_INT(0, begin_update(&wrong));
    send_chunks(&wrong);
    CHECK_INT(3, apply());
    CHECK_INT(RACK_RESULT_NO_IMAGE, result());
    CHECK_INT(RACK_UPDATE_IDLE, state());
    CHECK_INT(0, begin_update(&second));
    send_chunks(&second);
    bench_flash[HAL_AREA_STAGE][900] ^= 1;
    CHECK_INT(3, apply());
    CHECK_INT(RACK_RESULT_SPOILT, result());
    CHECK(!bench.restarts);
}

/* From the first word of an update to the end of its trial the bolt is not driven. */
TEST(update, leaves_the_lock_shut)
{
    static const uint8_t key[SIPHASH_KEY_LEN] = "sixteen letters";
    uint16_t words[RACK_ORDER_WORDS] = { 0 }, hush = RACK_UPDATE_DROP;
    new_board();
    pass_ms(200);
    lock_set_key(&rack.lock, key);
    for (unsigned open = 0; open < 2; open++) {
        uint32_t c = lock_challenge(&rack.lock, rack.events.boot, 5, rack.uptime_ms);
        memset(words, 0, sizeof words);
        words[RACK_ORDER_OPERATION] = RACK_UNLOCK;
        words[RACK_ORDER_HOLD_MS] = 5000;
        words[RACK_ORDER_REQUEST + 1] = (uint16_t)(open + 1);
        words[RACK_ORDER_CHALLENGE] = (uint16_t)(c >> 16);
        words[RACK_ORDER_CHALLENGE + 1] = (uint16_t)c;
        rack_order_seal(key, BENCH_ADDRESS, rack.events.boot, words);
        if (!open) { /* refused while it comes */
            CHECK_INT(0, begin_update(&first));
            CHECK_INT(6, write_words(RACK_AT_LOCK_ORDER, words, RACK_ORDER_WORDS));
            CHECK(!bench.drives);
            CHECK_INT(0, write_words(RACK_AT_UPDATE_APPLY, &hush, 1));
        } else { /* and none comes while it is open */
            CHECK_INT(0, write_words(RACK_AT_LOCK_ORDER, words, RACK_ORDER_WORDS));
            CHECK(bench.driven);
            CHECK_INT(6, begin_update(&first));
        }
    }
    pass_ms(6000);
    CHECK(!bench.driven);
    unsigned drives = bench.drives;
    update_to(&first);
    talk(12);
    CHECK_INT(drives, bench.drives);
    CHECK_INT(RACK_RESULT_KEPT, result());
}

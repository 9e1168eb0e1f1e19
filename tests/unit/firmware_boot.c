/* The bootloader: whatever stands in flash and wherever the power is cut, what runs is
 * whole, signed, for this board and not too old.
 *
 * BODY=n sets the length of the images that are cut through, ALL=1 cuts each write at
 * each sixteenth of it. */
#include "firmware_update.h"

enum { GIVE_UP_S = 70 };

TEST(boot, copies_the_factory_image_on_a_new_board)
{
    new_board();
    CHECK_INT(RACK_RESULT_NONE, result());
    CHECK_INT(1, read_word(RACK_AT_UPDATE_SECURITY));
    CHECK_INT(1, read_word(RACK_AT_UPDATE_FLOOR));
    CHECK_INT((unsigned)(factory.id >> 48), read_word(RACK_AT_UPDATE_IMAGE));
    CHECK(read_word(RACK_AT_FEATURES) & 8);
    CHECK(start() && running() == factory.id);
    CHECK_INT(RACK_RESULT_NONE, result());
}

TEST(boot, installs_an_update_and_keeps_it_when_it_has_proved_itself)
{
    new_board();
    update_to(&first);
    CHECK(!recovering && running() == first.id);
    CHECK_INT(RACK_UPDATE_TRIAL, state());
    CHECK_INT(RACK_RESULT_TRIAL, result());
    CHECK_INT(1, read_word(RACK_AT_UPDATE_FLOOR)); /* not before it is kept */
    CHECK_INT(6, begin_update(&second));           /* nor another one before */
    talk(8);
    CHECK_INT(RACK_UPDATE_TRIAL, state());
    CHECK(read_word(RACK_AT_UPDATE_LEFT) >= 50);
    talk(4);
    CHECK_INT(RACK_UPDATE_IDLE, state());
    CHECK_INT(RACK_RESULT_KEPT, result());
    CHECK_INT(0, read_word(RACK_AT_UPDATE_LEFT));
    CHECK_INT(3, read_word(RACK_AT_UPDATE_FLOOR));
    CHECK(start() && running() == first.id);
    CHECK_INT(RACK_RESULT_KEPT, result());
}

TEST(boot, goes_back_when_no_host_has_talked_to_the_new_image)
{
    board_with(&first);
    update_to(&second);
    CHECK(running() == second.id);
    for (unsigned s = 0; s < GIVE_UP_S && !bench.restarts; s++)
        pass_ms(1000);
    CHECK(bench.restarts);
    CHECK(start() && running() == first.id);
    CHECK_INT(RACK_RESULT_ROLLED_BACK, result());
    CHECK_INT(3, read_word(RACK_AT_UPDATE_FLOOR));
    CHECK(start() && running() == first.id);
}

TEST(boot, goes_back_after_three_starts_that_ended_badly)
{
    board_with(&first);
    update_to(&second);
    for (unsigned i = 0; i < 2; i++) { /* the watchdog, say */
        pass_ms(500);
        CHECK(start() && running() == second.id);
    }
    pass_ms(500);
    CHECK(start() && running() == first.id);
    CHECK_INT(RACK_RESULT_ROLLED_BACK, result());
    update_to(&second); /* and may try again */
    talk(12);
    CHECK_INT(RACK_RESULT_KEPT, result());
}

/* What was sent whole, but is not fit: it never runs, and the rack says why. */
static void never_runs(const struct image_file *file, unsigned why)
{
    board_with(&first);
    image_place(HAL_AREA_STAGE, file); /* as if the app had let it through */
    rack.update.record.pending = true;
    CHECK(update_record_keep(&rack.update.record, &rack.journal));
    CHECK(start() && running() == first.id);
    CHECK_INT(why, result());
    CHECK(start() && running() == first.id);
    memset(bench_flash[HAL_AREA_FACTORY], 0xFF, RACK_IMAGE_AREA);
    memset(bench_flash[HAL_AREA_PREVIOUS], 0xFF, RACK_IMAGE_AREA);
    image_place(HAL_AREA_RUN, file); /* not even when there is no other */
    CHECK(!start());
}

TEST(boot, never_runs_what_is_not_fit)
{
    struct image_file cut_off = second;
    never_runs(&forged, RACK_RESULT_UNKNOWN_KEY);
    never_runs(&foreign, RACK_RESULT_OTHER_BOARD);
    never_runs(&aged, RACK_RESULT_TOO_OLD);
    cut_off.len -= 4;
    never_runs(&cut_off, RACK_RESULT_SPOILT);
    cut_off.len = RACK_IMAGE_HEAD - 4;
    never_runs(&cut_off, RACK_RESULT_SPOILT);
    cut_off.len = 100;
    never_runs(&cut_off, RACK_RESULT_BAD_SIGNATURE);
}

/* Signed by a key of ours by name, but not by its secret. */
TEST(boot, believes_a_signature_and_not_a_name)
{
    struct image_file lie = forged;
    struct sha512 hash;
    uint8_t kept[4];
    uint32_t key = rack_image_key(&hash, boot_keys[1]);
    memcpy(kept, lie.at + 20, sizeof kept);
    for (unsigned i = 0; i < 4; i++)
        lie.at[20 + i] = (uint8_t)(key >> (24 - 8 * i));
    never_runs(&lie, RACK_RESULT_BAD_SIGNATURE);
    memcpy(lie.at + 20, kept, sizeof kept);
}

TEST(boot, never_runs_an_image_with_a_turned_bit)
{
    board_with(&first);
    uint32_t len = image_place(HAL_AREA_STAGE, &second), turned = 0;
    for (uint32_t bit = 0; bit < 8 * len; bit += bit < 8 * RACK_IMAGE_USED ? 3 : 509) {
        if (bit >= 8 * RACK_IMAGE_USED && bit < 8 * RACK_IMAGE_HEAD)
            continue; /* nobody reads these */
        bench_flash[HAL_AREA_STAGE][bit / 8] ^= (uint8_t)(1u << (bit % 8));
        rack.update.record.pending = true;
        CHECK(update_record_keep(&rack.update.record, &rack.journal));
        CHECK(start() && running() == first.id);
        CHECK(result() >= RACK_RESULT_NO_IMAGE);
        bench_flash[HAL_AREA_STAGE][bit / 8] ^= (uint8_t)(1u << (bit % 8));
        turned++;
    }
    printf("# %u bits turned\n", turned);
    CHECK(turned > 400);
}

TEST(boot, repairs_what_runs_or_falls_back_to_what_is_left)
{
    board_with(&first);
    bench_flash[HAL_AREA_RUN][RACK_IMAGE_HEAD + 9] ^= 4;
    CHECK(start() && running() == first.id); /* from where it came in */
    CHECK_INT(RACK_RESULT_REPAIRED, result());

    update_to(&second);
    talk(12);
    memset(bench_flash[HAL_AREA_STAGE], 0, 4);
    bench_flash[HAL_AREA_RUN][RACK_IMAGE_HEAD + 9] ^= 4;
    CHECK(!start()); /* what stands aside and the factory's are too old now */
    CHECK_INT(RACK_UPDATE_RECOVERY, state());
    update_to(&second);
    CHECK(!recovering && running() == second.id);

    new_board(); /* nothing was ever kept above the factory's version */
    bench_flash[HAL_AREA_RUN][RACK_IMAGE_HEAD + 9] ^= 4;
    CHECK(start() && running() == factory.id);
    CHECK_INT(RACK_RESULT_REPAIRED, result());
}

TEST(boot, runs_what_is_fit_when_its_memory_is_dead)
{
    board_with(&first);
    bench.dead = true;
    CHECK(start() && running() == first.id);
    bench.dead = false;
    memset(bench.eeprom, 0xFF, sizeof bench.eeprom);
    CHECK(start() && running() == first.id);
}

TEST(boot, keeps_what_runs_when_the_flash_takes_nothing)
{
    board_with(&first);
    CHECK_INT(0, begin_update(&second));
    send_chunks(&second);
    CHECK_INT(0, apply());
    bench.flash_dead = true;
    CHECK(start() && running() == first.id);
    CHECK_INT(RACK_RESULT_FLASH, result());
    CHECK_INT(0, begin_update(&second));
    uint16_t words[RACK_CHUNK_WORDS];
    make_chunk(&second, 0, words);
    CHECK_INT(4, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
}

/* A byte of its body whose lowest bit is set. */
static uint32_t odd_byte(const struct image_file *file)
{
    uint32_t at = RACK_IMAGE_HEAD;
    while (!(file->at[at] & 1))
        at++;
    return at;
}

/* A cell that has worn out: what was copied is read again, and does not run spoilt. */
TEST(boot, reads_again_what_it_has_copied)
{
    board_with(&first);
    bench.worn = &bench_flash[HAL_AREA_PREVIOUS][odd_byte(&first)];
    update_to(&second);
    CHECK(running() == first.id); /* it could not be put aside */
    CHECK_INT(RACK_RESULT_FLASH, result());
    bench.worn = &bench_flash[HAL_AREA_RUN][odd_byte(&second)];
    CHECK_INT(0, begin_update(&second));
    send_chunks(&second);
    CHECK_INT(0, apply());
    CHECK(start() && running() == first.id); /* which has no bit to lose there */
    CHECK_INT(RACK_RESULT_FELL_BACK, result());
}

/* One whole update, from the first chunk to the end of the trial, with the power cut in
 * its `cut`-th write. After that the controller starts again, as often as it takes.
 * Returns false when there was no such write any more. */
static bool cut_through(unsigned long cut, unsigned part)
{
    board_with(&first);
    bench.ops = 0;
    bench.cut_op = cut;
    bench.cut_part = part;
    if (setjmp(power_off) == 0) {
        update_to(&second);
        talk(12);
        bench.cut_op = 0;
        CHECK_INT(RACK_RESULT_KEPT, result());
        return false;
    }
    bench.cut_op = 0;
    bench.in_at = bench.in_len = 0;
    if (!start())
        fail_msg("cut %lu: nothing runs", cut);
    if (running() != first.id && running() != second.id)
        fail_msg("cut %lu: something else runs", cut);
    unsigned was = state();
    if (running() == first.id) {
        CHECK_INT(RACK_UPDATE_IDLE, was);
        update_to(&second);
    }
    talk(12);
    if (running() != second.id || result() != RACK_RESULT_KEPT)
        fail_msg("cut %lu: the update does not come to an end", cut);
    CHECK_INT(4, read_word(RACK_AT_UPDATE_FLOOR));
    return true;
}

/* The same where the cut falls into going back, on an image that failed. */
static bool cut_back(unsigned long cut, unsigned part)
{
    board_with(&first);
    update_to(&second);
    (void)start();
    (void)start();
    bench.ops = 0;
    bench.cut_op = cut;
    bench.cut_part = part;
    if (setjmp(power_off) == 0) {
        CHECK(start() && running() == first.id);
        bench.cut_op = 0;
        return false;
    }
    bench.cut_op = 0;
    if (!start() || running() != first.id || result() != RACK_RESULT_ROLLED_BACK)
        fail_msg("cut %lu: it does not go back", cut);
    return true;
}

TEST(boot, always_starts_a_whole_image_wherever_the_power_is_cut)
{
    static const unsigned parts[] = { 0, 9, 15 };
    bool all = getenv("ALL");
    unsigned long cut = 1, tried = 0, back = 1;
    for (bool more = true; more; cut++) {
        if (all)
            for (unsigned part = 0; part < 16; part++, tried++)
                more = cut_through(cut, part);
        else
            more = (tried++, cut_through(cut, parts[cut % COUNT(parts)]));
    }
    for (; cut_back(back, all ? back % 16 : 9); back++)
        tried++;
    printf("# %lu writes and erases, %lu on the way back, %lu cuts\n", cut - 2, back - 1,
           tried);
    CHECK(cut > 30 && back > 5);
}

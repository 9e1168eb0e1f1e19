/* The journal under power cuts: whatever byte the cut falls on, and however it tears that
 * byte, each kind reads back as before the write or as after it, and never mixed. CUTS=n
 * sets how many are tried; SEED=n repeats a run. */
#include "check.h"

#include "firmware_hal.h"

#include <stdlib.h>

enum { CUTS = 4000 };

static struct journal journal;

static void fill(uint8_t data[JOURNAL_DATA], unsigned with)
{
    for (unsigned i = 0; i < JOURNAL_DATA; i++)
        data[i] = (uint8_t)(with * 31u + i);
}

static bool holds(enum journal_kind kind, unsigned with)
{
    uint8_t want[JOURNAL_DATA], got[JOURNAL_DATA];
    fill(want, with);
    return journal_read(&journal, kind, got) && !memcmp(want, got, sizeof got);
}

static bool keep(enum journal_kind kind, unsigned with)
{
    uint8_t data[JOURNAL_DATA];
    fill(data, with);
    return journal_write(&journal, kind, data);
}

static void begin(void)
{
    memset(&bench, 0, sizeof bench);
    memset(bench.eeprom, 0xFF, sizeof bench.eeprom);
    journal_open(&journal);
}

TEST(journal, is_empty_in_a_new_chip_whatever_its_bytes)
{
    uint8_t data[JOURNAL_DATA];
    for (unsigned byte = 0; byte <= 0xFF; byte += 0xFF) {
        memset(bench.eeprom, (int)byte, sizeof bench.eeprom);
        journal_open(&journal);
        for (unsigned kind = 0; kind < JOURNAL_KINDS; kind++)
            CHECK(!journal_read(&journal, (enum journal_kind)kind, data));
        CHECK_INT(0, journal.number);
    }
}

TEST(journal, remembers_the_last_of_each_kind_over_starts)
{
    begin();
    for (unsigned i = 0; i < 500; i++) {
        CHECK(keep(JOURNAL_SETTINGS, i));
        if (i % 100 == 0)
            CHECK(keep(JOURNAL_LOCK, i));
        if (i % 7 == 0)
            journal_open(&journal);
        CHECK(holds(JOURNAL_SETTINGS, i));
        CHECK(holds(JOURNAL_LOCK, i / 100 * 100));
    }
    CHECK_INT(505, journal.number);
}

TEST(journal, wears_all_pages_alike)
{
    unsigned written[HAL_STORE_PAGES] = { 0 };
    begin();
    CHECK(keep(JOURNAL_LOCK, 1)); /* stands still, and is stepped over */
    for (unsigned i = 0; i < 63 * 20; i++) {
        CHECK(keep(JOURNAL_SETTINGS, i));
        written[journal.pages[JOURNAL_SETTINGS]]++;
    }
    for (unsigned i = 0; i < HAL_STORE_PAGES; i++)
        CHECK_INT(i == journal.pages[JOURNAL_LOCK] ? 0 : 20, written[i]);
}

TEST(journal, counts_boots_and_their_causes)
{
    begin();
    for (unsigned i = 1; i <= 200; i++) {
        journal_open(&journal);
        CHECK_INT(i, journal_boot_next(&journal,
                                       i % 2 ? RACK_RESET_POWER : RACK_RESET_WATCHDOG));
    }
    journal_open(&journal);
    CHECK_INT(200, journal.boot);
    CHECK_INT(100, journal.resets[RACK_RESET_WATCHDOG]);
}

TEST(journal, says_so_when_the_chip_does_not_answer)
{
    begin();
    CHECK(keep(JOURNAL_SETTINGS, 5));
    bench.dead = true;
    CHECK(!keep(JOURNAL_SETTINGS, 6) && journal.failed);
    bench.dead = false;
    CHECK(holds(JOURNAL_SETTINGS, 5) && !journal.failed);
    CHECK(keep(JOURNAL_SETTINGS, 7) && holds(JOURNAL_SETTINGS, 7));
}

/* A number that has no next would make every later record look older than it. */
TEST(journal, believes_no_number_that_no_store_lives_to_see)
{
    uint8_t *page = bench.eeprom[0], data[JOURNAL_DATA];
    begin();
    memset(page + JOURNAL_NUMBER_LEN, 0, HAL_STORE_PAGE - 2 * JOURNAL_NUMBER_LEN);
    journal_open(&journal); /* FF FF FF FF, 0 .. 0, FF FF FF FF: its CRC fits */
    CHECK(!journal_read(&journal, JOURNAL_SETTINGS, data));
    CHECK(keep(JOURNAL_SETTINGS, 1) && journal.number == 1);
    journal.number = JOURNAL_LAST - 1;
    CHECK(keep(JOURNAL_SETTINGS, 2) && journal.number == JOURNAL_LAST);
    CHECK(!keep(JOURNAL_SETTINGS, 3) && journal.failed);
    journal_open(&journal);
    CHECK(holds(JOURNAL_SETTINGS, 2) && journal.number == JOURNAL_LAST);
}

static uint32_t seed;

static uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

TEST(journal, is_old_or_new_wherever_the_power_is_cut)
{
    const char *cuts = getenv("CUTS"), *given = getenv("SEED");
    unsigned long count = cuts ? strtoul(cuts, NULL, 10) : CUTS;
    unsigned now[JOURNAL_KINDS] = { 0 };
    seed = given ? (uint32_t)strtoul(given, NULL, 10) : 20261123u;
    printf("# SEED=%u, %lu cuts\n", seed, count);
    begin();
    for (unsigned kind = 0; kind < JOURNAL_KINDS; kind++)
        CHECK(keep((enum journal_kind)kind, 0));
    for (unsigned long i = 0; i < count; i++) {
        enum journal_kind kind = (enum journal_kind)(next_random() % JOURNAL_KINDS);
        unsigned with = next_random() & 0xFFFF;
        bench.store_cut = true;
        bench.store_left = (unsigned)(i % (HAL_STORE_PAGE + 1)); /* the last: no cut */
        bench.torn = (uint8_t)(i / 33 % 2 ? next_random() : 0);
        bool kept = keep(kind, with);
        bench.store_cut = bench.dead = false;
        journal_open(&journal);
        if (holds(kind, with))
            now[kind] = with;
        else if (kept)
            fail_msg("cut %lu: what was said to be kept is gone", i);
        for (unsigned k = 0; k < JOURNAL_KINDS; k++)
            if (!holds((enum journal_kind)k, now[k]))
                fail_msg("cut %lu: kind %u is neither old nor new", i, k);
    }
}

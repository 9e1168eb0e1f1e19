/* The register map: its order, its codings, and that docs/rack.md prints exactly it. */
#include "check.h"

#include "core/rack_map.h"

#include <stdbool.h>

static char *manual(void)
{
    static char text[64 * 1024];
    FILE *file = fopen("docs/rack.md", "r");
    if (!file)
        return NULL;
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = 0;
    return text;
}

static void row_text(unsigned item, char *ret_line, size_t room)
{
    static const char *const spaces[] = { "coil %u", "input %u", "0x%04X" };
    static const char *const rights[] = {
        [RACK_READ] = "R",        [RACK_WRITE] = "W",
        [RACK_BOTH] = "RW",       [RACK_WRITE_ALL] = "W all",
        [RACK_ORDER] = "W whole", [RACK_ORDER_ALL] = "W all, whole"
    };
    static const char *const ends[] = { "-%u", "-%u", "-0x%04X" };
    const struct rack_row *row = &rack_rows[item];
    char first[32], last[32] = "";
    snprintf(first, sizeof first, spaces[row->space], row->first);
    if (row->count > 1)
        snprintf(last, sizeof last, ends[row->space], row->first + row->count - 1u);
    snprintf(ret_line, room, "| %s%s | %s | %s | %s |\n", first, last,
             rights[row->access], rack_words[item].name, rack_words[item].meaning);
}

TEST(rack_map, is_printed_in_the_manual_row_by_row)
{
    char line[512];
    const char *text = manual();
    CHECK(text != NULL);
    unsigned missing = 0, printed = 0;
    for (unsigned i = 0; i < RACK_ITEMS; i++) {
        row_text(i, line, sizeof line);
        if (!strstr(text, line)) {
            printf("# docs/rack.md lacks: %s", line);
            missing++;
        }
    }
    CHECK_INT(0, missing);
    for (const char *at = text; (at = strstr(at, "\n| ")); at++)
        printed += !strncmp(at, "\n| 0x", 5) || !strncmp(at, "\n| coil ", 8) ||
                   !strncmp(at, "\n| input ", 9);
    CHECK_INT(RACK_ITEMS, printed);
}

TEST(rack_map, names_every_word_of_the_wire_in_the_manual)
{
    const char *text = manual();
    char word[64];
    CHECK(text != NULL);
    for (unsigned i = 0; i < RACK_COLOURS; i++) {
        snprintf(word, sizeof word, "| %u | %s |", i,
                 rack_colour_name((enum rack_colour)i));
        CHECK(strstr(text, word) != NULL);
    }
    for (unsigned i = 0; i < RACK_MODES; i++) {
        snprintf(word, sizeof word, "| %u | %s |", i, rack_mode_name((enum rack_mode)i));
        CHECK(strstr(text, word) != NULL);
    }
    for (unsigned i = 1; i < RACK_EVENT_TYPES; i++) {
        snprintf(word, sizeof word, "| %u | %s |", i, rack_event_name(i));
        CHECK(strstr(text, word) != NULL);
    }
    CHECK(!rack_colour_name(RACK_COLOURS) && !rack_mode_name(RACK_MODES));
    CHECK(!rack_event_name(0) && !rack_event_name(RACK_EVENT_TYPES));
}

TEST(rack_map, is_sorted_and_never_overlaps)
{
    for (unsigned i = 1; i < RACK_ITEMS; i++) {
        const struct rack_row *before = &rack_rows[i - 1], *row = &rack_rows[i];
        CHECK(row->space >= before->space);
        if (row->space == before->space)
            CHECK(row->first >= before->first + before->count);
        CHECK(row->count > 0 && row->access > 0);
    }
}

TEST(rack_map, finds_each_address_and_only_those)
{
    for (unsigned space = 0; space <= RACK_REGISTER; space++)
        for (unsigned address = 0; address <= UINT16_MAX; address++) {
            unsigned found = RACK_ITEMS;
            for (unsigned i = 0; i < RACK_ITEMS; i++)
                if (rack_rows[i].space == space && address >= rack_rows[i].first &&
                    address < rack_rows[i].first + (unsigned)rack_rows[i].count)
                    found = i;
            if (found != rack_map_find((enum rack_space)space, (uint16_t)address))
                fail_msg("space %u address %u", space, address);
        }
}

TEST(rack_map, allows_runs_only_where_each_address_allows)
{
    CHECK(rack_map_allows(RACK_REGISTER, 0, 16, RACK_READ));
    CHECK(rack_map_allows(RACK_REGISTER, 0, 0x79, RACK_READ));
    CHECK(!rack_map_allows(RACK_REGISTER, 0, 0x7A, RACK_READ));
    CHECK(!rack_map_allows(RACK_REGISTER, 0, 1, RACK_WRITE));
    CHECK(rack_map_allows(RACK_REGISTER, RACK_AT_LAMPS, 120, RACK_BOTH));
    CHECK(!rack_map_allows(RACK_REGISTER, RACK_AT_LAMPS, 121, RACK_BOTH));
    CHECK(!rack_map_allows(RACK_REGISTER, RACK_AT_GROUP, 1, RACK_READ));
    CHECK(rack_map_allows(RACK_REGISTER, RACK_AT_GROUP, 1, RACK_WRITE_ALL));
    CHECK(!rack_map_allows(RACK_REGISTER, RACK_AT_LAMPS, 1, RACK_WRITE_ALL));
    CHECK(!rack_map_allows(RACK_REGISTER, UINT16_MAX, 2, RACK_READ));
    CHECK(rack_map_allows(RACK_DISCRETE, 1000, 120, RACK_READ));
    CHECK(!rack_map_allows(RACK_DISCRETE, 119, 2, RACK_READ));
    CHECK(!rack_map_allows(RACK_COIL, 120, 1, RACK_READ));
}

TEST(rack_map, packs_styles_both_ways)
{
    unsigned valid = 0;
    for (unsigned value = 0; value <= UINT16_MAX; value++) {
        if (!rack_style_valid((uint16_t)value))
            continue;
        valid++;
        CHECK_INT(value, rack_style_pack(rack_style_unpack((uint16_t)value)));
    }
    CHECK_INT(RACK_COLOURS * RACK_MODES * 2 * 16 * 16, valid);
    CHECK(!rack_style_valid(0x0008) && !rack_style_valid(0x0060) &&
          !rack_style_valid(0x00E0));
    CHECK(rack_style_unpack(0x0082).waits && !rack_style_unpack(0x0002).waits);
}

TEST(rack_map, packs_events_both_ways)
{
    const struct rack_event event = { .seq = 0x1234,
                                      .type = RACK_PLACED,
                                      .slot = 95,
                                      .value = 9,
                                      .uptime_cs = 0xDEADBEEF };
    const uint16_t words[RACK_EVENT_WORDS] = { 0x1234, 0x015F, 9, 0xDEAD, 0xBEEF };
    uint16_t packed[RACK_EVENT_WORDS];
    struct rack_event again;
    rack_event_pack(&event, packed);
    CHECK_BYTES(words, packed, sizeof words);
    rack_event_unpack(packed, &again);
    CHECK(again.seq == event.seq && again.type == event.type && again.slot == 95 &&
          again.value == 9 && again.uptime_cs == event.uptime_cs);
}

TEST(rack_map, counts_on_past_the_last_sequence_number)
{
    CHECK_INT(1, rack_seq_next(0));
    CHECK_INT(1, rack_seq_next(RACK_SEQ_LAST));
    CHECK_INT(0, rack_seq_steps(5, 5));
    CHECK_INT(3, rack_seq_steps(RACK_SEQ_LAST - 1, 2));
    CHECK_INT(RACK_SEQ_LAST - 1, rack_seq_steps(2, 1));
    CHECK_INT(8, rack_seq_boot(RACK_SEQ_LAST, 2, 9));
    CHECK_INT(9, rack_seq_boot(2, 2, 9));
}

TEST(rack_map, gives_the_image_crc_of_the_worked_example)
{
    uint16_t image[RACK_SLOTS_MAX] = { 0 };
    CHECK_INT(0x0F41, rack_lamps_crc(image));
    image[2] = RACK_GREEN;
    CHECK(rack_lamps_crc(image) != 0x0F41);
}

/* Labels: the two worked examples of the manual, damage, and every field's border. */
#include "check.h"

#include "core/crc16.h"
#include "core/label.h"

static struct bytes text(const char *s)
{
    return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

TEST(label_read, understands_the_worked_volume_label)
{
    struct label l;
    CHECK_OK(label_read(BYTES("V44039920260301010027100159"), &l));
    CHECK(l.type == LABEL_VOLUME);
    CHECK_TEXT("44039920260301010027", l.case_id);
    CHECK_INT(1, l.kind);
    CHECK_INT(1, l.part);
}

TEST(label_read, understands_the_worked_separator)
{
    struct label l;
    CHECK_OK(label_read(BYTES("T10671"), &l));
    CHECK_INT(1, l.kind);
    CHECK_INT(6, l.row);
}

TEST(label_read, believes_no_single_wrong_digit)
{
    const char right[] = "V44039920260301010027100159";
    for (size_t i = 1; i < sizeof right - 1; i++)
        for (char c = '0'; c <= '9'; c++) {
            char wrong[sizeof right];
            memcpy(wrong, right, sizeof right);
            wrong[i] = c;
            struct label l;
            CHECK_RC(c == right[i] ? RC_OK : RC_CORRUPT, label_read(text(wrong), &l));
        }
}

TEST(label_read, believes_no_swap_of_neighbours)
{
    const char right[] = "V44039920260301010027100159";
    for (size_t i = 1; i + 2 < sizeof right; i++) {
        char wrong[sizeof right];
        memcpy(wrong, right, sizeof right);
        wrong[i] = right[i + 1];
        wrong[i + 1] = right[i];
        struct label l;
        CHECK_RC(right[i] == right[i + 1] ? RC_OK : RC_CORRUPT,
                 label_read(text(wrong), &l));
    }
}

TEST(label_read, refuses_what_is_not_ours)
{
    static const char *const others[] = { "",        "V",      "X10671", "T1067",
                                          "T106711", "T1067a", "PATCHT", "t10671",
                                          "T00097",  "0123456" };
    struct label l;
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK(label_read(text(others[i]), &l) != RC_OK);
}

TEST(label_write, gives_back_what_was_read_for_every_kind)
{
    static const struct label all[] = {
        { .type = LABEL_VOLUME,
          .case_id = "44039920260301010027",
          .kind = 2,
          .part = 999 },
        { .type = LABEL_ITEM, .case_id = "44039920260301010027", .item = 9999 },
        { .type = LABEL_TYPE, .kind = 1, .row = 99 },
        { .type = LABEL_SLOT, .site = 1, .rack = 1, .slot = 12 },
        { .type = LABEL_PERSON, .number = 12345678 },
        { .type = LABEL_BATCH, .number = 9999999999 },
        { .type = LABEL_COMMAND, .number = COMMAND_UNDO },
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        char out[LABEL_TEXT_MAX];
        struct label back;
        CHECK_OK(label_write(&all[i], out));
        CHECK_OK(label_read(text(out), &back));
        CHECK(back.type == all[i].type && back.number == all[i].number &&
              back.part == all[i].part && back.item == all[i].item &&
              back.row == all[i].row && back.slot == all[i].slot);
        CHECK_TEXT(all[i].case_id, back.case_id);
    }
}

TEST(label_write, refuses_a_field_that_does_not_fit)
{
    char out[LABEL_TEXT_MAX];
    CHECK_RC(
        RC_INVALID,
        label_write(&(struct label){ .type = LABEL_TYPE, .kind = 3, .row = 1 }, out));
    CHECK_RC(
        RC_INVALID,
        label_write(&(struct label){ .type = LABEL_TYPE, .kind = 1, .row = 100 }, out));
    CHECK_RC(
        RC_INVALID,
        label_write(&(struct label){ .type = LABEL_PERSON, .number = 100000000 }, out));
    CHECK_RC(RC_INVALID, label_write(&(struct label){ .type = LABEL_VOLUME,
                                                      .case_id = "4403992026030101002",
                                                      .kind = 1,
                                                      .part = 1 },
                                     out));
}

TEST(crc16_add, gives_the_published_check_value)
{
    CHECK_INT(0x4B37, crc16_add(CRC16_START, (const uint8_t *)"123456789", 9));
}

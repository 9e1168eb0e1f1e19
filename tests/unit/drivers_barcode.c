/* Barcode readers: bytes, keys and reports become codes, codes become labels. */
#include "check.h"

#include "drivers/barcode/barcode.h"
#include "drivers/barcode/barcode_keys.h"
#include "drivers/barcode/barcode_report.h"

#include <linux/input-event-codes.h>

/* Feed `bytes`; the codes found, each followed by '|'. */
static const char *codes_of(struct barcode_line *line, struct bytes bytes)
{
    static char all[4096];
    struct barcode_text code;
    all[0] = 0;
    for (size_t i = 0; i < bytes.len; i++)
        if (barcode_line_byte(line, bytes.at[i], &code)) {
            strcat(all, code.aim);
            strcat(all, code.text);
            strcat(all, "|");
        }
    return all;
}

TEST(barcode_line, knows_every_end_that_readers_send)
{
    struct barcode_line line = { 0 };
    CHECK_TEXT("T10671|P0000000197|a|b|",
               codes_of(&line, BYTES("T10671\rP0000000197\r\na\nb\t")));
    CHECK_TEXT("x|y|", codes_of(&line, BYTES("\002x\003\002y\r\003")));
    CHECK_INT(0, line.lost);
}

TEST(barcode_line, is_the_same_however_the_line_tears_it)
{
    static const char text[] = "\002]C1V44039920260301010027100159\003T10671\r\n";
    struct bytes all = BYTES(text);
    for (size_t cut = 0; cut <= all.len; cut++) {
        struct barcode_line line = { 0 };
        char joined[256];
        strcpy(joined, codes_of(&line, (struct bytes){ all.at, cut }));
        strcat(joined, codes_of(&line, (struct bytes){ all.at + cut, all.len - cut }));
        CHECK_TEXT("]C1V44039920260301010027100159|T10671|", joined);
    }
}

TEST(barcode_line, tells_the_symbology_apart_from_the_text)
{
    struct barcode_line line = { 0 };
    struct barcode_text code;
    const char text[] = "]C1T10671\r";
    for (size_t i = 0; i + 1 < sizeof text; i++)
        if (barcode_line_byte(&line, (uint8_t)text[i], &code)) {
            CHECK_TEXT("]C1", code.aim);
            CHECK_TEXT("T10671", code.text);
            CHECK_INT(6, code.len);
        }
    CHECK_TEXT("]Cx1|", codes_of(&line, BYTES("]Cx1\r"))); /* no identifier: text */
}

TEST(barcode_line, keeps_the_separator_of_a_gs1_code)
{
    struct barcode_line line = { 0 };
    CHECK_TEXT("0101\03521ABC|", codes_of(&line, BYTES("0101\03521ABC\r")));
}

TEST(barcode_line, drops_a_code_with_a_byte_that_no_code_has)
{
    struct barcode_line line = { 0 };
    CHECK_TEXT("good|", codes_of(&line, BYTES("ba\001d\rgood\r")));
    CHECK_TEXT("", codes_of(&line, BYTES("\xff\xfe\r")));
    CHECK_TEXT("案号|", codes_of(&line, BYTES("案号\r")));
    CHECK_INT(2, line.lost);
}

TEST(barcode_line, takes_the_longest_code_and_drops_a_longer_one)
{
    struct barcode_line line = { 0 };
    char text[BARCODE_TEXT_MAX + 2];
    memset(text, '7', sizeof text);
    text[BARCODE_TEXT_MAX - 1] = '\r';
    CHECK_INT(
        BARCODE_TEXT_MAX,
        strlen(codes_of(&line, (struct bytes){ (uint8_t *)text, BARCODE_TEXT_MAX })));
    text[BARCODE_TEXT_MAX - 1] = '7';
    text[BARCODE_TEXT_MAX] = '\r';
    CHECK_TEXT("",
               codes_of(&line, (struct bytes){ (uint8_t *)text, BARCODE_TEXT_MAX + 1 }));
    CHECK_INT(1, line.lost);
}

TEST(barcode_line, never_glues_the_halves_of_two_codes)
{
    struct barcode_line line = { 0 };
    struct barcode_text code;
    CHECK_TEXT("", codes_of(&line, BYTES("T10")));
    CHECK(!barcode_line_silence(&line, false, &code));
    CHECK_TEXT("671|", codes_of(&line, BYTES("671\r")));
    CHECK_INT(1, line.lost);
    CHECK_TEXT("", codes_of(&line, BYTES("\002T10\002")));
    CHECK_TEXT("T10671|", codes_of(&line, BYTES("T10671\003")));
    CHECK_INT(2, line.lost);
}

TEST(barcode_line, ends_at_silence_where_the_reader_ends_so)
{
    struct barcode_line line = { 0 };
    struct barcode_text code;
    CHECK_TEXT("", codes_of(&line, BYTES("T10671")));
    CHECK(barcode_line_silence(&line, true, &code));
    CHECK_TEXT("T10671", code.text);
    CHECK(!barcode_line_silence(&line, true, &code));
}

/* --- keys ----------------------------------------------------------------------------
 */

static bool press(struct barcode_keys *keys, uint16_t code, struct barcode_text *ret)
{
    bool whole = barcode_keys_event(keys, EV_KEY, code, 1, ret);
    return barcode_keys_event(keys, EV_KEY, code, 0, ret) || whole;
}

TEST(barcode_keys, types_as_on_a_us_keyboard)
{
    struct barcode_keys keys = { 0 };
    struct barcode_text code;
    CHECK(!barcode_keys_event(&keys, EV_KEY, KEY_LEFTSHIFT, 1, &code));
    CHECK(!press(&keys, KEY_V, &code));
    CHECK(!press(&keys, KEY_4, &code)); /* the shift is still down */
    CHECK(!barcode_keys_event(&keys, EV_KEY, KEY_LEFTSHIFT, 0, &code));
    CHECK(!press(&keys, KEY_4, &code));
    CHECK(!press(&keys, KEY_KP7, &code));
    CHECK(!press(&keys, KEY_RIGHTBRACE, &code));
    CHECK(press(&keys, KEY_ENTER, &code));
    CHECK_TEXT("V$47]", code.text);
}

TEST(barcode_keys, turns_letters_only_by_caps_lock)
{
    struct barcode_keys keys = { 0 };
    struct barcode_text code;
    CHECK(!press(&keys, KEY_CAPSLOCK, &code));
    CHECK(!press(&keys, KEY_P, &code));
    CHECK(!press(&keys, KEY_1, &code));
    CHECK(press(&keys, KEY_KPENTER, &code));
    CHECK_TEXT("P1", code.text);
}

TEST(barcode_keys, passes_over_repeats_and_drops_what_lost_keys)
{
    struct barcode_keys keys = { 0 };
    struct barcode_text code;
    CHECK(!press(&keys, KEY_A, &code));
    CHECK(!barcode_keys_event(&keys, EV_KEY, KEY_A, 2, &code));
    CHECK(press(&keys, KEY_TAB, &code));
    CHECK_TEXT("a", code.text);
    CHECK(!press(&keys, KEY_A, &code));
    CHECK(!barcode_keys_event(&keys, EV_SYN, SYN_DROPPED, 0, &code));
    CHECK(!press(&keys, KEY_ENTER, &code));
    CHECK_INT(1, keys.line.lost);
    CHECK(!press(&keys, KEY_A, &code));
    CHECK(!press(&keys, KEY_F5, &code)); /* no character: somebody else's keyboard */
    CHECK(!press(&keys, KEY_ENTER, &code));
    CHECK_INT(2, keys.line.lost);
}

/* --- HID-POS -------------------------------------------------------------------------
 */

/* As the class asks for it: id 2, count, three characters of symbology, 56 bytes, more.
 */
static const uint8_t descriptor[] = {
    0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01,             /* bar code scanner, application */
    0x09, 0x12, 0xA1, 0x02, 0x85, 0x02,             /* scanned data report, id 2 */
    0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,       /* bytes */
    0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, /* byte count */
    0x95, 0x01, 0x05, 0x8C, 0x09, 0xFB, 0x81, 0x02, /* symbology identifier */
    0x09, 0xFC, 0x81, 0x02, 0x09, 0xFD, 0x81, 0x02, /* 2 and 3 */
    0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01,       /* 56 bytes decoded data */
    0x95, 0x01, 0x09, 0xFF, 0x81, 0x02,             /* data continued */
    0xC0, 0xC0,
};

static struct barcode_reports reader_of(struct bytes about)
{
    struct barcode_reports reports = { 0 };
    CHECK_OK(barcode_layout_read(about, &reports.layout, NULL));
    return reports;
}

static bool report(struct barcode_reports *r, const char *aim, const char *text,
                   bool more, struct barcode_text *ret)
{
    uint8_t bytes[62] = { 2, (uint8_t)strlen(text) };
    memcpy(bytes + 2, aim, strlen(aim));
    memcpy(bytes + 5, text, strlen(text));
    bytes[61] = more;
    return barcode_reports_take(r, (struct bytes){ bytes, sizeof bytes }, ret);
}

TEST(barcode_layout, finds_the_fields_where_the_device_says_they_are)
{
    struct barcode_layout l =
        reader_of((struct bytes){ descriptor, sizeof descriptor }).layout;
    CHECK(l.numbered);
    CHECK_INT(2, l.report_id);
    CHECK_INT(0, l.length.at);
    CHECK_INT(8, l.aim[0].at);
    CHECK_INT(32, l.data.at);
    CHECK_INT(56, l.data.count);
    CHECK_INT(480, l.more.at);
}

TEST(barcode_layout, refuses_what_is_no_scanner_or_is_cut_off)
{
    struct barcode_layout l;
    static const uint8_t keyboard[] = { 0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x75,
                                        0x08, 0x95, 0x08, 0x81, 0x02, 0xC0 };
    CHECK_RC(RC_INVALID,
             barcode_layout_read((struct bytes){ keyboard, sizeof keyboard }, &l, NULL));
    CHECK_RC(RC_CORRUPT, barcode_layout_read((struct bytes){ descriptor, 5 }, &l, NULL));
    static const uint8_t popped[] = { 0xB4 };
    CHECK_RC(RC_CORRUPT, barcode_layout_read((struct bytes){ popped, 1 }, &l, NULL));
}

TEST(barcode_reports, join_a_code_that_needs_two_reports)
{
    struct barcode_reports r = reader_of((struct bytes){ descriptor, sizeof descriptor });
    struct barcode_text code;
    CHECK(report(&r, "]C1", "T10671\r\n", false, &code));
    CHECK_TEXT("T10671", code.text);
    CHECK_TEXT("]C1", code.aim);
    CHECK(!report(&r, "]Q3", "V4403992026", true, &code));
    CHECK(report(&r, "]Q3", "0301010027100159", false, &code));
    CHECK_TEXT("V44039920260301010027100159", code.text);
    CHECK_TEXT("]Q3", code.aim);
}

TEST(barcode_reports, drop_a_code_whose_report_is_short)
{
    struct barcode_reports r = reader_of((struct bytes){ descriptor, sizeof descriptor });
    struct barcode_text code;
    uint8_t bytes[8] = { 2, 10, ']', 'C', '1', 'T', '1', '0' };
    CHECK(!barcode_reports_take(&r, (struct bytes){ bytes, sizeof bytes }, &code));
    CHECK_INT(1, r.line.lost);
    uint8_t other[8] = { 9, 1, 2, 3 };
    CHECK(!barcode_reports_take(&r, (struct bytes){ other, sizeof other }, &code));
    CHECK(!barcode_reports_take(&r, (struct bytes){ NULL, 0 }, &code));
    CHECK(report(&r, "]C1", "T10671", false, &code));
}

/* --- gate ----------------------------------------------------------------------------
 */

static enum barcode_verdict judge(struct barcode_gate *gate, const char *text, int64_t at,
                                  struct barcode_counters *counters)
{
    struct barcode_text code = { .len = strlen(text) };
    struct label label;
    char said[BARCODE_TEXT_MAX];
    strcpy(code.text, text);
    return barcode_judge(gate, &code, at, counters, &label, said);
}

TEST(barcode_judge, believes_right_labels_only_and_each_once_in_a_moment)
{
    struct barcode_gate gate = { 0 };
    struct barcode_counters c = { 0 };
    CHECK_INT(BARCODE_LABEL, judge(&gate, "T10671", 0, &c));
    CHECK_INT(BARCODE_TWICE, judge(&gate, "t10671", BARCODE_TWICE_MS - 1, &c));
    /* the trigger is still held: the window moves along */
    CHECK_INT(BARCODE_TWICE, judge(&gate, "T10671", 2 * BARCODE_TWICE_MS - 2, &c));
    CHECK_INT(BARCODE_LABEL, judge(&gate, "T10671", 3 * BARCODE_TWICE_MS - 2, &c));
    CHECK_INT(BARCODE_WRONG, judge(&gate, "T10672", 3 * BARCODE_TWICE_MS - 2, &c));
    CHECK_INT(BARCODE_LABEL, judge(&gate, "T10671", 3 * BARCODE_TWICE_MS - 2, &c));
    CHECK_INT(BARCODE_FOREIGN, judge(&gate, "6901234567892", 9000, &c));
    CHECK_INT(3, c.labels);
    CHECK_INT(2, c.twice);
    CHECK_INT(1, c.wrong);
    CHECK_INT(1, c.foreign);
}

TEST(barcode_judge, does_not_believe_a_label_with_something_behind_it)
{
    struct barcode_gate gate = { 0 };
    struct barcode_counters c = { 0 };
    CHECK_INT(BARCODE_FOREIGN, judge(&gate, "T10671 ", 0, &c));
    CHECK_INT(BARCODE_FOREIGN, judge(&gate, "T10671\035", 0, &c));
}

/* --- places --------------------------------------------------------------------------
 */

TEST(barcode_places, are_read_from_one_setting)
{
    struct barcode_place p[BARCODE_READERS_MAX];
    size_t count = 9;
    CHECK_OK(barcode_places_read(
        " 左手枪 : keys : /dev/juanku/reader-a ;门口:serial:/dev/ttyUSB0:115200", p,
        &count, NULL));
    CHECK_INT(2, count);
    CHECK_TEXT("左手枪", p[0].name);
    CHECK_INT(BARCODE_KEYS, p[0].kind);
    CHECK_TEXT("/dev/juanku/reader-a", p[0].path);
    CHECK_INT(115200, p[1].baud);
    CHECK_OK(barcode_places_read("", p, &count, NULL));
    CHECK_INT(0, count);
}

TEST(barcode_places, refuse_with_a_sentence_that_names_the_reader)
{
    struct barcode_place p[BARCODE_READERS_MAX];
    size_t count;
    struct fault why;
    static const char *const bad[] = { "a:wand:/dev/x",
                                       "a:keys:dev/x",
                                       "a:keys",
                                       "a",
                                       ":keys:/dev/x",
                                       "a:serial:/dev/x:fast",
                                       "a:keys:/dev/x;a:keys:/dev/y",
                                       "a:keys:/dev/x;b:keys:/dev/x" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_RC(RC_INVALID, barcode_places_read(bad[i], p, &count, &why));
        CHECK(strstr(why.text, "扫码枪"));
    }
    char many[1024] = "";
    for (int i = 0; i <= BARCODE_READERS_MAX; i++)
        sprintf(many + strlen(many), "n%d:keys:/dev/%d;", i, i);
    CHECK_RC(RC_INVALID, barcode_places_read(many, p, &count, &why));
}

/* The stream parser: frames cut at every byte, without gaps, beside neighbours, and under
 * noise. */
#include "check.h"

#include "firmware/app/modbus_stream.h"

#include "core/crc16.h"

enum { ME = 7, GAP_US = MODBUS_RESYNC_US + 1000 };

static struct modbus_stream stream;
static uint32_t now_us;

static void begin(void)
{
    modbus_stream_init(&stream, ME);
    now_us = 1;
}

static void feed(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        modbus_stream_byte(&stream, at[i], now_us);
}

/* How many requests come out now; the last one stays in *ret_last. */
static unsigned take(struct bytes *ret_last)
{
    struct bytes frame;
    unsigned count = 0;
    while (modbus_stream_next(&stream, true, now_us, &frame)) {
        count++;
        if (ret_last)
            *ret_last = frame;
    }
    return count;
}

static size_t make(uint8_t *ret_frame, struct bytes body)
{
    memcpy(ret_frame, body.at, body.len);
    return modbus_crc_append(ret_frame, body.len);
}

#define FRAME(name, literal) \
    uint8_t name[MODBUS_FRAME_MAX]; \
    size_t name##_len = make(name, BYTES(literal))

static const struct {
    const char *name;
    struct bytes body;
} requests[] = {
    { "read", BYTES("\x07\x04\x00\x00\x00\x10") },
    { "read bits", BYTES("\x07\x02\x03\xE8\x00\x60") },
    { "write coil", BYTES("\x07\x05\x00\x03\xFF\x00") },
    { "write", BYTES("\x07\x06\x03\x02\x00\x02") },
    { "diagnose", BYTES("\x07\x08\x00\x00\x12\x34") },
    { "write coils", BYTES("\x07\x0F\x00\x00\x00\x09\x02\xFF\x01") },
    { "write words", BYTES("\x07\x10\x03\x00\x00\x02\x04\x00\x01\x00\x02") },
    { "who", BYTES("\x07\x11") },
    { "both", BYTES("\x07\x17\x00\x00\x00\x10\x06\x00\x00\x01\x02\x00\x05") },
    { "to all", BYTES("\x00\x06\x03\x80\xA5\xA5") },
};

TEST(modbus_stream, hands_out_each_request_at_its_last_byte)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        uint8_t frame[MODBUS_FRAME_MAX];
        struct bytes got;
        size_t len = make(frame, requests[i].body);
        begin();
        for (size_t at = 0; at + 1 < len; at++) {
            feed(frame + at, 1);
            if (take(NULL))
                fail_msg("%s after %zu bytes", requests[i].name, at + 1);
        }
        feed(frame + len - 1, 1);
        CHECK_INT(1, take(&got));
        CHECK_INT(len, got.len);
        CHECK_BYTES(frame, got.at, len);
    }
}

TEST(modbus_stream, bears_a_pause_at_every_byte)
{
    FRAME(frame, "\x07\x10\x03\x00\x00\x02\x04\x00\x01\x00\x02");
    for (size_t cut = 1; cut < frame_len; cut++) {
        begin();
        feed(frame, cut);
        CHECK_INT(0, take(NULL));
        now_us += MODBUS_RESYNC_US - 1;
        CHECK_INT(0, take(NULL));
        feed(frame + cut, frame_len - cut);
        CHECK_INT(1, take(NULL));
    }
}

TEST(modbus_stream, forgets_a_beginning_after_silence)
{
    FRAME(frame, "\x07\x06\x03\x02\x00\x02");
    begin();
    feed(frame, 5);
    CHECK_INT(0, take(NULL));
    now_us += GAP_US;
    CHECK_INT(0, take(NULL));
    CHECK_INT(1, stream.counts.cut);
    feed(frame, frame_len);
    CHECK_INT(1, take(NULL));
}

TEST(modbus_stream, steps_over_neighbours_without_any_gap)
{
    static const struct bytes foreign[] = {
        BYTES("\x09\x04\x00\x00\x00\x10"),                     /* request */
        BYTES("\x09\x04\x06\x07\x06\x03\x02\x00\x02"),         /* answer */
        BYTES("\x09\x83\x02"),                                 /* exception */
        BYTES("\x09\x10\x03\x00\x00\x02\x04\x00\x01\x00\x02"), /* request */
        BYTES("\x09\x10\x03\x00\x00\x02"),                     /* answer */
        BYTES("\x09\x17\x04\x11\x22\x33\x44"),                 /* answer */
        BYTES("\x09\x2B\x0E\x01\x00"),                         /* request */
        BYTES("\x09\x2B\x0E\x01\x01\x00\x00\x02\x00\x02JK\x01\x01"
              "1"),                                        /* answer */
        BYTES("\x09\x18\x00\x06\x00\x02\x01\xB8\x12\x84"), /* queue answer */
        BYTES("\x09\x07"),                                 /* request */
        BYTES("\x09\x11\x03\x01\xFFX"),                    /* answer */
    };
    FRAME(mine, "\x07\x04\x00\x00\x00\x10");
    begin();
    for (size_t i = 0; i < COUNT(foreign); i++) {
        uint8_t frame[MODBUS_FRAME_MAX];
        feed(frame, make(frame, foreign[i]));
        CHECK_INT(0, take(NULL));
        feed(mine, mine_len);
        if (take(NULL) != 1)
            fail_msg("lost behind foreign frame %zu", i);
    }
    CHECK_INT(COUNT(foreign), stream.counts.other);
    CHECK_INT(0, stream.counts.bad);
}

TEST(modbus_stream, believes_nothing_inside_a_neighbours_answer)
{
    /* The answer carries, byte for byte, a write to us. */
    FRAME(inner, "\x07\x06\x03\x02\x00\x02");
    uint8_t answer[MODBUS_FRAME_MAX] = { 0x09, 0x04, 10, 0xAA };
    memcpy(answer + 4, inner, inner_len);
    answer[12] = 0xBB;
    size_t len = modbus_crc_append(answer, 13);
    for (size_t i = 0; i <= len; i++) { /* cut into two pieces anywhere */
        begin();
        feed(answer, i);
        CHECK_INT(0, take(NULL));
        feed(answer + i, len - i);
        CHECK_INT(0, take(NULL));
        now_us += GAP_US;
        CHECK_INT(0, take(NULL));
    }
    /* Also when its first bytes were hit: what follows the inner frame betrays it. */
    begin();
    answer[1] ^= 0x40;
    feed(answer, len);
    CHECK_INT(0, take(NULL));
    now_us += GAP_US;
    CHECK_INT(0, take(NULL));
}

TEST(modbus_stream, finds_a_request_behind_noise_once_the_line_is_quiet)
{
    FRAME(mine, "\x07\x04\x00\x00\x00\x10");
    static const struct bytes noise[] = { BYTES("\x00"), BYTES("\xFF\xFF"),
                                          BYTES("\x09\x10\x00"), BYTES("\x07\x03"),
                                          BYTES("\x07\x10\x00\x00\x00\x10\xF6") };
    for (size_t i = 0; i < COUNT(noise); i++) {
        begin();
        feed(noise[i].at, noise[i].len);
        feed(mine, mine_len);
        unsigned at_once = take(NULL);
        now_us += MODBUS_QUIET_US;
        CHECK_INT(1, at_once + take(NULL));
        CHECK_INT(1, stream.counts.mine);
    }
}

TEST(modbus_stream, leaves_a_request_unanswered_when_the_host_went_on)
{
    FRAME(old, "\x07\x04\x00\x00\x00\x10");
    FRAME(other, "\x09\x04\x00\x00\x00\x10");
    begin();
    feed(old, old_len);
    feed(other, other_len);
    CHECK_INT(0, take(NULL));
    CHECK_INT(1, stream.counts.stale);
    CHECK_INT(1, stream.counts.other);
}

TEST(modbus_stream, lets_the_quiet_end_a_function_that_nobody_knows)
{
    FRAME(strange, "\x07\x41\x01\x02\x03");
    struct bytes got;
    begin();
    feed(strange, strange_len);
    CHECK_INT(0, take(NULL));
    now_us += MODBUS_QUIET_US;
    CHECK_INT(1, take(&got));
    CHECK_INT(strange_len, got.len);
}

TEST(modbus_stream, throws_away_what_a_flagged_byte_has_touched)
{
    FRAME(mine, "\x07\x06\x03\x02\x00\x02");
    for (size_t at = 0; at < mine_len; at++) {
        begin();
        feed(mine, at);
        modbus_stream_flagged(&stream, false, now_us);
        feed(mine + at, mine_len - at);
        unsigned got = take(NULL);
        now_us += GAP_US;
        got += take(NULL);
        /* Before the first byte, the flag is only noise: the frame is whole. */
        CHECK_INT(at == 0, got);
    }
}

TEST(modbus_stream, never_loses_its_place_in_long_rubbish)
{
    FRAME(mine, "\x07\x04\x00\x00\x00\x10");
    uint32_t random = 12345;
    begin();
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t byte;
        random = random * 1664525u + 1013904223u;
        byte = (uint8_t)(random >> 24);
        feed(&byte, 1);
        if (i % 37 == 0)
            (void)take(NULL);
    }
    now_us += GAP_US;
    (void)take(NULL);
    CHECK_INT(0, stream.len);
    feed(mine, mine_len);
    CHECK_INT(1, take(NULL));
}

/* Ten thousand bits in a million turned, on writes: no wrong write may come out. */
TEST(modbus_stream, lets_no_wrong_write_through_bit_noise)
{
    enum { FRAMES = 100000, ERRORS_PER_MILLION = 10000 };
    uint64_t random = 88172645463325252u;
    unsigned whole = 0, hit = 0, wrong = 0;
    begin();
    for (unsigned i = 0; i < FRAMES; i++) {
        const uint8_t body[] = { ME, 6, 3, (uint8_t)(i % 120), 0, (uint8_t)(i % 8) };
        uint8_t frame[8], sent[8];
        memcpy(frame, body, sizeof body);
        (void)modbus_crc_append(frame, sizeof body);
        memcpy(sent, frame, sizeof frame);
        for (unsigned bit = 0; bit < 64; bit++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            if ((random >> 11) % 1000000 < ERRORS_PER_MILLION)
                sent[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        }
        bool clean = !memcmp(sent, frame, sizeof frame);
        struct bytes got = { 0 };
        feed(sent, sizeof sent);
        unsigned count = take(&got);
        now_us += GAP_US;
        count += take(&got);
        whole += clean && count == 1;
        hit += !clean;
        wrong += count > 0 &&
                 (got.len != sizeof frame || memcmp(got.at, frame, sizeof frame) != 0);
    }
    CHECK(hit > FRAMES / 4);
    CHECK_INT(FRAMES - hit, whole); /* and every clean one gets through */
    CHECK_INT(0, wrong);
}

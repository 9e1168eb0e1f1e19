/* Lamps under noise: how many frames that the line has hit still change a lamp wrongly. A
 * lamp has no tag as the lock has, only parity, line flags and the CRC; what slips
 * through is put right within two polls (tests/sim/rack_noise.c). FRAMES=n sets how many
 * are hit, SEED=n repeats a run. */
#include "firmware_bench.h"

#include <stdlib.h>

enum { FRAMES = 60000, BITS = 11, LINE_IDLE_US = 30000, PER_MILLION = 1000000 };

static uint64_t state;

static unsigned pick(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

/* A byte of 8E1 over a line that turns bits: itself, another one, or a flag. */
static int through(uint8_t byte, unsigned per_million, unsigned burst_left)
{
    unsigned turned = 0, odd = 0;
    for (unsigned bit = 0; bit < BITS; bit++) {
        bool hit = burst_left ? pick(2) : pick(PER_MILLION) < per_million;
        if (hit && (bit == 0 || bit == BITS - 1))
            return HAL_UART_FLAGGED; /* the start or the stop bit */
        if (hit && bit < 9)
            turned |= 1u << (bit - 1);
        odd ^= hit;
    }
    return odd ? HAL_UART_FLAGGED : byte ^ (int)turned;
}

/* Send the frame through noise; false: nothing was hit. */
static bool send_hit(const uint8_t *frame, size_t len)
{
    static const unsigned levels[] = { 1000, 10000, 0 }; /* BER 1e-3, 1e-2, a burst */
    unsigned level = levels[pick(COUNT(levels))];
    size_t burst_at = level ? len : pick((unsigned)len), burst = level ? 0 : 1 + pick(8);
    bool hit = false;
    for (size_t i = 0; i < len; i++) {
        bool in_burst = i >= burst_at && i < burst_at + burst;
        int got = through(frame[i], level, in_burst);
        hit = hit || got != frame[i];
        if (got == HAL_UART_FLAGGED) {
            (void)rack_run(&rack); /* what came before */
            bench.flag = HAL_UART_FLAGGED;
            (void)rack_run(&rack);
        } else {
            const uint8_t byte = (uint8_t)got;
            bench_send(&byte, 1);
        }
    }
    return hit;
}

TEST(noise, hardly_ever_lights_a_wrong_lamp)
{
    const char *frames = getenv("FRAMES"), *given = getenv("SEED");
    unsigned long want = frames ? strtoul(frames, NULL, 10) : FRAMES, hit = 0, wrong = 0;
    state = given ? strtoull(given, NULL, 10) : 20261128u;
    begin();
    while (hit < want) {
        unsigned lamp = pick(RACK_SLOTS_PRESET), at = RACK_AT_LAMPS + lamp;
        uint8_t frame[8] = { BENCH_ADDRESS, 6, (uint8_t)(at >> 8),
                             (uint8_t)at,   0, (uint8_t)(1 + pick(7)) };
        uint16_t image[RACK_SLOTS_MAX];
        size_t len = modbus_crc_append(frame, 6);
        memcpy(image, rack.lamps.style, sizeof image);
        bool bad = send_hit(frame, len);
        bench.now_us += 4000;
        (void)rack_run(&rack);
        bench.now_us += LINE_IDLE_US;
        (void)rack_run(&rack);
        hit += bad;
        if (!bad)
            image[lamp] = frame[5];
        wrong += memcmp(image, rack.lamps.style, sizeof image) != 0;
        memcpy(rack.lamps.style, image, sizeof image);
    }
    printf("# SEED given or 20261128: %lu frames hit, %lu lit a wrong lamp\n", hit,
           wrong);
    CHECK(wrong * PER_MILLION <= hit);
}

/* Questions to the rack on the bench (firmware_hal.h), by function and by register. */
#ifndef TESTS_FIRMWARE_BENCH_H
#define TESTS_FIRMWARE_BENCH_H

#include "check.h"

#include "firmware_hal.h"

static struct rack rack;
static uint8_t ask_address = BENCH_ADDRESS;

/* Send one request body to the rack (address and CRC are added) and let it answer.
 * Returns the length of the answer's body, 0 when there is none. */
static __attribute__((unused)) size_t ask(struct bytes body)
{
    uint8_t frame[MODBUS_FRAME_MAX] = { ask_address };
    memcpy(frame + 1, body.at, body.len);
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, 1 + body.len));
    (void)rack_run(&rack);
    if (!bench.out_len)
        return 0;
    CHECK_INT(ask_address, bench.out[0]);
    CHECK(modbus_crc_holds(bench.out, bench.out_len));
    CHECK_INT(bench.out_len, modbus_answer_len(bench.out, bench.out_len));
    return bench.out_len - 3;
}

static __attribute__((unused)) size_t ask_words(uint8_t function, unsigned at,
                                                unsigned value)
{
    const uint8_t body[] = { function, (uint8_t)(at >> 8), (uint8_t)at,
                             (uint8_t)(value >> 8), (uint8_t)value };
    return ask((struct bytes){ body, sizeof body });
}

/* The Modbus exception of the last answer, 0 for none. */
static __attribute__((unused)) unsigned refused(void)
{
    return bench.out[1] & 0x80 ? bench.out[2] : 0;
}

static __attribute__((unused)) unsigned get(unsigned at)
{
    CHECK_INT(4, ask_words(0x04, at, 1));
    return (unsigned)(bench.out[3] << 8 | bench.out[4]);
}

static __attribute__((unused)) unsigned put(unsigned at, unsigned value)
{
    CHECK(ask_words(0x06, at, value) > 0);
    return refused();
}

/* Write `count` registers with function 16; returns the exception. */
static __attribute__((unused)) unsigned put_words(unsigned at, const uint16_t *words,
                                                  unsigned count)
{
    uint8_t body[MODBUS_FRAME_MAX] = { 0x10, (uint8_t)(at >> 8), (uint8_t)at,
                                       0,    (uint8_t)count,     (uint8_t)(2 * count) };
    for (unsigned i = 0; i < count; i++) {
        body[6 + 2 * i] = (uint8_t)(words[i] >> 8);
        body[7 + 2 * i] = (uint8_t)words[i];
    }
    CHECK(ask((struct bytes){ body, 6 + 2 * count }) > 0);
    return refused();
}

static __attribute__((unused)) const char *read_manual(void)
{
    static char manual[64 * 1024];
    FILE *file = fopen("docs/rack.md", "r");
    CHECK(file != NULL);
    manual[fread(manual, 1, sizeof manual - 1, file)] = 0;
    fclose(file);
    return manual;
}

static __attribute__((unused)) void hex_of(const uint8_t *at, size_t len, char *ret_text)
{
    for (size_t i = 0; i < len; i++)
        ret_text += sprintf(ret_text, i ? " %02X" : "%02X", at[i]);
}

/* Ask, and find request and answer in hex in the manual. */
static __attribute__((unused)) void exchange(const char *manual, struct bytes body)
{
    char text[3 * MODBUS_FRAME_MAX];
    uint8_t frame[MODBUS_FRAME_MAX] = { BENCH_ADDRESS };
    memcpy(frame + 1, body.at, body.len);
    size_t len = modbus_crc_append(frame, 1 + body.len);
    hex_of(frame, len, text);
    if (!strstr(manual, text))
        fail_msg("docs/rack.md lacks %s", text);
    CHECK(ask(body) > 0);
    hex_of(bench.out, bench.out_len, text);
    if (!strstr(manual, text))
        fail_msg("docs/rack.md lacks %s", text);
}

static __attribute__((unused)) void begin(void)
{
    ask_address = BENCH_ADDRESS;
    bench_rack(&rack);
    bench_wait(&rack, 200);
}

#endif

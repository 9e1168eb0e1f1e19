/* A rack without hardware: the test sets the clock, the line and the switches, and looks
 * at what the app sends and lights. One program, one rack. */
#ifndef TESTS_FIRMWARE_HAL_H
#define TESTS_FIRMWARE_HAL_H

#include "firmware/app/rack.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_lamps.h"
#include "firmware/hal/hal_slots.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

#include <string.h>

enum { BENCH_LINE = 8192, BENCH_ADDRESS = 7 };

static struct {
    uint32_t now_us;
    uint8_t in[BENCH_LINE], out[BENCH_LINE];
    size_t in_len, in_at, out_len;
    int flag; /* what the receiver reports next, instead of a byte */
    uint16_t raw[RACK_PRESENCE_WORDS];
    uint32_t lamps[RACK_SLOTS_MAX];
    uint16_t boot;
    unsigned kicks, restarts, answers;
} bench;

uint32_t hal_clock_us(void)
{
    return bench.now_us;
}

int hal_uart_read(void)
{
    if (bench.flag) {
        int flag = bench.flag;
        bench.flag = 0;
        return flag;
    }
    return bench.in_at < bench.in_len ? bench.in[bench.in_at++] : HAL_UART_NONE;
}

void hal_uart_write(const uint8_t *at, size_t len)
{
    memcpy(bench.out, at, len);
    bench.out_len = len;
    bench.answers++;
}

void hal_uart_restart(void)
{
    bench.restarts++;
}

void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS])
{
    memcpy(ret_words, bench.raw, sizeof bench.raw);
}

void hal_lamp_show(unsigned index, uint32_t rgb)
{
    bench.lamps[index] = rgb;
}

uint16_t hal_boot_next(void)
{
    return ++bench.boot;
}

void hal_watchdog_kick(void)
{
    bench.kicks++;
}

static __attribute__((unused)) void bench_rack(struct rack *rack)
{
    memset(&bench, 0, sizeof bench);
    const struct hal_boot boot = {
        .baud = RACK_BAUD_PRESET,
        .boot_id = hal_boot_next(),
        .uid = { 1, 2, 3, 4, 5, 6 },
        .cause = RACK_RESET_POWER,
        .address = BENCH_ADDRESS,
        .parity = HAL_PARITY_EVEN,
        .slots = RACK_SLOTS_PRESET,
    };
    rack_init(rack, &boot);
}

/* Let time pass in main loops of at most a millisecond. */
static __attribute__((unused)) void bench_wait(struct rack *rack, uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i++) {
        bench.now_us += 1000;
        (void)rack_run(rack);
    }
}

/* Put bytes on the line; the next main loop reads them. */
static __attribute__((unused)) void bench_send(const uint8_t *at, size_t len)
{
    if (bench.in_at == bench.in_len)
        bench.in_at = bench.in_len = 0;
    memcpy(bench.in + bench.in_len, at, len);
    bench.in_len += len;
}

#endif

/* A rack without hardware: the test sets the clock, the line and the switches, and looks
 * at what the app sends and lights. One program, one rack. */
#ifndef TESTS_FIRMWARE_HAL_H
#define TESTS_FIRMWARE_HAL_H

#include "firmware/app/rack.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_flash.h"
#include "firmware/hal/hal_lamps.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_slots.h"
#include "firmware/hal/hal_store.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

#include <setjmp.h>
#include <string.h>

enum { BENCH_LINE = 8192, BENCH_ADDRESS = 7 };

static struct {
    uint32_t now_us;
    uint8_t in[BENCH_LINE], out[BENCH_LINE];
    size_t in_len, in_at, out_len;
    int flag; /* what the receiver reports next, instead of a byte */
    uint16_t raw[RACK_PRESENCE_WORDS];
    uint32_t lamps[RACK_SLOTS_MAX];
    uint8_t eeprom[HAL_STORE_PAGES][HAL_STORE_PAGE];
    unsigned store_left;  /* bytes until the power is cut, when store_cut */
    bool store_cut, dead; /* the store does not answer */
    uint8_t torn;    /* how the byte at the cut ends: exclusive or with the old one */
    uint8_t outside; /* contacts: what stands there when nothing is driven */
    bool driven, jammed, reversed; /* bolt; its contact is wired the other way */
    unsigned drives;               /* how often it was powered */
    bool lock;                     /* one is fitted */
    uint32_t baud;
    unsigned kicks, setups, answers;
    bool busy; /* the line is still sending */
    unsigned restarts;
    unsigned long ops, cut_op; /* writes and erases; the power goes in the cut_op-th */
    unsigned cut_part;         /* of 16: how much of that one is done */
    bool flash_dead;           /* it takes nothing */
    uint8_t *worn;             /* a byte of flash whose lowest bit is 0 for good */
} bench;

/* Program memory; not a part of what a test makes new. Where the power goes, whatever
 * runs ends: a test that cuts sets power_off. */
static uint8_t bench_flash[HAL_AREAS][RACK_IMAGE_AREA];
static jmp_buf power_off;

/* How many of `len` bytes of this write or erase are done; fewer than that: cut. */
static __attribute__((unused)) size_t bench_op(size_t len)
{
    return ++bench.ops == bench.cut_op ? len * bench.cut_part / 16 : len;
}

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

bool hal_uart_idle(void)
{
    return !bench.busy;
}

void hal_uart_setup(uint32_t baud, uint8_t parity)
{
    (void)parity;
    bench.baud = baud;
    bench.setups++;
}

void hal_lock_drive(bool open)
{
    bench.drives += open && !bench.driven;
    bench.driven = open;
}

unsigned hal_contacts(void)
{
    bool open = bench.driven && !bench.jammed;
    return bench.outside | (open == bench.reversed ? (unsigned)HAL_BOLT : 0u);
}

bool hal_store_read(unsigned page, uint8_t ret_bytes[HAL_STORE_PAGE])
{
    memcpy(ret_bytes, bench.eeprom[page], HAL_STORE_PAGE);
    return !bench.dead;
}

/* The chip takes byte after byte; when the power goes, the one in the middle is torn. */
bool hal_store_write(unsigned page, const uint8_t bytes[HAL_STORE_PAGE])
{
    if (bench.cut_op && bench.ops + 1 == bench.cut_op) {
        memcpy(bench.eeprom[page], bytes, bench_op(HAL_STORE_PAGE));
        longjmp(power_off, 1);
    }
    bench.ops++;
    for (unsigned i = 0; i < HAL_STORE_PAGE && !bench.dead; i++) {
        if (bench.store_cut && bench.store_left-- == 0) {
            bench.eeprom[page][i] ^= bench.torn;
            bench.dead = true;
            break;
        }
        bench.eeprom[page][i] = bytes[i];
    }
    return !bench.dead;
}

void hal_flash_read(enum hal_area area, uint32_t at, uint8_t *ret_bytes, uint32_t len)
{
    memcpy(ret_bytes, bench_flash[area] + at, len);
}

bool hal_flash_erase(enum hal_area area)
{
    if (bench.flash_dead || area == HAL_AREA_FACTORY)
        return false;
    size_t done = bench_op(RACK_IMAGE_AREA);
    memset(bench_flash[area], 0xFF, done);
    if (done < RACK_IMAGE_AREA)
        longjmp(power_off, 1);
    return true;
}

/* Bits only go from 1 to 0, as in flash. */
bool hal_flash_write(enum hal_area area, uint32_t at, const uint8_t *bytes, uint32_t len)
{
    if (bench.flash_dead || area == HAL_AREA_FACTORY)
        return false;
    size_t done = bench_op(len);
    for (size_t i = 0; i < done; i++)
        bench_flash[area][at + i] &= bytes[i];
    if (bench.worn)
        *bench.worn &= 0xFE;
    if (done < len)
        longjmp(power_off, 1);
    return true;
}

void hal_restart(void)
{
    bench.restarts++;
}

uint16_t hal_stack_peak(void)
{
    return 0;
}

void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS])
{
    memcpy(ret_words, bench.raw, sizeof bench.raw);
}

void hal_lamp_show(unsigned index, uint32_t rgb)
{
    bench.lamps[index] = rgb;
}

void hal_watchdog_kick(void)
{
    bench.kicks++;
}

/* Power comes back: everything but the EEPROM is new. */
static __attribute__((unused)) void bench_start(struct rack *rack)
{
    const struct hal_boot boot = {
        .uid = { 1, 2, 3, 4, 5, 6 },
        .cause = RACK_RESET_POWER,
        .starts = 1,
        .address = BENCH_ADDRESS,
        .slots = RACK_SLOTS_PRESET,
        .lock = bench.lock,
    };
    bench.dead = bench.store_cut = false;
    rack_init(rack, &boot);
}

static __attribute__((unused)) void bench_rack(struct rack *rack)
{
    memset(&bench, 0, sizeof bench);
    bench.outside = HAL_DOOR_SHUT;
    bench_start(rack);
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

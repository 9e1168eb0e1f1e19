/* Many racks on one simulated wire, in virtual time.
 *
 * Each rack is the firmware's own struct; the wire carries byte after byte at 115200
 * bit/s to everybody, and turns bits, loses, doubles and cuts off as noise does. The
 * driver's bus ends here: rack_bus_read() and its like are played by this wire. A program
 * sets RACKS before it includes this. */
#ifndef TESTS_RACK_NODES_H
#define TESTS_RACK_NODES_H

#include "drivers/rack/rack.h"
#include "rack_process.h"

/* The firmware's struct has the name of the driver's. */
#define rack controller
#include "firmware/app/rack.h"
#undef rack

#include "firmware/app/modbus_frame.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_flash.h"
#include "firmware/hal/hal_lamps.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_slots.h"
#include "firmware/hal/hal_store.h"
#include "firmware/hal/hal_system.h"
#include "firmware/hal/hal_uart.h"

enum {
    BYTE_US = 96, /* 11 bits at 115200 bit/s */
    HEARD = 1024,
};

struct node {
    struct controller controller;
    int16_t heard[HEARD]; /* bytes, or HAL_UART_FLAGGED */
    size_t heard_at, heard_len;
    uint8_t said[MODBUS_FRAME_MAX];
    size_t said_len;
    uint16_t raw[RACK_PRESENCE_WORDS];
    uint8_t eeprom[HAL_STORE_PAGES][HAL_STORE_PAGE];
    uint16_t number;
    uint64_t lit_us[RACK_SLOTS_MAX];       /* when a lamp was lit last */
    uint64_t deaf_until_us, busy_until_us; /* while the flash is at work */
    uint8_t *flash;                        /* NULL: not of interest */
    bool restarts;
};

static struct node nodes[RACKS], *here; /* whose firmware is running */
static uint64_t now_us;
static uint8_t answer[2 * MODBUS_FRAME_MAX]; /* as the host hears it */
static size_t answer_len;
static unsigned gap_us = RACK_BUS_GAP_MS * 1000; /* behind an answer */

static struct {
    unsigned per_million; /* bytes that are hit */
    unsigned long hit, requests, failed;
} noise;

struct rack_bus {
    int none;
};

#include "rack_nodes_hal.h"

static void power_up(struct node *node)
{
    here = node;
    const struct hal_boot boot = { .cause = RACK_RESET_POWER,
                                   .starts = 1,
                                   .lock = true,
                                   .address = (uint8_t)(node->number + 1) };
    node->heard_at = node->heard_len = node->said_len = 0;
    rack_init(&node->controller, &boot);
}

static void run_all(void)
{
    for (unsigned i = 0; i < RACKS; i++) {
        here = &nodes[i];
        if (now_us >= here->busy_until_us && now_us >= here->deaf_until_us)
            (void)rack_run(&here->controller);
    }
}

static void pass_time(uint64_t us)
{
    while (us > 0) {
        uint64_t step = us < 1000 ? us : 1000;
        now_us += step;
        us -= step;
        run_all();
    }
}

/* What of a byte arrives: itself, another one, HAL_UART_FLAGGED; or HAL_UART_NONE. */
static int through_noise(uint8_t byte)
{
    if (!noise.per_million || pick(1000000) >= noise.per_million)
        return byte;
    noise.hit++;
    unsigned kind = pick(20);
    if (kind == 0)
        return HAL_UART_NONE;
    if (kind < 12) /* one bit: the parity tells */
        return HAL_UART_FLAGGED;
    if (kind < 18) /* two bits: it does not */
        return byte ^ (1 << pick(8)) ^ (1 << pick(8));
    return (int)pick(256);
}

static void hear(struct node *node, int byte)
{
    if (node->heard_len < HEARD && now_us >= node->deaf_until_us)
        node->heard[node->heard_len++] = (int16_t)byte;
}

/* `from` NULL: the host speaks. */
static void transmit(const struct node *from, const uint8_t *at, size_t len)
{
    if (noise.per_million && pick(2000) == 0)
        len = pick((unsigned)len + 1); /* cut off */
    for (size_t i = 0; i < len; i++) {
        unsigned times = noise.per_million && pick(100000) == 0 ? 2 : 1;
        while (times-- > 0) {
            now_us += BYTE_US;
            int byte = through_noise(at[i]);
            for (unsigned n = 0; n < RACKS && byte != HAL_UART_NONE; n++)
                if (&nodes[n] != from)
                    hear(&nodes[n], byte);
            if (from && byte >= 0 && answer_len < sizeof answer)
                answer[answer_len++] = (uint8_t)byte; /* the port drops flagged ones */
            run_all();
        }
    }
}

/* Whoever has something to say says it; two at once spoil each other's. */
static bool speak(void)
{
    uint8_t both[MODBUS_FRAME_MAX] = { 0 };
    size_t len = 0;
    const struct node *speaker = NULL;
    for (unsigned i = 0; i < RACKS; i++) {
        struct node *node = &nodes[i];
        for (size_t b = 0; b < node->said_len; b++)
            both[b] ^= node->said[b];
        if (node->said_len > len)
            len = node->said_len;
        speaker = node->said_len ? node : speaker;
        node->said_len = 0;
    }
    if (!len)
        return false;
    transmit(speaker, both, len);
    return true;
}

static enum rc ask_once(const uint8_t *frame, size_t len, size_t want)
{
    answer_len = 0;
    noise.requests++;
    pass_time(gap_us);
    transmit(NULL, frame, len);
    uint64_t until_us = now_us + RACK_BUS_ANSWER_MS * 1000u;
    while (now_us < until_us && !answer_len)
        if (!speak())
            pass_time(100);
    enum rc rc = RC_OK;
    if (!answer_len)
        rc = RC_TIMEOUT;
    else if (!modbus_crc_holds(answer, answer_len) || answer[0] != frame[0])
        rc = RC_CORRUPT;
    else if (answer[1] == (frame[1] | 0x80) && answer_len == 5)
        return RC_REFUSED;
    else if (answer[1] != frame[1] || answer_len != want)
        rc = RC_CORRUPT;
    noise.failed += rc != RC_OK;
    return rc;
}

static enum rc ask(uint8_t *frame, size_t len, size_t want, unsigned tries)
{
    enum rc rc = RC_TIMEOUT;
    len = modbus_crc_append(frame, len);
    while (tries-- > 0 && (rc == RC_TIMEOUT || rc == RC_CORRUPT))
        rc = ask_once(frame, len, want);
    return rc;
}

enum rc rack_bus_read(struct rack_bus *bus, uint8_t address, uint16_t at, uint16_t count,
                      unsigned tries, uint16_t *ret_words, struct fault *why)
{
    uint8_t frame[8] = { address, 4, (uint8_t)(at >> 8), (uint8_t)at, 0, (uint8_t)count };
    (void)bus;
    (void)why;
    enum rc rc = ask(frame, 6, 5u + 2u * count, tries);
    for (unsigned i = 0; i < count && !rc; i++)
        ret_words[i] = (uint16_t)(answer[3 + 2 * i] << 8 | answer[4 + 2 * i]);
    return rc;
}

enum rc rack_bus_write(struct rack_bus *bus, uint8_t address, uint16_t at, uint16_t count,
                       unsigned tries, const uint16_t *words, struct fault *why)
{
    uint8_t frame[MODBUS_FRAME_MAX] = { address,
                                        16,
                                        (uint8_t)(at >> 8),
                                        (uint8_t)at,
                                        0,
                                        (uint8_t)count,
                                        (uint8_t)(2 * count) };
    (void)bus;
    (void)why;
    for (unsigned i = 0; i < count; i++) {
        frame[7 + 2 * i] = (uint8_t)(words[i] >> 8);
        frame[8 + 2 * i] = (uint8_t)words[i];
    }
    return ask(frame, 7u + 2u * count, 8, tries);
}

/* There is no module on this wire. */
enum rc rack_bus_read_inputs(struct rack_bus *bus, uint8_t address, uint16_t at,
                             uint16_t count, unsigned tries, uint8_t *ret_bits,
                             struct fault *why)
{
    (void)bus, (void)at, (void)count, (void)tries, (void)ret_bits;
    return fault_set(why, RC_INVALID, 0, "rack %u is no module", address);
}

enum rc rack_bus_write_coils(struct rack_bus *bus, uint8_t address, uint16_t at,
                             uint16_t count, const uint8_t *bits, struct fault *why)
{
    (void)bus, (void)at, (void)count, (void)bits;
    return fault_set(why, RC_INVALID, 0, "rack %u is no module", address);
}

int64_t rack_bus_now_ms(const struct rack_bus *bus)
{
    (void)bus;
    return (int64_t)(now_us / 1000);
}

void rack_bus_rest(struct rack_bus *bus, unsigned ms)
{
    (void)bus;
    pass_time(1000ull * ms);
}

#endif

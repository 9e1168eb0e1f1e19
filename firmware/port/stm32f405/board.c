/* Implements slots, lamps and lock of the HAL; the pins stand in board.h. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/i2c.h"

#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_lamps.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_slots.h"

#include <string.h>

#define RCC_AHB1ENR REG(0x40023830u)

enum {
    MODER = 0x00,
    OTYPER = 0x04,
    PUPDR = 0x0C,
    IDR = 0x10,
    BSRR = 0x18,
    AFRL = 0x20,
    PULL_DOWN = 2,
    CLOCK_ABC = 7,
    APA102_FULL = 0xFF, /* its brightness word; ours is in the colour */
};

static const struct pin load = { GPIO_A, 4 }, shift = { GPIO_A, 5 },
                        switches = { GPIO_A, 6 }, lamp_clock = { GPIO_B, 3 },
                        lamp_data = { GPIO_B, 5 }, scl = { GPIO_B, 6 },
                        sda = { GPIO_B, 7 }, bolt = { GPIO_C, 0 },
                        fed_back = { GPIO_C, 1 }, door = { GPIO_C, 2 },
                        button = { GPIO_C, 3 }, tamper = { GPIO_C, 4 };

static uint8_t shown[RACK_SLOTS_MAX][3];
static bool stale;

void pin_set_up(struct pin pin, enum pin_mode mode)
{
    unsigned at = 2u * pin.number;
    REG(pin.port + MODER) = (REG(pin.port + MODER) & ~(3u << at)) | (unsigned)mode << at;
    if (mode == PIN_IN)
        REG(pin.port + PUPDR) =
            (REG(pin.port + PUPDR) & ~(3u << at)) | (unsigned)PULL_DOWN << at;
}

void pin_open_drain(struct pin pin)
{
    REG(pin.port + OTYPER) |= 1u << pin.number;
}

void pin_function(struct pin pin, unsigned function)
{
    uint32_t at = pin.port + AFRL + 4u * (pin.number / 8u);
    unsigned shift_by = 4u * (pin.number % 8u);
    REG(at) = (REG(at) & ~(15u << shift_by)) | function << shift_by;
    pin_set_up(pin, PIN_ALTERNATE);
}

void pin_write(struct pin pin, bool high)
{
    REG(pin.port + BSRR) = 1u << (pin.number + (high ? 0u : 16u));
}

bool pin_read(struct pin pin)
{
    return REG(pin.port + IDR) >> pin.number & 1u;
}

void board_set_up(void)
{
    const struct pin outs[] = { load, shift, lamp_clock, lamp_data, scl, sda, bolt };
    const struct pin ins[] = { switches, fed_back, door, button, tamper };
    RCC_AHB1ENR |= CLOCK_ABC;
    pin_write(bolt, false);
    pin_open_drain(scl);
    pin_open_drain(sda);
    for (unsigned i = 0; i < sizeof outs / sizeof outs[0]; i++)
        pin_set_up(outs[i], PIN_OUT);
    for (unsigned i = 0; i < sizeof ins / sizeof ins[0]; i++)
        pin_set_up(ins[i], PIN_IN);
}

void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS])
{
    memset(ret_words, 0, RACK_PRESENCE_WORDS * sizeof *ret_words);
    pin_write(load, false);
    pin_write(load, true);
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i++) {
        if (pin_read(switches))
            ret_words[i / 16u] |= (uint16_t)(1u << (i % 16u));
        pin_write(shift, true);
        pin_write(shift, false);
    }
}

void hal_lamp_show(unsigned index, uint32_t rgb)
{
    shown[index][0] = (uint8_t)rgb; /* the chain wants blue first */
    shown[index][1] = (uint8_t)(rgb >> 8);
    shown[index][2] = (uint8_t)(rgb >> 16);
    stale = true;
}

static void send_byte(unsigned byte)
{
    for (unsigned bit = 0x80; bit; bit >>= 1) {
        pin_write(lamp_data, byte & bit);
        pin_write(lamp_clock, true);
        pin_write(lamp_clock, false);
    }
}

void lamps_flush(void)
{
    if (!stale)
        return;
    stale = false;
    for (unsigned i = 0; i < 4; i++)
        send_byte(0);
    for (unsigned lamp = 0; lamp < RACK_SLOTS_MAX; lamp++) {
        send_byte(APA102_FULL);
        for (unsigned i = 0; i < 3; i++)
            send_byte(shown[lamp][i]);
    }
    for (unsigned i = 0; i < RACK_SLOTS_MAX / 16 + 1;
         i++) /* half a clock for each lamp */
        send_byte(0);
}

void hal_lock_drive(bool open)
{
    pin_write(bolt, open);
}

unsigned hal_contacts(void)
{
    return (pin_read(fed_back) ? HAL_BOLT : 0u) | (pin_read(door) ? HAL_DOOR_SHUT : 0u) |
           (pin_read(button) ? HAL_BUTTON : 0u) | (pin_read(tamper) ? HAL_TAMPER : 0u);
}

void i2c_port_clock(bool high)
{
    pin_write(scl, high);
}

void i2c_port_data(bool high)
{
    pin_write(sda, high);
}

bool i2c_port_look(void)
{
    return pin_read(sda);
}

void i2c_port_wait(void)
{
    uint32_t from = hal_clock_us();
    while (hal_clock_us() - from < 2)
        continue;
}

/* Implements clock, slots, lamps and lock of the HAL on the bench. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/i2c.h"

#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_lamps.h"
#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_slots.h"

#define FPGA_LED REG(0x40028000u)
#define FPGA_COUNTER REG(0x40028018u) /* microseconds; main() sets the prescaler */
#define I2C_SET REG(0x4002A000u)
#define I2C_CLEAR REG(0x4002A004u)

enum {
    I2C_SCL = 1,
    I2C_SDA = 2,
    LED_DRIVER = 0x60,
    LED_SELECT = 6, /* first of four registers, four lamps each, two bits a lamp */
    LED_PER_REGISTER = 4,
    LED_REGISTERS = 4,
    LED_ON = 0,
    LED_OFF = 1,
    JAMMED = HAL_BOLT,
};

volatile struct bench bench __attribute__((section(".bss.bench")));
static uint8_t stale; /* bit n: register n of the LED driver */

uint32_t hal_clock_us(void)
{
    return FPGA_COUNTER;
}

void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS])
{
    for (unsigned i = 0; i < RACK_PRESENCE_WORDS; i++)
        ret_words[i] = bench.present[i];
}

void hal_lamp_show(unsigned index, uint32_t rgb)
{
    uint16_t bit = (uint16_t)(1u << (index % 16u)), before = bench.lit[index / 16u];
    bench.lit[index / 16u] = (uint16_t)(rgb ? before | bit : before & ~bit);
    if (index < LED_PER_REGISTER * LED_REGISTERS && bench.lit[index / 16u] != before)
        stale |= (uint8_t)(1u << (index / LED_PER_REGISTER));
}

void lamps_flush(void)
{
    if (!stale)
        return;
    unsigned which = 0, bits = 0;
    while (!(stale >> which & 1u))
        which++;
    for (unsigned i = 0; i < LED_PER_REGISTER; i++) {
        bool lit = bench.lit[0] >> (which * LED_PER_REGISTER + i) & 1u;
        bits |= (lit ? (unsigned)LED_ON : (unsigned)LED_OFF) << (2 * i);
    }
    const uint8_t message[] = { (uint8_t)(LED_SELECT + which), (uint8_t)bits };
    (void)i2c_write(LED_DRIVER, message, sizeof message, NULL, 0);
    stale &= (uint8_t) ~(1u << which);
}

void hal_lock_drive(bool open)
{
    if (open && !bench.driven)
        bench.opened++;
    bench.driven = open;
    FPGA_LED = open;
}

unsigned hal_contacts(void)
{
    unsigned in = bench.contacts;
    unsigned contacts = in & (HAL_BUTTON | HAL_TAMPER);
    contacts |= in & HAL_DOOR_SHUT ? 0 : HAL_DOOR_SHUT;
    contacts |= bench.driven && !(in & JAMMED) ? 0 : HAL_BOLT;
    return contacts;
}

void i2c_port_clock(bool high)
{
    if (high)
        I2C_SET = I2C_SCL;
    else
        I2C_CLEAR = I2C_SCL;
}

void i2c_port_data(bool high)
{
    if (high)
        I2C_SET = I2C_SDA;
    else
        I2C_CLEAR = I2C_SDA;
}

bool i2c_port_look(void)
{
    return I2C_SET & I2C_SDA;
}

void i2c_port_wait(void)
{
    uint32_t from = FPGA_COUNTER;
    while (FPGA_COUNTER - from < 1) /* at most one microsecond: 250 kHz or more */
        continue;
}

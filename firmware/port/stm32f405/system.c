/* Watchdog, tick and sleep, for app and bootloader alike. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/start.h"

#include "firmware/hal/hal_app.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_system.h"

#define IWDG_KR REG(0x40003000u)
#define IWDG_PR REG(0x40003004u)
#define IWDG_RLR REG(0x40003008u)
#define CHIP_ID(n) REG(0x1FFF7A10u + 4u * (n))
#define GPIO_C_BSRR REG(0x40020818u)

enum {
    TICK_HZ = 1000,
    SYST_ON = 7,
    DOG_START = 0xCCCC,
    DOG_OPEN = 0x5555,
    DOG_KICK = 0xAAAA,
    DOG_BY_32 = 3,     /* 32 kHz / 32 = 1 kHz */
    DOG_BITE_MS = 800, /* the oscillator may be half as fast again */
};

static volatile uint32_t ticks, kicked; /* ms */

void port_safe(void)
{
    GPIO_C_BSRR =
        1u << 16; /* after a reset the pin floats, and the driver holds it low */
}

void system_tick(void)
{
    ticks++;
}

uint32_t system_unfed_ms(void)
{
    return ticks - kicked;
}

void hal_watchdog_kick(void)
{
    kicked = ticks;
    IWDG_KR = DOG_KICK;
}

void hal_restart(void)
{
    cpu_reset();
}

void system_start(void)
{
    clock_start();
    board_set_up();
    SYST_RVR = clock_hz() / TICK_HZ - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_ON;
    IWDG_KR = DOG_START;
    IWDG_KR = DOG_OPEN;
    IWDG_PR = DOG_BY_32;
    IWDG_RLR = DOG_BITE_MS;
    IWDG_KR = DOG_KICK;
}

void system_uid(uint16_t ret_uid[HAL_UID_WORDS])
{
    for (unsigned i = 0; i < HAL_UID_WORDS; i++)
        ret_uid[i] =
            clock_emulated() ? 0 : (uint16_t)(CHIP_ID(i / 2) >> (i % 2 ? 0 : 16));
}

void system_sleep(uint32_t most_us)
{
    uint32_t from_us = hal_clock_us();
    while (!line_waiting() && hal_clock_us() - from_us < most_us) {
        cpu_irq_off();
        if (!line_waiting())
            cpu_sleep();
        cpu_irq_on();
    }
}

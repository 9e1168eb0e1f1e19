/* Watchdog, tick, sleep and flash of the bench, for app and bootloader alike. Its program
 * memory is RAM, so a write that a power cut tears is a matter for other tests. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/start.h"

#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_flash.h"
#include "firmware/hal/hal_system.h"

#include <string.h>

#define FPGA_LED REG(0x40028000u)
#define FPGA_PRESCALE REG(0x4002801Cu)
#define DOG_LOAD REG(0x40008000u)
#define DOG_CONTROL REG(0x40008008u)
#define DOG_CLEAR REG(0x4000800Cu)
#define DOG_LOCK REG(0x40008C00u)

enum {
    CLOCK_HZ = 25000000,
    TICK_HZ = 1000,
    DOG_LOADED = CLOCK_HZ / 100 * 48, /* 0.48 s to the bark, as much again to the bite */
    DOG_BARK_AND_BITE = 3,
    DOG_KEY = 0x1ACCE551,
    SYST_ON = 7, /* processor clock, interrupt */
    ERASED = 0xFF,
};

void port_safe(void)
{
    FPGA_LED = 0; /* the bolt hangs on it */
}

void hal_watchdog_kick(void)
{
    DOG_LOCK = DOG_KEY;
    DOG_CLEAR = 1;
    DOG_LOCK = 0;
}

void hal_restart(void)
{
    cpu_reset();
}

void system_tick(void)
{
    /* It only ends the sleep. */
}

void system_start(void)
{
    FPGA_PRESCALE = CLOCK_HZ / 1000000 - 1;
    SYST_RVR = CLOCK_HZ / TICK_HZ - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_ON;
    DOG_LOCK = DOG_KEY;
    DOG_LOAD = DOG_LOADED;
    DOG_CONTROL = DOG_BARK_AND_BITE;
    DOG_LOCK = 0;
}

void system_sleep(uint32_t most_us)
{
    uint32_t from_us = hal_clock_us();
    while (!line_waiting() && hal_clock_us() - from_us < most_us) {
        cpu_irq_off(); /* a byte that comes now still ends the sleep */
        if (!line_waiting())
            cpu_sleep();
        cpu_irq_on();
    }
}

static uint8_t *place(enum hal_area area, uint32_t at)
{
    static const uint32_t places[HAL_AREAS] = { MPS2_RUN, MPS2_STAGE, MPS2_PREVIOUS,
                                                MPS2_FACTORY };
    return (uint8_t *)(uintptr_t)(places[area] + at);
}

void hal_flash_read(enum hal_area area, uint32_t at, uint8_t *ret_bytes, uint32_t len)
{
    memcpy(ret_bytes, place(area, at), len);
}

bool hal_flash_erase(enum hal_area area)
{
    if (area == HAL_AREA_FACTORY)
        return false;
    memset(place(area, 0), ERASED, RACK_IMAGE_AREA);
    return true;
}

bool hal_flash_write(enum hal_area area, uint32_t at, const uint8_t *bytes, uint32_t len)
{
    if (area == HAL_AREA_FACTORY)
        return false;
    memcpy(place(area, at), bytes, len);
    return true;
}

/* The controller on its own board: vectors, watchdog, tick, loop. The independent
 * watchdog cannot bark before it bites, so a timer does: whoever does not kick for a
 * while is written down by it, and then bitten. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/crash.h"
#include "firmware/port/arm/eeprom.h"
#include "firmware/port/arm/i2c.h"
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
    MS_US = 1000,
    SYST_ON = 7,
    DOG_START = 0xCCCC,
    DOG_OPEN = 0x5555,
    DOG_KICK = 0xAAAA,
    DOG_BY_32 = 3,     /* 32 kHz / 32 = 1 kHz */
    DOG_BITE_MS = 800, /* the oscillator may be half as fast again */
    DOG_BARK_MS = 400,
    HARDWARE_F405 = 405,
    USART1_IRQ = 37,
    IRQS = 82,
};

static volatile uint32_t ticks, kicked; /* ms */

/* The tick ends the sleep, and watches the loop. As an exception of the processor it runs
 * above the loop however that hangs. */
static __attribute__((used)) uint32_t tick_barks(void)
{
    ticks++;
    return ticks - kicked >= DOG_BARK_MS;
}

static __attribute__((naked)) void tick(void)
{
    __asm volatile("push {r4, lr}\n\t"
                   "bl tick_barks\n\t"
                   "pop {r4, lr}\n\t"
                   "cbnz r0, 1f\n\t"
                   "bx lr\n"
                   "1: b crash_bark");
}

__attribute__((section(".vectors"),
               used)) static const uintptr_t vectors[IRQ_FIRST + IRQS] = {
    [0] = (uintptr_t)start_handler_stack,
    [1] = (uintptr_t)start_reset,
    [2] = (uintptr_t)crash_fault,
    [3] = (uintptr_t)crash_fault,
    [4] = (uintptr_t)crash_fault,
    [5] = (uintptr_t)crash_fault,
    [6] = (uintptr_t)crash_fault,
    [11] = (uintptr_t)crash_fault,
    [14] = (uintptr_t)crash_fault,
    [15] = (uintptr_t)tick,
    [IRQ_FIRST + USART1_IRQ] = (uintptr_t)line_interrupt,
};

void port_safe(void)
{
    GPIO_C_BSRR =
        1u << 16; /* after a reset the pin floats, and the driver holds it low */
}

void hal_watchdog_kick(void)
{
    kicked = ticks;
    IWDG_KR = DOG_KICK;
}

uint16_t hal_stack_peak(void)
{
    return start_stack_peak();
}

static void start_dog(void)
{
    IWDG_KR = DOG_START;
    IWDG_KR = DOG_OPEN;
    IWDG_PR = DOG_BY_32;
    IWDG_RLR = DOG_BITE_MS;
    IWDG_KR = DOG_KICK;
}

static void sleep_until_needed(uint32_t most_us)
{
    uint32_t from_us = hal_clock_us();
    while (!line_waiting() && hal_clock_us() - from_us < most_us) {
        cpu_irq_off();
        if (!line_waiting())
            cpu_sleep();
        cpu_irq_on();
    }
}

void port_main(void)
{
    struct hal_boot boot = { .hardware = HARDWARE_F405, .lock = true };
    uint16_t uid[HAL_UID_WORDS] = { 0 };
    clock_start();
    board_set_up();
    SYST_RVR = clock_hz() / TICK_HZ - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_ON;
    crash_look(&boot);
    start_dog();
    for (unsigned i = 0; i < HAL_UID_WORDS && !clock_emulated(); i++)
        uid[i] = (uint16_t)(CHIP_ID(i / 2) >> (i % 2 ? 0 : 16));
    i2c_start_up();
    eeprom_uid(uid, boot.uid);
    line_start();
    rack_start(&boot);
    uint32_t start_us = hal_clock_us();
    for (;;) {
        uint32_t most_us = rack_pass();
        lamps_flush();
        crash_survived((hal_clock_us() - start_us) / MS_US);
        sleep_until_needed(most_us);
    }
}

/* The controller on its own board: vectors, the watchdog's bark, loop. The independent
 * watchdog cannot bark before it bites, so the tick does: whoever does not kick for a
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

enum {
    MS_US = 1000,
    DOG_BARK_MS = 400,
    USART1_IRQ = 37,
    IRQS = 82,
};

/* The tick ends the sleep, and watches the loop. As an exception of the processor it runs
 * above the loop however that hangs. */
static __attribute__((used)) uint32_t tick_barks(void)
{
    system_tick();
    return system_unfed_ms() >= DOG_BARK_MS;
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

uint16_t hal_stack_peak(void)
{
    return start_stack_peak();
}

void port_main(void)
{
    struct hal_boot boot = { .hardware = F405_HARDWARE, .lock = true };
    uint16_t uid[HAL_UID_WORDS] = { 0 };
    crash_look(&boot);
    system_start();
    system_uid(uid);
    i2c_start_up();
    eeprom_uid(uid, boot.uid);
    line_start();
    rack_start(&boot);
    uint32_t start_us = hal_clock_us();
    for (;;) {
        uint32_t most_us = rack_pass();
        lamps_flush();
        crash_survived((hal_clock_us() - start_us) / MS_US);
        system_sleep(most_us);
    }
}

/* The controller on an MPS2 board with the AN386 image (Cortex-M4, 25 MHz): vectors,
 * faults on demand, loop. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/crash.h"
#include "firmware/port/arm/eeprom.h"
#include "firmware/port/arm/i2c.h"
#include "firmware/port/arm/start.h"

#include "firmware/hal/hal_app.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_system.h"

enum { MS_US = 1000, STORM_IRQ = 2 };

__attribute__((section(".vectors"),
               used)) static const uintptr_t vectors[IRQ_FIRST + 32] = {
    [0] = (uintptr_t)start_handler_stack,
    [1] = (uintptr_t)start_reset,
    [2] = (uintptr_t)crash_bark,
    [3] = (uintptr_t)crash_fault,
    [4] = (uintptr_t)crash_fault,
    [5] = (uintptr_t)crash_fault,
    [6] = (uintptr_t)crash_fault,
    [11] = (uintptr_t)crash_fault,
    [14] = (uintptr_t)crash_fault,
    [15] = (uintptr_t)system_tick,
    [IRQ_FIRST + 0] = (uintptr_t)line_receive,
    [IRQ_FIRST + 1] = (uintptr_t)line_send,
    [IRQ_FIRST + STORM_IRQ] = (uintptr_t)board_storm,
};

uint16_t hal_stack_peak(void)
{
    return start_stack_peak();
}

void board_storm(void)
{
    NVIC_ISPR(0) = 1u << STORM_IRQ;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winfinite-recursion"
static __attribute__((noinline)) unsigned overflow(volatile unsigned *deep)
{
    volatile unsigned here[16] = { *deep + 1 };
    return overflow(here) + here[0];
}
#pragma GCC diagnostic pop

/* Faults on demand, so that a test can see them caught. */
static void commit_fault(void)
{
    volatile unsigned zero = 0;
    unsigned fault = bench.fault;
    bench.fault = 0;
    if (fault == BENCH_HANG)
        for (;;)
            continue;
    if (fault == BENCH_BAD_ADDRESS)
        REG(0xA0000000u) = 1;
    if (fault == BENCH_BAD_INSTRUCTION)
        __asm volatile("udf #0");
    if (fault == BENCH_IRQ_STORM) {
        cpu_irq_enable(STORM_IRQ);
        board_storm();
    }
    if (fault == BENCH_STACK_OVERFLOW)
        (void)overflow(&zero);
}

void port_main(void)
{
    static const uint16_t uid[HAL_UID_WORDS] = MPS2_UID;
    struct hal_boot boot = { .hardware = MPS2_HARDWARE, .lock = true };
    crash_look(&boot);
    system_start();
    i2c_start_up();
    eeprom_uid(uid, boot.uid);
    line_start();
    rack_start(&boot);
    uint32_t start_us = hal_clock_us();
    for (;;) {
        uint32_t most_us = rack_pass();
        lamps_flush();
        crash_survived((hal_clock_us() - start_us) / MS_US);
        commit_fault();
        system_sleep(most_us);
    }
}

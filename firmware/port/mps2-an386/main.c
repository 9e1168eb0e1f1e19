/* The controller on an MPS2 board with the AN386 image (Cortex-M4, 25 MHz): vectors,
 * watchdog, tick, loop. */
#include "board.h"

#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/crash.h"
#include "firmware/port/arm/eeprom.h"
#include "firmware/port/arm/i2c.h"
#include "firmware/port/arm/start.h"

#include "firmware/hal/hal_app.h"
#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_system.h"

#define FPGA_LED REG(0x40028000u)
#define FPGA_PRESCALE REG(0x4002801Cu)
#define DOG_LOAD REG(0x40008000u)
#define DOG_CONTROL REG(0x40008008u)
#define DOG_CLEAR REG(0x4000800Cu)
#define DOG_LOCK REG(0x40008C00u)

enum {
    CLOCK_HZ = 25000000,
    TICK_HZ = 1000,
    MS_US = 1000,
    DOG_LOADED = CLOCK_HZ / 100 * 48, /* 0.48 s to the bark, as much again to the bite */
    DOG_BARK_AND_BITE = 3,
    DOG_KEY = 0x1ACCE551,
    SYST_ON = 7, /* processor clock, interrupt */
    HARDWARE_MPS2 = 386,
};

static void tick(void)
{
    /* It only ends the sleep. */
}

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
    [15] = (uintptr_t)tick,
    [IRQ_FIRST + 0] = (uintptr_t)line_receive,
    [IRQ_FIRST + 1] = (uintptr_t)line_send,
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

uint16_t hal_stack_peak(void)
{
    return start_stack_peak();
}

static void start_dog(void)
{
    DOG_LOCK = DOG_KEY;
    DOG_LOAD = DOG_LOADED;
    DOG_CONTROL = DOG_BARK_AND_BITE;
    DOG_LOCK = 0;
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
    if (fault == BENCH_STACK_OVERFLOW)
        (void)overflow(&zero);
}

static void sleep_until_needed(uint32_t most_us)
{
    uint32_t from_us = hal_clock_us();
    while (!line_waiting() && hal_clock_us() - from_us < most_us) {
        cpu_irq_off(); /* a byte that comes now still ends the sleep */
        if (!line_waiting())
            cpu_sleep();
        cpu_irq_on();
    }
}

void port_main(void)
{
    static const uint16_t uid[HAL_UID_WORDS] = { 0x4D50, 0x5332, 0x0386, 0, 0, 1 };
    struct hal_boot boot = { .hardware = HARDWARE_MPS2, .lock = true };
    FPGA_PRESCALE = CLOCK_HZ / 1000000 - 1;
    SYST_RVR = CLOCK_HZ / TICK_HZ - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_ON;
    crash_look(&boot);
    start_dog();
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
        sleep_until_needed(most_us);
    }
}

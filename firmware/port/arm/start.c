/* Memory is set up, the stack painted and guarded, then port_main() runs on it. */
#include "start.h"

#include "cpu.h"

#include <string.h>

enum {
    PAINT = 0xA5,
    GUARD_SIZE_FIELD = 7, /* 2^(7+1) bytes: more than any function takes */
    MPU_ENABLE = 1,
    MPU_REST_AS_USUAL = 4,
    RASR_NEVER_EXECUTE = 1 << 28,
    SHCSR_FAULTS = 7 << 16,
};

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];
extern uint8_t main_stack_end[];

static void guard_stack(void)
{
    MPU_RNR = 0;
    MPU_RBAR = (uint32_t)(uintptr_t)main_stack - START_GUARD_SIZE;
    MPU_RASR = (uint32_t)RASR_NEVER_EXECUTE | GUARD_SIZE_FIELD << 1 | 1u;
    MPU_CTRL = MPU_ENABLE | MPU_REST_AS_USUAL;
    SCB_SHCSR |= SHCSR_FAULTS;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static __attribute__((used)) void set_up_memory(void)
{
    port_safe();
    memcpy(data_start, data_load, (size_t)((uint8_t *)data_end - (uint8_t *)data_start));
    memset(bss_start, 0, (size_t)((uint8_t *)bss_end - (uint8_t *)bss_start));
    memset(main_stack, PAINT, (size_t)(main_stack_end - main_stack));
    guard_stack();
}

/* On the handlers' stack up to here; the main loop gets its own. */
__attribute__((naked)) void start_reset(void)
{
    __asm volatile("bl set_up_memory\n\t"
                   "ldr r0, =main_stack_end\n\t"
                   "msr psp, r0\n\t"
                   "movs r0, #2\n\t"
                   "msr control, r0\n\t"
                   "isb\n\t"
                   "bl port_main\n\t"
                   "b .\n\t"
                   ".ltorg");
}

uint16_t start_stack_peak(void)
{
    const uint8_t *at = main_stack;
    while (at < main_stack_end && *at == PAINT)
        at++;
    return (uint16_t)(main_stack_end - at);
}

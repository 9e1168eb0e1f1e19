#include "jump.h"

#include "cpu.h"

enum { IRQ_WORDS = 8, ALL = -1, TICK_PENDING_OFF = 1 << 25 };

static __attribute__((naked, noreturn)) void enter(uint32_t vectors)
{
    (void)vectors; /* in r0 */
    __asm volatile("movs r1, #0\n\t"
                   "msr control, r1\n\t"
                   "isb\n\t"
                   "ldr r1, [r0]\n\t"
                   "msr msp, r1\n\t"
                   "ldr r1, [r0, #4]\n\t"
                   "cpsie i\n\t"
                   "bx r1");
}

void jump_to(uint32_t vectors)
{
    cpu_irq_off();
    SYST_CSR = 0;
    for (unsigned i = 0; i < IRQ_WORDS; i++) {
        NVIC_ICER(i) = (uint32_t)ALL;
        NVIC_ICPR(i) = (uint32_t)ALL;
    }
    SCB_ICSR = TICK_PENDING_OFF;
    SCB_SHCSR = 0;
    MPU_CTRL = 0;
    SCB_VTOR = vectors;
    __asm volatile("dsb\n\tisb" ::: "memory");
    enter(vectors);
}

void jump_stuck(void)
{
    for (;;)
        continue;
}

/* The registers of a Cortex-M4 that the ports use (Armv7-M Architecture Reference Manual,
 * chapter B3), and the handful of instructions that C has no word for. */
#ifndef ARM_CPU_H
#define ARM_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER(n) REG(0xE000E100u + 4u * (n))
#define NVIC_ISPR(n) REG(0xE000E200u + 4u * (n))
#define NVIC_ICER(n) REG(0xE000E180u + 4u * (n))
#define NVIC_ICPR(n) REG(0xE000E280u + 4u * (n))
#define SCB_ICSR REG(0xE000ED04u)
#define SCB_VTOR REG(0xE000ED08u)
#define SCB_AIRCR REG(0xE000ED0Cu)
#define SCB_SHCSR REG(0xE000ED24u)
#define SCB_CFSR REG(0xE000ED28u)
#define SCB_MMFAR REG(0xE000ED34u)
#define SCB_BFAR REG(0xE000ED38u)
#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)

enum {
    IRQ_FIRST = 16, /* vectors before the first interrupt */
    AIRCR_RESET = 0x05FA0004,
};

static inline void cpu_irq_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void cpu_irq_on(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

static inline void cpu_sleep(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

static inline void cpu_irq_enable(unsigned irq)
{
    NVIC_ISER(irq / 32u) = 1u << (irq % 32u);
}

static inline __attribute__((noreturn)) void cpu_reset(void)
{
    __asm volatile("dsb" ::: "memory");
    SCB_AIRCR = AIRCR_RESET;
    for (;;)
        continue;
}

#endif

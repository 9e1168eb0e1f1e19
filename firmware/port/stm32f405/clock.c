/* Implements the clock of the HAL: a free timer counts microseconds in hardware, so that
 * no interrupt can be missed and time never goes back. */
#include "board.h"
#include "firmware/port/arm/cpu.h"

#include "firmware/hal/hal_clock.h"

#define RCC_CR REG(0x40023800u)
#define RCC_PLLCFGR REG(0x40023804u)
#define RCC_CFGR REG(0x40023808u)
#define RCC_APB1ENR REG(0x40023840u)
#define FLASH_ACR REG(0x40023C00u)
#define TIM2_CR1 REG(0x40000000u)
#define TIM2_EGR REG(0x40000014u)
#define TIM2_CNT REG(0x40000024u)
#define TIM2_PSC REG(0x40000028u)

enum {
    HSI_HZ = 16000000,
    FAST_HZ = 168000000,
    US_PER_S = 1000000,
    CR_HSI_READY = 1 << 1,
    CR_HSE_ON = 1 << 16,
    CR_HSE_READY = 1 << 17,
    CR_PLL_ON = 1 << 24,
    CR_PLL_READY = 1 << 25,
    /* 8 MHz / 8 * 336 / 2; the other output / 7 = 48 MHz */
    PLL_168 = 8 | 336 << 6 | 1 << 22 | 7 << 24,
    CFGR_APB1_BY_4 = 5 << 10,
    CFGR_APB2_BY_2 = 4 << 13,
    CFGR_USE_PLL = 2,
    CFGR_IN_USE = 3 << 2,
    FLASH_5_WAITS = 5 | 1 << 8 | 1 << 9 | 1 << 10,
    TIM2_CLOCK_BIT = 1,
    WAITS = 100000, /* looks at a flag before it is given up */
    EMULATED_TIMER_DIVIDER = 1000,
};

static uint32_t hz = HSI_HZ;
static bool emulated;

static bool comes(uint32_t flag)
{
    for (unsigned i = 0; i < WAITS; i++)
        if (RCC_CR & flag)
            return true;
    return false;
}

static bool start_crystal(void)
{
    RCC_CR |= CR_HSE_ON;
    if (!comes(CR_HSE_READY))
        return false;
    RCC_PLLCFGR = PLL_168;
    RCC_CR |= CR_PLL_ON;
    if (!comes(CR_PLL_READY))
        return false;
    FLASH_ACR = FLASH_5_WAITS;
    RCC_CFGR = CFGR_APB1_BY_4 | CFGR_APB2_BY_2;
    RCC_CFGR |= CFGR_USE_PLL;
    for (unsigned i = 0; i < WAITS; i++)
        if ((RCC_CFGR & CFGR_IN_USE) == CFGR_USE_PLL << 2)
            return true;
    return false;
}

void clock_start(void)
{
    /* A chip runs from its internal oscillator here. Where that is not ready, this is an
     * emulator without clock registers, whose timer has a pace of its own. */
    emulated = !(RCC_CR & CR_HSI_READY);
    uint32_t timer_hz = HSI_HZ;
    if (emulated || start_crystal()) {
        hz = FAST_HZ;
        timer_hz =
            FAST_HZ / 2; /* APB1 is divided, so its timers run at twice its clock */
    }
    RCC_APB1ENR |= TIM2_CLOCK_BIT;
    TIM2_PSC = (emulated ? (uint32_t)EMULATED_TIMER_DIVIDER : timer_hz / US_PER_S) - 1;
    TIM2_EGR = 1;
    TIM2_CR1 = 1;
}

bool clock_emulated(void)
{
    return emulated;
}

uint32_t clock_hz(void)
{
    return hz;
}

uint32_t hal_clock_us(void)
{
    return TIM2_CNT;
}

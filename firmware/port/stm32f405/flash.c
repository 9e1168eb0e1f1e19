/* Implements the flash part of the HAL (reference manual RM0090, section 3). An area is a
 * sector, so it is erased at once, in one to two seconds; meanwhile nothing can be read
 * from flash, so the code that waits lies in RAM, feeds the watchdog and lets no
 * interrupt in, whose vector it could not fetch. */
#include "board.h"

#include "firmware/port/arm/cpu.h"

#include "firmware/hal/hal_flash.h"

#include <string.h>

#define FLASH_ACR REG(0x40023C00u)
#define FLASH_KEYR REG(0x40023C04u)
#define FLASH_SR REG(0x40023C0Cu)
#define FLASH_CR REG(0x40023C10u)
#define IWDG_KR REG(0x40003000u)

enum {
    FIRST_SECTOR = 4,        /* of HAL_AREA_RUN; the others follow */
    CR_PROGRAM = 1 | 2 << 8, /* by 32 bits */
    CR_ERASE = 2 | 2 << 8,
    CR_SECTOR_SHIFT = 3,
    CR_START = 1 << 16,
    SR_BUSY = 1 << 16,
    SR_FAILED = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7,
    SR_ALL = SR_FAILED | 1,
    ACR_CACHES = 1 << 9 | 1 << 10,
    ACR_CACHES_RESET = 1 << 11 | 1 << 12,
    DOG_KICK = 0xAAAA,
};
#define CR_LOCKED (1u << 31)
#define KEY_FIRST 0x45670123u
#define KEY_SECOND 0xCDEF89ABu

static const uint32_t places[HAL_AREAS] = { F405_RUN, F405_STAGE, F405_PREVIOUS,
                                            F405_FACTORY };

/* Start what `control` says and wait, from RAM. */
static __attribute__((section(".ramcode"), noinline)) void start_and_wait(
    uint32_t control)
{
    FLASH_CR = control;
    FLASH_CR = control | CR_START;
    while (FLASH_SR & SR_BUSY)
        IWDG_KR = DOG_KICK;
}

static bool open_up(enum hal_area area)
{
    if (area == HAL_AREA_FACTORY)
        return false;
    if (FLASH_CR & CR_LOCKED) {
        FLASH_KEYR = KEY_FIRST;
        FLASH_KEYR = KEY_SECOND;
    }
    FLASH_SR = SR_ALL; /* flags are cleared by ones */
    return !(FLASH_CR & CR_LOCKED);
}

static bool close_down(void)
{
    bool good = !(FLASH_SR & SR_FAILED);
    FLASH_CR = CR_LOCKED;
    return good;
}

/* The caches may hold what stood there before. */
static void forget_caches(void)
{
    uint32_t as_before = FLASH_ACR;
    FLASH_ACR = as_before & ~(uint32_t)ACR_CACHES;
    FLASH_ACR |= (uint32_t)ACR_CACHES_RESET;
    FLASH_ACR &= ~(uint32_t)ACR_CACHES_RESET;
    FLASH_ACR = as_before;
}

void hal_flash_read(enum hal_area area, uint32_t at, uint8_t *ret_bytes, uint32_t len)
{
    memcpy(ret_bytes, (const uint8_t *)(uintptr_t)(places[area] + at), len);
}

bool hal_flash_erase(enum hal_area area)
{
    if (!open_up(area))
        return false;
    cpu_irq_off();
    start_and_wait((uint32_t)CR_ERASE | ((uint32_t)FIRST_SECTOR + (uint32_t)area)
                                            << CR_SECTOR_SHIFT);
    cpu_irq_on();
    forget_caches();
    return close_down();
}

bool hal_flash_write(enum hal_area area, uint32_t at, const uint8_t *bytes, uint32_t len)
{
    if (!open_up(area))
        return false;
    FLASH_CR = CR_PROGRAM;
    for (uint32_t i = 0; i < len; i += HAL_FLASH_WORD) {
        uint32_t word;
        memcpy(&word, bytes + i, sizeof word);
        REG(places[area] + at + i) = word;
        while (FLASH_SR & SR_BUSY)
            continue; /* 16 us; the processor waits by itself when it reads flash */
    }
    return close_down() &&
           memcmp((const uint8_t *)(uintptr_t)(places[area] + at), bytes, len) == 0;
}

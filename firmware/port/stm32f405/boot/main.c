/* The bootloader on the rack's own board: choose an image and start it, else serve an
 * update. */
#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/eeprom.h"
#include "firmware/port/arm/i2c.h"
#include "firmware/port/arm/jump.h"
#include "firmware/port/arm/start.h"
#include "firmware/port/stm32f405/board.h"

#include "firmware/hal/hal_bootloader.h"

enum { USART1_IRQ = 37, IRQS = 82 };

__attribute__((section(".vectors"),
               used)) static const uintptr_t vectors[IRQ_FIRST + IRQS] = {
    [0] = (uintptr_t)start_handler_stack,
    [1] = (uintptr_t)start_reset,
    [2] = (uintptr_t)jump_stuck,
    [3] = (uintptr_t)jump_stuck,
    [4] = (uintptr_t)jump_stuck,
    [5] = (uintptr_t)jump_stuck,
    [6] = (uintptr_t)jump_stuck,
    [11] = (uintptr_t)jump_stuck,
    [14] = (uintptr_t)jump_stuck,
    [15] = (uintptr_t)system_tick,
    [IRQ_FIRST + USART1_IRQ] = (uintptr_t)line_interrupt,
};

void port_main(void)
{
    struct hal_boot boot = { .hardware = F405_HARDWARE };
    uint16_t uid[HAL_UID_WORDS];
    system_start();
    i2c_start_up();
    if (boot_choose(&boot))
        jump_to(F405_RUN + RACK_IMAGE_HEAD);
    system_uid(uid);
    eeprom_uid(uid, boot.uid);
    line_start();
    recovery_start(&boot);
    for (;;)
        system_sleep(recovery_pass());
}

/* The bootloader on the bench: choose an image and start it, else serve an update. */
#include "firmware/port/arm/cpu.h"
#include "firmware/port/arm/eeprom.h"
#include "firmware/port/arm/i2c.h"
#include "firmware/port/arm/jump.h"
#include "firmware/port/arm/start.h"
#include "firmware/port/mps2-an386/board.h"

#include "firmware/hal/hal_bootloader.h"

__attribute__((section(".vectors"),
               used)) static const uintptr_t vectors[IRQ_FIRST + 32] = {
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
    [IRQ_FIRST + 0] = (uintptr_t)line_receive,
    [IRQ_FIRST + 1] = (uintptr_t)line_send,
};

void port_main(void)
{
    static const uint16_t uid[HAL_UID_WORDS] = MPS2_UID;
    struct hal_boot boot = { .hardware = MPS2_HARDWARE };
    system_start();
    i2c_start_up();
    if (boot_choose(&boot))
        jump_to(MPS2_RUN + RACK_IMAGE_HEAD);
    eeprom_uid(uid, boot.uid);
    line_start();
    recovery_start(&boot);
    for (;;)
        system_sleep(recovery_pass());
}

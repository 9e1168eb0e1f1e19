/* Implements the lock, store and system parts of the HAL: the bolt takes its time, the
 * EEPROM is a part of the state file. */
#include "flash.h"
#include "world.h"

#include "firmware/hal/hal_lock.h"
#include "firmware/hal/hal_store.h"
#include "firmware/hal/hal_system.h"

#include <string.h>

enum { BOLT_US = 30000 /* its way */ };

static struct {
    uint64_t pressed_until_us, bolt_us; /* the button; when the bolt has moved */
    bool bolt_powered, bolt_open;
    bool restart; /* waits for the main loop */
} cabinet;

bool world_bolt_open(void)
{
    if (world_now_us() >= cabinet.bolt_us)
        cabinet.bolt_open = cabinet.bolt_powered;
    return cabinet.bolt_open;
}

void world_press(uint32_t ms)
{
    cabinet.pressed_until_us = world_now_us() + ms * 1000ull;
}

void hal_lock_drive(bool open)
{
    if (open == cabinet.bolt_powered)
        return;
    (void)world_bolt_open(); /* where it stands now */
    cabinet.bolt_powered = open;
    cabinet.bolt_us = world_now_us() + BOLT_US;
    world_touch();
}

unsigned hal_contacts(void)
{
    unsigned contacts = world_door_open() ? 0 : HAL_DOOR_SHUT;
    contacts |= world_bolt_open() ? 0 : HAL_BOLT;
    contacts |= world_now_us() < cabinet.pressed_until_us ? HAL_BUTTON : 0;
    return contacts;
}

bool hal_store_read(unsigned page, uint8_t ret_bytes[HAL_STORE_PAGE])
{
    memcpy(ret_bytes, world_eeprom(page), HAL_STORE_PAGE);
    return true;
}

bool hal_store_write(unsigned page, const uint8_t bytes[HAL_STORE_PAGE])
{
    bool cut = flash_cut();
    memcpy(world_eeprom(page), bytes, cut ? HAL_STORE_PAGE / 2 : HAL_STORE_PAGE);
    if (cut)
        flash_die();
    return world_keep();
}

void hal_restart(void)
{
    cabinet.restart = true;
}

bool world_restarts(void)
{
    bool restart = cabinet.restart;
    cabinet.restart = false;
    return restart;
}

uint16_t hal_stack_peak(void)
{
    return 0;
}

void hal_watchdog_kick(void)
{
    /* A process that hangs is ended from outside; there is no timer to feed. */
}

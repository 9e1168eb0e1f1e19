/* The hardware under many racks in one process: what the firmware calls goes to the node
 * that is running, `here`, at the time `now_us`. Included once, behind those two. */
#ifndef TESTS_RACK_NODES_HAL_H
#define TESTS_RACK_NODES_HAL_H

uint32_t hal_clock_us(void)
{
    return (uint32_t)now_us;
}

int hal_uart_read(void)
{
    if (here->heard_at < here->heard_len)
        return here->heard[here->heard_at++];
    here->heard_at = here->heard_len = 0;
    return HAL_UART_NONE;
}

void hal_uart_write(const uint8_t *at, size_t len)
{
    memcpy(here->said, at, len);
    here->said_len = len;
}

bool hal_uart_idle(void)
{
    return !here->said_len;
}

void hal_uart_setup(uint32_t baud, uint8_t parity)
{
    (void)baud;
    (void)parity;
}

void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS])
{
    memcpy(ret_words, here->raw, sizeof here->raw);
}

void hal_lamp_show(unsigned index, uint32_t rgb)
{
    if (rgb)
        here->lit_us[index] = now_us;
}

void hal_lock_drive(bool open)
{
    if (open)
        die("a bolt was driven");
}

unsigned hal_contacts(void)
{
    return HAL_DOOR_SHUT;
}

bool hal_store_read(unsigned page, uint8_t ret_bytes[HAL_STORE_PAGE])
{
    memcpy(ret_bytes, here->eeprom[page], HAL_STORE_PAGE);
    return true;
}

bool hal_store_write(unsigned page, const uint8_t bytes[HAL_STORE_PAGE])
{
    memcpy(here->eeprom[page], bytes, HAL_STORE_PAGE);
    return true;
}

void hal_watchdog_kick(void)
{
}

/* Flash of a rack that is given another program; the others have none. It takes the time
 * of an STM32F405 (data sheet DS8626, table 42): 2 s at the most for a sector, in which
 * nothing is heard, 16 us a word. */
enum { ERASE_US = 2000000, WORD_US = 16 };

void hal_flash_read(enum hal_area area, uint32_t at, uint8_t *ret_bytes, uint32_t len)
{
    if (here->flash)
        memcpy(ret_bytes, here->flash + (size_t)area * RACK_IMAGE_AREA + at, len);
    else
        memset(ret_bytes, 0xFF, len);
}

bool hal_flash_erase(enum hal_area area)
{
    if (!here->flash)
        return false;
    memset(here->flash + (size_t)area * RACK_IMAGE_AREA, 0xFF, RACK_IMAGE_AREA);
    here->deaf_until_us = now_us + ERASE_US;
    return true;
}

bool hal_flash_write(enum hal_area area, uint32_t at, const uint8_t *bytes, uint32_t len)
{
    if (!here->flash)
        return false;
    memcpy(here->flash + (size_t)area * RACK_IMAGE_AREA + at, bytes, len);
    uint64_t from_us = here->busy_until_us > now_us ? here->busy_until_us : now_us;
    here->busy_until_us = from_us + len / HAL_FLASH_WORD * WORD_US;
    return true;
}

void hal_restart(void)
{
    here->restarts = true;
}

uint16_t hal_stack_peak(void)
{
    return 0;
}

#endif

/* Implements the store part of the HAL. A page of the store is a page of the chip, so a
 * write never wraps, and a power cut spoils one page only. */
#include "eeprom.h"

#include "i2c.h"

#include "firmware/hal/hal_clock.h"
#include "firmware/hal/hal_store.h"

#include <string.h>

enum {
    DEVICE = 0x50,
    PRODUCTION_AT = 0x1000,
    WRITE_US = 10000, /* the chip is deaf while it writes, at most so long */
    TRIES = 3,
};

static bool read_at(unsigned at, uint8_t *ret_bytes, size_t len)
{
    const uint8_t head[2] = { (uint8_t)(at >> 8), (uint8_t)at };
    bool heard = false;
    for (unsigned i = 0; i < TRIES && !heard; i++)
        heard = i2c_read(DEVICE, head, sizeof head, ret_bytes, len);
    return heard;
}

bool hal_store_read(unsigned page, uint8_t ret_bytes[HAL_STORE_PAGE])
{
    return read_at(page * HAL_STORE_PAGE, ret_bytes, HAL_STORE_PAGE);
}

bool hal_store_write(unsigned page, const uint8_t bytes[HAL_STORE_PAGE])
{
    unsigned at = page * HAL_STORE_PAGE;
    const uint8_t head[2] = { (uint8_t)(at >> 8), (uint8_t)at };
    if (!i2c_write(DEVICE, head, sizeof head, bytes, HAL_STORE_PAGE))
        return false;
    uint32_t from_us = hal_clock_us();
    while (!i2c_write(DEVICE, head, 0, NULL, 0))
        if (hal_clock_us() - from_us > WRITE_US)
            return false;
    return true;
}

void eeprom_uid(const uint16_t preset[HAL_UID_WORDS], uint16_t ret_uid[HAL_UID_WORDS])
{
    uint8_t bytes[2 * HAL_UID_WORDS];
    unsigned sum = 0;
    bool heard = read_at(PRODUCTION_AT, bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes && heard; i++)
        sum += bytes[i];
    bool written = sum != 0 && sum != sizeof bytes * UINT8_MAX;
    for (unsigned i = 0; i < HAL_UID_WORDS; i++)
        ret_uid[i] =
            written ? (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]) : preset[i];
}

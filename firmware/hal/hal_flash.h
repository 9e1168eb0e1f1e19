/* The program's own memory: four areas, each room for one image with its head
 * (core/rack_image.h). What runs never writes where it runs: the app fills STAGE, the
 * bootloader copies. */
#ifndef HAL_FLASH_H
#define HAL_FLASH_H

#include "core/rack_image.h"

enum hal_area {
    HAL_AREA_RUN,      /* what the bootloader starts */
    HAL_AREA_STAGE,    /* what came over the bus */
    HAL_AREA_PREVIOUS, /* what ran before */
    HAL_AREA_FACTORY,  /* as production left it; a port never lets it be changed */
    HAL_AREAS
};

enum { HAL_FLASH_WORD = 4 /* bytes that are written at once, at a multiple of that */ };

/* Copy out; `at` + `len` at most RACK_IMAGE_AREA. */
void hal_flash_read(enum hal_area area, uint32_t at, uint8_t *ret_bytes, uint32_t len);

/* Set all bytes to 0xFF. Blocks up to three seconds, meanwhile nothing is served; feeds
 * the watchdog. A power cut leaves any bytes in this area. False: the flash failed. */
bool hal_flash_erase(enum hal_area area);

/* Write erased bytes; a power cut leaves any bytes in these. False: the flash failed. */
bool hal_flash_write(enum hal_area area, uint32_t at, const uint8_t *bytes, uint32_t len);

#endif

/* The border of the bootloader, as hal_app.h is that of the app.
 *
 *   if (boot_choose(&boot)) jump into HAL_AREA_RUN;
 *   recovery_start(&boot); for (;;) sleep at most recovery_pass() us;
 *
 * The port has let go of the bolt before. Nothing here drives it. */
#ifndef HAL_BOOTLOADER_H
#define HAL_BOOTLOADER_H

#include "firmware/hal/hal_app.h"
#include "firmware/hal/hal_flash.h"

/* Keys whose signatures are believed; the build gives them. */
extern const uint8_t boot_keys[][ED25519_KEY_LEN];
extern const unsigned boot_key_count;

/* See to it that HAL_AREA_RUN holds the image that shall run: install, roll back or
 * repair as the journal says. Blocks 0.1 s, and seconds while it copies. False: no image
 * is fit to run. Of `boot` only `hardware` matters. */
bool boot_choose(const struct hal_boot *boot);

/* Serve the bus: who this is, and the update window, nothing else. */
void recovery_start(const struct hal_boot *boot);
uint32_t recovery_pass(void);

#endif

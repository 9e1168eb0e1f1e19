/* The EEPROM of a board: an AT24C64 at 0x50 of the port's I2C. The store of the HAL lies
 * at its start; what production has written about this board behind it. */
#ifndef ARM_EEPROM_H
#define ARM_EEPROM_H

#include "firmware/hal/hal_app.h"

/* The unique id from the EEPROM; where none was written, `preset`. */
void eeprom_uid(const uint16_t preset[HAL_UID_WORDS], uint16_t ret_uid[HAL_UID_WORDS]);

#endif

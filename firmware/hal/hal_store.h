/* Memory that outlives the power: pages of an EEPROM. */
#ifndef HAL_STORE_H
#define HAL_STORE_H

#include <stdbool.h>
#include <stdint.h>

enum { HAL_STORE_PAGES = 64, HAL_STORE_PAGE = 32 };

/* False: the memory does not answer. At most a millisecond. */
bool hal_store_read(unsigned page, uint8_t ret_bytes[HAL_STORE_PAGE]);

/* Write the page and return when it is durable, at most 10 ms. A power cut in between may
 * leave any mixture of old bytes, new bytes and garbage in this page, and only in this.
 */
bool hal_store_write(unsigned page, const uint8_t bytes[HAL_STORE_PAGE]);

#endif

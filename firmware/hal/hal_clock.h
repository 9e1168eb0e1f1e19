/* Time. */
#ifndef HAL_CLOCK_H
#define HAL_CLOCK_H

#include <stdint.h>

/* Microseconds; wraps after 71 minutes and never goes back in between. */
uint32_t hal_clock_us(void);

#endif

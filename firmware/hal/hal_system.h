/* The controller itself. */
#ifndef HAL_SYSTEM_H
#define HAL_SYSTEM_H

#include <stdint.h>

/* Take the next boot id and make it durable before returning. At most some milliseconds.
 * Called once in 65535 events; the port calls it itself at each start. */
uint16_t hal_boot_next(void);

/* Called from one place, once in each pass of the main loop. */
void hal_watchdog_kick(void);

#endif

/* The controller itself. */
#ifndef HAL_SYSTEM_H
#define HAL_SYSTEM_H

#include <stdint.h>

/* Called from one place, once in each pass of the main loop; the bootloader, which has no
 * loop, calls it between steps that end by themselves. */
void hal_watchdog_kick(void);

/* Most bytes of stack that were ever in use; 0 where nobody can tell. */
uint16_t hal_stack_peak(void);

/* Start anew, bootloader first. May return; then the port does it before the next pass.
 */
void hal_restart(void);

#endif

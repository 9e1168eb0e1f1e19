/* From reset to the main loop, for every port on a Cortex-M4.
 *
 * The main loop has its own stack with a guard below it that the MPU lets nobody touch;
 * interrupts and faults run on another one, so that a stack overflow can still be
 * written down. port.ld of the port names the places. */
#ifndef ARM_START_H
#define ARM_START_H

#include <stdint.h>

enum { START_GUARD_SIZE = 256 };

void start_reset(void); /* the reset vector */

/* The port: first of all let go of the bolt; memory is not set up yet. */
void port_safe(void);
void port_main(void) __attribute__((noreturn));

extern uint8_t main_stack[];           /* its low end */
extern uint32_t start_handler_stack[]; /* end of it, by the linker script */

uint16_t start_stack_peak(void); /* most bytes of the main stack ever in use */

#endif

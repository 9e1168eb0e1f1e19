/* From one program to the next. */
#ifndef ARM_JUMP_H
#define ARM_JUMP_H

#include <stdint.h>

/* Start the program whose vectors stand there, as a reset would: interrupts, tick and
 * guard are off, memory is as it is. */
void jump_to(uint32_t vectors) __attribute__((noreturn));

/* Vectors of a program that has no handler of its own: wait for the watchdog. */
void jump_stuck(void);

#endif

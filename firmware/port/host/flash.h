/* The program memory of the rack on the desk: a file with the four areas beside the state
 * file, kept over kills. And the power cut on request: at the n-th write or erase, of
 * flash or EEPROM, half of it is done and the process kills itself. */
#ifndef HOST_FLASH_H
#define HOST_FLASH_H

#include <stdbool.h>
#include <stdint.h>

/* Open or create `path`; a new one gets the factory's image. `cut` 0: never. Ends the
 * process with a sentence when it cannot. */
void flash_open(const char *path, unsigned long cut);

/* This write or erase is the one. The caller does half of it and calls flash_die(). */
bool flash_cut(void);
void flash_die(void) __attribute__((noreturn));

/* A host image is no machine code. Its body is a word for how such a program would do. */
enum flash_habit { FLASH_HEALTHY, FLASH_HANGS, FLASH_DEAF };
enum flash_habit flash_habit(void); /* of the image that runs */

#endif

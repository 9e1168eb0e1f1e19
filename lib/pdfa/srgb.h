/* The colour profile of the output intent: sRGB (IEC 61966-2-1) as an ICC version 2
 * display profile, made by calculation. */
#ifndef PDFA_SRGB_H
#define PDFA_SRGB_H

#include <stddef.h>
#include <stdint.h>

enum { SRGB_PROFILE_SIZE = 2516 };

void srgb_profile(uint8_t ret_profile[SRGB_PROFILE_SIZE]);

#endif

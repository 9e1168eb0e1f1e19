/* The switches behind the volumes. */
#ifndef HAL_SLOTS_H
#define HAL_SLOTS_H

#include "core/rack_map.h"

/* Sample all of them now: index n is bit n % 16 of word n / 16, 1 = something stands
 * there. Switches that are not fitted read 0. Never waits. */
void hal_slots_read(uint16_t ret_words[RACK_PRESENCE_WORDS]);

#endif

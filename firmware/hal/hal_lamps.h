/* The lamps at the slots. */
#ifndef HAL_LAMPS_H
#define HAL_LAMPS_H

#include <stdint.h>

/* Let lamp `index` shine as 0xRRGGBB from now on; 0 is dark. Called only when it changes.
 * All lamps are dark at the start. Never waits. */
void hal_lamp_show(unsigned index, uint32_t rgb);

#endif

/* Whether the image in an area may run on this controller. */
#ifndef BOOT_CHECK_H
#define BOOT_CHECK_H

#include "firmware/hal/hal_flash.h"

struct check {
    struct ed25519_work work;
    uint8_t piece[256];      /* of an area */
    struct rack_image image; /* the head that was read last */
    uint64_t id;             /* of that image; 0 when it is not fit */
};

/* RACK_RESULT_NONE: it is signed by a key of ours, whole, for this board, and not below
 * `floor`. Else why not. */
enum rack_update_result check_area(struct check *check, enum hal_area area,
                                   uint16_t board, uint16_t floor);

#endif

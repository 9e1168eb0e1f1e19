/* Sending an image to a rack, seen from the host; docs/rack.md has the registers.
 *
 * A break on the way costs nothing but time: the same file begun again goes on where it
 * was. Whether the image is fit to run the rack's bootloader decides, at its restart;
 * then the image runs on trial until a host has talked to it for a while, which
 * rack_update_watch() does. Calls block as those of rack_bus.h, and wait in between. */
#ifndef DRIVERS_RACK_UPDATE_H
#define DRIVERS_RACK_UPDATE_H

#include "drivers/rack/rack_bus.h"

#include "core/rack_image.h"

enum {
    RACK_UPDATE_ERASE_MS = 4000,    /* a rack is deaf while it erases */
    RACK_UPDATE_BREAK_MS = 60000,   /* a line that is silent for longer: given up */
    RACK_UPDATE_RESTART_MS = 20000, /* copying and checking take some of these */
    RACK_UPDATE_TRIAL_MS = 70000,
    RACK_UPDATE_LOOK_MS = 500, /* between two looks at a rack that restarts */
};

/* How an update stands at a rack. */
struct rack_update_status {
    enum rack_update_state state;
    enum rack_update_result result;
    uint16_t next, left_s, security, floor;
    uint64_t image; /* that runs; 0: none */
};

MUST_USE enum rc rack_update_status(struct rack_bus *bus, uint8_t address,
                                    struct rack_update_status *ret_status,
                                    struct fault *why);

/* Called after each chunk that the rack has taken. */
typedef void rack_update_told(void *context, unsigned done, unsigned all);

/* Send the file, at most RACK_IMAGE_AREA bytes, and let the rack restart into it.
 * `told` may be NULL.
 *   RC_INVALID      the file is no image
 *   RC_REFUSED      the rack said no before its restart
 *   RC_TIMEOUT, RC_UNAVAILABLE, RC_CORRUPT  the line broke and did not come back: the
 *                   same call goes on where it was */
MUST_USE enum rc rack_update_send(struct rack_bus *bus, uint8_t address,
                                  struct bytes file, rack_update_told *told,
                                  void *context, struct fault *why);

/* After that: wait until the image is kept, talking to the rack all the while.
 *   RC_REFUSED  the bootloader did not install it, or the rack went back to the one
 *               before; the sentence says which
 *   RC_TIMEOUT  the rack does not come back */
MUST_USE enum rc rack_update_watch(struct rack_bus *bus, uint8_t address, uint64_t image,
                                   struct fault *why);

/* A sentence for people about how an update ended. */
const char *rack_update_sentence(enum rack_update_result result);

#endif

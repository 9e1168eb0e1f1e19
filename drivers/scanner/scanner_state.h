/* What an open scanner knows about itself; shared by the .c files of this folder only. */
#ifndef DRIVERS_SCANNER_SCANNER_STATE_H
#define DRIVERS_SCANNER_SCANNER_STATE_H

#include "drivers/scanner/quirk.h"
#include "drivers/scanner/scanner.h"
#include "drivers/scanner/scanner_port.h"

#include <stdatomic.h>

struct scanner {
    struct port *port;
    struct scanner_device about;
    bool
        listed; /* it was among the devices when opened: so its absence means something */
    struct quirk quirk;
    struct scanner_profile profile; /* as really set */
    int cancel_fd;                  /* borrowed, -1 for none */
    atomic_bool cancelled;
};

/* Is the device still there? Asks the list of devices, so only after something failed. */
bool scanner_is_gone(struct scanner *scanner);

/* One sensor by its name here, or by the name a quirk gives it. */
enum scanner_sense scanner_sense_one(struct scanner *scanner, const char *usual,
                                     const char *by_quirk, enum port_status *ret_status);

#endif

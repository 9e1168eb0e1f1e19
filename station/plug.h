/* Scanners that come and go: USB and SCSI devices as udev tells of them. */
#ifndef STATION_PLUG_H
#define STATION_PLUG_H

#include "core/rc.h"
#include "sys/fault.h"

#include <systemd/sd-event.h>

struct plug;

/* Call `changed` from the loop a moment after devices came or went: one call for all that
 * happens within PLUG_SETTLE_MS, since a scanner is several devices to the kernel, and
 * its file is made last. RC_UNAVAILABLE: nobody tells here (no udev); then look by the
 * clock. */
MUST_USE enum rc plug_watch(sd_event *loop, void (*changed)(void *context), void *context,
                            struct plug **ret_plug, struct fault *why);
void plug_free(struct plug *plug); /* accepts NULL */

enum { PLUG_SETTLE_MS = 700 };

#endif

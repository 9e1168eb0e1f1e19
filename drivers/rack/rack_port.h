/* The serial line under a bus; for the files of this folder. */
#ifndef DRIVERS_RACK_PORT_H
#define DRIVERS_RACK_PORT_H

#include "core/rc.h"
#include "sys/fault.h"

enum {
    RACK_PORT_TURN_MS = 1000, /* several requests of whoever has the line, each with all
                                 its tries, and the pauses after bad answers */
};

/* A byte with a wrong parity is dropped, not handed on as zero: then its frame is too
 * short and never believed, whatever its CRC says. A pseudo terminal has no parity to
 * set. */
void rack_port_drop_bad_bytes(int fd);

/* Two of our programs may have the same line open (the repository polls, a person tests
 * a rack or updates it), but only one may speak: each takes the line for one request and
 * leaves it when the gap behind the answer is over. An advisory lock (fcntl(2),
 * F_OFD_SETLK), which other people's programs do not heed.
 *
 * Blocks for RACK_PORT_TURN_MS at most. RC_AGAIN: another program keeps the
 * line; RC_UNAVAILABLE: it is gone. */
MUST_USE enum rc rack_port_take(int fd, const char *path, struct fault *why);
void rack_port_leave(int fd);

#endif

/* Role racks: the serial ports. It polls every rack, hands each event to the store and
 * lets the rack forget it only when the store has it on its disk; and it shows the lamps
 * that the store asks for. It knows nothing of volumes and opens nothing but ports.
 *
 * Over the channel (docs/rack.md, "Store and racks"):
 *   store -> racks  {"do":"lamp","slot","colour","mode","seconds","waits"}
 *   racks -> store  {"do":"rack-event","site","rack","boot","seq","type",...}, a request
 *   racks -> store  {"do":"rack-state","site","rack","state":"live"|"absent"} */
#ifndef REPO_RACKS_H
#define REPO_RACKS_H

#include "core/rc.h"
#include "sys/fault.h"

/* The body of the role: argv[1] is the setting racks.ports. Serves on ROLE_CHANNEL_FD
 * until the store goes away; gives up all rights but devices first. Returns the exit
 * code of the process. */
int racks_main(int argc, char **argv);

/* The same on channel `fd` (taken over), without giving up rights. RC_OK when the other
 * side has closed; RC_INVALID when `ports` cannot be read. */
MUST_USE enum rc racks_run(const char *ports, int fd, struct fault *why);

#endif

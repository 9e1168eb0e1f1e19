/* Hands and eyes at the rack, by lines over a Unix socket. Slots are counted from 1, as
 * on their labels. Each command is answered by its lines and then "ok", or by one line
 * "error: ...".
 *
 *   place N     put a volume into slot N        presence   the numbers of full slots
 *   remove N    take it out                     leds       "N COLOUR steady|blink" a line
 *   bounce N    knock against it                dump       boot id, bytes on the bus, all
 *   open, shut  the door                        press MS   the keeper's button, so long
 */
#ifndef HOST_CONTROL_H
#define HOST_CONTROL_H

#include <poll.h>

enum { CONTROL_CLIENTS = 8, CONTROL_FDS = CONTROL_CLIENTS + 1 };

/* Listen at `path`, replacing an old socket there. */
void control_open(const char *path);

/* Fill the entries to poll; returns how many. */
unsigned control_fds(struct pollfd ret_fds[CONTROL_FDS]);

/* Serve whatever is ready; never waits. */
void control_serve(void);
void control_close(void);

#endif

/* The other end of the control socket, for scripts: `rack --tell SOCKET place 3`. */
#ifndef HOST_TELL_H
#define HOST_TELL_H

/* Send `line`, print the answer without its closing "ok". Returns an exit status: 1 when
 * nobody listens at `path` or the rack refuses. Blocks until the answer came. */
int tell(const char *path, const char *line);

#endif

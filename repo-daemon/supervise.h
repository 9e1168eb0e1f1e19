/* The parent of the roles: starts them, links them, starts again what died. */
#ifndef REPO_SUPERVISE_H
#define REPO_SUPERVISE_H

#include "repo-daemon/settings.h"

/* Runs until SIGTERM or SIGINT, or until a role cannot start at all. Returns the exit
 * code. `config` is the path that the roles read again. */
int supervise(const char *config, const struct repo_settings *settings);

#endif

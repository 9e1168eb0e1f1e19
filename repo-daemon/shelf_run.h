/* Inside of the shelf: events that no person gave. */
#ifndef REPO_SHELF_RUN_H
#define REPO_SHELF_RUN_H

#include "repo-daemon/command.h"

/* Run it under the id of `source`, now. That it was done before is RC_OK. */
MUST_USE enum rc shelf_run(struct repo *repo, struct command *command, const char *source,
                           struct fault *why);

/* Let the lamp shine so; `shelf_lamp_waits` for an order that waits for a hand. */
void shelf_lamp_waits(struct repo *repo, const char *slot, const char *colour,
                      const char *mode, unsigned seconds);
void shelf_lamp(struct repo *repo, const char *slot, const char *colour, const char *mode,
                unsigned seconds);

#endif

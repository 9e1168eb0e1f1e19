/* Events of the racks themselves, and lamps. */
#include "repo-daemon/shelf_run.h"

#include "sys/clock.h"

enum rc shelf_run(struct repo *repo, struct command *command, const char *source,
                  struct fault *why)
{
    command->at_ms = clock_now_ms();
    return command_run_source(repo, command, source, why);
}

void shelf_lamp(struct repo *repo, const char *slot, const char *colour, const char *mode,
                unsigned seconds)
{
    if (repo->lamp)
        repo->lamp(repo, slot, colour, mode, seconds, repo->context);
}

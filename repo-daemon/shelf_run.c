/* Events of the racks themselves, and lamps. */
#include "repo-daemon/shelf_run.h"

#include "sys/clock.h"

enum rc shelf_run(struct repo *repo, struct command *command, const char *source,
                  struct fault *why)
{
    command->at_ms = clock_now_ms();
    return command_run_source(repo, command, source, why);
}

static void show(struct repo *repo, const struct repo_lamp *lamp)
{
    if (repo->lamp)
        repo->lamp(repo, lamp, repo->context);
}

void shelf_lamp(struct repo *repo, const char *slot, const char *colour, const char *mode,
                unsigned seconds)
{
    const struct repo_lamp lamp = { slot, colour, mode, seconds, false };
    show(repo, &lamp);
}

void shelf_lamp_waits(struct repo *repo, const char *slot, const char *colour,
                      const char *mode, unsigned seconds)
{
    const struct repo_lamp lamp = { slot, colour, mode, seconds, true };
    show(repo, &lamp);
}

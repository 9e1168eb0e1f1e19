/* juanku person: who may do what; changed by an admin over the service. */
#include "cli/cmd.h"
#include "cli/verbs.h"

static const struct verb verbs[] = {
    { "list", "GET", "/v1/people", 0, NULL, "people badge login name dept disabled" },
    { "change", "POST", "/v1/people/{1}", 1, "name dept roles, password<",
      "badge login name dept disabled" },
    { "disable", "POST", "/v1/people/{1}", 1, "disabled=1#", "badge login disabled" },
    { "enable", "POST", "/v1/people/{1}", 1, "disabled=0#", "badge login disabled" },
};

int cmd_person(int argc, char **argv)
{
    return verbs_run(
        "person",
        "usage: juanku person list [--json]\n"
        "       juanku person change BADGE [--name N] [--dept D] [--roles A,B]\n"
        "                            [--password FILE]\n"
        "       juanku person disable|enable BADGE\n\n"
        "Whoever is disabled, or gets a new password, is logged out at once.",
        verbs, COUNT(verbs), argc, argv);
}

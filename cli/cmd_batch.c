/* juanku batch: trolleys, handed over with one confirmation. */
#include "cli/cmd.h"
#include "cli/verbs.h"

#define SHOWS "batch state from.name to.name volumes items pages sheets"

static const struct verb verbs[] = {
    { "give", "POST", "/v1/batches", 0, "to batch as reason badge pin< volumes@", SHOWS },
    { "accept", "POST", "/v1/batches/{1}/custody", 1,
      "event=accept as badge pin< scanned*", SHOWS },
    { "decline", "POST", "/v1/batches/{1}/custody", 1,
      "event=decline as reason badge pin<", SHOWS },
    { "cancel", "POST", "/v1/batches/{1}/custody", 1, "event=cancel as reason badge pin<",
      SHOWS },
    { "list", "GET", "/v1/batches?state={state}&holder={holder}", 0, NULL,
      "batches " SHOWS },
    { "show", "GET", "/v1/batches/{1}", 1, NULL, "lines volume items pages sheets" },
    { "slip", "FILE", "/v1/batches/{1}/slip", 1, NULL, NULL },
};

int cmd_batch(int argc, char **argv)
{
    return verbs_run(
        "batch",
        "usage: juanku batch give --to PERSON [--batch B] VOLUME... | --list F\n"
        "       juanku batch accept B [VOLUME... as scanned] [--badge P --pin F]\n"
        "       juanku batch decline|cancel B --reason TEXT\n"
        "       juanku batch list [--state open] [--holder P]   show B    [--json]\n"
        "       juanku batch slip B --output F.pdf\n\n"
        "All volumes or none. --list names a file with one label a line, - for standard\n"
        "input. --badge and --pin (a file) sign for somebody who stands at this desk.",
        verbs, COUNT(verbs), argc, argv);
}

/* juanku retention: terms of keeping, holds, and the destruction of what need not be kept
 * any more, by two persons. */
#include "cli/cmd.h"
#include "cli/verbs.h"

#define SHOWS "purge state version by.name decided_by.name files removed reason"
#define TERMS "volumes volume state retention.class retention.until case_no"

static const struct verb verbs[] = {
    { "terms", "GET", "/v1/retention?day={day}&cursor={cursor}", 0, NULL, TERMS },
    { "held", "GET", "/v1/retention?held=1&cursor={cursor}", 0, NULL, TERMS },
    { "hold", "POST", "/v1/holds", 0, "reason volumes@", "seq" },
    { "lift", "POST", "/v1/holds/{1}/lift", 1, "reason volumes@", "seq" },
    { "propose", "POST", "/v1/purges", 0, "reason volumes@", SHOWS },
    { "approve", "POST", "/v1/purges/{1}/decision", 1, "result=approved reason version#",
      SHOWS },
    { "refuse", "POST", "/v1/purges/{1}/decision", 1, "result=refused reason version#",
      SHOWS },
    { "withdraw", "POST", "/v1/purges/{1}/decision", 1,
      "result=withdrawn reason version#", SHOWS },
    { "list", "GET", "/v1/purges?cursor={cursor}", 0, NULL, "purges " SHOWS },
    { "show", "GET", "/v1/purges/{1}", 1, NULL, SHOWS },
    { "volumes", "GET", "/v1/purges/{1}", 1, NULL,
      "lines volume state class until pages case_no" },
    { "slip", "FILE", "/v1/purges/{1}/slip", 1, NULL, NULL },
    { "destroy", "POST", "/v1/custody", 0, "event=destroy witness witness_pin< volumes@",
      "volumes volume state" },
};

int cmd_retention(int argc, char **argv)
{
    return verbs_run(
        "retention",
        "usage: juanku retention terms [--day 2056-12-31]   held          [--json]\n"
        "       juanku retention hold --reason TEXT VOLUME... | --list F\n"
        "       juanku retention lift HOLD --reason TEXT VOLUME...\n"
        "       juanku retention propose --reason TEXT VOLUME... | --list F\n"
        "       juanku retention approve|refuse|withdraw N --version V --reason TEXT\n"
        "       juanku retention list   show|volumes N   slip N --output F.pdf\n"
        "       juanku retention destroy --witness PERSON --witness_pin F VOLUME...\n\n"
        "terms lists archived volumes whose term ended before the day (preset: today).\n"
        "An archivist proposes, a supervisor, another person, approves what show "
        "printed\n"
        "with that version; then the files go, and nothing else does. destroy records\n"
        "that the paper was destroyed before a witness (badge, and a file with the PIN).",
        verbs, COUNT(verbs), argc, argv);
}

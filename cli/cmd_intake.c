/* juanku intake: lists of the counter. A list is taken in at the page, line by line; here
 * is what happens to it afterwards, and its papers. */
#include "cli/cmd.h"
#include "cli/verbs.h"

#define SHOWS "intake kind case_no from items keeps wrong volume"

static const struct verb verbs[] = {
    { "list", "GET", "/v1/intakes?case={case}&cursor={cursor}", 0, NULL,
      "intakes " SHOWS },
    { "show", "GET", "/v1/intakes/{1}", 1, NULL,
      "lines item title what counted keep state volume" },
    { "papers", "GET",
      "/v1/papers?holder={holder}&volume={volume}&case={case}&cursor={cursor}", 0, NULL,
      "papers item title what counted keep state volume" },
    { "file", "POST", "/v1/intakes/{1}/file", 1, "volume version#", SHOWS },
    { "notice", "POST", "/v1/intakes/{1}/notice", 1, "days#", SHOWS },
    { "return", "POST", "/v1/intakes/{1}/return", 1, "receiver items*", SHOWS },
    { "correct", "POST", "/v1/papers/{1}/correction", 1, "title what counted# reason",
      "item title what counted keep state" },
    { "slip", "FILE", "/v1/intakes/{1}/slip", 1, NULL, NULL },
    { "notice-slip", "FILE", "/v1/intakes/{1}/notice/slip", 1, NULL, NULL },
    { "labels", "FILE", "/v1/intakes/{1}/labels?type={type}&from={from}", 1, NULL, NULL },
    { "rules", "GET", "/v1/intakes/rules?q={q}", 0, NULL, "keep rule name" },
};

int cmd_intake(int argc, char **argv)
{
    return verbs_run(
        "intake",
        "usage: juanku intake list [--case ID]   show LIST               [--json]\n"
        "       juanku intake papers [--holder P] [--volume V] [--case ID]\n"
        "       juanku intake file LIST --volume V        its papers go into the volume\n"
        "       juanku intake notice LIST [--days N]      the one-time notice\n"
        "       juanku intake return LIST PAPER... --receiver NAME\n"
        "       juanku intake correct PAPER --reason TEXT [--title T] [--what W]\n"
        "                     [--counted N]               0: it was never there\n"
        "       juanku intake slip|notice-slip LIST --output F.pdf\n"
        "       juanku intake labels LIST [--type svg|zpl|zpl300] --output F\n"
        "       juanku intake rules [--q TITLE]\n\n"
        "LIST is a label B9..., PAPER a label M...",
        verbs, COUNT(verbs), argc, argv);
}

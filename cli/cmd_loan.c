/* juanku loan: ask, sign, renew, and what is out. The volume itself changes hands by
 * `juanku volume offer|accept` or on a trolley. */
#include "cli/cmd.h"
#include "cli/verbs.h"

#define SHOWS "loan state borrower.name due days_left place case_no"

static const struct verb verbs[] = {
    { "request", "POST", "/v1/loans", 0, "volume reason outside", SHOWS },
    { "approve", "POST", "/v1/loans/{1}/acts", 1, "event=approve version#", SHOWS },
    { "refuse", "POST", "/v1/loans/{1}/acts", 1, "event=refuse reason version#", SHOWS },
    { "cancel", "POST", "/v1/loans/{1}/acts", 1, "event=cancel version#", SHOWS },
    { "renew", "POST", "/v1/loans/{1}/acts", 1, "event=renew version#", SHOWS },
    { "list", "GET",
      "/v1/loans?state={state}&holder={holder}&volume={volume}&cursor={cursor}", 0, NULL,
      "loans " SHOWS },
    { "show", "GET", "/v1/loans/{1}", 1, NULL, SHOWS },
    { "board", "GET", "/v1/loans/board", 0, NULL, NULL },
    { "overdue", "GET", "/v1/loans/board", 0, NULL, "overdue " SHOWS },
    { "slip", "FILE", "/v1/loans/{1}/slip", 1, NULL, NULL },
    { "notices", "GET", "/v1/notices?all={all}", 0, NULL, "notices notice at text" },
    { "seen", "POST", "/v1/notices/{1}/seen", 1, NULL, "seq" },
};

int cmd_loan(int argc, char **argv)
{
    return verbs_run(
        "loan",
        "usage: juanku loan request --volume V --reason TEXT [--outside BODY]\n"
        "       juanku loan approve|cancel|renew LOAN    refuse LOAN --reason TEXT\n"
        "       juanku loan list [--state S] [--holder P] [--volume V]    show LOAN\n"
        "       juanku loan board | overdue                             [--json]\n"
        "       juanku loan slip LOAN --output F.pdf\n"
        "       juanku loan notices [--all 1]    seen NOTICE\n\n"
        "STATE: requested approved out returned refused cancelled ended.",
        verbs, COUNT(verbs), argc, argv);
}

/* juanku stocktake: counting what stands on the shelves. */
#include "cli/cmd.h"
#include "cli/verbs.h"

#define SHOWS "stocktake state scope rack slots counted unexplained"

static const struct verb verbs[] = {
    { "begin", "POST", "/v1/stocktakes", 0, "scope rack count# blind?", SHOWS },
    { "list", "GET", "/v1/stocktakes", 0, NULL,
      "stocktakes stocktake state scope rack at" },
    { "show", "GET", "/v1/stocktakes/{1}", 1, NULL, SHOWS },
    { "differences", "GET", "/v1/stocktakes/{1}", 1, NULL, "differences slot word text" },
    { "count", "POST", "/v1/stocktakes/{1}/counts", 1, "slot volume unreadable?", "seq" },
    { "explain", "POST", "/v1/stocktakes/{1}/reasons", 1, "slot kind reason", "seq" },
    { "close", "POST", "/v1/stocktakes/{1}/close", 1, NULL, SHOWS },
};

int cmd_stocktake(int argc, char **argv)
{
    return verbs_run(
        "stocktake",
        "usage: juanku stocktake begin --scope whole|rack|sample [--rack 01.001]\n"
        "                        [--count N] [--blind]\n"
        "       juanku stocktake count N --slot S [--volume V | --unreadable]\n"
        "       juanku stocktake show|differences N      list            [--json]\n"
        "       juanku stocktake explain N --slot S --kind K --reason TEXT\n"
        "       juanku stocktake close N\n\n"
        "KIND: missing surplus misplaced unreadable. A slot counted without --volume is\n"
        "empty.",
        verbs, COUNT(verbs), argc, argv);
}

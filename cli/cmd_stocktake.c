/* juanku stocktake: counting what stands on the shelves. */
#include "cli/cmd_stocktake.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/verbs.h"

#include <string.h>

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

/* The two that are more than one call. True: it was one of them. */
static bool more(int argc, char **argv, int *ret_code)
{
    bool missing = false;
    struct args args;
    const struct arg table[] = { { "missing", NULL, &missing } };
    bool walk = argc > 1 && !strcmp(argv[1], "walk");
    if (!walk && (argc < 2 || strcmp(argv[1], "settle") != 0))
        return false;
    *ret_code = EXIT_USAGE;
    if (!args_read("stocktake", argc - 1, argv + 1, table, COUNT(table), &args))
        return true;
    if (args.count != 1 || (walk && missing))
        *ret_code =
            cmd_usage("stocktake", "%s takes the number of one stock-take", argv[1]);
    else
        *ret_code = walk ? stocktake_walk(args.words[0])
                         : stocktake_settle(args.words[0], missing);
    return true;
}

int cmd_stocktake(int argc, char **argv)
{
    int code;
    if (more(argc, argv, &code))
        return code;
    return verbs_run(
        "stocktake",
        "usage: juanku stocktake begin --scope whole|rack|sample [--rack 01.001]\n"
        "                        [--count N] [--blind]\n"
        "       juanku stocktake count N --slot S [--volume V | --unreadable]\n"
        "       juanku stocktake walk N             labels from a reader, slot after "
        "slot\n"
        "       juanku stocktake settle N [--missing]\n"
        "       juanku stocktake show|differences N      list            [--json]\n"
        "       juanku stocktake explain N --slot S --kind K --reason TEXT\n"
        "       juanku stocktake close N\n\n"
        "KIND: missing surplus misplaced unreadable sensed. A slot counted without "
        "--volume\n"
        "is empty. settle makes the record follow what was counted, after records were\n"
        "lost say, and lists what it cannot; --missing also reports lost what stands\n"
        "nowhere.",
        verbs, COUNT(verbs), argc, argv);
}

/* juanku: one command for people and scripts. This room only knows the names. */
#include "cli/cmd.h"
#include "station/page/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "convert", cmd_convert, "pictures in, one searchable PDF/A out; no daemon" },
    { "reocr", cmd_reocr, "read a PDF/A of ours again with another model; no daemon" },
    { "devices", cmd_devices, "list the scanners of this machine" },
    { "scan", cmd_scan, "feed a stack into one PDF/A; no daemon" },
    { "reader", cmd_reader, "hear a barcode reader, to set it up" },
    { "rack", cmd_rack, "set up racks at their port: scan, claim, learn, test" },
    { "label", cmd_label, "draw labels: volume item type slot person batch command" },
    { "repo", cmd_repo,
      "make and look after a repository: init user slots verify rebuild" },
    { "ledger", cmd_ledger, "head, export, verify, prove" },
    { "session", cmd_session, "log in, log out, who am I" },
    { "case", cmd_case, "add, list, show, notice (归档提示)" },
    { "volume", cmd_volume, "add, list, show, chain, pages, and every hand-over" },
    { "person", cmd_person, "list, change, disable, enable" },
    { "intake", cmd_intake,
      "lists of the counter: list, show, file, notice, return, correct, slip, labels" },
    { "batch", cmd_batch, "trolleys: give, accept, decline, cancel, list, show, slip" },
    { "loan", cmd_loan,
      "request, approve, renew, board of what is out and late, notices" },
    { "slot", cmd_slot, "add, list, put, take, wait; places, propose, change a place" },
    { "stocktake", cmd_stocktake, "begin, count, differences, explain, close" },
    { "binding", cmd_binding, "check a volume against the rules" },
    { "archive", cmd_archive, "make the archive package of a bound volume" },
    { "retention", cmd_retention,
      "terms, holds, and destroying by two persons what need not be kept" },
    { "station", cmd_station, "declare, start, watch and finish a stack" },
};

int exit_of_rc(enum rc rc)
{
    static const enum exit_code codes[RC_COUNT] = {
        [RC_INVALID] = EXIT_INPUT,  [RC_NOT_FOUND] = EXIT_INPUT,
        [RC_EXISTS] = EXIT_RULE,    [RC_CONFLICT] = EXIT_RULE,
        [RC_DENIED] = EXIT_ACCESS,  [RC_REFUSED] = EXIT_RULE,
        [RC_CORRUPT] = EXIT_INPUT,  [RC_FULL] = EXIT_OUTPUT,
        [RC_AGAIN] = EXIT_AWAY,     [RC_UNAVAILABLE] = EXIT_AWAY,
        [RC_UNKNOWN] = EXIT_AWAY,   [RC_TIMEOUT] = EXIT_AWAY,
        [RC_CANCELLED] = EXIT_RULE, [RC_NO_MEMORY] = EXIT_DEPENDENCY,
        [RC_IO] = EXIT_OUTPUT,
    };
    return rc < RC_COUNT ? (int)codes[rc] : EXIT_INPUT;
}

int cmd_fail(const struct fault *why)
{
    (void)fprintf(stderr, "juanku: %s\n", why->text);
    return exit_of_rc(why->rc);
}

int cmd_usage(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "juanku %s: ", name);
    (void)vfprintf(stderr, format, args);
    (void)fprintf(stderr, "\n(juanku %s --help)\n", name);
    va_end(args);
    return EXIT_USAGE;
}

static void help(FILE *to)
{
    (void)fprintf(to,
                  "juanku " JUANKU_VERSION " 卷库\n\nusage: juanku COMMAND [...]\n\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        (void)fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].help);
    (void)fprintf(to,
                  "\njuanku COMMAND --help says more. Exit codes: 0 ok, 1 usage, "
                  "2 input, 3 missing\ndependency, 4 output, 5 access, 6 refused by a "
                  "rule, 7 unavailable.\n");
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "--role") && !strcmp(argv[2], "page"))
        return page_worker_main(argc > 3 ? argv[3] : NULL);
    const char *name = argc > 1 ? argv[1] : "--help";
    if (!strcmp(name, "--help") || !strcmp(name, "help")) {
        help(argc > 1 ? stdout : stderr);
        return argc > 1 ? EXIT_OK : EXIT_USAGE;
    }
    if (!strcmp(name, "--version")) {
        puts("juanku " JUANKU_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < COUNT(commands); i++)
        if (!strcmp(commands[i].name, name))
            return commands[i].run(argc - 1, argv + 1);
    (void)fprintf(stderr, "juanku: unknown command '%s' (juanku --help)\n", name);
    return EXIT_USAGE;
}

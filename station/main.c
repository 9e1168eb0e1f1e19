/* juanku-stationd: the scanning station. One binary, one role a process:
 *
 *   session   the operator's state machine, spool and local page; parent of the others
 *   scan      holds the SANE handle; blocks and crashes alone
 *   page      reads one picture at a time; killed when it hangs
 *   submit    the only one that talks to the repository */
#include "station/capture.h"
#include "station/page/page.h"
#include "station/session.h"
#include "station/submit.h"
#include "sys/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_USAGE = 1, STATUS_INPUT = 2 };

static const char usage[] =
    "usage: juanku-stationd --config FILE\n"
    "Scanning station: feeds paper, keeps it safe, hands it to the repository.\n"
    "\n"
    "  --config FILE   settings, `name = value` lines\n"
    "  --settings      list all settings with their presets\n"
    "  --version, --help\n";

static int print_settings(void)
{
    for (size_t i = 0; i < station_settings_count; i++)
        printf("# %s\n%s = %s\n", station_settings_keys[i].help,
               station_settings_keys[i].name, station_settings_keys[i].preset);
    return EXIT_SUCCESS;
}

static int run_role(const char *role, const char *word)
{
    if (!strcmp(role, "scan"))
        return capture_main();
    if (!strcmp(role, "submit"))
        return submit_main();
    if (!strcmp(role, "page"))
        return page_worker_main(word);
    fprintf(stderr, "juanku-stationd: no role '%s'\n", role);
    return STATUS_USAGE;
}

static int run(const char *path)
{
    struct settings settings;
    struct fault why = { 0 };
    log_open("stationd", LOG_LEVEL_INFO);
    if (conf_read(station_settings_keys, station_settings_count, &settings, path, &why) ||
        settings_check(&settings, &why)) {
        fprintf(stderr, "juanku-stationd: %s\n", why.text);
        return STATUS_INPUT;
    }
    return session_main(&settings);
}

int main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (argc >= 3 && !strcmp(first, "--role"))
        return run_role(argv[2], argc > 3 ? argv[3] : NULL);
    if (argc == 3 && !strcmp(first, "--config"))
        return run(argv[2]);
    if (argc == 2 && !strcmp(first, "--settings"))
        return print_settings();
    if (argc == 2 && !strcmp(first, "--version")) {
        puts("juanku-stationd " JUANKU_VERSION);
        return EXIT_SUCCESS;
    }
    bool help = argc == 2 && !strcmp(first, "--help");
    fputs(usage, help ? stdout : stderr);
    return help ? EXIT_SUCCESS : STATUS_USAGE;
}

/* juanku-repod: the repository. One program, started once by the system and then by
 * itself for each role (docs/architecture.md). */
#include "repo-daemon/racks.h"
#include "repo-daemon/role_http.h"
#include "repo-daemon/role_store.h"
#include "repo-daemon/station_cert.h"
#include "repo-daemon/supervise.h"
#include "sys/clock.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 1, EXIT_INPUT = 2 };

static const char usage[] = "usage: juanku-repod --config FILE\n"
                            "\n"
                            "Runs the repository: ledger, files, keeper's page, racks.\n"
                            "Make one first with: juanku repo init DIR --court COURT\n"
                            "\n"
                            "  --config FILE   settings (see repod.conf)\n"
                            "  --help          this text\n"
                            "  --version       the version\n"
                            "\n"
                            "settings:\n";

static int help(void)
{
    fputs(usage, stdout);
    for (size_t i = 0; i < repo_settings_count; i++)
        printf("  %-15s %s\n", repo_settings_keys[i].name, repo_settings_keys[i].help);
    return 0;
}

static int run_role(const char *role, const struct repo_settings *settings)
{
    if (!strcmp(role, "store"))
        return store_main(settings);
    if (!strcmp(role, "http"))
        return http_main(settings, http_assets);
    if (!strcmp(role, "racks")) {
        char name[] = "racks", ports[sizeof settings->racks];
        memcpy(ports, settings->racks, sizeof ports);
        char *argv[] = { name, ports, NULL };
        return racks_main(2, argv);
    }
    fprintf(stderr, "juanku-repod: no role '%s'\n", role);
    return EXIT_USAGE;
}

/* Both store and http need it as soon as they start. */
static enum rc authority_make(const struct repo_settings *settings, struct fault *why)
{
    enum client_certs certs = CLIENT_CERTS_OFF;
    (void)client_certs_read(settings->client_certs, &certs);
    return certs ? station_ca_ready(settings->dir, clock_now_ms(), why) : RC_OK;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "role", required_argument, NULL, 'r' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 },
    };
    const char *config = NULL, *role = NULL;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == 'h')
            return help();
        if (o == 'v')
            return puts("juanku-repod " JUANKU_VERSION) < 0;
        if (o == '?')
            return EXIT_USAGE;
        *(o == 'c' ? &config : &role) = optarg;
    }
    if (!config || optind < argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct repo_settings settings;
    struct fault why;
    if (repo_settings_read(config, &settings, &why)) {
        fprintf(stderr, "juanku-repod: %s\n", why.text);
        return EXIT_INPUT;
    }
    if (role)
        return run_role(role, &settings);
    if (authority_make(&settings, &why)) {
        fprintf(stderr, "juanku-repod: %s\n", why.text);
        return EXIT_INPUT;
    }
    return supervise(config, &settings);
}

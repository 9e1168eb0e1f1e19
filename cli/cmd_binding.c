/* juanku binding and archive: the check that names what is missing, and the package. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "repo-daemon/bagit.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static int check(const char *volume, bool json)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/volumes/%.40s/binding/check", volume);
    struct fault why;
    SCOPED(json_free_at) json_t *report = NULL;
    if (api_call("POST", path, json_object(), true, &report, &why))
        return cmd_fail(&why);
    bool passed = json_integer_value(json_object_get(report, "passed")) == 1;
    if (json) {
        api_print(report);
        return passed ? EXIT_OK : EXIT_RULE;
    }
    json_t *f;
    size_t i;
    json_array_foreach(json_object_get(report, "failures"), i, f)
        printf("第%lld项: %s\n", (long long)json_integer_value(json_object_get(f, "row")),
               api_text(f, "sentence"));
    printf("%s (规则 %s)\n", passed ? "核对通过" : "核对未通过",
           api_text(report, "rules"));
    return passed ? EXIT_OK : EXIT_RULE;
}

static int pack(const char *volume, bool json)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/volumes/%.40s/archive", volume);
    struct fault why;
    SCOPED(json_free_at) json_t *made = NULL;
    if (api_call("POST", path, json_object(), true, &made, &why))
        return cmd_fail(&why);
    if (json)
        api_print(made);
    else
        puts(api_text(made, "path"));
    return EXIT_OK;
}

/* A package is readable without us, and so is its check: no daemon, no session. */
static int verify(const char *folder)
{
    struct fault why;
    if (bagit_verify(folder, NULL, &why))
        return cmd_fail(&why);
    printf("归档包完好: %s\n", folder);
    return EXIT_OK;
}

static int run(const char *command, int argc, char **argv, const char *help)
{
    bool json = false, show_help = false;
    const char *package = NULL;
    const struct arg table[] = { { "json", NULL, &json },
                                 { "help", NULL, &show_help },
                                 { "verify", &package, NULL } };
    struct args args;
    if (!args_read(command, argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (show_help)
        return puts(help), EXIT_OK;
    bool archive = !strcmp(command, "archive");
    if (archive && package && !args.count)
        return verify(package);
    if (archive && args.count == 1)
        return pack(args.words[0], json);
    if (!archive && args.count == 2 && !strcmp(args.words[0], "check"))
        return check(args.words[1], json);
    return cmd_usage(command,
                     archive ? "a volume is expected" : "check VOLUME is expected");
}

int cmd_binding(int argc, char **argv)
{
    return run(
        "binding", argc, argv,
        "usage: juanku binding check VOLUME [--json]\n\n"
        "Checks the volume against the rules of its case type and the paper against\n"
        "the images. Each missing thing is a sentence. Exit code 6: not complete.");
}

int cmd_archive(int argc, char **argv)
{
    return run(
        "archive", argc, argv,
        "usage: juanku archive VOLUME [--json]\n"
        "       juanku archive --verify FOLDER\n\n"
        "Writes the archive package (BagIt) of a bound volume and prints its folder.\n"
        "--verify checks every file of such a package, without a daemon.");
}

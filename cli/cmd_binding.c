/* juanku binding and archive: the check that names what is missing, and the package. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "core/label.h"
#include "repo-daemon/bagit.h"
#include "repo-daemon/ocfl.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static int pack(const char *volume, const char *class, const char *reason, bool json)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/volumes/%.40s/archive", volume);
    struct fault why;
    SCOPED(json_free_at) json_t *made = NULL;
    json_t *body = json_object();
    if (class)
        (void)json_object_set_new(body, "class", json_string(class));
    if (reason)
        (void)json_object_set_new(body, "reason", json_string(reason));
    if (api_call("POST", path, body, true, &made, &why))
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
    char declaration[1300];
    unsigned objects = 0;
    (void)snprintf(declaration, sizeof declaration, "%.1200s/bagit.txt", folder);
    if (ocfl_is_root(folder)) {
        if (ocfl_verify_root(folder, &objects, &why))
            return cmd_fail(&why);
        printf("归档库完好: %s，%u 个对象\n", folder, objects);
        return EXIT_OK;
    }
    bool is_object = access(declaration, F_OK) && !access(folder, F_OK);
    if (is_object ? ocfl_verify_object(folder, &why) : bagit_verify(folder, NULL, &why))
        return cmd_fail(&why);
    printf("归档包完好: %s\n", folder);
    return EXIT_OK;
}

/* The label that the package is named by; false when it is none of a volume. */
static bool label_of(const char *package, char ret_label[LABEL_TEXT_MAX])
{
    struct label label;
    size_t end = strlen(package), start;
    while (end && package[end - 1] == '/')
        end--;
    for (start = end; start && package[start - 1] != '/';)
        start--;
    struct bytes name = { (const uint8_t *)package + start, end - start };
    return !label_read(name, &label) && label.type == LABEL_VOLUME &&
           !label_write(&label, ret_label);
}

/* A package into the long-term store, as the next version of its volume. */
static int keep(const char *root, const char *package, const char *message,
                const char *user, bool json)
{
    struct fault why;
    struct ocfl_facts facts;
    char label[LABEL_TEXT_MAX], id[LABEL_TEXT_MAX + 16];
    if (!label_of(package, label))
        return cmd_usage("archive", "'%s' is not named by a volume's label", package);
    if (!user)
        return cmd_usage("archive", "--ocfl needs --user, the name of who does it");
    (void)snprintf(id, sizeof id, "urn:x-juanku:%s", label);
    struct ocfl_source source = { .id = id,
                                  .folder = package,
                                  .message = message ? message : "归档",
                                  .user = user,
                                  .at_ms = clock_now_ms() };
    if (bagit_verify(package, NULL, &why) || ocfl_store(root, &source, &facts, &why))
        return cmd_fail(&why);
    SCOPED(json_free_at)
    json_t *told =
        json_pack("{s:s, s:s, s:i, s:b, s:i, s:i}", "id", id, "path", facts.path,
                  "version", (int)facts.version, "new", (int)facts.is_new, "files",
                  (int)facts.files, "added", (int)facts.added);
    if (json)
        api_print(told);
    else
        printf("%s v%u\n", facts.path, facts.version);
    return EXIT_OK;
}

static int run(const char *command, int argc, char **argv, const char *help)
{
    bool json = false, show_help = false;
    const char *package = NULL, *root = NULL, *message = NULL, *user = NULL;
    const char *class = NULL, *reason = NULL;
    const struct arg table[] = {
        { "json", NULL, &json },       { "ocfl", &root, NULL },
        { "message", &message, NULL }, { "user", &user, NULL },
        { "help", NULL, &show_help },  { "verify", &package, NULL },
        { "class", &class, NULL },     { "reason", &reason, NULL }
    };
    struct args args;
    if (!args_read(command, argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (show_help)
        return puts(help), EXIT_OK;
    bool archive = !strcmp(command, "archive");
    if (archive && package && !args.count)
        return verify(package);
    if (archive && root && args.count == 1)
        return keep(root, args.words[0], message, user, json);
    if (archive && !root && args.count == 1)
        return pack(args.words[0], class, reason, json);
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
        "usage: juanku archive VOLUME [--class long|permanent --reason TEXT] [--json]\n"
        "       juanku archive --ocfl ROOT PACKAGE --user NAME [--message TEXT] "
        "[--json]\n"
        "       juanku archive --verify FOLDER\n\n"
        "Writes the archive package (BagIt) of a bound volume and prints its folder.\n"
        "Its term of keeping is the court's (data/retention.json), or a longer class.\n"
        "--ocfl stores such a package in the OCFL storage root ROOT (made when missing)\n"
        "as the next version of its volume; what has not changed is not stored again.\n"
        "--verify checks every file of a package, an OCFL object or a storage root. "
        "Both\n"
        "need no daemon.");
}

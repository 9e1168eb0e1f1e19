/* juanku repo fixity: the daemon's reading of all kept files, from the shell. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "sys/json_scope.h"

#include <stdio.h>
#include <unistd.h>

static long long figure(const json_t *o, const char *name)
{
    return (long long)json_integer_value(json_object_get(o, name));
}

static const char *ended(const json_t *sums)
{
    return *api_text(sums, "ended") ? api_text(sums, "ended") : "-";
}

static void sums_print(const char *what, const json_t *sums)
{
    if (!json_is_object(sums))
        return;
    printf("%s\t%s\t%s\t%lld files\t%lld bytes\t%lld damaged\t%lld missing\n", what,
           api_text(sums, "began"), ended(sums), figure(sums, "files"),
           figure(sums, "bytes"), figure(sums, "wrong"), figure(sums, "gone"));
}

/* What was found is the exit code: 0 only when nothing was wrong. */
static int show(const json_t *state, bool whole)
{
    const json_t *now = json_object_get(state, "now"),
                 *last = json_object_get(state, "last");
    if (whole)
        api_print(state);
    else
        printf("round %lld\t%s\t%lld bytes/s\n", figure(state, "round"),
               api_text(state, "phase"), figure(state, "bytes_per_s"));
    if (!whole) {
        sums_print("now", now);
        sums_print("last", last);
    }
    const json_t *told = json_is_object(now) ? now : last;
    bool bad = figure(told, "wrong") || figure(told, "gone");
    return bad ? exit_of_rc(RC_CORRUPT) : EXIT_OK;
}

int cmd_repo_fixity(int argc, char **argv)
{
    struct fault why;
    struct args args;
    SCOPED(json_free_at) json_t *asked = NULL;
    SCOPED(json_free_at) json_t *state = NULL;
    bool now = false, wait = false, json = false;
    const struct arg table[] = { { "now", NULL, &now },
                                 { "wait", NULL, &wait },
                                 { "json", NULL, &json } };
    if (!args_read("repo fixity", argc - 1, argv + 1, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (args.count)
        return cmd_usage("repo fixity", "takes no words; the daemon knows its folder");
    enum rc rc = RC_OK;
    if (now)
        rc = api_call("POST", "/v1/fixity", json_object(), true, &asked, &why);
    if (!rc)
        rc = api_call("GET", "/v1/fixity", NULL, false, &state, &why);
    while (!rc && wait &&
           (figure(state, "asked") || json_is_object(json_object_get(state, "now")))) {
        sleep(1);
        json_decref(state);
        state = NULL;
        rc = api_call("GET", "/v1/fixity", NULL, false, &state, &why);
    }
    return rc ? cmd_fail(&why) : show(state, json);
}

/* juanku volume: register, look up, and every custody event. An event is any word that
 * the repository's custody table knows; this room does not repeat the table. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/verbs.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

struct wanted {
    const char *kind, *part, *sheets, *to, *slot, *reason, *state, *holder, *q, *looked;
    bool json, help;
};

static void help(void)
{
    puts(
        "usage: juanku volume add CASE [--kind 1|2] [--part N] [--sheets N]\n"
        "       juanku volume list [--state S] [--holder P] [--q TEXT]\n"
        "       juanku volume show|chain|pages|items|scans|qc VOLUME    [--json]\n"
        "       juanku volume qc-pass VOLUME --looked all\n"
        "       juanku volume EVENT VOLUME... [--to PERSON] [--slot SLOT] [--sheets N]\n"
        "                     [--reason TEXT]\n"
        "       juanku volume reverse SEQ --reason TEXT   take a mistake back\n"
        "       juanku volume relink VOLUME --case ID [--row N] --reason TEXT\n"
        "       juanku volume conflicts [--all 1]   settle ID --reason TEXT\n\n"
        "EVENT: receive offer accept decline cancel shelve take qc-reject\n"
        "supplement verify bind lose find ... Several volumes go together: all or none.");
}

static int add(const struct wanted *w, const char *id)
{
    long kind = 1, part = 1, sheets = 0;
    if ((w->kind && !args_number("volume", "kind", w->kind, 1, 2, &kind)) ||
        (w->part && !args_number("volume", "part", w->part, 1, 999, &part)) ||
        (w->sheets && !args_number("volume", "sheets", w->sheets, 1, 2000, &sheets)))
        return EXIT_USAGE;
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/cases/%.20s/volumes", id);
    json_t *body = json_pack("{s:i, s:i}", "kind", (int)kind, "part", (int)part);
    if (sheets)
        (void)json_object_set_new(body, "sheets", json_integer(sheets));
    struct fault why;
    SCOPED(json_free_at) json_t *made = NULL;
    if (api_call("POST", path, body, true, &made, &why))
        return cmd_fail(&why);
    if (w->json)
        api_print(made);
    else
        puts(api_text(made, "volume"));
    return EXIT_OK;
}

static void print_volume(const json_t *v)
{
    printf("%s  %-24s  第%lld版  %s", api_text(v, "volume"), api_text(v, "state"),
           (long long)json_integer_value(json_object_get(v, "version")),
           api_person(v, "holder"));
    if (*api_person(v, "to"))
        printf(" → %s", api_person(v, "to"));
    if (*api_text(v, "slot"))
        printf("  %s", api_text(v, "slot"));
    putchar('\n');
}

static void print_event(const json_t *e)
{
    printf("%6lld  %s  %s\n", (long long)json_integer_value(json_object_get(e, "seq")),
           api_text(e, "at"), api_text(e, "text"));
}

static int list(const struct wanted *w)
{
    char path[512];
    (void)snprintf(path, sizeof path, "/v1/volumes?limit=200%s%.40s%s%.40s%s%.80s",
                   w->state ? "&state=" : "", w->state ? w->state : "",
                   w->holder ? "&holder=" : "", w->holder ? w->holder : "",
                   w->q ? "&q=" : "", w->q ? w->q : "");
    struct fault why;
    SCOPED(json_free_at) json_t *found = NULL;
    if (api_call("GET", path, NULL, false, &found, &why))
        return cmd_fail(&why);
    if (w->json) {
        api_print(found);
        return EXIT_OK;
    }
    json_t *v;
    size_t i;
    json_array_foreach(json_object_get(found, "volumes"), i, v) print_volume(v);
    return EXIT_OK;
}

static int look(const struct wanted *w, const char *what, const char *volume)
{
    char path[128];
    bool whole = !strcmp(what, "show");
    (void)snprintf(path, sizeof path, "/v1/volumes/%.40s%s%.10s", volume,
                   whole ? "" : "/", whole ? "" : what);
    struct fault why;
    SCOPED(json_free_at) json_t *found = NULL;
    if (api_call("GET", path, NULL, false, &found, &why))
        return cmd_fail(&why);
    if (!w->json && whole) {
        print_volume(found);
        return EXIT_OK;
    }
    if (w->json || strcmp(what, "chain")) {
        api_print(found);
        return EXIT_OK;
    }
    json_t *e;
    size_t i;
    json_array_foreach(json_object_get(found, "events"), i, e) print_event(e);
    return EXIT_OK;
}

static enum rc with_versions(const struct args *args, json_t *ret_list, struct fault *why)
{
    for (size_t i = 1; i < args->count; i++) {
        SCOPED(json_free_at) json_t *now = NULL;
        enum rc rc = api_volume(args->words[i], &now, why);
        if (rc)
            return rc;
        (void)json_array_append_new(ret_list, json_pack("{s:s, s:O}", "volume",
                                                        args->words[i], "version",
                                                        json_object_get(now, "version")));
    }
    return RC_OK;
}

static int event(const struct wanted *w, const struct args *args)
{
    long sheets = 0;
    if (w->sheets && !args_number("volume", "sheets", w->sheets, 1, 2000, &sheets))
        return EXIT_USAGE;
    struct fault why;
    json_t *volumes = json_array();
    json_t *body =
        json_pack("{s:s, s:o, s:s*, s:s*, s:s*}", "event", args->words[0], "volumes",
                  volumes, "to", w->to, "slot", w->slot, "reason", w->reason);
    if (sheets)
        (void)json_object_set_new(body, "sheets", json_integer(sheets));
    if (with_versions(args, volumes, &why)) {
        json_decref(body);
        return cmd_fail(&why);
    }
    SCOPED(json_free_at) json_t *done = NULL;
    if (api_call("POST", "/v1/custody", body, true, &done, &why))
        return cmd_fail(&why);
    if (w->json) {
        api_print(done);
        return EXIT_OK;
    }
    json_t *v;
    size_t i;
    json_array_foreach(json_object_get(done, "volumes"), i, v) print_volume(v);
    return EXIT_OK;
}

static void print_look(const json_t *picture)
{
    printf("%4lld  第%lld张%s  %s\n",
           (long long)json_integer_value(json_object_get(picture, "image")),
           (long long)json_integer_value(json_object_get(picture, "sheet")),
           strcmp(api_text(picture, "side"), "back") ? "正面" : "背面",
           api_text(picture, "title"));
}

/* Who says "all" says that he has looked at each of them; without it they are listed. */
static int pass(const struct wanted *w, const char *volume)
{
    char path[128];
    struct fault why;
    bool all = w->looked && !strcmp(w->looked, "all");
    SCOPED(json_free_at) json_t *found = NULL;
    SCOPED(json_free_at) json_t *looked = json_array();
    (void)snprintf(path, sizeof path, "/v1/volumes/%.40s/qc", volume);
    if (api_call("GET", path, NULL, false, &found, &why))
        return cmd_fail(&why);
    json_t *picture;
    size_t i;
    json_array_foreach(json_object_get(found, "pictures"), i, picture)
    {
        if (!json_array_size(json_object_get(picture, "why")))
            continue;
        json_array_append(looked, picture);
        if (!all)
            print_look(picture);
    }
    if (!all)
        return cmd_usage("volume", "these have to be looked at; then: --looked all");
    json_t *body = json_pack("{s:s, s:O, s:O}", "result", "pass", "version",
                             json_object_get(found, "version"), "looked", looked);
    SCOPED(json_free_at) json_t *done = NULL;
    if (api_call("POST", path, body, true, &done, &why))
        return cmd_fail(&why);
    json_array_foreach(json_object_get(done, "volumes"), i, picture)
        print_volume(picture);
    return EXIT_OK;
}
static const struct verb more[] = {
    { "reverse", "POST", "/v1/events/{1}/reversal", 1, "reason",
      "volumes volume state version" },
    { "relink", "POST", "/v1/volumes/{1}/relink", 1, "case row# reason version#",
      "volumes volume state was as" },
    { "conflicts", "GET", "/v1/conflicts?all={all}", 0, NULL,
      "conflicts command at title" },
    { "settle", "POST", "/v1/conflicts/{1}/settle", 1, "reason", "seq" },
};

int cmd_volume(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < COUNT(more); i++)
        if (!strcmp(more[i].name, argv[1]))
            return verbs_run("volume", "see: juanku volume --help", more, COUNT(more),
                             argc, argv);
    struct wanted w = { 0 };
    const struct arg table[] = {
        { "kind", &w.kind, NULL },     { "part", &w.part, NULL },
        { "sheets", &w.sheets, NULL }, { "to", &w.to, NULL },
        { "slot", &w.slot, NULL },     { "reason", &w.reason, NULL },
        { "state", &w.state, NULL },   { "holder", &w.holder, NULL },
        { "q", &w.q, NULL },           { "looked", &w.looked, NULL },
        { "json", NULL, &w.json },     { "help", NULL, &w.help },
    };
    struct args args;
    if (!args_read("volume", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help)
        return help(), EXIT_OK;
    const char *verb = args.count ? args.words[0] : "";
    if (!strcmp(verb, "list") && args.count == 1)
        return list(&w);
    if (args.count < 2)
        return cmd_usage("volume", "a verb and a volume are expected");
    if (!strcmp(verb, "add"))
        return add(&w, args.words[1]);
    static const char *const looks[] = {
        "show", "chain", "pages", "items", "scans", "qc"
    };
    for (size_t i = 0; i < COUNT(looks); i++)
        if (!strcmp(verb, looks[i]))
            return look(&w, verb, args.words[1]);
    if (!strcmp(verb, "qc-pass"))
        return args.count == 2 ? pass(&w, args.words[1])
                               : cmd_usage("volume", "one volume after the other");
    return event(&w, &args);
}

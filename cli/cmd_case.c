/* juanku case: register a case, look it up, hand in the notice that it is closed. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/verbs.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

struct wanted {
    const char *no, *cause, *plaintiff, *defendant, *type, *outcome, *facts, *closed_on;
    bool json, help;
};

static void help(void)
{
    puts("usage: juanku case add --no 案号 --cause 案由 --plaintiff P --defendant D\n"
         "                       [--type 民事一审]\n"
         "       juanku case list | show CASE            [--json]\n"
         "       juanku case notice CASE --outcome 判决|调解|撤诉|裁定\n"
         "                       [--facts 保全,上诉] [--closed-on 2026-11-20]");
}

static json_t *facts_of(const char *list)
{
    json_t *facts = json_array();
    while (list && *list) {
        size_t len = strcspn(list, ",");
        if (len)
            (void)json_array_append_new(facts, json_stringn(list, len));
        list += len + (list[len] == ',');
    }
    return facts;
}

static int add(const struct wanted *w)
{
    if (!w->no || !w->cause || !w->plaintiff || !w->defendant)
        return cmd_usage("case", "--no, --cause, --plaintiff and --defendant are needed");
    struct fault why;
    SCOPED(json_free_at) json_t *made = NULL;
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no", w->no, "cause",
                             w->cause, "plaintiff", w->plaintiff, "defendant",
                             w->defendant, "case_type", w->type);
    if (api_call("POST", "/v1/cases", body, true, &made, &why))
        return cmd_fail(&why);
    if (w->json)
        api_print(made);
    else
        puts(api_text(made, "case"));
    return EXIT_OK;
}

static int notice(const struct wanted *w, const char *id)
{
    if (!w->outcome)
        return cmd_usage("case", "--outcome is needed");
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/cases/%.20s/archive-notice", id);
    struct fault why;
    SCOPED(json_free_at) json_t *done = NULL;
    json_t *body = json_pack("{s:s, s:o, s:s*}", "outcome", w->outcome, "facts",
                             facts_of(w->facts), "closed_on", w->closed_on);
    if (api_call("POST", path, body, true, &done, &why))
        return cmd_fail(&why);
    if (w->json)
        api_print(done);
    else
        printf("归档提示已登记: %s\n", w->outcome);
    return EXIT_OK;
}

static int look(const struct wanted *w, const char *id)
{
    char path[128];
    (void)snprintf(path, sizeof path, id ? "/v1/cases/%.20s" : "/v1/cases", id ? id : "");
    struct fault why;
    SCOPED(json_free_at) json_t *found = NULL;
    if (api_call("GET", path, NULL, false, &found, &why))
        return cmd_fail(&why);
    json_t *list = json_object_get(found, "cases"), *one;
    if (w->json || !list) {
        api_print(found);
        return EXIT_OK;
    }
    size_t i;
    json_array_foreach(list, i, one)
        printf("%s  %s  %s\n", api_text(one, "case"), api_text(one, "case_no"),
               api_text(one, "cause"));
    return EXIT_OK;
}

int cmd_case(int argc, char **argv)
{
    static const struct verb link = { "link", "POST",    "/v1/cases/{1}/links",
                                      1,      "to kind", "case case_no" };
    if (argc > 1 && !strcmp(argv[1], link.name))
        return verbs_run("case",
                         "juanku case link ID --to ID --kind 转立案|上诉|申请执行|合并",
                         &link, 1, argc, argv);
    struct wanted w = { .type = "民事一审" };
    const struct arg table[] = {
        { "no", &w.no, NULL },
        { "cause", &w.cause, NULL },
        { "plaintiff", &w.plaintiff, NULL },
        { "defendant", &w.defendant, NULL },
        { "type", &w.type, NULL },
        { "outcome", &w.outcome, NULL },
        { "facts", &w.facts, NULL },
        { "closed-on", &w.closed_on, NULL },
        { "json", NULL, &w.json },
        { "help", NULL, &w.help },
    };
    struct args args;
    if (!args_read("case", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help)
        return help(), EXIT_OK;
    const char *verb = args.count ? args.words[0] : "";
    if (!strcmp(verb, "add") && args.count == 1)
        return add(&w);
    if (!strcmp(verb, "notice") && args.count == 2)
        return notice(&w, args.words[1]);
    if (!strcmp(verb, "list") && args.count == 1)
        return look(&w, NULL);
    if (!strcmp(verb, "show") && args.count == 2)
        return look(&w, args.words[1]);
    return cmd_usage("case", "add, list, show CASE or notice CASE is expected");
}

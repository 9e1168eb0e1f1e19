/* juanku station: the operator's few acts from the shell, through the station's own local
 * interface, which is also what its page uses. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/cmd_station_cert.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { STATION_POLL_MS = 250, PASSWORD_MAX = 256 };

struct wanted {
    const char *url, *password_file, *sheets, *kind, *wait_s, *model, *dir, *reason;
    bool read, json, help;
};

static void help(void)
{
    puts(
        "usage: juanku station login LOGIN --password-file F\n"
        "       juanku station declare VOLUME --sheets N [--kind first|supplement]\n"
        "       juanku station start | stop | resume | finish | abandon\n"
        "       juanku station state [--json]\n"
        "       juanku station wait STATE[,STATE...] [--read] [--wait SECONDS]\n"
        "       juanku station again PAGE|all [--model M]\n"
        "       juanku station enrol NAME [--dir DIR]\n"
        "       juanku station certs [--json]\n"
        "       juanku station revoke SERIAL --reason WHY\n\n"
        "again: pages of the volume in hand are read again, by the model named.\n"
        "--read waits until every page is read as well, which finish needs.\n"
        "--url URL (else $JUANKU_STATION_URL, else http://127.0.0.1:8610). The token is\n"
        "kept in $JUANKU_SESSION beside the repository's.");
}

static enum rc call(const char *url, const char *method, const char *path, json_t *body,
                    json_t **ret_json, struct fault *why)
{
    SCOPED(json_free_at) json_t *owned = body;
    SCOPED(http_client_free_at) struct http_client *client = NULL;
    enum rc rc = strcmp(path, "/api/login") ? api_open(&client, why)
                                            : http_client_new(url, NULL, &client, why);
    return rc ? rc
              : http_client_json(client, method, path, owned, API_TIMEOUT_MS, ret_json,
                                 why);
}

static int login(const struct wanted *w, const char *name)
{
    struct fault why;
    SCOPED(free_at) char *password = NULL;
    size_t len;
    if (!w->password_file)
        return cmd_usage("station", "--password-file is needed");
    if (file_read(AT_FDCWD, w->password_file, PASSWORD_MAX, &password, &len, &why))
        return cmd_fail(&why);
    password[strcspn(password, "\r\n")] = 0;
    SCOPED(json_free_at) json_t *answer = NULL;
    json_t *body = json_pack("{s:s, s:s}", "login", name, "password", password);
    if (call(w->url, "POST", "/api/login", body, &answer, &why) ||
        api_keep_session(w->url, api_text(answer, "token"), &why))
        return cmd_fail(&why);
    printf("%s 已登录工位\n", api_person(answer, "operator"));
    return EXIT_OK;
}

static int declare(const struct wanted *w, const char *volume)
{
    long sheets;
    if (!w->sheets)
        return cmd_usage("station", "--sheets is needed: count the paper first");
    if (!args_number("station", "sheets", w->sheets, 1, 2000, &sheets))
        return EXIT_USAGE;
    struct fault why;
    SCOPED(json_free_at) json_t *made = NULL;
    json_t *body = json_pack("{s:s, s:I, s:s}", "volume", volume, "sheets_declared",
                             (json_int_t)sheets, "kind", w->kind);
    if (call(w->url, "POST", "/api/jobs", body, &made, &why))
        return cmd_fail(&why);
    printf("已登记 %ld 张\n", sheets);
    return EXIT_OK;
}

static int act(const struct wanted *w, const char *verb)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/api/job/%.20s", verb);
    struct fault why;
    SCOPED(json_free_at) json_t *done = NULL;
    if (call(w->url, "POST", path, json_object(), &done, &why))
        return cmd_fail(&why);
    return EXIT_OK;
}

static void print_state(const json_t *state)
{
    const json_t *job = json_object_get(state, "job");
    if (!json_is_object(job)) {
        puts("没有在手的卷");
        return;
    }
    printf("%s  %s  已登记 %lld 张 已进纸 %lld 张 图像 %lld 幅\n%s\n",
           api_text(job, "volume"), api_text(job, "state"),
           (long long)json_integer_value(json_object_get(job, "sheets_declared")),
           (long long)json_integer_value(json_object_get(job, "sheets_fed")),
           (long long)json_integer_value(json_object_get(job, "images")),
           api_text(job, "next"));
}

static int state(const struct wanted *w)
{
    struct fault why;
    SCOPED(json_free_at) json_t *now = NULL;
    if (call(w->url, "GET", "/api/state", NULL, &now, &why))
        return cmd_fail(&why);
    if (w->json)
        api_print(now);
    else
        print_state(now);
    return EXIT_OK;
}

static enum rc again_one(const struct wanted *w, json_int_t index, struct fault *why)
{
    char path[64];
    SCOPED(json_free_at) json_t *done = NULL;
    (void)snprintf(path, sizeof path, "/api/images/%lld", (long long)index);
    json_t *body = json_pack("{s:s, s:s*}", "do", "read-again", "model", w->model);
    return call(w->url, "POST", path, body, &done, why);
}

/* One page by its number among the pictures, or each that is a page. */
static int again(const struct wanted *w, const char *which)
{
    struct fault why;
    SCOPED(json_free_at) json_t *now = NULL;
    json_t *page;
    size_t i;
    long one = 0;
    unsigned count = 0;
    if (strcmp(which, "all") != 0 &&
        !args_number("station", "page", which, 1, 99999, &one))
        return EXIT_USAGE;
    if (call(w->url, "GET", "/api/state", NULL, &now, &why))
        return cmd_fail(&why);
    json_array_foreach(json_object_get(json_object_get(now, "job"), "pages"), i, page)
    {
        json_int_t index = json_integer_value(json_object_get(page, "index"));
        if (one ? index != one : strcmp(api_text(page, "kind"), "page") != 0)
            continue;
        if (again_one(w, index, &why))
            return cmd_fail(&why);
        count++;
    }
    if (!count) {
        (void)fault_set(&why, RC_NOT_FOUND, 0, "在手的卷里没有这一页");
        return cmd_fail(&why);
    }
    printf("%u 页重新识别\n", count);
    return EXIT_OK;
}

static bool listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == len && !memcmp(at, word, len))
            return true;
    return false;
}

static bool all_read(const json_t *state)
{
    const json_t *job = json_object_get(state, "job");
    return json_integer_value(json_object_get(job, "pages_read")) ==
           json_integer_value(json_object_get(job, "pages_total"));
}

static int wait_state(const struct wanted *w, const char *states)
{
    long seconds = 120;
    if (w->wait_s && !args_number("station", "wait", w->wait_s, 1, 36000, &seconds))
        return EXIT_USAGE;
    int64_t end_ms = clock_mono_ms() + seconds * 1000;
    struct fault why;
    for (;;) {
        SCOPED(json_free_at) json_t *now = NULL;
        if (call(w->url, "GET", "/api/state", NULL, &now, &why))
            return cmd_fail(&why);
        const char *word = api_text(json_object_get(now, "job"), "state");
        bool reached =
            listed(states, *word ? word : "none") && (!w->read || all_read(now));
        if (reached || clock_mono_ms() > end_ms) {
            print_state(now);
            return reached ? EXIT_OK : EXIT_AWAY;
        }
        (void)usleep(STATION_POLL_MS * 1000);
    }
}

int cmd_station(int argc, char **argv)
{
    const char *set = getenv("JUANKU_STATION_URL");
    struct wanted w = { .url = set ? set : "http://127.0.0.1:8610",
                        .kind = "first",
                        .dir = "." };
    const struct arg table[] = {
        { "url", &w.url, NULL },       { "password-file", &w.password_file, NULL },
        { "sheets", &w.sheets, NULL }, { "kind", &w.kind, NULL },
        { "wait", &w.wait_s, NULL },   { "read", NULL, &w.read },
        { "json", NULL, &w.json },     { "help", NULL, &w.help },
        { "model", &w.model, NULL },   { "dir", &w.dir, NULL },
        { "reason", &w.reason, NULL },
    };
    struct args args;
    if (!args_read("station", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help)
        return help(), EXIT_OK;
    const char *verb = args.count ? args.words[0] : "";
    if (!strcmp(verb, "login") && args.count == 2)
        return login(&w, args.words[1]);
    if (!strcmp(verb, "declare") && args.count == 2)
        return declare(&w, args.words[1]);
    if (!strcmp(verb, "state") && args.count == 1)
        return state(&w);
    if (!strcmp(verb, "again") && args.count == 2)
        return again(&w, args.words[1]);
    if (!strcmp(verb, "wait") && args.count == 2)
        return wait_state(&w, args.words[1]);
    if (!strcmp(verb, "enrol") && args.count == 2)
        return station_enrol_here(args.words[1], w.dir);
    if (!strcmp(verb, "certs") && args.count == 1)
        return station_certs_show(w.json);
    if (!strcmp(verb, "revoke") && args.count == 2)
        return station_revoke_one(args.words[1], w.reason);
    static const char *const acts[] = { "start", "stop", "resume", "finish", "abandon" };
    for (size_t i = 0; i < COUNT(acts) && args.count == 1; i++)
        if (!strcmp(verb, acts[i]))
            return act(&w, verb);
    return cmd_usage("station", "'%s' is no act of a station", verb);
}

#include "cli/verbs.h"

#include "cli/api.h"
#include "cli/cmd.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
    OPTIONS_MAX = 24,
    WORDS_MAX = 420,
    NAME_MAX_BYTES = 40,
    PATH_MAX_BYTES = 1200,
    LIST_MAX_BYTES = 64 * 1024,
    FILE_MAX_BYTES = 64 * 1024 * 1024,
};

struct given {
    const char *command;
    const char *names[OPTIONS_MAX], *values[OPTIONS_MAX]; /* borrowed from argv */
    size_t options;
    const char *words[WORDS_MAX]; /* behind the verb; borrowed */
    size_t count;
    char *list; /* owned: the text of --list, cut into lines */
};

static const char *option(const struct given *g, const char *name)
{
    for (size_t i = 0; i < g->options; i++)
        if (!strcmp(g->names[i], name))
            return g->values[i];
    return NULL;
}

/* The next blank-separated word of `*at`, and the kind of its last character. */
static bool field_next(const char **at, char ret_name[NAME_MAX_BYTES], char *ret_kind,
                       const char **ret_fixed)
{
    static char fixed[NAME_MAX_BYTES];
    *at += strspn(*at, " ");
    size_t len = strcspn(*at, " ");
    if (!len || len >= NAME_MAX_BYTES)
        return false;
    memcpy(ret_name, *at, len);
    ret_name[len] = 0;
    *at += len;
    char *equals = strchr(ret_name, '=');
    *ret_fixed = NULL;
    *ret_kind = 0;
    if (equals) {
        snprintf(fixed, sizeof fixed, "%s", equals + 1);
        *equals = 0;
        *ret_fixed = fixed;
        size_t end = strlen(fixed);
        if (end && fixed[end - 1] == '#') {
            *ret_kind = '#';
            fixed[end - 1] = 0;
        }
    } else if (strchr("#@*<?,", ret_name[len - 1])) {
        *ret_kind = ret_name[len - 1];
        ret_name[len - 1] = 0;
    }
    return true;
}

static bool is_known(const struct verb *v, const char *name, bool *ret_flag)
{
    static const char *const always[] = { "json", "help", "list", "output" };
    char field[NAME_MAX_BYTES], kind;
    const char *fixed, *at = v->fields ? v->fields : "";
    *ret_flag = !strcmp(name, "json") || !strcmp(name, "help");
    for (size_t i = 0; i < COUNT(always); i++)
        if (!strcmp(always[i], name))
            return true;
    while (field_next(&at, field, &kind, &fixed))
        if (!strcmp(field, name) && !fixed) {
            *ret_flag = kind == '?';
            return true;
        }
    snprintf(field, sizeof field, "{%.36s}", name);
    return strstr(v->path, field) != NULL;
}

static int given_read(struct given *g, const struct verb *v, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        const char *word = argv[i];
        bool flag = false;
        if (strncmp(word, "--", 2) != 0) {
            if (g->count == WORDS_MAX)
                return cmd_usage(g->command, "too many words");
            g->words[g->count++] = word;
            continue;
        }
        if (!is_known(v, word + 2, &flag))
            return cmd_usage(g->command, "unknown option '%s'", word);
        if (g->options == OPTIONS_MAX || (!flag && i + 1 >= argc))
            return cmd_usage(g->command, "'%s' needs a value", word);
        g->names[g->options] = word + 2;
        g->values[g->options++] = flag ? "1" : argv[++i];
    }
    return EXIT_OK;
}

/* --list F: one label a line, "-" for standard input. */
static enum rc list_read(struct given *g, struct fault *why)
{
    const char *path = option(g, "list");
    size_t len = 0;
    if (!path)
        return RC_OK;
    enum rc rc = !strcmp(path, "-")
                     ? file_read_fd(STDIN_FILENO, LIST_MAX_BYTES, &g->list, &len, why)
                     : file_read(AT_FDCWD, path, LIST_MAX_BYTES, &g->list, &len, why);
    char *rest = g->list, *line;
    while (!rc && (line = strsep(&rest, "\r\n")))
        if (*line && g->count < WORDS_MAX)
            g->words[g->count++] = line;
    return rc;
}

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || strchr("-_.~", *text))
            fputc(*text, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*text);
}

static char *path_of(const struct given *g, const char *pattern)
{
    char *path = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&path, &len);
    for (const char *at = pattern; out && *at;) {
        size_t span = *at == '{' ? strcspn(at, "}") : 0;
        if (!span) {
            fputc(*at++, out);
            continue;
        }
        char name[NAME_MAX_BYTES];
        snprintf(name, sizeof name, "%.*s", (int)span - 1, at + 1);
        size_t word = (size_t)strtoul(name, NULL, 10);
        const char *value =
            word ? (word <= g->count ? g->words[word - 1] : "") : option(g, name);
        put_escaped(out, value ? value : "");
        at += span + 1;
    }
    return out && !fclose(out) ? path : NULL;
}

/* The words behind the fixed ones, plain or with the versions they have now. */
static enum rc words_put(const struct given *g, const struct verb *v, bool versions,
                         json_t *list, struct fault *why)
{
    for (size_t i = v->words; i < g->count; i++) {
        SCOPED(json_free_at) json_t *now = NULL;
        if (!versions) {
            json_array_append_new(list, json_string(g->words[i]));
            continue;
        }
        enum rc rc = api_volume(g->words[i], &now, why);
        if (rc)
            return rc;
        json_array_append_new(list,
                              json_pack("{s:s, s:O}", "volume", g->words[i], "version",
                                        json_object_get(now, "version")));
    }
    return RC_OK;
}

static enum rc number_put(json_t *body, const char *name, const char *text,
                          struct fault *why)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!*text || *end || errno)
        return fault_set(why, RC_INVALID, 0, "--%s 应是一个整数，不是“%s”", name, text);
    json_object_set_new(body, name, json_integer(value));
    return RC_OK;
}

static enum rc secret_put(json_t *body, const char *name, const char *path,
                          struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len;
    enum rc rc = file_read(AT_FDCWD, path, 4096, &text, &len, why);
    if (!rc)
        json_object_set_new(body, name,
                            json_sprintf("%.*s", (int)strcspn(text, "\r\n"), text));
    return rc;
}

/* "a,b" as an array. */
static json_t *split(const char *text)
{
    json_t *list = json_array();
    while (*text) {
        size_t len = strcspn(text, ",");
        json_array_append_new(list, json_stringn(text, len));
        text += len + (text[len] == ',');
    }
    return list;
}

static enum rc field_put(const struct given *g, const struct verb *v, const char *name,
                         char kind, json_t *body, struct fault *why)
{
    const char *value = option(g, name);
    if (kind == '@' || (kind == '*' && g->count > v->words)) {
        json_t *list = json_array();
        json_object_set_new(body, name, list);
        return words_put(g, v, kind == '@', list, why);
    }
    if (!value || kind == '*')
        return RC_OK;
    if (kind == '#' || kind == '?')
        return number_put(body, name, value, why);
    if (kind == '<')
        return secret_put(body, name, value, why);
    json_object_set_new(body, name, kind == ',' ? split(value) : json_string(value));
    return RC_OK;
}

static enum rc body_of(const struct given *g, const struct verb *v, json_t *body,
                       struct fault *why)
{
    const char *at = v->fields ? v->fields : "", *fixed;
    char name[NAME_MAX_BYTES], kind;
    enum rc rc = RC_OK;
    while (!rc && field_next(&at, name, &kind, &fixed))
        if (fixed && kind == '#')
            rc = number_put(body, name, fixed, why);
        else if (fixed)
            json_object_set_new(body, name, json_string(fixed));
        else
            rc = field_put(g, v, name, kind, body, why);
    return rc;
}

static void print_field(const json_t *object, const char *name)
{
    char first[NAME_MAX_BYTES];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "."), name);
    const json_t *value = json_object_get(object, first);
    const char *rest = strchr(name, '.');
    if (rest)
        print_field(value, rest + 1);
    else if (json_is_integer(value))
        printf("%lld", (long long)json_integer_value(value));
    else
        fputs(json_is_string(value) ? json_string_value(value) : "-", stdout);
}

static void print_row(const json_t *object, const char *columns)
{
    char name[NAME_MAX_BYTES], kind;
    const char *at = columns, *fixed;
    for (bool first = true; field_next(&at, name, &kind, &fixed); first = false) {
        if (!first)
            fputs("  ", stdout);
        print_field(object, name);
    }
    putchar('\n');
}

static void print_answer(const struct verb *v, const json_t *answer)
{
    char list[NAME_MAX_BYTES], kind;
    const char *at = v->shows, *fixed;
    if (!at || !field_next(&at, list, &kind, &fixed)) {
        api_print(answer);
        return;
    }
    const json_t *rows = json_object_get(answer, list);
    if (!json_is_array(rows)) {
        print_row(answer, v->shows);
        return;
    }
    for (size_t i = 0; i < json_array_size(rows); i++)
        print_row(json_array_get(rows, i), at);
}

/* A document into --output, or to standard output. */
static int fetch(const struct given *g, const char *path)
{
    struct fault why;
    struct http_answer answer = { 0 };
    SCOPED(http_client_free_at) struct http_client *client = NULL;
    const char *to = option(g, "output");
    enum rc rc = api_open(&client, &why);
    if (!rc)
        rc = http_client_call(client, "GET", path, NULL, (struct bytes){ 0 },
                              API_TIMEOUT_MS, &answer, &why);
    if (!rc && answer.status != 200) {
        SCOPED(json_free_at) json_t *problem = json_loads((char *)answer.body, 0, NULL);
        rc = fault_set(&why, answer.status == 403 ? RC_DENIED : RC_NOT_FOUND, 0, "%s",
                       api_text(problem, "title"));
    }
    if (!rc) {
        FILE *out = to ? fopen(to, "wb") : stdout;
        bool written = out && fwrite(answer.body, 1, answer.len, out) == answer.len;
        if (out && (to ? fclose(out) : fflush(out)))
            written = false;
        if (!written)
            rc = fault_set(&why, RC_IO, errno, "写不进“%s”", to ? to : "标准输出");
    }
    http_answer_free(&answer);
    return rc ? cmd_fail(&why) : EXIT_OK;
}

static int run(const struct given *g, const struct verb *v)
{
    struct fault why;
    SCOPED(free_at) char *path = path_of(g, v->path);
    if (!path || strlen(path) > PATH_MAX_BYTES)
        return cmd_usage(g->command, "too long");
    if (!strcmp(v->method, "FILE"))
        return fetch(g, path);
    bool post = !strcmp(v->method, "POST");
    SCOPED(json_free_at) json_t *body = post ? json_object() : NULL;
    SCOPED(json_free_at) json_t *answer = NULL;
    if (post && body_of(g, v, body, &why))
        return cmd_fail(&why);
    if (api_call(v->method, path, json_incref(body), post, &answer, &why))
        return cmd_fail(&why);
    if (option(g, "json"))
        api_print(answer);
    else
        print_answer(v, answer);
    return EXIT_OK;
}

int verbs_run(const char *command, const char *help, const struct verb *verbs,
              size_t count, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--help")) {
        puts(help);
        return EXIT_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(verbs[i].name, name) != 0)
            continue;
        struct fault why;
        struct given g = { .command = command };
        int code = given_read(&g, &verbs[i], argc, argv);
        if (!code && option(&g, "help"))
            return puts(help), EXIT_OK;
        if (!code && list_read(&g, &why))
            code = cmd_fail(&why);
        if (!code && g.count < verbs[i].words)
            code = cmd_usage(command, "%s: a word is missing", name);
        if (!code)
            code = run(&g, &verbs[i]);
        free(g.list);
        return code;
    }
    return cmd_usage(command, "unknown verb '%s'", name);
}

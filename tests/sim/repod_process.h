/* A real juanku-repod in a scratch folder, with its people, for tests that talk to it
 * over HTTP. */
#ifndef TESTS_SIM_REPOD_PROCESS_H
#define TESTS_SIM_REPOD_PROCESS_H

#include "net/http_client.h"
#include "repo-daemon/people.h"
#include "repo-daemon/repo.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPOD_PEOPLE = 10, REPOD_CALL_MS = 30000 };

static const struct {
    const char *login, *name;
    unsigned role;
} repod_people[REPOD_PEOPLE] = {
    { "admin", "管理", ROLE_ADMIN },          { "clerk1", "立案", ROLE_CATALOGUER },
    { "super1", "主管", ROLE_SUPERVISOR },    { "keeper1", "王库", ROLE_KEEPER },
    { "scan1", "李扫", ROLE_OPERATOR },       { "qc1", "赵质", ROLE_QC },
    { "binder1", "孙订", ROLE_BINDER },       { "checker1", "周核", ROLE_CHECKER },
    { "archivist1", "吴档", ROLE_ARCHIVIST }, { "station1", "一号站", ROLE_STATION },
};

static struct {
    char folder[400], config[420], base[64];
    unsigned port;
    pid_t pid;
    struct http_client *clients[REPOD_PEOPLE];
    char badges[REPOD_PEOPLE][PERSON_BADGE_MAX];
} repod;

static int repod_tap, repod_failed;

/* One line of TAP. */
static __attribute__((format(printf, 2, 3))) bool says(bool holds, const char *format,
                                                       ...)
{
    va_list args;
    va_start(args, format);
    printf("%sok %d - ", holds ? "" : "not ", ++repod_tap);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    fflush(stdout);
    repod_failed += !holds;
    return holds;
}

static void repod_fail(const char *what, const struct fault *why)
{
    says(false, "%s: %s: %s", what, rc_name(why->rc), why->text);
    exit(1);
}

static void repod_make(const char *name)
{
    const char *out = getenv("OUT");
    struct fault why;
    struct repo *repo = NULL;
    snprintf(repod.folder, sizeof repod.folder, "%s/tmp/%s-%d", out ? out : "out", name,
             getpid());
    snprintf(repod.config, sizeof repod.config, "%s/repod.conf", repod.folder);
    char store[420];
    snprintf(store, sizeof store, "%s/repo", repod.folder);
    if (repo_create(store, "粤0399", NULL, &why) || repo_open(store, &repo, &why))
        repod_fail("make a repository", &why);
    for (size_t i = 0; i < REPOD_PEOPLE; i++) {
        char id[33], password[80];
        json_t *person = NULL;
        random_id(id);
        snprintf(password, sizeof password, "password-%s", repod_people[i].login);
        struct person_new who = { .id = id,
                                  .by = "",
                                  .login = repod_people[i].login,
                                  .name = repod_people[i].name,
                                  .password = password,
                                  .roles = repod_people[i].role };
        if (people_add(repo, &who, &person, &why))
            repod_fail("add a person", &why);
        snprintf(repod.badges[i], sizeof repod.badges[i], "%s",
                 json_string_value(json_object_get(person, "badge")));
        json_decref(person);
    }
    repo_close(repo);
    repod.port = 20000 + (unsigned)getpid() % 12000;
    snprintf(repod.base, sizeof repod.base, "http://127.0.0.1:%u", repod.port);
    FILE *f = fopen(repod.config, "w");
    if (!f)
        exit(1);
    fprintf(f, "repo.dir = %s/repo\narchive.ocfl = yes\nhttp.listen = 127.0.0.1:%u\n",
            repod.folder, repod.port);
    fclose(f);
}

static bool repod_answers(void)
{
    struct http_client *c = NULL;
    struct http_answer answer = { 0 };
    bool ready = !http_client_new(repod.base, NULL, &c, NULL) &&
                 !http_client_call(c, "GET", "/readyz", NULL, (struct bytes){ 0 }, 2000,
                                   &answer, NULL) &&
                 answer.status == 200;
    http_answer_free(&answer);
    http_client_free(c);
    return ready;
}

static bool repod_wait(void)
{
    for (int i = 0; i < 200; i++) {
        if (repod_answers())
            return true;
        usleep(50000);
    }
    return false;
}

static bool repod_start(void)
{
    const char *out = getenv("OUT");
    char program[400], log[440];
    snprintf(program, sizeof program, "%s/bin/juanku-repod", out ? out : "out");
    snprintf(log, sizeof log, "%s/log", repod.folder);
    repod.pid = fork();
    if (!repod.pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!freopen(log, "a", stderr))
            _exit(126);
        execl(program, program, "--config", repod.config, (char *)NULL);
        _exit(127);
    }
    return repod_wait();
}

static void repod_kill(int signal)
{
    kill(repod.pid, signal);
    waitpid(repod.pid, NULL, 0);
}

/* The process of one role, found among the children of the daemon. */
static inline pid_t repod_role(const char *role)
{
    DIR *dir = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *e; dir && !found && (e = readdir(dir));) {
        char path[300], line[600] = "";
        snprintf(path, sizeof path, "/proc/%.20s/cmdline", e->d_name);
        FILE *f = atoi(e->d_name) > 0 ? fopen(path, "r") : NULL;
        size_t len = f ? fread(line, 1, sizeof line - 1, f) : 0;
        if (f)
            fclose(f);
        for (size_t i = 0; i + 1 < len; i++)
            if (!line[i])
                line[i] = ' ';
        char want[40];
        snprintf(want, sizeof want, "--role %s ", role);
        if (strstr(line, want) && strstr(line, repod.config))
            found = atoi(e->d_name);
    }
    if (dir)
        closedir(dir);
    return found;
}

static int repod_unlink(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

/* The exit code of the test; the folder stays when something failed. */
static int repod_end(void)
{
    if (!repod_failed)
        nftw(repod.folder, repod_unlink, 16, FTW_DEPTH | FTW_PHYS);
    return repod_failed ? 1 : 0;
}

static size_t repod_person(const char *login)
{
    for (size_t i = 0; i < REPOD_PEOPLE; i++)
        if (!strcmp(repod_people[i].login, login))
            return i;
    abort();
}

static inline const char *badge_of(const char *login)
{
    return repod.badges[repod_person(login)];
}

/* The client of a person, logged in. */
static struct http_client *as(const char *login)
{
    size_t i = repod_person(login);
    if (repod.clients[i])
        return repod.clients[i];
    struct fault why;
    char password[80];
    json_t *answer = NULL;
    snprintf(password, sizeof password, "password-%s", login);
    json_t *body = json_pack("{s:s, s:s}", "login", login, "password", password);
    if (http_client_new(repod.base, NULL, &repod.clients[i], &why) ||
        http_client_json(repod.clients[i], "POST", "/v1/session", body, REPOD_CALL_MS,
                         &answer, &why))
        repod_fail("log in", &why);
    http_client_set_token(repod.clients[i],
                          json_string_value(json_object_get(answer, "token")));
    json_decref(body);
    json_decref(answer);
    return repod.clients[i];
}

/* One call; `body` is stolen and gets an id when it has none. */
static inline enum rc call_as(const char *login, const char *method, json_t *body,
                              json_t **ret_answer, struct fault *why, const char *path)
{
    char id[33];
    json_t *answer = NULL;
    random_id(id);
    if (body && !json_object_get(body, "id"))
        json_object_set_new(body, "id", json_string(id));
    enum rc rc =
        http_client_json(as(login), method, path, body, REPOD_CALL_MS, &answer, why);
    json_decref(body);
    if (!rc && ret_answer)
        *ret_answer = answer;
    else
        json_decref(answer);
    return rc;
}

#endif

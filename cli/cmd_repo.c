/* juanku repo: what is done on the repository's own machine while the daemon is down. */
#include "cli/cmd.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/backup.h"
#include "repo-daemon/command.h"
#include "repo-daemon/people.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: juanku repo init DIR --court COURT [--origin NAME]\n"
    "       juanku repo user add DIR LOGIN --name NAME --roles ROLE,... --password-file "
    "FILE\n"
    "       juanku repo user list DIR\n"
    "       juanku repo slots DIR --site N --rack N --slots N\n"
    "       juanku repo verify DIR\n"
    "       juanku repo rebuild DIR\n"
    "       juanku repo backup DIR TO\n"
    "       juanku repo restore TO DIR\n"
    "       juanku repo fixity [--now] [--wait] [--json]\n"
    "\n"
    "The daemon must not run meanwhile, but for backup and fixity; while it runs, use "
    "its pages.\n"
    "  init      make an empty repository; COURT is its word in case numbers, 粤0399\n"
    "  user      add a person or a station's account; list all\n"
    "  slots     register the slots of a rack\n"
    "  verify    read every file again and compare it with its name\n"
    "  rebuild   make all views again from the ledger and the files\n"
    "  backup    copy everything, also while the daemon runs, and read the copy again;\n"
    "            again into the same folder it copies only what is new\n"
    "  restore   make a repository out of a backup, and read it again\n"
    "  fixity    where the daemon's reading of all files stands; --now: begin at\n"
    "            once, --wait: until it is done\n";

struct arguments {
    const char *court, *origin, *name, *roles, *password_file;
    long site, rack, slots;
    bool help;
};

SCOPE_RELEASER(repo_close_at, struct repo *, repo_close)

/* Options wherever they stand; what is left begins at optind. False: usage was wrong. */
static bool arguments_read(int argc, char **argv, struct arguments *ret_arguments)
{
    static const struct option options[] = {
        { "court", required_argument, NULL, 'c' },
        { "origin", required_argument, NULL, 'o' },
        { "name", required_argument, NULL, 'n' },
        { "roles", required_argument, NULL, 'r' },
        { "site", required_argument, NULL, 's' },
        { "rack", required_argument, NULL, 'k' },
        { "slots", required_argument, NULL, 'l' },
        { "password-file", required_argument, NULL, 'p' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct arguments a = { 0 };
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        const char **text = o == 'c'   ? &a.court
                            : o == 'o' ? &a.origin
                            : o == 'n' ? &a.name
                            : o == 'r' ? &a.roles
                            : o == 'p' ? &a.password_file
                                       : NULL;
        long *number = o == 's'   ? &a.site
                       : o == 'k' ? &a.rack
                       : o == 'l' ? &a.slots
                                  : NULL;
        if (o == '?')
            return false;
        if (text)
            *text = optarg;
        if (number)
            *number = strtol(optarg, NULL, 10);
        a.help = a.help || o == 'h';
    }
    *ret_arguments = a;
    return true;
}

static enum rc open_alone(const char *folder, struct repo **ret_repo, struct fault *why)
{
    enum rc rc = repo_open(folder, ret_repo, why);
    if (rc == RC_AGAIN)
        return fault_set(why, RC_UNAVAILABLE, 0,
                         "中间库服务正在运行：请先停止它，或者在网页上办理");
    return rc;
}

static int init(const char *folder, const struct arguments *a)
{
    struct fault why;
    if (!a->court)
        return cmd_usage("repo init", "--court is missing");
    if (repo_create(folder, a->court, a->origin, &why))
        return cmd_fail(&why);
    printf("%s\n", folder);
    return EXIT_OK;
}

static enum rc password_read(const char *path, char ret_password[PASSWORD_MOST + 2],
                             struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(AT_FDCWD, path, PASSWORD_MOST + 1, &text, &len, why);
    if (rc)
        return rc;
    snprintf(ret_password, PASSWORD_MOST + 2, "%.*s", (int)strcspn(text, "\r\n"), text);
    explicit_bzero(text, len);
    return RC_OK;
}

static bool roles_of_text(const char *text, unsigned *ret_roles)
{
    SCOPED(json_free_at) json_t *names = json_array();
    while (*text) {
        size_t len = strcspn(text, ",");
        json_array_append_new(names, json_stringn(text, len));
        text += len + (text[len] == ',');
    }
    return roles_read(names, ret_roles);
}

static int user_add(const char *folder, const char *login, const struct arguments *a)
{
    struct fault why = { 0 };
    SCOPED(repo_close_at) struct repo *repo = NULL;
    SCOPED(json_free_at) json_t *person = NULL;
    char id[33], password[PASSWORD_MOST + 2];
    random_id(id);
    struct person_new who = {
        .id = id, .by = "", .login = login, .name = a->name, .password = password
    };
    if (!a->name || !a->roles || !a->password_file)
        return cmd_usage("repo user add",
                         "--name, --roles and --password-file are needed");
    if (!roles_of_text(a->roles, &who.roles))
        return cmd_usage("repo user add", "'%s' is not a list of roles", a->roles);
    enum rc rc = password_read(a->password_file, password, &why);
    if (!rc)
        rc = open_alone(folder, &repo, &why);
    if (!rc)
        rc = people_add(repo, &who, &person, &why);
    explicit_bzero(password, sizeof password);
    if (rc)
        return cmd_fail(&why);
    printf("%s\n", json_string_value(json_object_get(person, "badge")));
    return EXIT_OK;
}

static bool user_print(const char *badge, json_t *person, void *context)
{
    (void)context;
    const json_t *roles = json_object_get(person, "roles");
    printf("%s\t%s\t%s\t", badge, json_string_value(json_object_get(person, "login")),
           json_string_value(json_object_get(person, "name")));
    for (size_t i = 0; i < json_array_size(roles); i++)
        printf("%s%s", i ? "," : "", json_string_value(json_array_get(roles, i)));
    putchar('\n');
    return true;
}

static int user_list(const char *folder)
{
    struct fault why;
    SCOPED(repo_close_at) struct repo *repo = NULL;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = open_alone(folder, &repo, &why);
    if (!rc)
        rc = store_begin_read(repo->store, &txn, &why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_PEOPLE, "", NULL, user_print, NULL, &why);
    store_abort(TAKE(txn));
    return rc ? cmd_fail(&why) : EXIT_OK;
}

static int slots(const char *folder, const struct arguments *a)
{
    struct fault why;
    SCOPED(repo_close_at) struct repo *repo = NULL;
    SCOPED(json_free_at) json_t *labels = json_array();
    SCOPED(json_free_at) json_t *data = json_pack("{s:O}", "slots", labels);
    SCOPED(json_free_at) json_t *answer = NULL;
    if (a->site < 1 || a->site > 99 || a->rack < 1 || a->rack > 999 || a->slots < 1 ||
        a->slots > 999)
        return cmd_usage("repo slots",
                         "--site 1..99, --rack 1..999 and --slots 1..999 are needed");
    enum rc rc = open_alone(folder, &repo, &why);
    if (rc)
        return cmd_fail(&why);
    for (long i = 1; i <= a->slots; i++) {
        char text[LABEL_TEXT_MAX];
        SCOPED(json_free_at) json_t *there = NULL;
        struct label label = { .type = LABEL_SLOT,
                               .site = (uint8_t)a->site,
                               .rack = (uint16_t)a->rack,
                               .slot = (uint16_t)i };
        if (!label_write(&label, text) && view_find(repo, VIEW_SLOTS, text, &there))
            json_array_append_new(labels, json_string(text));
    }
    char id[33];
    random_id(id);
    struct command command = {
        .id = id, .event = EVENT_SLOTS, .by = "", .at_ms = clock_now_ms(), .data = data
    };
    if (json_array_size(labels))
        rc = command_run(repo, &command, &answer, &why);
    if (rc)
        return cmd_fail(&why);
    for (size_t i = 0; i < json_array_size(labels); i++)
        puts(json_string_value(json_array_get(labels, i)));
    return EXIT_OK;
}

struct verifying {
    uint64_t blobs, bad;
};

static bool blob_report(const struct blob_found *found, void *context)
{
    struct verifying *v = context;
    char hex[SHA256_HEX];
    v->blobs++;
    if (found->rc) {
        hash_hex(found->hash, hex);
        fprintf(stderr, "juanku: 文件 %s 已损坏\n", hex);
        v->bad++;
    }
    return true;
}

static int verify(const char *folder)
{
    struct fault why;
    struct ledger_head head;
    struct verifying v = { 0, 0 };
    SCOPED(repo_close_at) struct repo *repo = NULL;
    enum rc rc = open_alone(folder, &repo, &why);
    if (!rc)
        rc = blob_scan(repo->blobs, true, blob_report, &v, &why);
    if (!rc)
        rc = ledger_head(repo->ledger, &head, &why);
    if (rc)
        return cmd_fail(&why);
    printf("%llu events, %llu files, 0 damaged\n", (unsigned long long)head.size,
           (unsigned long long)v.blobs);
    return EXIT_OK;
}

static int rebuild(const char *folder)
{
    struct fault why;
    uint64_t events = 0;
    SCOPED(repo_close_at) struct repo *repo = NULL;
    enum rc rc = repo_open_to_rebuild(folder, &repo, &why);
    if (rc == RC_AGAIN)
        rc = fault_set(&why, RC_UNAVAILABLE, 0, "中间库服务正在运行：请先停止它");
    if (!rc)
        rc = apply_all(repo, &events, &why);
    if (rc)
        return cmd_fail(&why);
    printf("%llu events\n", (unsigned long long)events);
    return EXIT_OK;
}

static int copy(const char *from, const char *to, bool restore)
{
    struct fault why;
    struct backup_report report;
    if (restore ? backup_restore(from, to, &report, &why)
                : backup_make(from, to, &report, &why))
        return cmd_fail(&why);
    printf("%llu events, %llu files, %llu copied, %llu dropped, verified\n",
           (unsigned long long)report.events, (unsigned long long)report.files,
           (unsigned long long)report.copied, (unsigned long long)report.dropped);
    return EXIT_OK;
}

int cmd_repo(int argc, char **argv)
{
    struct arguments a;
    if (argc > 1 && !strcmp(argv[1], "fixity"))
        return cmd_repo_fixity(argc, argv);
    if (!arguments_read(argc, argv, &a))
        return EXIT_USAGE;
    if (a.help)
        return fputs(help, stdout) < 0;
    char **rest = argv + optind;
    int left = argc - optind;
    const char *what = left ? rest[0] : "";
    bool user = !strcmp(what, "user");
    if (user && left == 4 && !strcmp(rest[1], "add"))
        return user_add(rest[2], rest[3], &a);
    if (user && left == 3 && !strcmp(rest[1], "list"))
        return user_list(rest[2]);
    if (left == 2 && !strcmp(what, "init"))
        return init(rest[1], &a);
    if (left == 2 && !strcmp(what, "slots"))
        return slots(rest[1], &a);
    if (left == 2 && !strcmp(what, "verify"))
        return verify(rest[1]);
    if (left == 2 && !strcmp(what, "rebuild"))
        return rebuild(rest[1]);
    if (left == 3 && (!strcmp(what, "backup") || !strcmp(what, "restore")))
        return copy(rest[1], rest[2], !strcmp(what, "restore"));
    return cmd_usage("repo",
                     "init, user add, user list, slots, verify, rebuild, backup or "
                     "restore, and a folder; or fixity");
}

/* juanku ledger: the head, an export, its verification, the proof of one volume.
 *
 * Verification needs only the files. The other three take the ledger from the repository
 * that one is logged in to, from --url with a token, from the repository's folder when
 * the daemon does not run (--dir), or from an export (--export). */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/ledger_fetch.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_verify.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TOKEN_MAX = 4096 };

struct wanted {
    const char *url, *token_file, *dir, *export, *key, *out;
    bool json, help;
};

/* Where the events come from, and what must be closed after. */
struct place {
    struct ledger_source source;
    struct ledger *ledger;
    struct http_client *client;
};

static void place_close(struct place *place)
{
    ledger_close(place->ledger);
    http_client_free(place->client);
}

static void help(void)
{
    puts(
        "usage: juanku ledger head   [SOURCE] [--json]\n"
        "       juanku ledger export [SOURCE] FOLDER [--json]\n"
        "       juanku ledger prove  [SOURCE] VOLUME -o FILE [--json]\n"
        "       juanku ledger verify FOLDER|FILE [--key FILE] [--json]\n\n"
        "SOURCE: the repository you are logged in to, or\n"
        "  --url URL --token-file F   another one\n"
        "  --dir REPOSITORY           its folder, without the daemon\n"
        "  --export FOLDER            an export\n\n"
        "verify needs only the files: an export, or a proof made with prove. --key is a\n"
        "file with the verifier key you trust; without it the enclosed key is believed.\n"
        "Exit code 2 when anything does not verify.");
}

static enum rc read_line_file(const char *path, char *ret_text, size_t room,
                              struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(AT_FDCWD, path, room - 1, &text, &len, why);
    if (rc)
        return rc;
    memcpy(ret_text, text, len + 1);
    ret_text[strcspn(ret_text, "\r\n")] = 0;
    return RC_OK;
}

static enum rc open_dir(const char *dir, struct place *place, struct fault *why)
{
    static const struct ledger_options reading = { .read_only = true };
    char uri[PATH_MAX];
    if (snprintf(uri, sizeof uri, "lmdb:%s/store", dir) >= (int)sizeof uri)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", dir);
    /* As the writer we can sign what is newest; beside the daemon we read what it signed.
     */
    enum rc rc = ledger_open(uri, NULL, &place->ledger, why);
    if (rc == RC_AGAIN || rc == RC_DENIED)
        rc = ledger_open(uri, &reading, &place->ledger, why);
    return rc ? rc : ledger_source_of(place->ledger, &place->source, why);
}

static enum rc open_url(const struct wanted *w, struct place *place, struct fault *why)
{
    if (!w->url) {
        enum rc rc = api_open(&place->client, why);
        return rc ? rc : ledger_fetch(place->client, &place->source, why);
    }
    char token[TOKEN_MAX] = "";
    enum rc rc = RC_OK;
    if (w->token_file)
        rc = read_line_file(w->token_file, token, sizeof token, why);
    if (!rc)
        rc = http_client_new(w->url, getenv("JUANKU_CA"), &place->client, why);
    if (rc)
        return rc;
    if (*token)
        http_client_set_token(place->client, token);
    return ledger_fetch(place->client, &place->source, why);
}

static enum rc open_place(const struct wanted *w, struct place *place, struct fault *why)
{
    if (w->dir)
        return open_dir(w->dir, place, why);
    if (w->export)
        return ledger_source_of_folder(w->export, &place->source, why);
    return open_url(w, place, why);
}

static int print_head(const struct wanted *w, struct place *place)
{
    if (!w->json) {
        (void)fputs(place->source.checkpoint, stdout);
        return EXIT_OK;
    }
    json_t *out = json_pack("{ss ss}", "checkpoint", place->source.checkpoint, "key",
                            place->source.key);
    api_print(out);
    json_decref(out);
    return EXIT_OK;
}

static int export(const struct wanted *w, struct place *place, const char *folder)
{
    struct fault why;
    uint64_t events = 0;
    if (ledger_export(&place->source, folder, &events, &why))
        return cmd_fail(&why);
    if (!w->json) {
        printf("已导出 %" PRIu64 " 条记录到 %s；核验：juanku ledger verify %s\n", events,
               folder, folder);
        return EXIT_OK;
    }
    json_t *out = json_pack("{sI ss}", "events", (json_int_t)events, "folder", folder);
    api_print(out);
    json_decref(out);
    return EXIT_OK;
}

static enum rc write_file(const char *path, struct bytes data, struct fault *why)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash && slash - path >= PATH_MAX - 1)
        return fault_set(why, RC_INVALID, 0, "'%s' is too long a path", path);
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = file_open_folder(folder, &dir, why);
    return rc ? rc : file_replace(dir, slash ? slash + 1 : path, data, why);
}

static int prove(const struct wanted *w, struct place *place, const char *volume)
{
    struct fault why;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (!w->out)
        return cmd_usage("ledger prove", "-o FILE is missing");
    if (ledger_proof_write(&place->source, volume, &text, &len, &why) ||
        write_file(w->out, (struct bytes){ (uint8_t *)text, len }, &why))
        return cmd_fail(&why);
    if (!w->json) {
        printf("证明已写入 %s；核验：juanku ledger verify %s\n", w->out, w->out);
        return EXIT_OK;
    }
    json_t *out = json_pack("{ss sI}", "proof", w->out, "bytes", (json_int_t)len);
    api_print(out);
    json_decref(out);
    return EXIT_OK;
}

static enum rc verify_path(const char *path, const char *key,
                           struct ledger_report *ret_report, struct fault *why)
{
    struct stat st;
    if (stat(path, &st))
        return fault_set(why, rc_of_errno(errno), errno, "打不开“%s”：%s", path,
                         strerror(errno));
    if (S_ISDIR(st.st_mode))
        return ledger_verify_folder(path, key, ret_report, why);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(AT_FDCWD, path, LEDGER_PROOF_MAX, &text, &len, why);
    return rc ? rc
              : ledger_verify_proof((struct bytes){ (uint8_t *)text, len }, key,
                                    ret_report, why);
}

static void print_report(const struct ledger_report *report, const struct fault *why)
{
    char root[SHA256_HEX], head[SHA256_HEX + 24];
    hash_hex(report->root, root);
    snprintf(head, sizeof head, "%" PRIu64 " %s", report->size, root);
    json_t *out = json_pack(
        "{sb sI sI ss ss}", "verified", !why, "events", (json_int_t)report->events,
        "volumes", (json_int_t)report->volumes, "head", head, "key", report->key);
    if (why) {
        (void)json_object_set_new(out, "seq", json_integer((json_int_t)report->bad_seq));
        (void)json_object_set_new(out, "file", json_string(report->bad_file));
        (void)json_object_set_new(out, "sentence", json_string(why->text));
    }
    api_print(out);
    json_decref(out);
}

static int verify(const struct wanted *w, const char *path)
{
    struct fault why;
    struct ledger_report report = { 0 };
    char key[LEDGER_KEY_MAX];
    if (w->key && read_line_file(w->key, key, sizeof key, &why))
        return cmd_fail(&why);
    enum rc rc = verify_path(path, w->key ? key : NULL, &report, &why);
    if (w->json)
        print_report(&report, rc ? &why : NULL);
    if (rc)
        return cmd_fail(&why);
    if (w->json)
        return EXIT_OK;
    char root[SHA256_HEX];
    struct stat st;
    hash_hex(report.root, root);
    if (!stat(path, &st) && S_ISREG(st.st_mode))
        printf("证明有效：这 %" PRIu64 " 条记录前后相接，都在已签名的账本中。\n",
               report.events);
    else
        printf("账本完整：%" PRIu64 " 条记录，%" PRIu64
               " 卷，每一卷的移交前后相接，签名有效。\n",
               report.events, report.volumes);
    printf("树根 %s（共 %" PRIu64 " 条）\n公钥 %s%s\n", root, report.size, report.key,
           w->key ? "" : "（取自文件本身；用 --key 与法院公布的公钥核对）");
    return EXIT_OK;
}

static int run(const struct wanted *w, const struct args *args)
{
    const char *verb = args->words[0];
    bool head = !strcmp(verb, "head"), out = !strcmp(verb, "export");
    bool check = !strcmp(verb, "verify");
    if (!head && !out && !check && strcmp(verb, "prove") != 0)
        return cmd_usage("ledger", "'%s' is not known", verb);
    if (args->count != (head ? 1u : 2u))
        return cmd_usage("ledger", "%s takes %s", verb,
                         head ? "no more words" : "one word more");
    if (check)
        return verify(w, args->words[1]);
    struct fault why;
    SCOPED(place_close) struct place place = { 0 };
    if (open_place(w, &place, &why))
        return cmd_fail(&why);
    if (head)
        return print_head(w, &place);
    return out ? export(w, &place, args->words[1]) : prove(w, &place, args->words[1]);
}

int cmd_ledger(int argc, char **argv)
{
    struct wanted w = { 0 };
    const struct arg table[] = {
        { "url", &w.url, NULL },   { "token-file", &w.token_file, NULL },
        { "dir", &w.dir, NULL },   { "export", &w.export, NULL },
        { "key", &w.key, NULL },   { "o", &w.out, NULL },
        { "json", NULL, &w.json }, { "help", NULL, &w.help },
    };
    struct args args;
    if (!args_read("ledger", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (w.help || !args.count) {
        help();
        return w.help ? EXIT_OK : EXIT_USAGE;
    }
    return run(&w, &args);
}

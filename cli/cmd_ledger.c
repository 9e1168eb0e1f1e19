/* juanku ledger: the head, an export, its verification, the proof of one volume.
 *
 * Verification needs only the files. The other three take the ledger from the repository
 * that one is logged in to, from --url with a token, from the repository's folder when
 * the daemon does not run (--dir), or from an export (--export). */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/ledger_place.h"
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

static void help(void)
{
    puts(
        "usage: juanku ledger head   [SOURCE] [--json]\n"
        "       juanku ledger export [SOURCE] FOLDER [--json]\n"
        "       juanku ledger prove  [SOURCE] VOLUME -o FILE [--json]\n"
        "       juanku ledger sheet  [SOURCE] --day 2026-11-28 -o FILE.pdf\n"
        "       juanku ledger growth [SOURCE] [--from N] -o FILE\n"
        "       juanku ledger rotate --dir REPOSITORY\n"
        "       juanku ledger verify FOLDER|FILE [--key FILE] [--witness FILE] [--json]\n"
        "       juanku ledger witness FOLDER --name NAME\n"
        "       juanku ledger follow FOLDER --key FILE\n"
        "       juanku ledger cosign FILE --witness FOLDER -o FILE\n\n"
        "SOURCE: the repository you are logged in to, or\n"
        "  --url URL --token-file F   another one\n"
        "  --dir REPOSITORY           its folder, without the daemon\n"
        "  --export FOLDER            an export\n\n"
        "verify needs only the files: an export, a proof made with prove, or a cosigned\n"
        "checkpoint. --key is a file with a verifier key you trust (that of a hand-over\n"
        "sheet, also an old one); without it the enclosed key is believed. Exit code 2\n"
        "when anything does not verify.\n"
        "A witness is somebody else, who follows the ledger by its key: growth makes "
        "the\n"
        "request from the size he saw last, cosign checks and signs it.");
}

static int print_head(const struct ledger_wanted *w, struct ledger_place *place)
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

static int export(const struct ledger_wanted *w, struct ledger_place *place,
                  const char *folder)
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

static int prove(const struct ledger_wanted *w, struct ledger_place *place,
                 const char *volume)
{
    struct fault why;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (!w->out)
        return cmd_usage("ledger prove", "-o FILE is missing");
    if (ledger_proof_write(&place->source, volume, &text, &len, &why) ||
        ledger_out_file(w->out, (struct bytes){ (uint8_t *)text, len }, &why))
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

static int verify(const struct ledger_wanted *w, const char *path)
{
    struct fault why;
    struct ledger_report report = { 0 };
    char key[LEDGER_KEY_MAX];
    if (w->key && ledger_line_file(w->key, key, sizeof key, &why))
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

static int verify_witnessed(const struct ledger_wanted *w, const char *path)
{
    struct fault why;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (file_read(AT_FDCWD, path, LEDGER_PROOF_MAX, &text, &len, &why))
        return cmd_fail(&why);
    return ledger_verify_cosigned(w, (struct bytes){ (uint8_t *)text, len });
}

static int verify_any(const struct ledger_wanted *w, const char *path)
{
    return w->witness ? verify_witnessed(w, path) : verify(w, path);
}

/* Each verb once: alone, or with the ledger open; with one more word or none. */
static const struct verb {
    const char *name;
    int (*alone)(const struct ledger_wanted *w, const char *word);
    int (*open)(const struct ledger_wanted *w, struct ledger_place *place);
    int (*open_word)(const struct ledger_wanted *w, struct ledger_place *place,
                     const char *word);
} verbs[] = {
    { "head", NULL, print_head, NULL },
    { "export", NULL, NULL, export },
    { "prove", NULL, NULL, prove },
    { "sheet", NULL, ledger_sheet, NULL },
    { "growth", NULL, ledger_growth, NULL },
    { "rotate", NULL, ledger_rotate_key, NULL },
    { "verify", verify_any, NULL, NULL },
    { "witness", ledger_witness_new, NULL, NULL },
    { "follow", ledger_witness_follow, NULL, NULL },
    { "cosign", ledger_cosign, NULL, NULL },
};

static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

static int run(const struct ledger_wanted *w, const struct args *args)
{
    const struct verb *verb = verb_find(args->words[0]);
    if (!verb)
        return cmd_usage("ledger", "'%s' is not known", args->words[0]);
    if (args->count != (verb->open ? 1u : 2u))
        return cmd_usage("ledger", "%s takes %s", verb->name,
                         verb->open ? "no more words" : "one word more");
    if (verb->alone)
        return verb->alone(w, args->words[1]);
    struct fault why;
    SCOPED(ledger_place_close) struct ledger_place place = { 0 };
    if (ledger_place_open(w, &place, &why))
        return cmd_fail(&why);
    return verb->open ? verb->open(w, &place)
                      : verb->open_word(w, &place, args->words[1]);
}

int cmd_ledger(int argc, char **argv)
{
    struct ledger_wanted w = { 0 };
    const struct arg table[] = {
        { "url", &w.url, NULL },   { "token-file", &w.token_file, NULL },
        { "dir", &w.dir, NULL },   { "export", &w.export, NULL },
        { "key", &w.key, NULL },   { "o", &w.out, NULL },
        { "json", NULL, &w.json }, { "help", NULL, &w.help },
        { "name", &w.name, NULL }, { "from", &w.from, NULL },
        { "day", &w.day, NULL },   { "witness", &w.witness, NULL },
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

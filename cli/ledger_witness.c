/* juanku ledger: witnesses, the change of key, and the daily sheet. */
#include "cli/cmd.h"
#include "cli/ledger_place.h"
#include "repo-daemon/ledger_sheet.h"
#include "repo-daemon/witness.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int ledger_witness_new(const struct ledger_wanted *w, const char *folder)
{
    struct fault why;
    char key[CHECKPOINT_KEY_MAX];
    if (!w->name)
        return cmd_usage("ledger witness", "--name NAME is missing");
    if (witness_create(folder, w->name, &why) || witness_key(folder, key, &why))
        return cmd_fail(&why);
    printf("%s\n", key);
    return EXIT_OK;
}

int ledger_witness_follow(const struct ledger_wanted *w, const char *folder)
{
    struct fault why;
    char key[LEDGER_KEY_MAX];
    if (!w->key)
        return cmd_usage("ledger follow", "--key FILE is missing");
    if (ledger_line_file(w->key, key, sizeof key, &why) ||
        witness_follow(folder, key, &why))
        return cmd_fail(&why);
    printf("已关注账本，公钥 %s\n", key);
    return EXIT_OK;
}

int ledger_cosign(const struct ledger_wanted *w, const char *request)
{
    struct fault why;
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    char note[COSIGN_TEXT_MAX];
    if (!w->witness || !w->out)
        return cmd_usage("ledger cosign", "--witness FOLDER and -o FILE are needed");
    if (file_read(AT_FDCWD, request, WITNESS_REQUEST_MAX, &text, &len, &why) ||
        witness_cosign(w->witness, (struct bytes){ (uint8_t *)text, len },
                       clock_now_ms() / 1000, note, &why) ||
        ledger_out_file(w->out, (struct bytes){ (uint8_t *)note, strlen(note) }, &why))
        return cmd_fail(&why);
    return EXIT_OK;
}

int ledger_growth(const struct ledger_wanted *w, struct ledger_place *place)
{
    struct fault why;
    SCOPED(free_at) char *text = NULL;
    char *end = NULL;
    uint64_t from = w->from ? strtoull(w->from, &end, 10) : 0;
    if (!w->out || (w->from && (end == w->from || *end)))
        return cmd_usage("ledger growth", "-o FILE and a whole number --from are needed");
    if (ledger_growth_write(&place->source, from, &text, &why) ||
        ledger_out_file(w->out, (struct bytes){ (uint8_t *)text, strlen(text) }, &why))
        return cmd_fail(&why);
    return EXIT_OK;
}

int ledger_rotate_key(const struct ledger_wanted *w, struct ledger_place *place)
{
    struct fault why;
    char id[33];
    if (!place->ledger || !w->dir)
        return cmd_usage("ledger rotate", "--dir REPOSITORY is needed");
    random_id(id);
    if (ledger_rotate(place->ledger, id, "", clock_now_ms(), &why))
        return cmd_fail(&why);
    printf("%s\n", ledger_key(place->ledger));
    return EXIT_OK;
}

int ledger_sheet(const struct ledger_wanted *w, struct ledger_place *place)
{
    struct fault why;
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len = 0;
    if (!w->out || !w->day)
        return cmd_usage("ledger sheet", "--day 2026-11-28 and -o FILE.pdf are needed");
    struct ledger_sheet sheet = { .day = w->day, .secret_too = true };
    if (ledger_sheet_write(&place->source, &sheet, &pdf, &len, &why) ||
        ledger_out_file(w->out, (struct bytes){ pdf, len }, &why))
        return cmd_fail(&why);
    return EXIT_OK;
}

int ledger_verify_cosigned(const struct ledger_wanted *w, struct bytes text)
{
    struct fault why;
    char log_text[LEDGER_KEY_MAX], witness_text[LEDGER_KEY_MAX], root[SHA256_HEX];
    char at_text[CLOCK_TEXT_MAX];
    struct checkpoint_key log, witness;
    struct checkpoint head;
    int64_t at_s = 0;
    if (!w->key || !w->witness)
        return cmd_usage("ledger verify",
                         "a checkpoint needs --key FILE and --witness KEYFILE");
    enum rc rc = ledger_line_file(w->key, log_text, sizeof log_text, &why);
    if (!rc)
        rc = ledger_line_file(w->witness, witness_text, sizeof witness_text, &why);
    if (!rc)
        rc = checkpoint_key_read_verifier(
            (struct bytes){ (uint8_t *)log_text, strlen(log_text) }, &log, &why);
    if (!rc)
        rc = checkpoint_key_read_verifier(
            (struct bytes){ (uint8_t *)witness_text, strlen(witness_text) }, &witness,
            &why);
    if (!rc)
        rc = cosign_read(text, &log, &witness, &head, &at_s, &why);
    if (rc)
        return cmd_fail(&why);
    hash_hex(head.root, root);
    clock_text(at_s * 1000, at_text);
    printf("见证有效：%s 于 %s 见证了第 %" PRIu64 " 条以前的账本。\n树根 %s\n",
           witness.name, at_text, head.size, root);
    return EXIT_OK;
}

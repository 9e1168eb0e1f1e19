/* The ledger for outsiders: signed head, key, and the events as they were hashed. */
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_sheet.h"
#include "repo-daemon/merkle.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MOST = 1000, BYTES_MOST = 8 * 1024 * 1024 };

enum rc ledger_head_show(struct call *call, struct fault *why)
{
    char text[LEDGER_CHECKPOINT_MAX];
    enum rc rc = ledger_checkpoint(call->repo->ledger, text, why);
    if (rc)
        return rc;
    return call_answer_text(call, "text/plain; charset=utf-8",
                            (struct bytes){ (uint8_t *)text, strlen(text) }, why);
}

enum rc ledger_key_show(struct call *call, struct fault *why)
{
    char text[LEDGER_KEY_MAX + 1];
    int len = snprintf(text, sizeof text, "%s\n", ledger_key(call->repo->ledger));
    return call_answer_text(call, "text/plain; charset=utf-8",
                            (struct bytes){ (uint8_t *)text, (size_t)len }, why);
}

struct lines {
    FILE *file;
    size_t bytes;
    bool secret_too;
};

/* Does the event name a 副卷, anywhere in its text? */
static bool names_secret(struct bytes text)
{
    enum { LEN = LABEL_TEXT_MAX - 1 };
    char label[LABEL_TEXT_MAX];
    for (size_t i = 0; i + LEN <= text.len; i++) {
        if (text.at[i] != 'V')
            continue;
        memcpy(label, text.at + i, LEN);
        label[LEN] = 0;
        if (call_is_secret(label))
            return true;
    }
    return false;
}

/* In its place stands its hash, so that whoever may not read it can still count the tree.
 */
static int line_withheld(uint64_t seq, struct bytes text, char *ret_line, size_t room)
{
    char hex[SHA256_HEX];
    hash_hex(merkle_leaf(text), hex);
    return snprintf(ret_line, room, "{\"leaf\":\"%s\",\"seq\":%llu,\"withheld\":1}", hex,
                    (unsigned long long)seq);
}

static enum rc line_add(uint64_t seq, struct bytes text, void *context, struct fault *why)
{
    struct lines *lines = context;
    char withheld[160];
    if (!lines->secret_too && names_secret(text)) {
        int len = line_withheld(seq, text, withheld, sizeof withheld);
        text = (struct bytes){ (const uint8_t *)withheld, (size_t)len };
    }
    if (lines->bytes && lines->bytes + text.len > BYTES_MOST)
        return RC_CANCELLED; /* enough for one answer */
    lines->bytes += text.len + 1;
    if (fwrite(text.at, 1, text.len, lines->file) != text.len ||
        fputc('\n', lines->file) == EOF)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the events");
    return RC_OK;
}

enum rc ledger_events_show(struct call *call, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    uint64_t from = strtoull(call_query(call, "from"), NULL, 10);
    struct lines lines = { open_memstream(&text, &len), 0, !call_may_see(call, 2, NULL) };
    if (!lines.file)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the events");
    enum rc rc = ledger_feed(call->repo->ledger, from ? from : 1, EVENTS_MOST, line_add,
                             &lines, why);
    if (fclose(lines.file))
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the events");
    if (rc && rc != RC_CANCELLED)
        return rc;
    return call_answer_text(call, "application/jsonl; charset=utf-8",
                            (struct bytes){ (uint8_t *)text, len }, why);
}

enum rc ledger_proof_show(struct call *call, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (!rc)
        rc = ledger_proof_of(call->repo->ledger, call_part(call, "volume"), &text, &len,
                             why);
    struct bytes proof = { (uint8_t *)text, len };
    /* What was handed over together stands in one event, which is proved as a whole. */
    if (!rc && call_may_see(call, 2, NULL) && names_secret(proof))
        rc = fault_set(why, RC_DENIED, 0,
                       "这册案卷和副卷一起办理过，证明里有副卷的记录；请库管、档案、"
                       "督导或审计人员来取");
    return rc ? rc : call_answer_text(call, "application/json", proof, why);
}

enum rc ledger_growth_show(struct call *call, struct fault *why)
{
    SCOPED(free_at) char *text = NULL;
    uint64_t from = strtoull(call_query(call, "from"), NULL, 10);
    enum rc rc = ledger_growth_of(call->repo->ledger, from, &text, why);
    return rc ? rc
              : call_answer_text(call, "text/plain; charset=utf-8",
                                 (struct bytes){ (uint8_t *)text, strlen(text) }, why);
}

static bool sheet_person(void *context, const char *badge,
                         char ret_name[LEDGER_SHEET_CELL_MAX])
{
    struct call *call = context;
    struct person p;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    if (store_begin_read(call->repo->store, &txn, NULL) ||
        people_find(call->repo, txn, badge, &p))
        return false;
    snprintf(ret_name, LEDGER_SHEET_CELL_MAX, "%s", p.name);
    return true;
}

static bool sheet_amount(void *context, const char *volume, int64_t *ret_pages,
                         int64_t *ret_sheets)
{
    struct call *call = context;
    SCOPED(json_free_at) json_t *v = NULL;
    if (view_find(call->repo, VIEW_VOLUMES, volume, &v))
        return false;
    int64_t fed = json_number(v, "sheets");
    *ret_pages = json_number(v, "pages");
    *ret_sheets = fed ? fed : json_number(v, "declared");
    return true;
}

enum rc ledger_sheet_show(struct call *call, struct fault *why)
{
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len = 0;
    struct ledger_source source;
    struct ledger_sheet sheet = {
        .day = call_query(call, "day"),
        .court = repo_settings_court(call->settings, call->repo->court),
        .secret_too = !call_may_see(call, 2, NULL),
        .font = call->settings->font,
        .person = sheet_person,
        .amount = sheet_amount,
        .context = call,
    };
    enum rc rc = ledger_source_of(call->repo->ledger, &source, why);
    if (!rc)
        rc = ledger_sheet_write(&source, &sheet, &pdf, &len, why);
    return rc ? rc
              : call_answer_text(call, "application/pdf", (struct bytes){ pdf, len },
                                 why);
}

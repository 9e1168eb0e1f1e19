/* A purge as people see it, and 销毁清册 to be signed: who proposed, who approved, who
 * destroyed the paper and who watched. */
#include "repo-daemon/retention_purge.h"

#include "repo-daemon/call.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/people.h"
#include "repo-daemon/retention_policy.h"
#include "repo-daemon/show.h"
#include "repo-daemon/slip.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 400 };

static json_t *line_show(struct repo *repo, struct store_txn *txn, const json_t *line)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    const char *label = json_text(line, "volume");
    if (view_get(repo, txn, VIEW_VOLUMES, label, &volume))
        volume = json_object();
    if (view_get(repo, txn, VIEW_CASES, json_text(volume, "case"), &the_case))
        the_case = json_object();
    const json_t *record = json_object_get(volume, "retention");
    return json_pack(
        "{s:s, s:I, s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:s, s:s}", "volume", label,
        "version", (json_int_t)json_number(line, "version"), "case_no",
        json_text(the_case, "case_no"), "kind", (json_int_t)json_number(volume, "kind"),
        "part", (json_int_t)json_number(volume, "part"), "class",
        json_text(record, "class"), "until", json_text(record, "until"), "sheets",
        (json_int_t)json_number(volume, "sheets"), "pages",
        (json_int_t)json_number(volume, "pages"), "state", json_text(volume, "state"),
        "word", custody_state_word(custody_state(json_text(volume, "state"))));
}

static json_t *time_or_null(const json_t *purge, const char *name)
{
    return json_number(purge, name) ? show_time(json_number(purge, name)) : json_null();
}

json_t *purge_show(struct repo *repo, struct store_txn *txn, const json_t *purge)
{
    static const char *const sums[] = { "files", "bytes", "shared", "removed" };
    const json_t *lines = json_object_get(purge, "lines");
    json_t *shown = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++)
        json_array_append_new(shown, line_show(repo, txn, json_array_get(lines, i)));
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "purge",
        json_text(purge, "purge"), "state", json_text(purge, "state"), "word",
        purge_state_word(purge_state(json_text(purge, "state"))), "version",
        (json_int_t)json_number(purge, "version"), "by",
        people_short(repo, txn, json_text(purge, "by")), "at",
        show_time(json_number(purge, "at")), "reason", json_text(purge, "reason"),
        "decided_by", people_short(repo, txn, json_text(purge, "decided_by")),
        "decided_at", time_or_null(purge, "decided_at"), "decision",
        show_text(json_text(purge, "decision")), "done_at",
        time_or_null(purge, "done_at"), "list", show_text(json_text(purge, "list")),
        "lines", shown);
    for (size_t i = 0; i < COUNT(sums); i++)
        json_object_set_new(out, sums[i], json_integer(json_number(purge, sums[i])));
    return out;
}

static json_t *rows_of(const json_t *lines)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        json_array_append_new(
            rows,
            json_pack("[o, s, s, o, s, s, o]", json_sprintf("%zu", i + 1),
                      json_text(line, "volume"), json_text(line, "case_no"),
                      show_part(line),
                      retention_class_word(retention_class(json_text(line, "class"))),
                      json_text(line, "until"),
                      json_sprintf("%lld", (long long)json_number(line, "pages"))));
    }
    return rows;
}

static void person_line(struct repo *repo, struct store_txn *txn, const char *badge,
                        int64_t at_ms, char ret_text[CELL_MAX])
{
    struct person p;
    char at[SLIP_DAY_MAX] = "";
    if (at_ms)
        slip_time(at_ms, at);
    if (!*badge || people_find(repo, txn, badge, &p))
        snprintf(ret_text, CELL_MAX, "%s", badge);
    else
        snprintf(ret_text, CELL_MAX, "%s（%s）　%s", p.name, p.badge, at);
}

static const double widths[] = { 22, 152, 124, 50, 30, 62, 31 };
static const char *const head[] = { "序",   "案卷号",   "案号", "卷册",
                                    "期限", "期限届满", "页" };
static const char *const signers[] = { "提出人", "批准人", "销毁人", "监销人" };
static const char *const copies[] = { "第一联　存档", "第二联　批准人留存" };
static const struct slip_form list_form = {
    .title = "档案销毁清册",
    .widths_pt = widths,
    .head = head,
    .columns = COUNT(head),
    .closing = "批准以前不得销毁。纸质案卷由两人监销，销毁后在系统里登记。"
               "清册、账本记录、扫描清单和一致性证书永久保存。",
    .signers = signers,
    .signer_count = COUNT(signers),
    .copies = copies,
    .copy_count = COUNT(copies),
};

enum rc purge_print(struct repo *repo, const struct repo_settings *settings,
                    const json_t *purge, uint8_t **ret_pdf, size_t *ret_len,
                    struct fault *why)
{
    char by[CELL_MAX], decided[CELL_MAX], total[CELL_MAX], number[CELL_MAX];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *shown = purge_show(repo, txn, purge);
    SCOPED(json_free_at) json_t *rows = rows_of(json_object_get(shown, "lines"));
    person_line(repo, txn, json_text(purge, "by"), json_number(purge, "at"), by);
    person_line(repo, txn, json_text(purge, "decided_by"),
                json_number(purge, "decided_at"), decided);
    snprintf(number, sizeof number, "%s　%s", json_text(purge, "purge"),
             json_text(shown, "word"));
    snprintf(total, sizeof total,
             "%zu 册，电子文件 %lld 个；另有 %lld 个与别的案卷共用，保留",
             json_array_size(rows), (long long)json_number(purge, "files"),
             (long long)json_number(purge, "shared"));
    const char *const facts[][2] = { { "清册编号", number },
                                     { "提出人", by },
                                     { "提出原因", json_text(purge, "reason") },
                                     { "批准人", decided },
                                     { "批准意见", json_text(purge, "decision") },
                                     { "合计", total } };
    const struct slip slip = {
        .form = &list_form,
        .facts = facts,
        .fact_count = COUNT(facts),
        .rows = rows,
        .at_ms = json_number(purge, "at"),
    };
    return slip_write(repo, settings, &slip, ret_pdf, ret_len, why);
}

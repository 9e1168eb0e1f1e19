#include "repo-daemon/batch.h"

#include "repo-daemon/call.h"
#include "repo-daemon/intake.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/show.h"
#include "repo-daemon/slip.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 200 };

static const struct {
    const char *event, *state, *word;
} states[] = {
    { "offer", "open", "等待签收" },
    { "accept", "accepted", "已签收" },
    { "decline", "declined", "已拒收" },
    { "cancel", "cancelled", "已撤回" },
};

const char *batch_state_word(const char *state)
{
    for (size_t i = 0; i < COUNT(states); i++)
        if (!strcmp(states[i].state, state))
            return states[i].word;
    return "";
}

const char *batch_state_after(const char *event)
{
    for (size_t i = 0; i < COUNT(states); i++)
        if (!strcmp(states[i].event, event))
            return states[i].state;
    return NULL;
}

static enum rc label_free(struct repo *repo, const char *text, struct fault *why)
{
    struct label label;
    SCOPED(json_free_at) json_t *there = NULL;
    if (label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) ||
        label.type != LABEL_BATCH)
        return fault_set(why, RC_INVALID, 0,
                         "“%.40s”不是推车或交接批的标签，或校验位不对", text);
    if (label.number >= INTAKE_NUMBER_FIRST)
        return fault_set(why, RC_INVALID, 0,
                         "“%.40s”是收件窗口的清单号，不能用作推车或交接批", text);
    if (!view_find(repo, VIEW_BATCHES, text, &there) &&
        !strcmp(json_text(there, "state"), "open"))
        return fault_set(why, RC_CONFLICT, 0,
                         "推车 %s 上还有一批等待签收，请先办完那一批", text);
    return RC_OK;
}

enum rc batch_label(struct repo *repo, const char *wanted, char ret_label[LABEL_TEXT_MAX],
                    struct fault *why)
{
    if (*wanted) {
        enum rc rc = label_free(repo, wanted, why);
        if (!rc)
            snprintf(ret_label, LABEL_TEXT_MAX, "%s", wanted);
        return rc;
    }
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    struct label label = { .type = LABEL_BATCH,
                           .number = store_count(txn, repo->tables[VIEW_BATCHES]) + 1 };
    json_t *there = NULL;
    do { /* a printed label may have this number already */
        json_decref(there);
        there = NULL;
        if (label_write(&label, ret_label))
            return fault_set(why, RC_FULL, 0, "交接批号已用完");
        label.number++;
    } while (!view_get(repo, txn, VIEW_BATCHES, ret_label, &there));
    return RC_OK;
}

bool batch_has(const json_t *labels, const char *volume)
{
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const char *one = json_string_value(json_array_get(labels, i));
        if (one && !strcmp(one, volume))
            return true;
    }
    return false;
}

bool batch_lists(const json_t *batch, const char *volume)
{
    const json_t *lines = json_object_get(batch, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (!strcmp(json_text(json_array_get(lines, i), "volume"), volume))
            return true;
    return false;
}

static const char *const sums[] = { "items", "pages", "sheets" };

/* A line with the number that people call the case by. */
static json_t *line_show(struct repo *repo, struct store_txn *txn, const json_t *line)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    json_t *out = json_copy((json_t *)line);
    if (view_get(repo, txn, VIEW_CASES, json_text(line, "case"), &the_case))
        the_case = NULL;
    json_object_set_new(out, "case_no", json_string(json_text(the_case, "case_no")));
    return out;
}

json_t *batch_show(struct repo *repo, struct store_txn *txn, const json_t *batch,
                   bool all)
{
    const json_t *lines = json_object_get(batch, "lines");
    json_int_t total[COUNT(sums)] = { 0 };
    json_t *shown = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *line = json_array_get(lines, i);
        if (!all && json_number(line, "kind") == 2)
            continue;
        json_array_append_new(shown, line_show(repo, txn, line));
        for (size_t s = 0; s < COUNT(sums); s++)
            total[s] += json_number(line, sums[s]);
    }
    json_t *out =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:i}", "batch",
                  json_text(batch, "batch"), "state", json_text(batch, "state"), "word",
                  batch_state_word(json_text(batch, "state")), "from",
                  people_short(repo, txn, json_text(batch, "from")), "to",
                  people_short(repo, txn, json_text(batch, "to")), "at",
                  show_time(json_number(batch, "at")), "reason",
                  json_text(batch, "reason"), "volumes", (int)json_array_size(shown));
    for (size_t s = 0; s < COUNT(sums); s++)
        json_object_set_new(out, sums[s], json_integer(total[s]));
    json_object_set_new(out, "ended_at",
                        json_number(batch, "ended_at")
                            ? show_time(json_number(batch, "ended_at"))
                            : json_null());
    json_object_set_new(out, "lines", shown);
    return out;
}

static void number_cell(json_t *row, const json_t *line, const char *name)
{
    json_array_append_new(row, json_sprintf("%lld", (long long)json_number(line, name)));
}

static json_t *rows_of(struct repo *repo, struct store_txn *txn, const json_t *lines)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        SCOPED(json_free_at) json_t *the_case = NULL;
        if (view_get(repo, txn, VIEW_CASES, json_text(line, "case"), &the_case))
            the_case = NULL;
        json_t *row = json_pack("[o, s, s, o]", json_sprintf("%zu", i + 1),
                                json_text(line, "volume"), json_text(the_case, "case_no"),
                                show_part(line));
        for (size_t s = 0; s < COUNT(sums); s++)
            number_cell(row, line, sums[s]);
        json_array_append_new(rows, row);
    }
    return rows;
}

static void person_line(struct repo *repo, struct store_txn *txn, const char *badge,
                        char ret_text[CELL_MAX])
{
    struct person p;
    if (people_find(repo, txn, badge, &p))
        snprintf(ret_text, CELL_MAX, "%s", badge);
    else
        snprintf(ret_text, CELL_MAX, "%s（%s）", p.name, p.badge);
}

static const double widths[] = { 24, 146, 143, 56, 34, 34, 34 };
static const char *const head[] = { "序", "案卷号", "案号", "卷册", "件", "页", "张" };
static const char *const signers[] = { "移出人", "接收人" };
static const char *const copies[] = { "第一联　移出人留存", "第二联　接收人留存" };
static const struct slip_form list_form = {
    .title = "案卷移交单",
    .widths_pt = widths,
    .head = head,
    .columns = COUNT(head),
    .closing = "接收人签收以前，案卷由移出人负责。请当面逐册清点，整批签收或整批拒收。",
    .signers = signers,
    .signer_count = COUNT(signers),
    .copies = copies,
    .copy_count = COUNT(copies),
};

enum rc batch_print(struct repo *repo, const struct repo_settings *settings,
                    const json_t *batch, uint8_t **ret_pdf, size_t *ret_len,
                    struct fault *why)
{
    char from[CELL_MAX], to[CELL_MAX], at[SLIP_DAY_MAX], total[CELL_MAX],
        state[CELL_MAX] = "等待签收", end[SLIP_DAY_MAX];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *shown = batch_show(repo, txn, batch, true);
    SCOPED(json_free_at)
    json_t *rows = rows_of(repo, txn, json_object_get(batch, "lines"));
    const char *reason = json_text(batch, "reason");
    person_line(repo, txn, json_text(batch, "from"), from);
    person_line(repo, txn, json_text(batch, "to"), to);
    slip_time(json_number(batch, "at"), at);
    snprintf(
        total, sizeof total, "%lld 册　%lld 件　%lld 页　%lld 张",
        (long long)json_number(shown, "volumes"), (long long)json_number(shown, "items"),
        (long long)json_number(shown, "pages"), (long long)json_number(shown, "sheets"));
    if (json_number(batch, "ended_at")) {
        slip_time(json_number(batch, "ended_at"), end);
        snprintf(state, sizeof state, "%s　%s",
                 batch_state_word(json_text(batch, "state")), end);
    }
    const char *const facts[][2] = {
        { "移出人", from }, { "接收人", to },
        { "移交时间", at }, { "事由", *reason ? reason : "—" },
        { "合计", total },  { "办理情况", state }
    };
    const struct slip slip = {
        .form = &list_form,
        .label = json_text(batch, "batch"),
        .facts = facts,
        .fact_count = COUNT(facts),
        .rows = rows,
        .at_ms = json_number(batch, "at"),
    };
    return slip_write(repo, settings, &slip, ret_pdf, ret_len, why);
}

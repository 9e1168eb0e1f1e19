/* The slips of the counter: receipts and the one-time notice, each in two copies. */
#include "repo-daemon/intake.h"

#include "repo-daemon/calendar.h"
#include "repo-daemon/intake_policy.h"
#include "repo-daemon/show.h"
#include "repo-daemon/slip.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 400, CLOSING_MAX = 900 };

static const char *const two_copies[] = { "第一联　法院存档", "第二联　当事人留存" };

static const double in_widths[] = { 20, 106, 46, 84, 63, 152 };
static const char *const in_head[] = { "序", "材料", "种类", "实收", "去向", "材料号" };
static const char *const in_signers[] = { "递交人", "收件人" };
static const struct slip_form in_form = {
    .title = "诉讼材料收取清单",
    .widths_pt = in_widths,
    .head = in_head,
    .columns = COUNT(in_head),
    .closing = "以上材料已当面清点。必存原件和证物由智能中间库保管；其余材料扫描并"
               "质检通过后可以领回，领取时请带本联。",
    .signers = in_signers,
    .signer_count = COUNT(in_signers),
    .copies = two_copies,
    .copy_count = COUNT(two_copies),
};

static const double back_widths[] = { 26, 230, 90, 125 };
static const char *const back_head[] = { "序", "材料", "张数", "材料号" };
static const char *const back_signers[] = { "领取人", "退还人" };
static const struct slip_form back_form = {
    .title = "诉讼材料退还清单",
    .widths_pt = back_widths,
    .head = back_head,
    .columns = COUNT(back_head),
    .closing = "以上材料不属必存原件，图像已质检通过，现退还原递交人。请当面清点。",
    .signers = back_signers,
    .signer_count = COUNT(back_signers),
    .copies = two_copies,
    .copy_count = COUNT(two_copies),
};

static const double notice_widths[] = { 26, 165, 280 };
static const char *const notice_head[] = { "序", "材料", "需要补正的内容" };
static const char *const notice_signers[] = { "收到告知的人", "告知人" };
static const struct slip_form notice_form = {
    .title = "一次性补正告知书",
    .widths_pt = notice_widths,
    .head = notice_head,
    .columns = COUNT(notice_head),
    .signers = notice_signers,
    .signer_count = COUNT(notice_signers),
    .copies = two_copies,
    .copy_count = COUNT(two_copies),
};

/* What every slip says of its list. */
struct words {
    char from[CELL_MAX], by[CELL_MAX], at[SLIP_DAY_MAX], sums[CELL_MAX], place[CELL_MAX];
    json_t *the_case; /* owned */
};

static void words_free(struct words *w)
{
    json_decref(w->the_case);
}

/* Where the papers are as it is printed: in the volume, or still with who took them. */
static void place_of(struct repo *repo, struct store_txn *txn, const json_t *shown,
                     char ret_place[CELL_MAX])
{
    char name[SHOW_NAME_MAX];
    size_t held = 0;
    const char *holder = "", *filed = "", *meant = json_text(shown, "volume");
    const json_t *lines = json_object_get(shown, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (*json_text(line, "volume"))
            filed = json_text(line, "volume");
        if (strcmp(json_text(line, "state"), "held") != 0)
            continue;
        holder = json_text(json_object_get(line, "holder"), "name");
        held++;
    }
    const char *label = *filed ? filed : meant;
    SCOPED(json_free_at) json_t *volume = NULL;
    snprintf(name, sizeof name, "%s", label);
    if (*label && !view_get(repo, txn, VIEW_VOLUMES, label, &volume))
        show_name(repo, txn, volume, name);
    if (held)
        snprintf(ret_place, CELL_MAX, "待归卷 %zu 件，现由 %s 保管%s%s", held, holder,
                 *label ? "；拟归入 " : "", name);
    else
        snprintf(ret_place, CELL_MAX, "%s%s%s", *label ? name : "—", *label ? "　" : "",
                 label);
}

static enum rc words_read(struct repo *repo, const json_t *list, struct words *ret_words,
                          struct fault *why)
{
    struct person p = { 0 };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    struct words *w = ret_words;
    if (view_get(repo, txn, VIEW_CASES, json_text(list, "case"), &w->the_case))
        w->the_case = json_object();
    SCOPED(json_free_at) json_t *shown = intake_show(repo, txn, list);
    place_of(repo, txn, shown, w->place);
    (void)!people_find(repo, txn, json_text(list, "by"), &p);
    snprintf(w->by, sizeof w->by, "%s（%s）", p.name, json_text(list, "by"));
    snprintf(w->from, sizeof w->from, "%s（%s）", json_text(list, "from"),
             json_text(list, "side"));
    slip_time(json_number(list, "at"), w->at);
    snprintf(w->sums, sizeof w->sums, "%lld 件，其中必存 %lld 件；纸质 %lld 张",
             (long long)json_number(shown, "items"),
             (long long)json_number(shown, "keeps"),
             (long long)json_number(shown, "sheets"));
    return RC_OK;
}

/* "3 张", or "3 张（申报 4）" when the party's list says otherwise. */
static json_t *count_cell(const json_t *line)
{
    const char *unit = intake_what_unit(intake_what(json_text(line, "what")));
    long long counted = json_number(line, "counted"),
              declared = json_number(line, "declared");
    return counted == declared
               ? json_sprintf("%lld %s", counted, unit)
               : json_sprintf("%lld %s（申报 %lld）", counted, unit, declared);
}

static const char *fate(const json_t *line)
{
    bool paper = intake_what(json_text(line, "what")) == INTAKE_PAPER;
    return !*json_text(line, "item")   ? "未收"
           : !paper                    ? "证物袋留存"
           : json_number(line, "keep") ? "必存原件"
                                       : "质检后可退还";
}

static json_t *rows_of(const json_t *lines)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        enum intake_what what = intake_what(json_text(line, "what"));
        json_array_append_new(
            rows, json_pack("[o, o, s, o, s, s]", json_sprintf("%zu", i + 1),
                            json_sprintf("%s%s", json_text(line, "title"),
                                         *json_text(line, "corrected") ? "（更正）" : ""),
                            intake_what_word(what), count_cell(line), fate(line),
                            json_text(line, "item")));
    }
    return rows;
}

static enum rc print_in(struct repo *repo, const struct repo_settings *settings,
                        const json_t *list, const struct words *w, uint8_t **ret_pdf,
                        size_t *ret_len, struct fault *why)
{
    SCOPED(json_free_at) json_t *rows = rows_of(json_object_get(list, "lines"));
    const char *answers = json_text(list, "supplements");
    const char *const facts[][2] = {
        { "案号", json_text(w->the_case, "case_no") },
        { "递交人", w->from },
        { "收到时间", w->at },
        { "收件人", w->by },
        { "归入案卷", w->place },
        { "补正清单", *answers ? answers : "—" },
        { "合计", w->sums },
    };
    const struct slip slip = {
        .form = &in_form,
        .label = json_text(list, "intake"),
        .facts = facts,
        .fact_count = COUNT(facts),
        .rows = rows,
        .at_ms = json_number(list, "at"),
    };
    return slip_write(repo, settings, &slip, ret_pdf, ret_len, why);
}

static json_t *back_rows(const json_t *lines)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        json_array_append_new(rows, json_pack("[o, s, o, s]", json_sprintf("%zu", i + 1),
                                              json_text(line, "title"), count_cell(line),
                                              json_text(line, "item")));
    }
    return rows;
}

static enum rc print_back(struct repo *repo, const struct repo_settings *settings,
                          const json_t *list, const struct words *w, uint8_t **ret_pdf,
                          size_t *ret_len, struct fault *why)
{
    SCOPED(json_free_at) json_t *rows = back_rows(json_object_get(list, "lines"));
    const char *const facts[][2] = {
        { "案号", json_text(w->the_case, "case_no") },
        { "领取人", w->from },
        { "退还时间", w->at },
        { "退还人", w->by },
        { "收件清单", json_text(list, "of") },
        { "取自案卷", json_text(list, "volume") },
    };
    const struct slip slip = {
        .form = &back_form,
        .label = json_text(list, "intake"),
        .facts = facts,
        .fact_count = COUNT(facts),
        .rows = rows,
        .at_ms = json_number(list, "at"),
    };
    return slip_write(repo, settings, &slip, ret_pdf, ret_len, why);
}

enum rc intake_print(struct repo *repo, const struct repo_settings *settings,
                     const json_t *list, uint8_t **ret_pdf, size_t *ret_len,
                     struct fault *why)
{
    SCOPED(words_free) struct words w = { 0 };
    enum rc rc = words_read(repo, list, &w, why);
    if (rc)
        return rc;
    return strcmp(json_text(list, "kind"), "back")
               ? print_in(repo, settings, list, &w, ret_pdf, ret_len, why)
               : print_back(repo, settings, list, &w, ret_pdf, ret_len, why);
}

static json_t *notice_rows(const json_t *points)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        json_array_append_new(rows, json_pack("[o, s, s]", json_sprintf("%zu", i + 1),
                                              json_text(point, "title"),
                                              json_text(point, "text")));
    }
    return rows;
}

enum rc intake_print_notice(struct repo *repo, const struct repo_settings *settings,
                            const json_t *list, uint8_t **ret_pdf, size_t *ret_len,
                            struct fault *why)
{
    const json_t *notice = json_object_get(list, "notice");
    char at[SLIP_DAY_MAX], closing[CLOSING_MAX];
    SCOPED(words_free) struct words w = { 0 };
    enum rc rc = words_read(repo, list, &w, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *rows = notice_rows(json_object_get(notice, "points"));
    slip_time(json_number(notice, "at"), at);
    snprintf(closing, sizeof closing,
             "依据%s，以上为一次性全部告知。请在 %s 前一次补齐，补正时请带本联；"
             "逾期没有补正的，材料退回并记录在册。",
             json_text(notice, "basis"), json_text(notice, "due"));
    const char *const facts[][2] = {
        { "案号", json_text(w.the_case, "case_no") },
        { "被告知人", w.from },
        { "告知时间", at },
        { "补正期限", json_text(notice, "due") },
    };
    const struct slip slip = {
        .form = &notice_form,
        .label = json_text(list, "intake"),
        .facts = facts,
        .fact_count = COUNT(facts),
        .rows = rows,
        .closing = closing,
        .at_ms = json_number(notice, "at"),
    };
    return slip_write(repo, settings, &slip, ret_pdf, ret_len, why);
}

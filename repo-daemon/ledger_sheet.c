/* The hand-over sheet: one pass over the events. Where an event leaves a volume with
 * another holder it is a row of the first table, with the giver as the events before it
 * tell; every other event of a volume is a row of the second. */
#include "repo-daemon/ledger_sheet.h"

#include "core/label.h"
#include "pdfa/pdfa_text.h"
#include "record/case_no.h"
#include "record/qr.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/ledger_hands.h"
#include "repo-daemon/ledger_scan.h"
#include "sys/clock.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BEIJING_S = 8 * 3600,
    DAY_MS = 24 * 3600 * 1000,
    QR_PT = 190,
    GAP_PT = 8,
    SIGN_PT = 150,
    CELL_MAX = LEDGER_SHEET_CELL_MAX,
    COLUMNS_MAX = 9,
};

SCOPE_RELEASER(text_free_at, struct pdfa_text *, pdfa_text_free)
SCOPE_RELEASER(hands_free_at, struct ledger_hands *, ledger_hands_free)

struct writing {
    const struct ledger_sheet *wish;
    struct pdfa_text *text;
    struct ledger_hands *hands;
    int64_t from_ms, to_ms; /* the day */
    uint64_t events, given, other;
    json_t *others; /* rows of the second table, for the first is being written */
    struct ledger_scan scan;
};

struct row {
    char cells[COLUMNS_MAX][CELL_MAX];
};

static bool day_read(const char *day, int64_t *ret_from_ms)
{
    struct tm tm = { 0 };
    char again[16];
    const char *end = strptime(day, "%Y-%m-%d", &tm);
    if (!end || *end)
        return false;
    time_t at = timegm(&tm);
    if (!gmtime_r(&at, &tm) || !strftime(again, sizeof again, "%Y-%m-%d", &tm) ||
        strcmp(again, day) != 0)
        return false;
    *ret_from_ms = (int64_t)(at - BEIJING_S) * 1000;
    return true;
}

static void time_text(int64_t at_ms, const char *form, char ret_text[CELL_MAX])
{
    time_t at = (time_t)(at_ms / 1000 + BEIJING_S);
    struct tm tm;
    gmtime_r(&at, &tm);
    (void)strftime(ret_text, CELL_MAX, form, &tm);
}

static void span_text(struct bytes span, char ret_text[CELL_MAX])
{
    snprintf(ret_text, CELL_MAX, "%.*s", (int)span.len, (const char *)span.at);
}

/* Events that touch a volume and are no act of custody. */
static const char *const words[][2] = {
    { "register", "登记" },           { "intake", "收件归卷" },
    { "intake-file", "材料归卷" },    { "intake-return", "材料退还" },
    { "paper-correct", "材料更正" },  { "archive-notice", "归档提示" },
    { "reverse", "撤销前一记录" },    { "retention-hold", "登记保全" },
    { "retention-lift", "解除保全" }, { "purge-propose", "提出销毁" },
    { "purge-end", "终止销毁" },      { "purge", "批准销毁" },
};

static void event_word(struct bytes name, char ret_text[CELL_MAX])
{
    span_text(name, ret_text);
    for (size_t i = 0; i < COUNT(words); i++)
        if (ledger_scan_is(name, words[i][0]))
            snprintf(ret_text, CELL_MAX, "%s", words[i][1]);
    enum custody_event event = custody_event(ret_text);
    if (event < CUSTODY_EVENTS)
        snprintf(ret_text, CELL_MAX, "%s", custody_event_word(event));
}

static void state_word(struct bytes name, char ret_text[CELL_MAX])
{
    span_text(name, ret_text);
    enum volume_state state = custody_state(ret_text);
    if (state < VOL_STATES)
        snprintf(ret_text, CELL_MAX, "%s", custody_state_word(state));
}

static void name_of(const struct writing *w, const char *badge, const char *nobody,
                    char ret_text[CELL_MAX])
{
    if (!*badge)
        snprintf(ret_text, CELL_MAX, "%s", nobody);
    else if (!w->wish->person || !w->wish->person(w->wish->context, badge, ret_text))
        snprintf(ret_text, CELL_MAX, "%s", badge);
}

/* Case number, and 卷别 with 册; its bare label when it is not one of ours. */
static void volume_cells(const struct writing *w, struct bytes volume,
                         char ret_case[CELL_MAX], char ret_part[CELL_MAX])
{
    struct label label;
    struct case_no number;
    span_text(volume, ret_case);
    *ret_part = 0;
    if (label_read(volume, &label) || label.type != LABEL_VOLUME ||
        case_no_of_id(label.case_id, &number))
        return;
    bool hidden = label.kind == 2 && !w->wish->secret_too;
    char text[CASE_NO_TEXT_MAX];
    case_no_text(&number, text);
    snprintf(ret_case, CELL_MAX, "%s", hidden ? "（不显示）" : text);
    snprintf(ret_part, CELL_MAX, hidden ? "副卷" : "%s第%u册",
             label.kind == 2 ? "副卷" : "正卷", label.part);
}

static void amount_cell(const struct writing *w, struct bytes volume,
                        char ret_text[CELL_MAX])
{
    char label[CELL_MAX];
    int64_t pages = 0, sheets = 0;
    span_text(volume, label);
    bool known =
        w->wish->amount && w->wish->amount(w->wish->context, label, &pages, &sheets);
    char pages_text[24] = "—";
    if (known && pages)
        snprintf(pages_text, sizeof pages_text, "%lld", (long long)pages);
    snprintf(ret_text, CELL_MAX, known ? "%s／%lld" : "%s", pages_text,
             (long long)sheets);
}

static void put_row(struct pdfa_text *text, const struct row *row, size_t columns)
{
    const char *cells[COLUMNS_MAX];
    for (size_t i = 0; i < columns; i++)
        cells[i] = row->cells[i];
    pdfa_text_row(text, cells);
}

/* What a volume was taken over for, by what it became. */
static const struct {
    enum volume_state state;
    const char *word;
} purposes[] = {
    { VOL_AT_SCANNING, "扫描" },   { VOL_RECEIVED, "交回库房" },
    { VOL_SCANNED, "扫描后交回" }, { VOL_AT_BINDING, "装订" },
    { VOL_LENT, "借阅" },
};

static const char *purpose(const char *name)
{
    for (size_t i = 0; i < COUNT(purposes); i++)
        if (!strcmp(custody_state_name(purposes[i].state), name))
            return purposes[i].word;
    return custody_state_word(custody_state(name));
}

/* Why: what the giver wrote, else what it went for. */
static void reason_cell(const struct writing *w, const struct ledger_scan_move *move,
                        const struct ledger_hand *before, char ret_text[CELL_MAX])
{
    char own[LEDGER_REASON_MAX], word[CELL_MAX], state[CELL_MAX];
    ledger_hands_reason(&w->scan, own);
    event_word(w->scan.event, word);
    span_text(move->to, state);
    if (*before->reason || *own)
        snprintf(ret_text, CELL_MAX, "%s", *before->reason ? before->reason : own);
    else if (ledger_scan_is(w->scan.event, "accept"))
        snprintf(ret_text, CELL_MAX, "%s", purpose(state));
    else
        snprintf(ret_text, CELL_MAX, "%s", word);
}

static void given_row(struct writing *w, const struct ledger_scan_move *move,
                      const struct ledger_hand *before, const char *holder)
{
    struct row row;
    if (w->given++ >= LEDGER_SHEET_ROWS)
        return;
    snprintf(row.cells[0], CELL_MAX, "%" PRIu64, w->given);
    time_text(w->scan.at_ms, "%H:%M", row.cells[1]);
    volume_cells(w, move->volume, row.cells[2], row.cells[3]);
    amount_cell(w, move->volume, row.cells[4]);
    name_of(w, before->holder, "（外来）", row.cells[5]);
    name_of(w, holder, "（出库）", row.cells[6]);
    reason_cell(w, move, before, row.cells[7]);
    snprintf(row.cells[8], CELL_MAX, "%" PRIu64, w->scan.seq);
    put_row(w->text, &row, 9);
}

static void other_row(struct writing *w, const struct ledger_scan_move *move)
{
    char cells[6][CELL_MAX], by[CELL_MAX];
    if (w->other++ >= LEDGER_SHEET_ROWS)
        return;
    time_text(w->scan.at_ms, "%H:%M", cells[0]);
    volume_cells(w, move->volume, cells[1], cells[2]);
    event_word(w->scan.event, cells[3]);
    state_word(move->to, cells[4]);
    span_text(w->scan.by, by);
    name_of(w, by, "系统", cells[5]);
    json_array_append_new(w->others, json_pack("[s, s, s, s, s, s, I]", cells[0],
                                               cells[1], cells[2], cells[3], cells[4],
                                               cells[5], (json_int_t)w->scan.seq));
}

static enum rc move_row(struct writing *w, size_t index, struct fault *why)
{
    const struct ledger_scan_move *move = &w->scan.moves[index];
    struct ledger_hand before;
    char holder[LEDGER_PERSON_MAX];
    enum rc rc = ledger_hands_before(w->hands, &w->scan, index, &before, why);
    if (rc)
        return rc;
    if (ledger_hands_change(&w->scan, holder) && strcmp(holder, before.holder) != 0)
        given_row(w, move, &before, holder);
    else
        other_row(w, move);
    return RC_OK;
}

static enum rc sheet_event(__attribute__((unused)) uint64_t seq, struct bytes text,
                           void *context, struct fault *why)
{
    struct writing *w = context;
    enum rc rc = ledger_scan(text, &w->scan, why);
    bool today = !rc && w->scan.at_ms >= w->from_ms && w->scan.at_ms < w->to_ms;
    w->events += today;
    for (size_t i = 0; !rc && today && i < w->scan.move_count; i++)
        rc = move_row(w, i, why);
    return rc ? rc : ledger_hands_pass(w->hands, &w->scan, why);
}

static void put_head(struct writing *w)
{
    char line[CELL_MAX * 2], now[CELL_MAX];
    time_text(clock_now_ms(), "%Y-%m-%d %H:%M:%S", now);
    if (w->wish->court)
        pdfa_text_put(w->text, PDFA_HEADING, w->wish->court);
    pdfa_text_put(w->text, PDFA_TITLE, "案卷每日移交单");
    snprintf(line, sizeof line, "移交日期：%.20s　　打印：%s（北京时间）", w->wish->day,
             now);
    pdfa_text_put(w->text, PDFA_BODY, line);
}

static enum rc put_tables(struct writing *w, const struct ledger_source *source,
                          struct fault *why)
{
    static const double given[] = { 24, 36, 114, 50, 46, 50, 50, 70, 31 };
    static const char *const given_head[] = { "序号",   "时间",   "案号",
                                              "卷册",   "页／张", "移出人",
                                              "接收人", "事由",   "账本" };
    static const double other[] = { 36, 118, 56, 76, 84, 62, 39 };
    static const char *const other_head[] = { "时间", "案号", "卷册", "事项",
                                              "状态", "经办", "账本" };
    struct checkpoint head;
    pdfa_text_put(w->text, PDFA_HEADING, "一、移交");
    pdfa_text_table(w->text, &(struct pdfa_table){ given, COUNT(given), PDFA_SMALL },
                    given_head);
    enum rc rc = ledger_source_head(source, &head, why);
    if (!rc)
        rc = source->feed_day
                 ? source->feed_day(source->context, w->from_ms, sheet_event, w, why)
                 : source->feed(source->context, head.size, sheet_event, w, why);
    if (rc)
        return rc;
    pdfa_text_put(w->text, PDFA_HEADING, "二、其他变动");
    pdfa_text_table(w->text, &(struct pdfa_table){ other, COUNT(other), PDFA_SMALL },
                    other_head);
    for (size_t i = 0; i < json_array_size(w->others); i++) {
        struct row row;
        const json_t *cells = json_array_get(w->others, i);
        for (size_t c = 0; c < COUNT(other) - 1; c++)
            snprintf(row.cells[c], CELL_MAX, "%s",
                     json_string_value(json_array_get(cells, c)));
        snprintf(row.cells[COUNT(other) - 1], CELL_MAX, "%lld",
                 (long long)json_integer_value(json_array_get(cells, COUNT(other) - 1)));
        put_row(w->text, &row, COUNT(other));
    }
    return RC_OK;
}

static void put_signers(struct writing *w)
{
    static const char *const signers[] = { "移出人", "接收人", "监交人" };
    char line[512];
    snprintf(line, sizeof line,
             "本日移交 %" PRIu64 " 卷次，其他变动 %" PRIu64 " 卷次，账本新增 %" PRIu64
             " 条。页、张为打印时的数。%s",
             w->given, w->other, w->events,
             w->given > LEDGER_SHEET_ROWS || w->other > LEDGER_SHEET_ROWS
                 ? "每表只列前 5000 卷次，其余见账本。"
                 : "");
    pdfa_text_space(w->text, GAP_PT);
    pdfa_text_need(w->text, SIGN_PT);
    pdfa_text_put(w->text, PDFA_BODY, line);
    for (size_t i = 0; i < COUNT(signers); i++) {
        snprintf(line, sizeof line,
                 "%s（签名）：＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿＿＿＿＿",
                 signers[i]);
        pdfa_text_space(w->text, GAP_PT);
        pdfa_text_put(w->text, PDFA_BODY, line);
    }
}

static enum rc put_proof(struct writing *w, const struct ledger_source *source,
                         struct fault *why)
{
    char line[512];
    SCOPED(free_at) struct qr *qr = malloc(sizeof *qr);
    struct checkpoint head;
    if (!qr)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the code");
    enum rc rc = ledger_source_head(source, &head, why);
    struct bytes note = { (const uint8_t *)source->checkpoint,
                          strlen(source->checkpoint) };
    if (!rc)
        rc = qr_make(note, qr, why);
    if (rc)
        return rc;
    pdfa_text_need(w->text, QR_PT + SIGN_PT);
    pdfa_text_put(w->text, PDFA_HEADING, "三、账本的签名树头");
    pdfa_text_modules(w->text, qr->dark, qr->side, QR_PT);
    pdfa_text_put(w->text, PDFA_SMALL, source->checkpoint);
    snprintf(
        line, sizeof line,
        "账本共 %" PRIu64 " 条记录。公钥：%s\n请妥善保存本单：二维码就是上面的树头全文"
        "。日后导出账本，运行 juanku ledger verify，即可证明本日及以前的记录没有被改动。",
        head.size, source->key);
    pdfa_text_put(w->text, PDFA_SMALL, line);
    return RC_OK;
}

enum rc ledger_sheet_write(const struct ledger_source *source,
                           const struct ledger_sheet *sheet, uint8_t **ret_pdf,
                           size_t *ret_len, struct fault *why)
{
    SCOPED(text_free_at) struct pdfa_text *text = NULL;
    SCOPED(hands_free_at) struct ledger_hands *hands = NULL;
    SCOPED(json_free_at) json_t *others = json_array();
    struct writing w = { .wish = sheet, .others = others };
    if (!day_read(sheet->day, &w.from_ms))
        return fault_set(why, RC_INVALID, 0, "“%.20s”不是日期；请写成 2026-11-28 的样子",
                         sheet->day);
    w.to_ms = w.from_ms + DAY_MS;
    struct pdfa_about about = { .title = "案卷每日移交单",
                                .author = sheet->court,
                                .created_ms = clock_now_ms() };
    enum rc rc = pdfa_text_new(&about, sheet->font, NULL, &text, why);
    if (!rc)
        rc = ledger_hands_new(source, &hands, why);
    w.text = text;
    w.hands = hands;
    if (rc)
        return rc;
    put_head(&w);
    rc = put_tables(&w, source, why);
    if (rc)
        return rc;
    put_signers(&w);
    rc = put_proof(&w, source, why);
    return rc ? rc : pdfa_text_write(text, ret_pdf, ret_len, why);
}

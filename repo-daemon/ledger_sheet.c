/* The hand-over sheet: one pass over the events, of which the day's moves become rows. */
#include "repo-daemon/ledger_sheet.h"

#include "core/label.h"
#include "pdfa/pdfa_text.h"
#include "record/qr.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/ledger_scan.h"
#include "sys/clock.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    BEIJING_S = 8 * 3600,
    DAY_MS = 24 * 3600 * 1000,
    QR_PT = 190,
    GAP_PT = 8,
    SIGN_PT = 90,
    CELL_MAX = 128,
};

SCOPE_RELEASER(text_free_at, struct pdfa_text *, pdfa_text_free)

struct sheet {
    struct pdfa_text *text;
    int64_t from_ms, to_ms; /* the day */
    bool secret_too;
    uint64_t events, moves;
    struct ledger_scan scan;
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

/* The Chinese word of an event or state; its own word when there is none. */
static void event_word(struct bytes name, char ret_text[CELL_MAX])
{
    snprintf(ret_text, CELL_MAX, "%.*s", (int)name.len, (const char *)name.at);
    if (ledger_scan_is(name, "register"))
        snprintf(ret_text, CELL_MAX, "登记");
    for (unsigned e = 0; e < CUSTODY_EVENTS; e++)
        if (ledger_scan_is(name, custody_event_name((enum custody_event)e)))
            snprintf(ret_text, CELL_MAX, "%s", custody_event_word((enum custody_event)e));
}

static void state_word(struct bytes name, char ret_text[CELL_MAX])
{
    snprintf(ret_text, CELL_MAX, "%.*s", (int)name.len, (const char *)name.at);
    for (unsigned s = 0; s < VOL_STATES; s++)
        if (ledger_scan_is(name, custody_state_name((enum volume_state)s)))
            snprintf(ret_text, CELL_MAX, "%s", custody_state_word((enum volume_state)s));
}

static bool is_secret(struct bytes text)
{
    struct label label;
    return !label_read(text, &label) && label.type == LABEL_VOLUME && label.kind == 2;
}

static void move_row(struct sheet *sheet, const struct ledger_scan_move *move)
{
    char at[CELL_MAX], what[CELL_MAX], volume[CELL_MAX], by[CELL_MAX], to[CELL_MAX];
    char number[CELL_MAX];
    time_text(sheet->scan.at_ms, "%H:%M:%S", at);
    event_word(sheet->scan.event, what);
    state_word(move->to, to);
    snprintf(number, sizeof number, "%" PRIu64, sheet->scan.seq);
    if (sheet->secret_too || !is_secret(move->volume))
        snprintf(volume, sizeof volume, "%.*s", (int)move->volume.len,
                 (const char *)move->volume.at);
    else
        snprintf(volume, sizeof volume, "副卷（不显示）");
    snprintf(by, sizeof by, "%.*s", (int)sheet->scan.by.len,
             (const char *)sheet->scan.by.at);
    pdfa_text_row(sheet->text, (const char *const[]){ number, at, what, volume, to,
                                                      *by ? by : "系统" });
}

static enum rc sheet_event(__attribute__((unused)) uint64_t seq, struct bytes text,
                           void *context, struct fault *why)
{
    struct sheet *sheet = context;
    enum rc rc = ledger_scan(text, &sheet->scan, why);
    if (rc || sheet->scan.at_ms < sheet->from_ms || sheet->scan.at_ms >= sheet->to_ms)
        return rc;
    sheet->events++;
    for (size_t i = 0; i < sheet->scan.move_count; i++)
        if (sheet->moves++ < LEDGER_SHEET_ROWS)
            move_row(sheet, &sheet->scan.moves[i]);
    return RC_OK;
}

static enum rc put_head(struct sheet *sheet, const struct ledger_source *source,
                        const char *day, struct fault *why)
{
    char line[512], now[CELL_MAX];
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
    time_text(clock_now_ms(), "%Y-%m-%d %H:%M:%S", now);
    pdfa_text_put(sheet->text, PDFA_TITLE, "案卷每日移交单");
    snprintf(line, sizeof line,
             "日期：%s　　打印：%s（北京时间）　　账本共 %" PRIu64 " 条记录", day, now,
             head.size);
    pdfa_text_put(sheet->text, PDFA_BODY, line);
    pdfa_text_put(sheet->text, PDFA_HEADING, "账本的签名树头");
    pdfa_text_modules(sheet->text, qr->dark, qr->side, QR_PT);
    pdfa_text_put(sheet->text, PDFA_SMALL, source->checkpoint);
    snprintf(
        line, sizeof line,
        "公钥：%s\n请妥善保存本单：二维码就是上面的树头全文。日后导出账本，运行 juanku "
        "ledger verify，即可证明本日及以前的记录没有被改动。",
        source->key);
    pdfa_text_put(sheet->text, PDFA_SMALL, line);
    return RC_OK;
}

static void put_end(struct sheet *sheet)
{
    char line[256];
    snprintf(line, sizeof line,
             "本日共 %" PRIu64 " 条记录，案卷移交与变动 %" PRIu64 " 卷次%s。",
             sheet->events, sheet->moves,
             sheet->moves > LEDGER_SHEET_ROWS ? "；表中只列前 5000 卷次，其余见账本"
                                              : "");
    pdfa_text_space(sheet->text, GAP_PT);
    pdfa_text_need(sheet->text, SIGN_PT);
    pdfa_text_put(sheet->text, PDFA_BODY, line);
    pdfa_text_space(sheet->text, 2 * GAP_PT);
    pdfa_text_put(sheet->text, PDFA_BODY,
                  "交班人：＿＿＿＿＿＿＿＿　　接班人：＿＿＿＿＿＿＿＿　　"
                  "日期：＿＿＿＿＿＿＿＿");
}

enum rc ledger_sheet_write(const struct ledger_source *source, const char *day,
                           bool secret_too, uint8_t **ret_pdf, size_t *ret_len,
                           struct fault *why)
{
    static const double widths[] = { 46, 54, 66, 160, 64, 81 };
    static const char *const titles[] = {
        "编号", "时间", "事项", "案卷", "状态", "经办"
    };
    SCOPED(text_free_at) struct pdfa_text *text = NULL;
    struct sheet sheet = { .secret_too = secret_too };
    if (!day_read(day, &sheet.from_ms))
        return fault_set(why, RC_INVALID, 0, "“%.20s”不是日期；请写成 2026-11-28 的样子",
                         day);
    sheet.to_ms = sheet.from_ms + DAY_MS;
    struct pdfa_about about = { .title = "案卷每日移交单", .created_ms = clock_now_ms() };
    enum rc rc = pdfa_text_new(&about, NULL, NULL, &text, why);
    if (rc)
        return rc;
    sheet.text = text;
    rc = put_head(&sheet, source, day, why);
    if (rc)
        return rc;
    pdfa_text_put(text, PDFA_HEADING, "本日移交与变动");
    pdfa_text_table(text, &(struct pdfa_table){ widths, COUNT(widths), PDFA_SMALL },
                    titles);
    struct checkpoint head;
    rc = ledger_source_head(source, &head, why);
    if (!rc)
        rc = source->feed_day
                 ? source->feed_day(source->context, sheet.from_ms, sheet_event, &sheet,
                                    why)
                 : source->feed(source->context, head.size, sheet_event, &sheet, why);
    if (rc)
        return rc;
    put_end(&sheet);
    return pdfa_text_write(text, ret_pdf, ret_len, why);
}

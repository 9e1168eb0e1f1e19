/* The certificate's text: what was compared and found equal, the catalogue with its page
 * numbers, and every capture's hash in order. Dates are shown in Beijing time, the only
 * one that courts write. */
#include "repo-daemon/certificate.h"

#include "pdfa/pdfa_text.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEXT_MAX = 1200, CELL_MAX = 64, BEIJING_S = 8 * 3600, PROOF_PT = 220, GAP_PT = 6 };

SCOPE_RELEASER(text_free_at, struct pdfa_text *, pdfa_text_free)
SCOPE_RELEASER(hash_free_at, struct hash *, hash_free)

static const char *kind_text(enum rules_kind kind)
{
    switch (kind) {
    case RULES_PAGE:
        return "文字页";
    case RULES_BLANK:
        return "空白";
    case RULES_COVER:
        return "封面";
    case RULES_SEPARATOR:
        return "分隔页";
    }
    return "";
}

static const char *or_dash(const char *text)
{
    return text && *text ? text : "—";
}

static void day_text(int64_t at_ms, char ret_text[CELL_MAX])
{
    time_t at = (time_t)(at_ms / 1000 + BEIJING_S);
    struct tm tm;
    gmtime_r(&at, &tm);
    (void)strftime(ret_text, CELL_MAX, "%Y-%m-%d %H:%M:%S（北京时间）", &tm);
}

enum rc certificate_root(const struct rules_image *images, size_t count,
                         struct sha256 *ret_root, struct fault *why)
{
    SCOPED(hash_free_at) struct hash *hash = hash_new();
    for (size_t i = 0; i < count; i++) {
        struct sha256 one;
        char line[SHA256_HEX + 1];
        if (!images[i].capture_sha256 || !hash_from_hex(images[i].capture_sha256, &one))
            return fault_set(why, RC_INVALID, 0,
                             "第 %u 次扫描的第 %u 幅图像没有校验值，请重新扫描这一页",
                             images[i].batch + 1, images[i].index);
        hash_hex(one, line);
        line[SHA256_HEX - 1] = '\n';
        hash_add(hash, (struct bytes){ (const uint8_t *)line, SHA256_HEX });
    }
    *ret_root = hash_end(hash);
    return RC_OK;
}

/* A table of two columns: what, and its value. */
static void put_facts(struct pdfa_text *text, const char *const (*facts)[2], size_t count)
{
    static const double widths[] = { 110, 361 };
    pdfa_text_table(text, &(struct pdfa_table){ widths, COUNT(widths), PDFA_BODY },
                    facts[0]);
    for (size_t i = 1; i < count; i++)
        pdfa_text_row(text, facts[i]);
}

static void put_head(struct pdfa_text *text, const struct certificate *c)
{
    char volume[CELL_MAX], day[CELL_MAX], checker[CELL_MAX * 4];
    (void)snprintf(volume, sizeof volume, "%s 第 %u 册（%s）",
                   c->kind == 2 ? "副卷" : "正卷", c->part, or_dash(c->volume));
    day_text(c->at_ms, day);
    (void)snprintf(checker, sizeof checker, "%s（%s）", or_dash(c->checker),
                   or_dash(c->checker_badge));
    const char *const facts[][2] = {
        { "法院", or_dash(c->court) },
        { "案号", or_dash(c->case_no) },
        { "案由", or_dash(c->cause) },
        { "当事人", or_dash(c->parties) },
        { "卷册", volume },
        { "结案方式", or_dash(c->outcome) },
        { "立卷规则", or_dash(c->rules) },
        { "核对人", checker },
        { "核对时间", day },
    };
    pdfa_text_put(text, PDFA_TITLE, "纸质与电子一致性核对证书");
    put_facts(text, facts, COUNT(facts));
}

static void put_reconciliation(struct pdfa_text *text, const struct certificate *c)
{
    static const double widths[] = { 421, 50 };
    static const char *const head[] = { "核对内容", "结果" };
    const struct rules_reconciliation *r = c->reconciliation;
    pdfa_text_put(text, PDFA_HEADING, "一、纸张与图像");
    pdfa_text_table(text, &(struct pdfa_table){ widths, COUNT(widths), PDFA_BODY }, head);
    for (size_t i = 0; i < r->line_count; i++) {
        const char *const row[] = { r->lines[i].text, r->lines[i].ok ? "相符" : "不符" };
        pdfa_text_row(text, row);
    }
}

static void put_catalogue(struct pdfa_text *text, const struct certificate *c)
{
    static const double widths[] = { 40, 291, 80, 60 };
    static const char *const head[] = { "项", "题名", "页码", "图像（幅）" };
    pdfa_text_put(text, PDFA_HEADING, "二、卷内目录");
    pdfa_text_table(text, &(struct pdfa_table){ widths, COUNT(widths), PDFA_BODY }, head);
    for (size_t i = 0; i < c->item_count; i++) {
        const struct certificate_item *item = &c->items[i];
        char row[CELL_MAX], pages[CELL_MAX] = "—", images[CELL_MAX];
        (void)snprintf(row, sizeof row, "%u", item->row);
        (void)snprintf(images, sizeof images, "%u", item->images);
        if (item->from_page && item->to_page == item->from_page)
            (void)snprintf(pages, sizeof pages, "%u", item->from_page);
        else if (item->from_page)
            (void)snprintf(pages, sizeof pages, "%u-%u", item->from_page, item->to_page);
        const char *const cells[] = { row, or_dash(item->title), pages, images };
        pdfa_text_row(text, cells);
    }
}

static void put_proof(struct pdfa_text *text, const struct certificate *c,
                      struct sha256 root)
{
    char hex[SHA256_HEX], events[CELL_MAX], count[CELL_MAX];
    hash_hex(root, hex);
    (void)snprintf(events, sizeof events, "%" PRIu64, c->ledger_size);
    (void)snprintf(count, sizeof count, "%zu 幅", c->image_count);
    const char *const facts[][2] = {
        { "账本", or_dash(c->ledger_origin) },
        { "当时记录数", events },
        { "账本树根", or_dash(c->ledger_root) },
        { "原始图像", count },
        { "图像总校验值", hex },
    };
    pdfa_text_need(text, PROOF_PT);
    pdfa_text_put(text, PDFA_HEADING, "三、凭证");
    put_facts(text, facts, COUNT(facts));
    pdfa_text_space(text, GAP_PT);
    pdfa_text_put(
        text, PDFA_SMALL,
        "图像总校验值是下表各行校验值（小写十六进制，每行以换行符结尾）依次相连后的 "
        "SHA-256。持有原始图像的任何人都可以重新计算，与本证书比对。");
}

static void put_images(struct pdfa_text *text, const struct certificate *c)
{
    static const double widths[] = { 26, 38, 32, 20, 22, 333 };
    static const char *const head[] = { "序", "扫描-幅", "类别",
                                        "项", "页码",    "原始图像校验值（SHA-256）" };
    pdfa_text_put(text, PDFA_HEADING, "四、原始图像");
    pdfa_text_table(text, &(struct pdfa_table){ widths, COUNT(widths), PDFA_SMALL },
                    head);
    for (size_t i = 0; i < c->image_count; i++) {
        const struct rules_image *image = &c->images[i];
        char order[CELL_MAX], place[CELL_MAX], row[CELL_MAX] = "", page[CELL_MAX] = "";
        (void)snprintf(order, sizeof order, "%zu", i + 1);
        (void)snprintf(place, sizeof place, "%u-%u", image->batch + 1, image->index);
        if (image->row)
            (void)snprintf(row, sizeof row, "%u", image->row);
        if (image->page_no)
            (void)snprintf(page, sizeof page, "%u", image->page_no);
        const char *const cells[] = { order, place, kind_text(image->kind),
                                      row,   page,  image->capture_sha256 };
        pdfa_text_row(text, cells);
    }
}

enum rc certificate_write(const struct certificate *certificate, uint8_t **ret_pdf,
                          size_t *ret_len, struct fault *why)
{
    const struct certificate *c = certificate;
    char title[TEXT_MAX];
    struct sha256 root;
    if (!c->reconciliation || !c->reconciliation->ok)
        return fault_set(why, RC_REFUSED, 0, "纸质与图像还没有核对一致，不能出具证书");
    enum rc rc = certificate_root(c->images, c->image_count, &root, why);
    if (rc)
        return rc;
    (void)snprintf(title, sizeof title, "纸质与电子一致性核对证书 %.200s %s第%u册",
                   c->case_no ? c->case_no : "", c->kind == 2 ? "副卷" : "正卷", c->part);
    SCOPED(text_free_at) struct pdfa_text *text = NULL;
    rc = pdfa_text_new(&(struct pdfa_about){ title, c->court, c->at_ms }, c->font_path,
                       NULL, &text, why);
    if (rc)
        return rc;
    put_head(text, c);
    put_reconciliation(text, c);
    put_catalogue(text, c);
    put_proof(text, c, root);
    put_images(text, c);
    return pdfa_text_write(text, ret_pdf, ret_len, why);
}

/* Paper against picture: every sheet counted, every image accounted for, every page
 * numbered, hashed and looked at. Each comparison is one line that a person can check;
 * a line is made whether it holds or not, so that the certificate shows them all. */
#include "repo-daemon/rules_set.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_DIGITS = 64 };

/* Order of the catalogue; what is no page comes last. */
static int by_catalogue(const void *left, const void *right)
{
    const struct rules_image *a = left, *b = right;
    unsigned row_a = a->kind == RULES_PAGE ? a->row : RULES_ROWS_MAX + 1u;
    unsigned row_b = b->kind == RULES_PAGE ? b->row : RULES_ROWS_MAX + 1u;
    if (row_a != row_b)
        return row_a < row_b ? -1 : 1;
    if (a->batch != b->batch)
        return a->batch < b->batch ? -1 : 1;
    return a->index == b->index ? 0 : a->index < b->index ? -1 : 1;
}

void rules_arrange(const struct rules *rules, struct rules_image *images, size_t count)
{
    unsigned page = 0;
    if (count)
        qsort(images, count, sizeof *images, by_catalogue);
    for (size_t i = 0; i < count; i++)
        images[i].page_no =
            images[i].kind == RULES_PAGE && rules_row_is_numbered(rules, images[i].row)
                ? ++page
                : 0;
}

__attribute__((format(printf, 3, 4))) static void line(struct rules_reconciliation *r,
                                                       bool ok, const char *format, ...)
{
    if (r->line_count == RULES_LINES_MAX)
        return;
    struct rules_line *l = &r->lines[r->line_count++];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(l->text, sizeof l->text, format, args);
    va_end(args);
    l->ok = ok;
    r->ok = r->ok && ok;
}

static bool is_hash(const char *hex)
{
    return hex && strlen(hex) == HEX_DIGITS &&
           strspn(hex, "0123456789abcdef") == HEX_DIGITS;
}

/* What is counted over all images. */
struct tally {
    unsigned strays;   /* no known kind, batch or row */
    unsigned twice;    /* the same batch and index as another */
    unsigned gaps;     /* page numbers that are not the next one */
    unsigned disorder; /* out of the catalogue's order */
    unsigned no_capture, no_pdf, not_passed;
    unsigned first_gap; /* the number that was expected there */
};

static void tally_page(const struct rules *rules, const struct rules_image *image,
                       struct rules_reconciliation *r, struct tally *t)
{
    r->pages++;
    t->strays += !rules_row_title(rules, image->row);
    t->no_pdf += !is_hash(image->pdf_sha256);
    unsigned want = rules_row_is_numbered(rules, image->row) ? r->numbered + 1 : 0;
    if (image->page_no != want && !t->gaps++)
        t->first_gap = r->numbered + 1;
    r->numbered = image->page_no > r->numbered ? image->page_no : r->numbered;
}

static struct tally tally(const struct rules *rules, const struct rules_image *images,
                          size_t count, size_t batch_count,
                          struct rules_reconciliation *r)
{
    struct tally t = { 0 };
    for (size_t i = 0; i < count; i++) {
        const struct rules_image *image = &images[i];
        r->blank += image->kind == RULES_BLANK;
        r->cover += image->kind == RULES_COVER;
        r->separator += image->kind == RULES_SEPARATOR;
        if (image->kind == RULES_PAGE)
            tally_page(rules, image, r, &t);
        else
            t.gaps += image->page_no != 0;
        t.strays += image->kind < RULES_PAGE || image->kind > RULES_SEPARATOR ||
                    image->batch >= batch_count || !image->index;
        t.no_capture += !is_hash(image->capture_sha256);
        t.not_passed += !image->qc_ok;
        if (i) {
            int order = by_catalogue(image - 1, image);
            t.twice += order == 0;
            t.disorder += order > 0;
        }
    }
    return t;
}

static void sheet_lines(const struct rules_batch *batches, size_t count,
                        const struct rules_image *images, size_t image_count,
                        struct rules_reconciliation *r)
{
    unsigned unequal = 0, sides_wrong = 0, missing = 0, scanned = 0;
    for (size_t b = 0; b < count; b++) {
        unsigned own = 0;
        for (size_t i = 0; i < image_count; i++)
            own += images[i].batch == b;
        r->sheets_declared += batches[b].sheets_declared;
        r->sheets_counted += batches[b].sheets_counted;
        scanned += batches[b].images;
        unequal += batches[b].sheets_declared != batches[b].sheets_counted;
        missing += own != batches[b].images;
        sides_wrong += batches[b].duplex
                           ? batches[b].images != 2 * batches[b].sheets_counted
                           : batches[b].images != batches[b].sheets_counted;
    }
    line(r, count && !unequal, "纸张：申报 %u 张，清点 %u 张，%s", r->sheets_declared,
         r->sheets_counted,
         !count    ? "没有扫描记录，请先扫描"
         : unequal ? "不一致，请重新清点后再扫描"
                   : "一致");
    line(r, !sides_wrong, "正反面：清点 %u 张，得图像 %u 幅，%s", r->sheets_counted,
         scanned, sides_wrong ? "数目不符，请重新扫描缺少的一面" : "每面一幅");
    line(r, !missing, "图像：扫描 %u 幅，入库 %u 幅，%s", scanned, r->images,
         missing ? "有图像没有入库，请重新提交" : "一致");
}

static void image_lines(const struct rules *rules, const struct tally *t,
                        struct rules_reconciliation *r)
{
    unsigned sum = r->pages + r->blank + r->cover + r->separator;
    bool whole = sum == r->images && !t->strays && !t->twice;
    line(r, whole, "去向：文字页 %u + 空白 %u + 封面 %u + 分隔页 %u = %u，图像 %u 幅，%s",
         r->pages, r->blank, r->cover, r->separator, sum, r->images,
         whole      ? "无遗漏，无重复"
         : t->twice ? "有图像登记了两次，请联系管理员"
                    : "有图像没有归类，请逐幅归类");
    if (t->gaps)
        line(r, false, "页码：应连续编 1 到 %u，在第 %u 页处中断或重复，请重新编号",
             r->pages, t->first_gap ? t->first_gap : r->numbered + 1);
    else
        line(r, !t->disorder && r->pages, "页码：1 到 %u，%s", r->numbered,
             !r->pages     ? "没有文字页，请先扫描"
             : t->disorder ? "与目录次序不符，请重新排列"
                           : "连续，无缺号，无重号");
    line(r, r->numbered <= rules->pages_most, "厚度：%u 页，每册不超过 %u 页%s",
         r->numbered, rules->pages_most,
         r->numbered <= rules->pages_most ? "" : "，请分册");
    line(r, !t->no_capture, "原始图像：%u 幅，缺少校验值 %u 幅%s", r->images,
         t->no_capture, t->no_capture ? "，请重新扫描这些页" : "");
    line(r, !t->no_pdf, "归档文件：文字页 %u 页，缺少 PDF 校验值 %u 页%s", r->pages,
         t->no_pdf, t->no_pdf ? "，请重新处理这些页" : "");
    line(r, !t->not_passed, "质检：图像 %u 幅，未通过 %u 幅%s", r->images, t->not_passed,
         t->not_passed ? "，请先完成质检" : "");
}

void rules_reconcile(const struct rules *rules, const struct rules_batch *batches,
                     size_t batch_count, const struct rules_image *images,
                     size_t image_count, struct rules_reconciliation *ret_result)
{
    struct rules_reconciliation *r = ret_result;
    memset(r, 0, sizeof *r);
    r->ok = true;
    r->images = (unsigned)image_count;
    struct tally t = tally(rules, images, image_count, batch_count, r);
    sheet_lines(batches, batch_count, images, image_count, r);
    image_lines(rules, &t, r);
}

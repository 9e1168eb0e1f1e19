/* Binding rules: the built-in files, the check of items, the reconciliation of sheets and
 * images, and that a wrong rules file is refused. */
#include "repo-daemon/rules.h"

#include "check.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct rules *civil(unsigned kind)
{
    struct rules *rules = NULL;
    CHECK_OK(rules_find("民事一审", kind, "粤0399", "2026-11-20", &rules, NULL));
    return rules;
}

/* The rows that fail, as a bit set. */
static uint64_t failing(unsigned kind, const char *outcome, const char *const *facts,
                        size_t fact_count, const unsigned *rows, size_t row_count)
{
    struct rules *rules = civil(kind);
    struct rules_item items[64];
    struct rules_report report;
    struct fault why = { 0 };
    uint64_t bits = 0;
    for (size_t i = 0; i < row_count; i++)
        items[i] = (struct rules_item){ rows[i], 1, false };
    struct rules_check check = {
        { outcome, facts, fact_count }, items, row_count, NULL, 0
    };
    CHECK_OK(rules_check(rules, &check, &report, &why));
    for (size_t i = 0; i < report.count; i++)
        bits |= UINT64_C(1) << report.failures[i].row;
    rules_report_free(&report);
    rules_free(rules);
    return bits;
}

static uint64_t rows(const unsigned *list, size_t count)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= UINT64_C(1) << list[i];
    return bits;
}

#define ROWS(...) \
    (const unsigned[]){ __VA_ARGS__ }, COUNT(((const unsigned[]){ __VA_ARGS__ }))

TEST(rules_find, has_the_32_rows_of_the_first_instance_main_volume)
{
    struct rules *rules = civil(1);
    CHECK_TEXT("民事一审-正卷 2026.1", rules_name(rules));
    CHECK_INT(32, rules_row_count(rules));
    CHECK_TEXT("起诉状及相关材料", rules_row_title(rules, 6));
    CHECK(!rules_row_title(rules, 0) && !rules_row_title(rules, 33));
    CHECK(rules_row_is_numbered(rules, 3) && !rules_row_is_numbered(rules, 30));
    rules_free(rules);
}

TEST(rules_find, has_the_24_rows_of_the_inner_volume)
{
    struct rules *rules = civil(2);
    CHECK_TEXT("民事一审-副卷 2026.1", rules_name(rules));
    CHECK_INT(24, rules_row_count(rules));
    rules_free(rules);
}

TEST(rules_find, answers_not_found_for_other_cases_and_days)
{
    struct rules *rules = NULL;
    CHECK_RC(RC_NOT_FOUND,
             rules_find("刑事一审", 1, "粤0399", "2026-11-20", &rules, NULL));
    CHECK_RC(RC_NOT_FOUND,
             rules_find("民事一审", 1, "粤0399", "2025-12-31", &rules, NULL));
    CHECK(!rules);
}

TEST(rules_check, asks_an_empty_judged_volume_for_all_its_rows)
{
    CHECK(failing(1, "判决", NULL, 0, NULL, 0) ==
          rows(ROWS(3, 4, 6, 9, 10, 11, 20, 25, 26, 27)));
}

TEST(rules_check, asks_by_outcome_and_by_fact)
{
    static const char *const all[] = { "保全", "上诉" };
    CHECK(failing(1, "撤诉", NULL, 0, ROWS(3, 4, 6, 9, 10, 11, 25, 27)) ==
          rows(ROWS(24)));
    CHECK(failing(1, "调解", NULL, 0, ROWS(3, 4, 6, 9, 10, 11, 25, 27)) ==
          rows(ROWS(22)));
    CHECK(failing(1, "裁定", NULL, 0, ROWS(3, 4, 6, 9, 10, 11, 25, 27)) == 0);
    CHECK(failing(1, "裁定", all, 2, ROWS(3, 4, 6, 9, 10, 11, 25, 27)) ==
          rows(ROWS(12, 28)));
}

TEST(rules_check, finds_rows_3_4_9_11_26_missing_in_the_shipped_stack)
{
    static const char *const facts[] = { "保全" };
    CHECK(failing(1, "判决", facts, 1, ROWS(6, 10, 13, 27, 20, 25, 12)) ==
          rows(ROWS(3, 4, 9, 11, 26)));
    CHECK(failing(1, "判决", facts, 1,
                  ROWS(6, 10, 13, 27, 20, 25, 12, 3, 4, 9, 11, 26)) == 0);
}

TEST(rules_check, asks_the_inner_volume_for_closing_and_deliberation)
{
    static const char *const panel[] = { "合议庭" };
    CHECK(failing(2, "判决", NULL, 0, NULL, 0) == rows(ROWS(19)));
    CHECK(failing(2, "判决", panel, 1, ROWS(19)) == rows(ROWS(13)));
}

TEST(rules_check, says_what_is_missing_what_it_may_be_and_where_it_was_seen)
{
    static const struct rules_seen seen[] = { { 9, "2026-11-03 窗口收件员李四登记" } };
    struct rules *rules = civil(1);
    struct rules_check check = { { "裁定", NULL, 0 }, NULL, 0, seen, COUNT(seen) };
    struct rules_report report;
    CHECK_OK(rules_check(rules, &check, &report, NULL));
    CHECK_TEXT("R03", report.failures[0].rule);
    CHECK_TEXT(
        "缺第 3 "
        "项“案件审判流程管理信息表、案件登记表”：每件案件都要有案件登记表或审判流程管"
        "理信息表。可以是案件登记表、案件审判流程管理信息表、立案过程记录表等。系统里没有"
        "它的登"
        "记，请向移交人或承办人索取原件后补扫。",
        report.failures[0].sentence);
    CHECK_TEXT(
        "缺第 9 "
        "项“交纳诉讼费用相关材料”：要有交纳诉讼费用的凭证，或减、缓、免的手续。可以是诉"
        "讼收费或减、缓、免费手续。最后一次见到：2026-11-03 "
        "窗口收件员李四登记。请按此查找原件后补扫。",
        report.failures[3].sentence);
    CHECK(strstr(report.failures[3].english, "row 9 is missing"));
    rules_report_free(&report);
    rules_free(rules);
}

TEST(rules_check, takes_a_registered_thing_without_pages)
{
    struct rules *rules = civil(2);
    struct rules_item items[] = { { 19, 0, false } };
    struct rules_check check = { { "裁定", NULL, 0 }, items, 1, NULL, 0 };
    struct rules_report report;
    CHECK_OK(rules_check(rules, &check, &report, NULL));
    CHECK_INT(1, report.count);
    rules_report_free(&report);
    items[0].registered = true;
    CHECK_OK(rules_check(rules, &check, &report, NULL));
    CHECK_INT(0, report.count);
    rules_report_free(&report);
    rules_free(rules);
}

TEST(rules_check, refuses_words_that_the_rules_do_not_know)
{
    static const char *const fact[] = { "月食" };
    struct rules *rules = civil(1);
    struct rules_item item = { 33, 1, false };
    struct rules_report report;
    struct rules_check outcome = { { "和好", NULL, 0 }, NULL, 0, NULL, 0 };
    struct rules_check facts = { { "判决", fact, 1 }, NULL, 0, NULL, 0 };
    struct rules_check row = { { "判决", NULL, 0 }, &item, 1, NULL, 0 };
    CHECK_RC(RC_INVALID, rules_check(rules, &outcome, &report, NULL));
    CHECK_RC(RC_INVALID, rules_check(rules, &facts, &report, NULL));
    CHECK_RC(RC_INVALID, rules_check(rules, &row, &report, NULL));
    rules_free(rules);
}

/* A small file with one thing changed. */
static enum rc load_with(const char *rows_text, const char *rules_text, const char *more)
{
    char json[2048];
    struct rules *rules = NULL;
    (void)snprintf(
        json, sizeof json,
        "{\"format\":1,\"case_type\":\"x\",\"volume\":\"正卷\",\"version\":\"1\","
        "\"court\":\"*\",\"from\":\"2026-01-01\",\"to\":\"2026-12-31\","
        "\"pages_most\":200,\"outcomes\":[\"判决\"],\"facts\":[\"保全\"],"
        "\"rows\":[%s],\"rules\":[%s]%s}",
        rows_text, rules_text, more);
    enum rc rc =
        rules_load((struct bytes){ (uint8_t *)json, strlen(json) }, &rules, NULL);
    CHECK((rc == RC_OK) == (rules != NULL));
    rules_free(rules);
    return rc;
}

#define ROW1 "{\"row\":1,\"title\":\"a\",\"numbered\":true,\"materials\":[\"b\"]}"
#define RULE(when, row) \
    "{\"id\":\"R1\",\"row\":" row ",\"when\":" when ",\"zh\":\"c\",\"en\":\"d\"}"

TEST(rules_load, takes_a_right_file_and_refuses_each_mistake)
{
    CHECK_OK(load_with(ROW1, RULE("\"always\"", "1"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("\"always\"", "1"), ",\"colour\":1"));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("\"allways\"", "1"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("\"always\"", "2"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("\"always\"", "0"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("{\"fact\":\"月食\"}", "1"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("{\"outcome\":[\"调解\"]}", "1"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, RULE("{\"outcome\":[]}", "1"), ""));
    CHECK_RC(
        RC_INVALID,
        load_with(ROW1, RULE("{\"fact\":\"保全\",\"outcome\":[\"判决\"]}", "1"), ""));
    CHECK_RC(RC_INVALID,
             load_with(ROW1, RULE("\"always\"", "1") "," RULE("\"always\"", "1"), ""));
    CHECK_RC(RC_INVALID, load_with(ROW1 "," ROW1, "", ""));
    CHECK_RC(RC_INVALID, load_with("", "", ""));
    CHECK_RC(RC_INVALID, load_with("{\"row\":1}", "", ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, "7", ""));
    CHECK_RC(RC_INVALID, load_with(ROW1, "", ",\"format\":1"));
}

/* ---- reconciliation ---- */

struct stack {
    struct rules_image images[64];
    size_t count;
};

static void add(struct stack *stack, unsigned batch, enum rules_kind kind, unsigned row)
{
    unsigned index = 1;
    for (size_t i = 0; i < stack->count; i++)
        index += stack->images[i].batch == batch;
    stack->images[stack->count++] = (struct rules_image){
        kind, batch, index, row, 0, HASH, kind == RULES_PAGE ? HASH : NULL, true
    };
}

static const struct rules_batch batches[] = { { 3, 3, 6, true }, { 2, 2, 4, true } };

/* A first feeding of three sheets and a supplement of two. */
static struct stack stack_of(const struct rules *rules)
{
    struct stack s = { .count = 0 };
    add(&s, 0, RULES_COVER, 0), add(&s, 0, RULES_BLANK, 0);
    add(&s, 0, RULES_SEPARATOR, 0), add(&s, 0, RULES_BLANK, 0);
    add(&s, 0, RULES_PAGE, 6), add(&s, 0, RULES_PAGE, 6);
    add(&s, 1, RULES_SEPARATOR, 0), add(&s, 1, RULES_BLANK, 0);
    add(&s, 1, RULES_PAGE, 3), add(&s, 1, RULES_BLANK, 0);
    rules_arrange(rules, s.images, s.count);
    return s;
}

static struct rules_reconciliation reconcile(const struct rules *rules,
                                             const struct stack *s)
{
    struct rules_reconciliation r;
    rules_reconcile(rules, batches, COUNT(batches), s->images, s->count, &r);
    return r;
}

TEST(rules_arrange, puts_the_supplement_where_the_catalogue_has_it)
{
    struct rules *rules = civil(1);
    struct stack s = stack_of(rules);
    CHECK_INT(3, s.images[0].row);
    CHECK_INT(1, s.images[0].page_no);
    CHECK_INT(6, s.images[1].row);
    CHECK_INT(2, s.images[1].page_no);
    CHECK_INT(3, s.images[2].page_no);
    CHECK_INT(0, s.images[3].page_no);
    rules_free(rules);
}

TEST(rules_reconcile, agrees_when_all_is_there)
{
    struct rules *rules = civil(1);
    struct stack s = stack_of(rules);
    struct rules_reconciliation r = reconcile(rules, &s);
    CHECK(r.ok);
    CHECK_INT(5, r.sheets_declared);
    CHECK_INT(10, r.images);
    CHECK_INT(3, r.pages);
    CHECK_INT(4, r.blank);
    CHECK_INT(1, r.cover);
    CHECK_INT(2, r.separator);
    CHECK_INT(3, r.numbered);
    CHECK_TEXT("纸张：申报 5 张，清点 5 张，一致", r.lines[0].text);
    rules_free(rules);
}

/* Change one thing; exactly one line must fail, and say `text`. */
static void check_broken(struct rules *rules, const struct stack *s, const char *text)
{
    struct rules_reconciliation r = reconcile(rules, s);
    int failed = 0;
    CHECK(!r.ok);
    for (size_t i = 0; i < r.line_count; i++)
        if (!r.lines[i].ok) {
            failed++;
            CHECK(strstr(r.lines[i].text, text) != NULL);
        }
    CHECK_INT(1, failed);
}

TEST(rules_reconcile, names_each_thing_that_does_not_agree)
{
    struct rules *rules = civil(1);
    struct stack s = stack_of(rules);
    s.images[1].qc_ok = false;
    check_broken(rules, &s, "质检");
    s = stack_of(rules), s.images[4].capture_sha256 = NULL;
    check_broken(rules, &s, "原始图像");
    s = stack_of(rules), s.images[0].pdf_sha256 = "abc";
    check_broken(rules, &s, "归档文件");
    s = stack_of(rules), s.images[2].page_no = 4;
    check_broken(rules, &s, "在第 3 页处中断");
    s = stack_of(rules), s.images[2].page_no = 2;
    check_broken(rules, &s, "页码");
    s = stack_of(rules), s.images[9].kind = 0;
    check_broken(rules, &s, "没有归类");
    rules_free(rules);
}

TEST(rules_reconcile, counts_sheets_sides_and_images_apart)
{
    struct rules *rules = civil(1);
    struct stack s = stack_of(rules);
    struct rules_reconciliation r;
    struct rules_batch other[] = { { 4, 3, 6, true }, { 2, 2, 4, true } };
    rules_reconcile(rules, other, 2, s.images, s.count, &r);
    CHECK(!r.ok && !r.lines[0].ok && r.lines[1].ok && r.lines[2].ok);
    other[0] = (struct rules_batch){ 3, 3, 5, true };
    rules_reconcile(rules, other, 2, s.images, s.count, &r);
    CHECK(!r.ok && r.lines[0].ok && !r.lines[1].ok && !r.lines[2].ok);
    rules_reconcile(rules, NULL, 0, NULL, 0, &r);
    CHECK(!r.ok);
    rules_free(rules);
}

/* Which rules apply, what is in them, and the check of a volume's items against them. A
 * failure's sentence is put together here, so that every rule answers alike: what is
 * missing, why it must be there, what it may be, where it was last seen, what to do. */
#include "repo-daemon/rules_set.h"

#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MATERIALS_SHOWN = 3 };

const char *rules_name(const struct rules *rules)
{
    return rules->name;
}

unsigned rules_row_count(const struct rules *rules)
{
    return rules->row_count;
}

const char *rules_row_title(const struct rules *rules, unsigned row)
{
    return row <= RULES_ROWS_MAX ? rules->rows[row].title : NULL;
}

bool rules_row_is_numbered(const struct rules *rules, unsigned row)
{
    return row <= RULES_ROWS_MAX && rules->rows[row].is_numbered;
}

void rules_row_materials(const struct rules *rules, unsigned row, unsigned most,
                         char ret_text[RULES_LINE_MAX])
{
    size_t count, len = 0;
    ret_text[0] = 0;
    if (!rules_row_title(rules, row))
        return;
    count = json_array_size(rules->rows[row].materials);
    for (size_t i = 0; i < count && i < most; i++) {
        const char *name =
            json_string_value(json_array_get(rules->rows[row].materials, i));
        size_t need = strlen(name) + 2 * strlen("、") + 1;
        if (len + need > RULES_LINE_MAX) { /* never cut inside a name */
            most = (unsigned)i;
            break;
        }
        len += (size_t)snprintf(ret_text + len, RULES_LINE_MAX - len, "%s%s",
                                i ? "、" : "", name);
    }
    if (count > most)
        (void)snprintf(ret_text + len, RULES_LINE_MAX - len, "等");
}

const char *rules_row_material(const struct rules *rules, unsigned row, unsigned index)
{
    return rules_row_title(rules, row)
               ? json_string_value(json_array_get(rules->rows[row].materials, index))
               : NULL;
}

/* A file for this very court is better than one for all; among equals the newer version.
 */
static bool is_better(const struct rules *a, const struct rules *b)
{
    bool own_a = strcmp(a->court, "*") != 0, own_b = strcmp(b->court, "*") != 0;
    return own_a != own_b ? own_a : strcmp(a->version, b->version) > 0;
}

enum rc rules_find(const char *case_type, unsigned kind, const char *court,
                   const char *day, struct rules **ret_rules, struct fault *why)
{
    struct rules *best = NULL;
    for (size_t i = 0; i < rules_file_count; i++) {
        struct rules *rules = NULL;
        struct bytes json = { (const uint8_t *)rules_files[i].start,
                              (size_t)(rules_files[i].end - rules_files[i].start) };
        enum rc rc = rules_load(json, &rules, why);
        if (rc) {
            rules_free(best);
            return rc;
        }
        bool fits = !strcmp(rules->case_type, case_type) && rules->kind == kind &&
                    (!strcmp(rules->court, "*") || !strcmp(rules->court, court)) &&
                    strcmp(rules->from, day) <= 0 && strcmp(rules->to, day) >= 0;
        if (fits && (!best || is_better(rules, best))) {
            rules_free(best);
            best = rules;
        } else {
            rules_free(rules);
        }
    }
    if (!best)
        return fault_set(why, RC_NOT_FOUND, 0,
                         "没有适用于“%s”%s、日期 %s 的立卷规则，请联系管理员", case_type,
                         kind == 2 ? "副卷" : "正卷", day);
    *ret_rules = best;
    return RC_OK;
}

static bool applies(const struct rules_rule *rule, const struct rules_facts *facts)
{
    if (rule->outcomes.count && !rules_words_have(&rule->outcomes, facts->outcome))
        return false;
    if (!rule->fact)
        return true;
    for (size_t i = 0; i < facts->fact_count; i++)
        if (!strcmp(facts->facts[i], rule->fact))
            return true;
    return false;
}

static bool is_there(const struct rules_check *check, unsigned row)
{
    for (size_t i = 0; i < check->item_count; i++)
        if (check->items[i].row == row &&
            (check->items[i].pages || check->items[i].registered))
            return true;
    return false;
}

static const char *seen_of(const struct rules_check *check, unsigned row)
{
    for (size_t i = 0; i < check->seen_count; i++)
        if (check->seen[i].row == row && check->seen[i].text && *check->seen[i].text)
            return check->seen[i].text;
    return NULL;
}

static void tell(const struct rules *rules, const struct rules_rule *rule,
                 const char *seen, struct rules_failure *ret_failure)
{
    char materials[RULES_LINE_MAX];
    const char *title = rules->rows[rule->row].title;
    struct rules_failure *f = ret_failure;
    rules_row_materials(rules, rule->row, MATERIALS_SHOWN, materials);
    f->row = rule->row;
    (void)snprintf(f->rule, sizeof f->rule, "%s", rule->id);
    struct fault text; /* cuts at a whole character, unlike snprintf */
    if (seen)
        fault_set(&text, RC_REFUSED, 0, "最后一次见到：%s。请按此查找原件后补扫。", seen);
    else
        fault_set(&text, RC_REFUSED, 0,
                  "系统里没有它的登记，请向移交人或承办人索取原件后补扫。");
    /* A material that is called like its row says nothing new. */
    bool same = !strcmp(materials, title);
    int len = snprintf(f->sentence, sizeof f->sentence, "缺第 %u 项“%s”：%s。%s%s%s%s",
                       rule->row, title, rule->zh, same ? "" : "可以是",
                       same ? "" : materials, same ? "" : "。", text.text);
    if (len >= (int)sizeof f->sentence)
        (void)snprintf(f->sentence, sizeof f->sentence, "缺第 %u 项“%s”。%s", rule->row,
                       title, text.text);
    (void)snprintf(f->english, sizeof f->english, "row %u is missing: %s%s%s", rule->row,
                   rule->en, seen ? "; last seen: " : "", seen ? seen : "");
}

static enum rc check_input(const struct rules *rules, const struct rules_check *check,
                           struct fault *why)
{
    const struct rules_facts *facts = &check->facts;
    if (!facts->outcome || !rules_words_have(&rules->outcomes, facts->outcome))
        return fault_set(why, RC_INVALID, 0,
                         "结案方式“%s”不在立卷规则中，请在归档提示里重新选择",
                         facts->outcome ? facts->outcome : "");
    for (size_t i = 0; i < facts->fact_count; i++)
        if (!rules_words_have(&rules->facts, facts->facts[i]))
            return fault_set(why, RC_INVALID, 0,
                             "“%s”不在立卷规则中，请在归档提示里重新选择",
                             facts->facts[i]);
    for (size_t i = 0; i < check->item_count; i++)
        if (!rules_row_title(rules, check->items[i].row))
            return fault_set(why, RC_INVALID, 0, "目录没有第 %u 项，请改正这件材料的归类",
                             check->items[i].row);
    return RC_OK;
}

enum rc rules_check(const struct rules *rules, const struct rules_check *check,
                    struct rules_report *ret_report, struct fault *why)
{
    enum rc rc = check_input(rules, check, why);
    if (rc)
        return rc;
    struct rules_report report = { calloc(rules->rule_count + 1, sizeof *report.failures),
                                   0 };
    if (!report.failures)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足，请稍后再试");
    /* by row: files may list their rules in any order */
    for (unsigned row = 1; row <= rules->row_count; row++)
        for (size_t i = 0; i < rules->rule_count; i++) {
            const struct rules_rule *rule = &rules->rules[i];
            if (rule->row == row && applies(rule, &check->facts) && !is_there(check, row))
                tell(rules, rule, seen_of(check, row), &report.failures[report.count++]);
        }
    *ret_report = report;
    return RC_OK;
}

void rules_report_free(struct rules_report *report)
{
    free(report->failures);
    *report = (struct rules_report){ NULL, 0 };
}

#include "repo-daemon/intake.h"

#include "repo-daemon/custody.h"
#include "repo-daemon/intake_policy.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *word, *unit;
} whats[INTAKE_WHATS] = {
    [INTAKE_PAPER] = { "paper", "纸质材料", "张" },
    [INTAKE_DISC] = { "disc", "光盘", "张" },
    [INTAKE_EXHIBIT] = { "exhibit", "实物证据", "件" },
};

static const char *const sides[] = { "原告",   "被告",     "第三人", "申请人", "被申请人",
                                     "上诉人", "被上诉人", "代理人", "本院",   "其他" };

const char *intake_what_name(enum intake_what what)
{
    return what < INTAKE_WHATS ? whats[what].name : "";
}

const char *intake_what_word(enum intake_what what)
{
    return what < INTAKE_WHATS ? whats[what].word : "";
}

const char *intake_what_unit(enum intake_what what)
{
    return what < INTAKE_WHATS ? whats[what].unit : "";
}

enum intake_what intake_what(const char *name)
{
    enum intake_what what = 0;
    while (what < INTAKE_WHATS && strcmp(whats[what].name, name) != 0)
        what++;
    return what;
}

const char *intake_side(size_t index)
{
    return index < COUNT(sides) ? sides[index] : NULL;
}

bool intake_is_list(const char *label)
{
    struct label read;
    return !label_read((struct bytes){ (const uint8_t *)label, strlen(label) }, &read) &&
           read.type == LABEL_BATCH && read.number >= INTAKE_NUMBER_FIRST;
}

enum rc intake_label(struct repo *repo, char ret_label[LABEL_TEXT_MAX], struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (rc)
        return rc;
    struct label label = { .type = LABEL_BATCH,
                           .number = INTAKE_NUMBER_FIRST +
                                     store_count(txn, repo->tables[VIEW_INTAKES]) };
    return label_write(&label, ret_label)
               ? fault_set(why, RC_FULL, 0, "收件清单的编号已用完")
               : RC_OK;
}

enum rc intake_item_label(const char *case_id, int64_t number,
                          char ret_label[LABEL_TEXT_MAX], struct fault *why)
{
    struct label label = { .type = LABEL_ITEM };
    if (number >= 1 && number <= UINT16_MAX && strlen(case_id) == LABEL_CASE_DIGITS) {
        label.item = (uint16_t)number;
        memcpy(label.case_id, case_id, LABEL_CASE_DIGITS);
    }
    return label_write(&label, ret_label)
               ? fault_set(why, RC_FULL, 0, "这个案件的材料编号已用完")
               : RC_OK;
}

/* The next byte of a name that is no space of any width, or 0. */
static char next_of(const char **at)
{
    static const char *const spaces[] = { " ", "\t", "\n", "\r", "\u00a0", "\u3000" };
    for (size_t i = 0; i < COUNT(spaces);) {
        size_t len = strlen(spaces[i]);
        bool space = !strncmp(*at, spaces[i], len);
        *at += space ? len : 0;
        i = space ? 0 : i + 1;
    }
    return **at ? *(*at)++ : 0;
}

/* 张三 is the same party as 张　三: spaces make no second person. */
static bool same_party(const char *a, const char *b)
{
    char one, other;
    do {
        one = next_of(&a);
        other = next_of(&b);
    } while (one && one == other);
    return one == other;
}

const char *intake_noticed(const json_t *the_case, const char *from)
{
    const char *name;
    json_t *list;
    json_object_foreach(json_object_get(the_case, "noticed"), name, list)
    {
        if (same_party(name, from))
            return json_string_value(list);
    }
    return "";
}

static void number_sum(json_t *out, const char *name, int64_t sum)
{
    json_object_set_new(out, name, json_integer((json_int_t)sum));
}

/* Sums of a list: papers taken, of them to keep; sheets; lines with something wrong. */
static void sums_add(json_t *out, const json_t *lines)
{
    int64_t items = 0, keeps = 0, sheets = 0, wrong = 0;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        bool taken = *json_text(line, "item") && json_number(line, "counted");
        bool paper = intake_what(json_text(line, "what")) == INTAKE_PAPER;
        items += taken;
        keeps += taken && json_number(line, "keep");
        sheets += taken && paper ? json_number(line, "counted") : 0;
        wrong += *json_text(line, "fault") ||
                 json_number(line, "counted") != json_number(line, "declared");
    }
    number_sum(out, "items", items);
    number_sum(out, "keeps", keeps);
    number_sum(out, "sheets", sheets);
    number_sum(out, "wrong", wrong);
}

/* Where each paper is now stands with the paper, not with the list. */
static json_t *lines_show(struct repo *repo, struct store_txn *txn, const json_t *list)
{
    json_t *out = json_array();
    const json_t *lines = json_object_get(list, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *line = json_deep_copy(json_array_get(lines, i));
        SCOPED(json_free_at) json_t *item = NULL;
        const char *label = json_text(line, "item");
        bool there = *label && !view_get(repo, txn, VIEW_ITEMS, label, &item);
        json_object_set_new(line, "state",
                            json_string(there ? json_text(item, "state") : "refused"));
        json_object_set_new(line, "holder",
                            people_short(repo, txn, json_text(item, "holder")));
        json_object_set_new(line, "volume",
                            show_text(there ? json_text(item, "volume") : ""));
        json_array_append_new(out, line);
    }
    return out;
}

json_t *intake_show(struct repo *repo, struct store_txn *txn, const json_t *list)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    if (view_get(repo, txn, VIEW_CASES, json_text(list, "case"), &the_case))
        the_case = json_object();
    const json_t *notice = json_object_get(list, "notice");
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "intake",
        json_text(list, "intake"), "kind", json_text(list, "kind"), "case",
        json_text(list, "case"), "case_no", json_text(the_case, "case_no"), "from",
        json_text(list, "from"), "side", json_text(list, "side"), "volume",
        show_text(json_text(list, "volume")), "supplements",
        show_text(json_text(list, "supplements")), "by",
        people_short(repo, txn, json_text(list, "by")), "at",
        show_time(json_number(list, "at")), "lines", lines_show(repo, txn, list),
        "noticed", intake_noticed(the_case, json_text(list, "from")));
    json_object_set_new(out, "notice", notice ? json_deep_copy(notice) : json_null());
    sums_add(out, json_object_get(list, "lines"));
    return out;
}

json_t *intake_show_item(struct repo *repo, struct store_txn *txn, const json_t *item)
{
    SCOPED(json_free_at) json_t *the_case = NULL;
    if (view_get(repo, txn, VIEW_CASES, json_text(item, "case"), &the_case))
        the_case = json_object();
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:o, s:o, "
        "s:o, s:o}",
        "item", json_text(item, "item"), "case", json_text(item, "case"), "case_no",
        json_text(the_case, "case_no"), "intake", json_text(item, "intake"), "title",
        json_text(item, "title"), "what", json_text(item, "what"), "counted",
        (json_int_t)json_number(item, "counted"), "keep",
        (json_int_t)json_number(item, "keep"), "rule", json_text(item, "rule"), "from",
        json_text(item, "from"), "state", json_text(item, "state"), "holder",
        people_short(repo, txn, json_text(item, "holder")), "volume",
        show_text(json_text(item, "volume")), "returned",
        show_text(json_text(item, "returned")), "at", show_time(json_number(item, "at")));
}

enum rc intake_keep(const struct intake_policy *policy, const json_t *wish, json_t *line,
                    struct fault *why)
{
    char rule[INTAKE_NAME_MOST + INTAKE_ID_MOST + 8];
    struct intake_rule found = { "", "" };
    const json_t *keep = json_object_get(wish, "keep");
    const char *reason = json_text(wish, "why"), *title = json_text(line, "title");
    bool paper = intake_what(json_text(line, "what")) == INTAKE_PAPER;
    bool must = !paper || intake_policy_keeps(policy, title, &found);
    bool wanted = json_is_integer(keep) ? json_integer_value(keep) != 0 : must;
    if (must && !wanted)
        return fault_set(why, RC_REFUSED, 0, "“%s”是必存的（%s），不能改为退还", title,
                         paper ? found.name : "证物");
    if (wanted && !must && (!*reason || strlen(reason) > INTAKE_WORDS_MOST))
        return fault_set(why, RC_INVALID, 0, "“%s”不在必存原件表里，要留存请写明原因",
                         title);
    if (must && paper)
        snprintf(rule, sizeof rule, "%s %s", found.id, found.name);
    else
        snprintf(rule, sizeof rule, "%s", must ? "证物" : "");
    json_object_set_new(line, "keep", json_integer(wanted));
    json_object_set_new(line, "rule", json_string(wanted && !must ? reason : rule));
    return RC_OK;
}

json_t *intake_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                      void *context)
{
    SCOPED(json_free_at) json_t *list = NULL;
    if (view_get(repo, txn, VIEW_INTAKES, context, &list))
        return NULL;
    json_t *out = intake_show(repo, txn, list);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

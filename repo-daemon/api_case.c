/* Cases: registered by 案号, found by any part of it or of a party's name, closed by a
 * 归档提示. */
#include "record/case_no.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/find.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 300, FACTS_MOST = 20 };

static json_t *case_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                           void *context)
{
    SCOPED(json_free_at) json_t *found = NULL;
    if (view_get(repo, txn, VIEW_CASES, context, &found))
        return NULL;
    json_t *out = show_case(found);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

static enum rc case_fields(struct call *call, json_t *data, struct fault *why)
{
    static const struct {
        const char *name, *word;
    } fields[] = { { "cause", "案由" },
                   { "plaintiff", "原告" },
                   { "defendant", "被告" },
                   { "case_type", "案件类型" } };
    for (size_t i = 0; i < COUNT(fields); i++) {
        const char *text = call_text(call, fields[i].name);
        if (!*text || strlen(text) > NAME_MAX_BYTES)
            return fault_set(why, RC_INVALID, 0, "请填写%s（最多一百个汉字）",
                             fields[i].word);
        json_object_set_new(data, fields[i].name, json_string(text));
    }
    return RC_OK;
}

/* "judge": the badge of who handles it, when it is known already. */
static enum rc judge_copy(struct call *call, json_t *data, struct fault *why)
{
    SCOPED(json_free_at) json_t *person = NULL;
    const char *judge = call_text(call, "judge");
    if (!*judge)
        return RC_OK;
    if (view_find(call->repo, VIEW_PEOPLE, judge, &person))
        return fault_set(why, RC_NOT_FOUND, 0, "没有工牌号是 %.40s 的人", judge);
    json_object_set_new(data, "judge", json_string(judge));
    return RC_OK;
}

enum rc case_create(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, EVENT_CASE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    struct case_no number;
    char id[CASE_NO_ID_MAX], text[CASE_NO_TEXT_MAX];
    const char *written = call_text(call, "case_no");
    rc = case_no_read((struct bytes){ (const uint8_t *)written, strlen(written) },
                      &number, why);
    if (rc)
        return rc;
    if (case_no_id(&number, id))
        return fault_set(why, RC_INVALID, 0, "案号无法编成标签，请检查");
    case_no_text(&number, text);
    SCOPED(json_free_at) json_t *there = NULL;
    if (!view_find(call->repo, VIEW_CASES, id, &there))
        return fault_set(why, RC_CONFLICT, 0, "案件 %s 已经登记过", text);
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s}", "case", id, "case_no", text);
    rc = case_fields(call, data, why);
    if (!rc)
        rc = judge_copy(call, data, why);
    if (rc)
        return rc;
    command.data = data;
    command.answer = case_answer;
    command.context = id;
    return call_commit(call, &command, 201, why);
}

struct finding {
    struct call *call;
    struct store_txn *txn;
    struct find find;
    json_t *found;
};

static bool case_one(const char *id, json_t *the_case, void *context)
{
    struct finding *f = context;
    (void)id;
    json_array_append_new(f->found, show_case(the_case));
    return true;
}

static bool case_found(const char *key, json_t *nothing, void *context)
{
    struct finding *f = context;
    SCOPED(json_free_at) json_t *the_case = NULL;
    (void)nothing;
    return find_fits(f->call->repo, f->txn, &f->find, key, &the_case) &&
           case_one(key, the_case, f);
}

enum rc case_list(struct call *call, struct fault *why)
{
    const char *q = call_query(call, "q");
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    json_t *next = NULL;
    struct finding f = { .call = call, .found = found };
    find_read(q, &f.find);
    bool direct = !*q || *f.find.case_id;
    const char *first = *f.find.ranges[0] ? f.find.ranges[0] : "-";
    struct paging page = { .view = direct ? VIEW_CASES : VIEW_FIND,
                           .ranges = { direct ? f.find.case_id : first,
                                       *f.find.ranges[1] ? f.find.ranges[1] : NULL },
                           .each = direct ? case_one : case_found,
                           .context = &f };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    f.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "cases", found, "next", next));
}

enum rc case_show_one(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *found = NULL;
    enum rc rc = call_case(call, call_part(call, "case"), &found, why);
    return rc ? rc : call_answer(call, 200, show_case(found));
}

static bool is_day(const char *text)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9'))
            return false;
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year = atoi(text), month = atoi(text + 5), day = atoi(text + 8);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (leap && month == 2);
}

/* The term of keeping runs from this day: one that is too early would let the volumes be
 * destroyed too early, and it is never changed. */
static enum rc closed_on_fits(const char *id, const char *closed_on, struct fault *why)
{
    struct case_no number;
    if (!is_day(closed_on))
        return fault_set(why, RC_INVALID, 0, "结案日期应写成 2026-11-20 的样子");
    if (!case_no_of_id(id, &number) && (unsigned)atoi(closed_on) < number.year)
        return fault_set(why, RC_INVALID, 0,
                         "结案日期 %s 早于立案的年份（%u 年），请核对后再填", closed_on,
                         number.year);
    return RC_OK;
}

static enum rc facts_copy(struct call *call, json_t *facts, struct fault *why)
{
    const json_t *given = json_object_get(call->body, "facts");
    if (given && (!json_is_array(given) || json_array_size(given) > FACTS_MOST))
        return fault_set(why, RC_INVALID, 0, "案情应是一列词，例如 保全、上诉");
    for (size_t i = 0; i < json_array_size(given); i++) {
        const json_t *fact = json_array_get(given, i);
        if (!json_is_string(fact) || json_string_length(fact) > 60)
            return fault_set(why, RC_INVALID, 0, "案情应是一列词，例如 保全、上诉");
        json_array_append_new(facts, json_string(json_string_value(fact)));
    }
    return RC_OK;
}

struct recalling {
    json_t *volumes; /* owned by the caller */
    struct ledger_move moves[LEDGER_MOVES_MAX];
    size_t count;
};

/* What is lent is recalled by the same event. */
static bool recall_one(const char *key, json_t *volume, void *context)
{
    struct recalling *r = context;
    (void)key;
    if (strcmp(json_text(volume, "state"), custody_state_name(VOL_LENT)) != 0)
        return true;
    json_array_append(r->volumes, volume);
    r->moves[r->count++] =
        (struct ledger_move){ .volume = json_text(volume, "volume"),
                              .expected = (uint64_t)json_number(volume, "version"),
                              .from = custody_state_name(VOL_LENT),
                              .to = custody_state_name(VOL_RECALLED) };
    return r->count < LEDGER_MOVES_MAX;
}

static enum rc recall_lent(struct call *call, const char *id, struct recalling *r,
                           struct fault *why)
{
    char prefix[32];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    snprintf(prefix, sizeof prefix, "V%s", id);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    return rc ? rc
              : view_each(call->repo, txn, VIEW_VOLUMES, prefix, NULL, recall_one, r,
                          why);
}

enum rc case_notice(struct call *call, struct fault *why)
{
    static const char *const outcomes[] = { "判决", "调解", "撤诉", "裁定" };
    struct command command;
    enum rc rc = call_command(call, EVENT_NOTICE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *facts = json_array();
    const char *id = call_part(call, "case"), *outcome = call_text(call, "outcome");
    rc = call_case(call, id, &the_case, why);
    if (!rc && json_object_get(the_case, "notice"))
        rc = fault_set(why, RC_CONFLICT, 0, "这个案件已经有归档提示");
    if (!rc)
        rc = facts_copy(call, facts, why);
    if (rc)
        return rc;
    bool known = false;
    for (size_t i = 0; i < COUNT(outcomes); i++)
        known = known || !strcmp(outcomes[i], outcome);
    if (!known)
        return fault_set(why, RC_INVALID, 0, "结案方式应是判决、调解、撤诉或裁定");
    rc = closed_on_fits(id, call_text(call, "closed_on"), why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:O, s:s}", "case", id, "outcome", outcome,
                             "facts", facts, "closed_on", call_text(call, "closed_on"));
    SCOPED(json_free_at) json_t *lent = json_array();
    struct recalling recalling = { .volumes = lent };
    rc = recall_lent(call, id, &recalling, why);
    if (rc)
        return rc;
    char due[12];
    loans_due(call->repo, calendar_day(call->now_ms),
              call->repo->loan_policy->recall_days, due);
    if (recalling.count)
        json_object_set_new(data, "due", json_string(due));
    command.moves = recalling.moves;
    command.move_count = recalling.count;
    command.data = data;
    command.answer = case_answer;
    command.context = (void *)(uintptr_t)id;
    return call_commit(call, &command, 201, why);
}

/* What is out, what is late, who waits: one call for a desk. And the notices of a person.
 */
#include "repo-daemon/apply.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/show.h"
#include "repo-daemon/slip.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 300 };

struct board {
    struct call *call;
    struct store_txn *txn;
    json_t *overdue, *soon, *waiting, *asked, *holders; /* borrowed */
    size_t out;
};

static bool may_see(const struct call *call, const json_t *loan)
{
    return json_text(loan, "loan")[LABEL_CASE_DIGITS + 1] != '2' ||
           !strcmp(json_text(loan, "by"), call->by.badge) || !call_may_see(call, 2, NULL);
}

static void holder_count(struct board *b, const json_t *loan, bool late)
{
    const char *badge = json_text(loan, "by");
    json_t *of = json_object_get(b->holders, badge);
    if (!of) {
        struct person p = { 0 };
        if (people_find(b->call->repo, b->txn, badge, &p))
            snprintf(p.name, sizeof p.name, "%s", badge);
        of = json_pack("{s:s, s:s, s:s, s:i, s:i}", "badge", badge, "name", p.name,
                       "dept", p.dept, "out", 0, "overdue", 0);
        json_object_set_new(b->holders, badge, of);
    }
    json_object_set_new(of, "out", json_integer(json_number(of, "out") + 1));
    if (late)
        json_object_set_new(of, "overdue", json_integer(json_number(of, "overdue") + 1));
}

static bool board_due(const char *key, json_t *entry, void *context)
{
    (void)key;
    struct board *b = context;
    SCOPED(json_free_at) json_t *loan = NULL;
    if (view_get(b->call->repo, b->txn, VIEW_LOANS, json_text(entry, "loan"), &loan) ||
        !may_see(b->call, loan))
        return true;
    b->out++;
    json_t *shown = loans_show(b->call->repo, b->txn, loan, b->call->now_ms);
    int64_t left = json_number(shown, "days_left");
    holder_count(b, loan, left < 0);
    if (left < 0)
        json_array_append(b->overdue, shown);
    else if (left <= (int64_t)b->call->repo->loan_policy->remind_before_days)
        json_array_append(b->soon, shown);
    json_decref(shown);
    return true;
}

static bool board_open(const char *key, json_t *nothing, void *context)
{
    struct board *b = context;
    SCOPED(json_free_at) json_t *loan = NULL;
    (void)nothing;
    if (view_get(b->call->repo, b->txn, VIEW_LOANS, view_find_name(key), &loan))
        return true;
    enum loan_state state = loan_state(json_text(loan, "state"));
    json_t *list = state == LOAN_REQUESTED  ? b->asked
                   : state == LOAN_APPROVED ? b->waiting
                                            : NULL;
    if (list && may_see(b->call, loan))
        json_array_append_new(list,
                              loans_show(b->call->repo, b->txn, loan, b->call->now_ms));
    return true;
}

static json_t *values_of(json_t *object)
{
    json_t *list = json_array(), *value;
    const char *key;
    json_object_foreach(object, key, value) json_array_append(list, value);
    return list;
}

enum rc loan_board(struct call *call, struct fault *why)
{
    char today[CALENDAR_DAY_TEXT];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *overdue = json_array();
    SCOPED(json_free_at) json_t *soon = json_array();
    SCOPED(json_free_at) json_t *waiting = json_array();
    SCOPED(json_free_at) json_t *asked = json_array();
    SCOPED(json_free_at) json_t *holders = json_object();
    struct board b = { call, NULL, overdue, soon, waiting, asked, holders, 0 };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    b.txn = txn;
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_DUE, "", NULL, board_due, &b, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_FIND, "ls/requested/", NULL, board_open, &b,
                       why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_FIND, "ls/approved/", NULL, board_open, &b,
                       why);
    if (rc)
        return rc;
    calendar_day_text(calendar_day(call->now_ms), today);
    return call_answer(
        call, 200,
        json_pack("{s:s, s:i, s:I, s:O, s:O, s:O, s:O, s:o}", "today", today,
                  "calendar_known", calendar_knows(call->repo->calendar, atoi(today)),
                  "out", (json_int_t)b.out, "overdue", overdue, "due_soon", soon,
                  "waiting", waiting, "requested", asked, "holders", values_of(holders)));
}

struct inbox {
    struct call *call;
    struct store_txn *txn;
    json_t *list; /* borrowed */
};

static bool notice_one(const char *key, json_t *notice, void *context)
{
    struct inbox *inbox = context;
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:b}", "notice", strchr(key, '/') + 1, "text",
        json_text(notice, "text"), "volume", json_text(notice, "volume"), "loan",
        json_text(notice, "loan"), "at", show_time(json_number(notice, "at")), "seen",
        json_number(notice, "seen") != 0);
    json_array_append_new(inbox->list, out);
    return true;
}

static bool notice_unseen(const char *key, json_t *nothing, void *context)
{
    struct inbox *inbox = context;
    SCOPED(json_free_at) json_t *notice = NULL;
    const char *name = strchr(key, '/') + 1; /* behind "nu/" */
    (void)nothing;
    return !view_get(inbox->call->repo, inbox->txn, VIEW_NOTICES, name, &notice) &&
           notice_one(name, notice, inbox);
}

/* Oldest first: what waits longest is read first. */
enum rc notices_list(struct call *call, struct fault *why)
{
    char range[FIND_KEY_MAX];
    bool all = *call_query(call, "all") != 0;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    json_t *next = NULL;
    struct inbox inbox = { call, NULL, list };
    snprintf(range, sizeof range, "%s%s/", all ? "" : "nu/", call->by.badge);
    struct paging page = { .view = all ? VIEW_NOTICES : VIEW_FIND,
                           .ranges = { range },
                           .each = all ? notice_one : notice_unseen,
                           .context = &inbox };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    inbox.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "notices", list, "next", next));
}

enum rc notice_seen(struct call *call, struct fault *why)
{
    struct command command;
    char key[64];
    SCOPED(json_free_at) json_t *notice = NULL;
    enum rc rc = call_command(call, EVENT_NOTICE_SEEN, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    snprintf(key, sizeof key, "%s/%.40s", call->by.badge, call_part(call, "notice"));
    if (view_find(call->repo, VIEW_NOTICES, key, &notice))
        return fault_set(why, RC_NOT_FOUND, 0, "没有给您的这条提醒");
    SCOPED(json_free_at) json_t *data = json_pack("{s:s}", "notice", key);
    command.data = data;
    return call_commit(call, &command, 201, why);
}

/* 借阅单 while it is asked for or out, 归还回执 once it is back. */
#define CARE "不得涂改、抽换、转借案卷；归还时当面清点，签收后责任转移。"

static const char *const lend_signers[] = { "借阅人", "审批人", "库管员" };
static const char *const back_signers[] = { "归还人", "库管员" };
static const char *const two_copies[] = { "第一联　库房存档", "第二联　借阅人留存" };
static const struct slip_form lend_form = {
    .title = "案卷借阅单",
    .closing = CARE,
    .signers = lend_signers,
    .signer_count = COUNT(lend_signers),
    .copies = two_copies,
    .copy_count = COUNT(two_copies),
};
static const struct slip_form back_form = {
    .title = "案卷归还回执",
    .closing = CARE,
    .signers = back_signers,
    .signer_count = COUNT(back_signers),
    .copies = two_copies,
    .copy_count = COUNT(two_copies),
};

enum rc loan_slip(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *loan = NULL;
    SCOPED(free_at) uint8_t *pdf = NULL;
    char person[CELL_MAX], out[SLIP_DAY_MAX] = "—", in[SLIP_DAY_MAX] = "—";
    size_t len = 0;
    struct person p = { 0 };
    enum rc rc = view_find(call->repo, VIEW_LOANS, call_part(call, "loan"), &loan);
    if (rc == RC_NOT_FOUND || (!rc && !may_see(call, loan)))
        return fault_set(why, RC_NOT_FOUND, 0, "没有这份借阅，或不能给您看");
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *shown = loans_show(call->repo, txn, loan, call->now_ms);
    (void)!people_find(call->repo, txn, json_text(loan, "by"), &p);
    snprintf(person, sizeof person, "%s（%s）%s", p.name, json_text(loan, "by"), p.dept);
    if (json_number(loan, "issued_at"))
        slip_time(json_number(loan, "issued_at"), out);
    bool is_back = json_number(loan, "returned_at") != 0;
    if (is_back)
        slip_time(json_number(loan, "returned_at"), in);
    const char *due = json_text(loan, "due"), *outside = json_text(loan, "outside");
    const char *const facts[][2] = {
        { "借阅编号", json_text(loan, "loan") },
        { "案号", json_text(shown, "case_no") },
        { "借阅人", person },
        { "查阅单位", *outside ? outside : "—" },
        { "事由", json_text(loan, "reason") },
        { "办理情况", json_text(shown, "word") },
        { "借出时间", out },
        { "应还日期", *due ? due : "—" },
        { "归还时间", in },
    };
    const struct slip slip = {
        .form = is_back ? &back_form : &lend_form,
        .label = json_text(loan, "volume"),
        .facts = facts,
        .fact_count = COUNT(facts),
        .at_ms = call->now_ms,
    };
    rc = slip_write(call->repo, call->settings, &slip, &pdf, &len, why);
    return rc ? rc
              : call_answer_text(call, "application/pdf", (struct bytes){ pdf, len },
                                 why);
}

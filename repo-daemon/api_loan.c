/* Loans: asked for, signed, renewed, and the boards of what is out. What is handed over
 * is custody (offer, accept); here is only who may have it and until when. */
#include "repo-daemon/apply.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MOST = 600, LOANS_MOST = 9999 };

static bool is_secret(const char *loan_or_volume)
{
    struct label label;
    char text[LABEL_TEXT_MAX];
    snprintf(text, sizeof text, "%.*s", (int)strcspn(loan_or_volume, "-"),
             loan_or_volume);
    return !label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) &&
           label.kind == 2;
}

/* A loan of a 副卷 is seen by its borrower and by those who work with 副卷. */
static bool may_see(const struct call *call, const json_t *loan)
{
    return !is_secret(json_text(loan, "loan")) ||
           !strcmp(json_text(loan, "by"), call->by.badge) || !call_may_see(call, 2, NULL);
}

struct answering {
    const char *loan;
    int64_t now_ms;
};

static json_t *loan_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                           void *context)
{
    const struct answering *a = context;
    SCOPED(json_free_at) json_t *loan = NULL;
    if (view_get(repo, txn, VIEW_LOANS, a->loan, &loan))
        return NULL;
    json_t *out = loans_show(repo, txn, loan, a->now_ms);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

struct own {
    const char *badge;
    bool found;
};

static bool own_one(const char *key, json_t *loan, void *context)
{
    (void)key;
    struct own *own = context;
    enum loan_state state = loan_state(json_text(loan, "state"));
    bool open = state == LOAN_REQUESTED || state == LOAN_APPROVED || state == LOAN_OUT;
    own->found = own->found || (open && !strcmp(json_text(loan, "by"), own->badge));
    return !own->found;
}

/* Two signatures when the case is somebody else's; for a 副卷 the president's alone. */
static unsigned needed(const struct call *call, const json_t *the_case, bool secret)
{
    const char *judge = json_text(the_case, "judge");
    return !secret && *judge && strcmp(judge, call->by.badge) != 0 ? 2 : 1;
}

/* Before the volume is looked up: whether a 副卷 is there is told only to a request that
 * leaves its trace. */
static enum rc words_fit(const struct call *call, struct fault *why)
{
    const char *reason = call_text(call, "reason");
    return *reason && strlen(reason) <= WORDS_MOST &&
                   strlen(call_text(call, "outside")) <= WORDS_MOST
               ? RC_OK
               : fault_set(why, RC_INVALID, 0, "请写明借阅事由（最多二百个汉字）");
}

static enum rc request_fits(struct call *call, const json_t *volume, struct fault *why)
{
    char prefix[LOAN_KEY_MAX];
    struct own own = { call->by.badge, false };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    if (json_number(volume, "notice"))
        return fault_set(why, RC_REFUSED, 0, "已有归档提示，不再借出");
    if (!strcmp(json_text(volume, "state"), custody_state_name(VOL_RETURNED_TO_PARTY)))
        return fault_set(why, RC_REFUSED, 0, "这册案卷已退还当事人，不能借阅");
    if (json_number(volume, "kind") == 2 && *call_text(call, "outside"))
        return fault_set(why, RC_REFUSED, 0, "%s", loan_sentence(LOAN_NEED_INSIDE));
    snprintf(prefix, sizeof prefix, "%s-", json_text(volume, "volume"));
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_LOANS, prefix, NULL, own_one, &own, why);
    return rc          ? rc
           : own.found ? fault_set(why, RC_CONFLICT, 0, "您已经申请或借阅了这册案卷")
                       : RC_OK;
}

enum rc loan_create(struct call *call, struct fault *why)
{
    struct command command;
    char name[LOAN_KEY_MAX];
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    enum rc rc = call_command(call, EVENT_LOAN_REQUEST, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = words_fit(call, why);
    if (!rc)
        rc = call_volume(call, call_text(call, "volume"), &volume, why);
    if (rc == RC_DENIED) /* a 副卷 may be asked for by who may not see it */
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有案卷 %s，请核对卷号或问库管员",
                       call_text(call, "volume"));
    if (!rc)
        rc = call_case(call, json_text(volume, "case"), &the_case, why);
    if (!rc)
        rc = request_fits(call, volume, why);
    if (rc)
        return rc;
    int64_t number = json_number(volume, "loans") + 1;
    if (number > LOANS_MOST)
        return fault_set(why, RC_FULL, 0, "这册案卷的借阅编号已用完");
    snprintf(name, sizeof name, "%s-%04lld", json_text(volume, "volume"),
             (long long)number);
    SCOPED(json_free_at)
    json_t *data = json_pack(
        "{s:s, s:s, s:s, s:s, s:i}", "loan", name, "volume", json_text(volume, "volume"),
        "reason", call_text(call, "reason"), "outside", call_text(call, "outside"),
        "needed", (int)needed(call, the_case, json_number(volume, "kind") == 2));
    struct answering answering = { name, call->now_ms };
    command.data = data;
    command.answer = loan_answer;
    command.context = &answering;
    return call_commit(call, &command, 201, why);
}

static enum rc loan_find(struct call *call, json_t **ret_loan, struct fault *why)
{
    SCOPED(json_free_at) json_t *loan = NULL;
    enum rc rc = view_find(call->repo, VIEW_LOANS, call_part(call, "loan"), &loan);
    bool secret = is_secret(call_part(call, "loan")); /* told alike, there or not */
    if (rc == RC_NOT_FOUND && (!secret || !call_may_see(call, 2, NULL)))
        return fault_set(why, rc, 0, "没有这份借阅");
    if (rc == RC_NOT_FOUND || (!rc && !may_see(call, loan)))
        rc = fault_set(why, RC_DENIED, 0, "副卷的借阅只给办理人员看");
    if (!rc)
        *ret_loan = TAKE(loan);
    return rc;
}

static enum rc act_ask(struct call *call, const json_t *loan, enum loan_event event,
                       enum loan_state *ret_next, struct fault *why)
{
    struct loan_facts facts;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    loans_facts(call->repo, txn, loan, call->now_ms, &facts);
    struct loan_act act = { .event = event,
                            .roles = call->by.roles,
                            .is_borrower = !strcmp(json_text(loan, "by"), call->by.badge),
                            .has_reason = *call_text(call, "reason") != 0 };
    const json_t *signatures = json_object_get(loan, "signatures");
    for (size_t i = 0; i < json_array_size(signatures); i++)
        act.signed_before =
            act.signed_before ||
            !strcmp(json_string_value(json_array_get(signatures, i)), call->by.badge);
    return loan_next(&facts, &act, ret_next, why);
}

enum rc loan_act_do(struct call *call, struct fault *why)
{
    struct command command;
    enum loan_state next;
    SCOPED(json_free_at) json_t *loan = NULL;
    enum loan_event event = loan_event(call_text(call, "event"));
    if (event == LE_EVENTS || strlen(call_text(call, "reason")) > WORDS_MOST)
        return fault_set(why, RC_INVALID, 0,
                         "借阅只能批准、不批准、撤销或续借，原因最多二百个汉字");
    enum rc rc = call_command(call, EVENT_LOAN_ACT, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = loan_find(call, &loan, why);
    int64_t version = call_number(call, "version", -1);
    if (!rc && version >= 0 && version != json_number(loan, "version"))
        rc = fault_set(why, RC_CONFLICT, 0,
                       "这份借阅已被别人改动（现在是第 %lld 版），请刷新后再试",
                       (long long)json_number(loan, "version"));
    if (!rc)
        rc = act_ask(call, loan, event, &next, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s, s:s}", "loan", json_text(loan, "loan"),
                             "do", loan_event_name(event), "state", loan_state_name(next),
                             "reason", call_text(call, "reason"));
    int64_t due;
    if (event == LE_RENEW && calendar_day_read(json_text(loan, "due"), &due)) {
        char day[12];
        loans_due(call->repo, due, call->repo->loan_policy->renew_days, day);
        json_object_set_new(data, "due", json_string(day));
    }
    struct answering answering = { json_text(loan, "loan"), call->now_ms };
    command.data = data;
    command.answer = loan_answer;
    command.context = &answering;
    return call_commit(call, &command, 201, why);
}

enum rc loan_show_one(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *loan = NULL;
    enum rc rc = loan_find(call, &loan, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    json_t *out = loans_show(call->repo, txn, loan, call->now_ms), *may = json_array();
    store_abort(TAKE(txn));
    for (enum loan_event event = 0; event < LE_EVENTS; event++) {
        enum loan_state next;
        struct fault no = { 0 };
        struct call trial = *call; /* a reason is asked for later */
        SCOPED(json_free_at) json_t *body = json_pack("{s:s}", "reason", "-");
        trial.body = body;
        if (!act_ask(&trial, loan, event, &next, &no))
            json_array_append_new(may, json_string(loan_event_name(event)));
    }
    json_object_set_new(out, "may", may);
    return call_answer(call, 200, out);
}

struct listing {
    struct call *call;
    struct store_txn *txn;
    const char *state, *person;
    json_t *found;
};

static bool list_one(const char *key, json_t *loan, void *context)
{
    struct listing *l = context;
    (void)key;
    if ((*l->state && strcmp(json_text(loan, "state"), l->state) != 0) ||
        (*l->person && strcmp(json_text(loan, "by"), l->person) != 0) ||
        !may_see(l->call, loan))
        return false;
    json_array_append_new(l->found,
                          loans_show(l->call->repo, l->txn, loan, l->call->now_ms));
    return true;
}

enum rc loan_list(struct call *call, struct fault *why)
{
    char range[FIND_KEY_MAX] = "";
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    json_t *next = NULL;
    struct listing l = { .call = call,
                         .state = call_query(call, "state"),
                         .person = call_query(call, "holder"),
                         .found = found };
    const char *volume = call_query(call, "volume");
    if (*l.state && loan_state(l.state) == LOAN_STATES)
        return fault_set(why, RC_INVALID, 0, "没有“%.40s”这个状态", l.state);
    bool whole = *volume || (!*l.person && !*l.state);
    struct paging page = { .view = whole ? VIEW_LOANS : VIEW_FIND,
                           .ranges = { range },
                           .each = list_one,
                           .context = &l,
                           .named = !whole,
                           .entries = VIEW_LOANS };
    if (*volume)
        snprintf(range, sizeof range, "%.28s-", volume);
    else if (*l.person)
        snprintf(range, sizeof range, "lb/%.60s/", l.person);
    else if (*l.state)
        snprintf(range, sizeof range, "ls/%s/", l.state);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "loans", found, "next", next));
}

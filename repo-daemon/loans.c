#include "repo-daemon/loans.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "repo-daemon/command.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { TELL_MOST = 64, SOURCE_MAX = 120 };

struct queue {
    const char *loan; /* looked for; NULL: the first is enough */
    json_t *first;    /* owned by the caller */
    unsigned before, place;
};

static bool queue_one(const char *key, json_t *loan, void *context)
{
    struct queue *q = context;
    if (strcmp(json_text(loan, "state"), loan_state_name(LOAN_APPROVED)) != 0)
        return true;
    if (!q->first)
        q->first = json_incref(loan);
    q->before++;
    if (q->loan && !strcmp(q->loan, key))
        q->place = q->before;
    return q->loan && !q->place;
}

static enum rc queue_read(struct repo *repo, struct store_txn *txn, const char *volume,
                          struct queue *queue)
{
    char prefix[LOAN_KEY_MAX];
    snprintf(prefix, sizeof prefix, "%s-", volume);
    return view_each(repo, txn, VIEW_LOANS, prefix, NULL, queue_one, queue, NULL);
}

enum rc loans_first(struct repo *repo, struct store_txn *txn, const char *volume,
                    json_t **ret_loan)
{
    struct queue queue = { 0 };
    enum rc rc = queue_read(repo, txn, volume, &queue);
    if (rc) {
        json_decref(queue.first);
        return rc;
    }
    if (!queue.first)
        return RC_NOT_FOUND;
    *ret_loan = queue.first;
    return RC_OK;
}

bool loans_turn(struct repo *repo, struct store_txn *txn, const char *volume,
                const char *badge)
{
    SCOPED(json_free_at) json_t *loan = NULL;
    return !loans_first(repo, txn, volume, &loan) &&
           !strcmp(json_text(loan, "by"), badge);
}

unsigned loans_place(struct repo *repo, struct store_txn *txn, const json_t *loan)
{
    struct queue queue = { .loan = json_text(loan, "loan") };
    enum rc rc = queue_read(repo, txn, json_text(loan, "volume"), &queue);
    json_decref(queue.first);
    return rc ? 0 : queue.place;
}

void loans_due(const struct repo *repo, int64_t from_day, unsigned days, char ret_day[12])
{
    calendar_day_text(calendar_end(repo->calendar, from_day, days), ret_day);
}

static int64_t days_left(const json_t *loan, int64_t now_ms)
{
    int64_t due;
    return calendar_day_read(json_text(loan, "due"), &due) ? due - calendar_day(now_ms)
                                                           : 0;
}

void loans_facts(struct repo *repo, struct store_txn *txn, const json_t *loan,
                 int64_t now_ms, struct loan_facts *ret_facts)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *first = NULL;
    if (view_get(repo, txn, VIEW_VOLUMES, json_text(loan, "volume"), &volume))
        volume = NULL;
    bool waits = !loans_first(repo, txn, json_text(loan, "volume"), &first);
    json_int_t renewals = json_number(loan, "renewals");
    *ret_facts = (struct loan_facts){
        .state = loan_state(json_text(loan, "state")),
        .secret = json_number(volume, "kind") == 2,
        .outside = *json_text(loan, "outside") != 0,
        .signatures = (unsigned)json_array_size(json_object_get(loan, "signatures")),
        .needed = (unsigned)json_number(loan, "needed"),
        .renewals_left = renewals < repo->loan_policy->renewals
                             ? repo->loan_policy->renewals - (unsigned)renewals
                             : 0,
        .others_wait = waits && strcmp(json_text(first, "loan"), json_text(loan, "loan")),
        .overdue = *json_text(loan, "due") && days_left(loan, now_ms) < 0,
        .recalled = json_number(loan, "recalled") != 0,
        .notice = json_number(volume, "notice") != 0,
    };
}

static json_t *signatures_show(struct repo *repo, struct store_txn *txn,
                               const json_t *loan)
{
    json_t *list = json_array();
    const json_t *signatures = json_object_get(loan, "signatures");
    for (size_t i = 0; i < json_array_size(signatures); i++)
        json_array_append_new(
            list,
            people_short(repo, txn, json_string_value(json_array_get(signatures, i))));
    return list;
}

static json_t *time_or_null(const json_t *object, const char *name)
{
    return json_number(object, name) ? show_time(json_number(object, name)) : json_null();
}

json_t *loans_show(struct repo *repo, struct store_txn *txn, const json_t *loan,
                   int64_t now_ms)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    enum loan_state state = loan_state(json_text(loan, "state"));
    if (view_get(repo, txn, VIEW_VOLUMES, json_text(loan, "volume"), &volume) ||
        view_get(repo, txn, VIEW_CASES, json_text(volume, "case"), &the_case))
        the_case = NULL;
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:I}", "loan",
        json_text(loan, "loan"), "volume", json_text(loan, "volume"), "case_no",
        json_text(the_case, "case_no"), "borrower",
        people_short(repo, txn, json_text(loan, "by")), "state", json_text(loan, "state"),
        "word", loan_state_word(state), "reason", json_text(loan, "reason"), "outside",
        json_text(loan, "outside"), "requested_at", show_time(json_number(loan, "at")),
        "signatures", signatures_show(repo, txn, loan), "needed",
        (json_int_t)json_number(loan, "needed"), "renewals",
        (json_int_t)json_number(loan, "renewals"));
    json_object_update_new(
        out,
        json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:s, s:I}", "issued_at",
                  time_or_null(loan, "issued_at"), "returned_at",
                  time_or_null(loan, "returned_at"), "due",
                  show_text(json_text(loan, "due")), "days_left",
                  (json_int_t)(state == LOAN_OUT ? days_left(loan, now_ms) : 0),
                  "recalled", (json_int_t)json_number(loan, "recalled"), "told",
                  (json_int_t)json_number(loan, "told"), "place",
                  (json_int_t)loans_place(repo, txn, loan), "why", json_text(loan, "why"),
                  "version", (json_int_t)json_number(loan, "version")));
    return out;
}

/* ---- reminders ---- */

struct ticking {
    struct repo *repo;
    int64_t now_ms;
    char until[12]; /* the last day that is looked at */
    json_t *loans;
};

static bool collect_due(const char *key, json_t *entry, void *context)
{
    struct ticking *t = context;
    if (strncmp(key, t->until, CALENDAR_DAY_TEXT - 1) > 0)
        return false;
    json_array_append_new(t->loans, json_string(json_text(entry, "loan")));
    return true;
}

struct telling {
    unsigned role;
    const char *dept; /* "": of any */
    json_t *badges;
};

static bool tell_one(const char *badge, json_t *person, void *context)
{
    struct telling *t = context;
    unsigned roles = 0;
    bool fits = roles_read(json_object_get(person, "roles"), &roles) &&
                (roles & t->role) && !json_number(person, "disabled") &&
                (!*t->dept || !strcmp(json_text(person, "dept"), t->dept));
    if (fits)
        json_array_append_new(t->badges, json_string(badge));
    return json_array_size(t->badges) < TELL_MOST;
}

static enum rc tell_role(struct repo *repo, struct store_txn *txn, unsigned role,
                         const char *dept, json_t *badges, struct fault *why)
{
    struct telling t = { role, dept, badges };
    size_t before = json_array_size(badges);
    enum rc rc = view_each(repo, txn, VIEW_PEOPLE, "", NULL, tell_one, &t, why);
    if (!rc && *dept && json_array_size(badges) == before)
        return tell_role(repo, txn, role, "", badges, why); /* no head of its own */
    return rc;
}

static enum rc tell_list(struct repo *repo, const json_t *loan, unsigned tell,
                         json_t *badges, struct fault *why)
{
    struct person borrower;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (!rc && people_find(repo, txn, json_text(loan, "by"), &borrower))
        rc = fault_set(why, RC_CORRUPT, 0, "a loan of nobody");
    if (!rc && (tell & LOAN_TELL_BORROWER))
        json_array_append_new(badges, json_string(borrower.badge));
    if (!rc && (tell & LOAN_TELL_HEAD))
        rc = tell_role(repo, txn, ROLE_APPROVER, borrower.dept, badges, why);
    if (!rc && (tell & LOAN_TELL_SUPERVISOR))
        rc = tell_role(repo, txn, ROLE_SUPERVISOR, "", badges, why);
    return rc;
}

static enum rc tell(struct ticking *t, const json_t *loan, const char *event,
                    unsigned level, unsigned whom, struct fault *why)
{
    char source[SOURCE_MAX];
    SCOPED(json_free_at) json_t *badges = json_array();
    enum rc rc = tell_list(t->repo, loan, whom, badges, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:i, s:I, s:O}", "loan", json_text(loan, "loan"),
                             "level", (int)level, "days_left",
                             (json_int_t)days_left(loan, t->now_ms), "tell", badges);
    struct command command = {
        .event = event, .by = "", .data = data, .at_ms = t->now_ms
    };
    snprintf(source, sizeof source, "%s %s %s %u", event, json_text(loan, "loan"),
             json_text(loan, "due"), level);
    return command_run_source(t->repo, &command, source, why);
}

static enum rc tick_one(struct ticking *t, const char *name, struct fault *why)
{
    SCOPED(json_free_at) json_t *loan = NULL;
    const struct loan_policy *p = t->repo->loan_policy;
    if (view_find(t->repo, VIEW_LOANS, name, &loan))
        return RC_OK;
    int64_t left = days_left(loan, t->now_ms);
    if (left >= 0)
        return json_number(loan, "reminded")
                   ? RC_OK
                   : tell(t, loan, EVENT_LOAN_REMIND, 0, LOAN_TELL_BORROWER, why);
    unsigned level = 0;
    while (level < p->level_count && -left >= (int64_t)p->levels[level].after_days)
        level++;
    return level > json_number(loan, "told")
               ? tell(t, loan, EVENT_LOAN_OVERDUE, level, p->levels[level - 1].tell, why)
               : RC_OK;
}

void loans_tick(struct repo *repo, int64_t now_ms)
{
    struct fault why = { 0 };
    SCOPED(json_free_at) json_t *loans = json_array();
    struct ticking t = { .repo = repo, .now_ms = now_ms, .loans = loans };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    calendar_day_text(calendar_day(now_ms) + repo->loan_policy->remind_before_days,
                      t.until);
    enum rc rc = store_begin_read(repo->store, &txn, &why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_DUE, "", NULL, collect_due, &t, &why);
    store_abort(TAKE(txn));
    for (size_t i = 0; !rc && i < json_array_size(loans); i++)
        rc = tick_one(&t, json_string_value(json_array_get(loans, i)), &why);
    if (rc)
        log_error("look for loans that are due: %s", why.text);
}

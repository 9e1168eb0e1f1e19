/* Loans and the notices that go with them. A loan begins when its borrower accepts the
 * volume and ends when somebody else answers for it; both follow from custody alone. */
#include "repo-daemon/apply_in.h"

#include "repo-daemon/loan.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/people.h"

#include <stdio.h>

enum { TEXT_MAX = 600 };

enum rc apply_tell(struct applying *a, const char *badge, const char *text,
                   const char *volume, const char *loan)
{
    char key[64];
    if (!*badge)
        return RC_OK;
    snprintf(key, sizeof key, "%s/%010lld.%02u", badge, (long long)a->seq, a->told++);
    SCOPED(json_free_at)
    json_t *notice = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:i}", "notice", key, "to",
                               badge, "text", text, "volume", volume, "loan", loan, "at",
                               a->at_ms, "seen", 0);
    return apply_put(a, VIEW_NOTICES, key, notice);
}

/* "案卷 V…（(2026)粤0399民初10027号）" */
static void name_volume(struct applying *a, const char *label, char ret_text[TEXT_MAX])
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    if (view_get(a->repo, a->txn, VIEW_VOLUMES, label, &volume) ||
        view_get(a->repo, a->txn, VIEW_CASES, apply_text(volume, "case"), &the_case))
        the_case = NULL;
    snprintf(ret_text, TEXT_MAX, "案卷 %s（%s）", label, apply_text(the_case, "case_no"));
}

static enum rc tell_about(struct applying *a, const char *badge, const json_t *loan,
                          const char *what)
{
    char volume[TEXT_MAX], text[2 * TEXT_MAX];
    name_volume(a, apply_text(loan, "volume"), volume);
    snprintf(text, sizeof text, "%s%s", volume, what);
    return apply_tell(a, badge, text, apply_text(loan, "volume"),
                      apply_text(loan, "loan"));
}

static enum rc due_set(struct applying *a, const json_t *loan, const char *day, bool is)
{
    char key[64];
    if (!*day)
        return RC_OK;
    snprintf(key, sizeof key, "%s/%s", day, apply_text(loan, "loan"));
    if (!is) {
        enum rc rc = view_del(a->repo, a->txn, VIEW_DUE, key, a->why);
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    SCOPED(json_free_at)
    json_t *entry = json_pack("{s:s}", "loan", apply_text(loan, "loan"));
    return apply_put(a, VIEW_DUE, key, entry);
}

static enum rc loan_put(struct applying *a, json_t *loan)
{
    apply_set_number(loan, "version", apply_number(loan, "version") + 1);
    return apply_put(a, VIEW_LOANS, apply_text(loan, "loan"), loan);
}

/* Another last day: found under the new one from now on, and reminded of anew. */
static enum rc due_move(struct applying *a, json_t *loan, const char *day)
{
    enum rc rc = due_set(a, loan, apply_text(loan, "due"), false);
    apply_set_text(loan, "due", day);
    apply_set_number(loan, "reminded", 0);
    apply_set_number(loan, "told", 0);
    return rc ? rc : due_set(a, loan, day, true);
}

/* Who is first in the queue now hears of it. */
static enum rc tell_next(struct applying *a, const char *volume)
{
    SCOPED(json_free_at) json_t *first = NULL;
    enum rc rc = loans_first(a->repo, a->txn, volume, &first);
    if (rc)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    return tell_about(a, apply_text(first, "by"), first,
                      "可以领取了，轮到您，请到库房办理");
}

static enum rc loan_end(struct applying *a, const char *name)
{
    SCOPED(json_free_at) json_t *loan = NULL;
    if (view_get(a->repo, a->txn, VIEW_LOANS, name, &loan))
        return fault_set(a->why, RC_CORRUPT, 0, "a return of no loan");
    enum rc rc = due_set(a, loan, apply_text(loan, "due"), false);
    apply_set_text(loan, "state", loan_state_name(LOAN_RETURNED));
    apply_set_number(loan, "returned_at", a->at_ms);
    apply_set_text(loan, "returned_to", a->by);
    return rc ? rc : loan_put(a, loan);
}

static enum rc loan_begin(struct applying *a, json_t *volume)
{
    SCOPED(json_free_at) json_t *loan = NULL;
    enum rc rc = loans_first(a->repo, a->txn, apply_text(volume, "volume"), &loan);
    if (rc == RC_NOT_FOUND)
        return RC_OK; /* lent before there were loans */
    if (rc)
        return rc;
    apply_set_text(loan, "state", loan_state_name(LOAN_OUT));
    apply_set_number(loan, "issued_at", a->at_ms);
    apply_set_text(volume, "loan", apply_text(loan, "loan"));
    rc = due_move(a, loan, apply_text(a->data, "due"));
    return rc ? rc : loan_put(a, loan);
}

static enum rc loan_recall(struct applying *a, const char *name)
{
    char what[TEXT_MAX];
    SCOPED(json_free_at) json_t *loan = NULL;
    if (view_get(a->repo, a->txn, VIEW_LOANS, name, &loan))
        return fault_set(a->why, RC_CORRUPT, 0, "a recall of no loan");
    const char *day = apply_text(a->data, "due");
    enum rc rc = RC_OK;
    apply_set_number(loan, "recalled", 1);
    if (*day && strcmp(day, apply_text(loan, "due")) < 0)
        rc = due_move(a, loan, day);
    snprintf(what, sizeof what, "已催还，请在 %s 前送还库房", apply_text(loan, "due"));
    if (!rc)
        rc = tell_about(a, apply_text(loan, "by"), loan, what);
    return rc ? rc : loan_put(a, loan);
}

static bool is_away(const char *state)
{
    static const char *const away[] = { "lent", "recalled", "in-transit", "missing" };
    for (size_t i = 0; i < COUNT(away); i++)
        if (!strcmp(away[i], state))
            return true;
    return false;
}

enum rc apply_loan_move(struct applying *a, json_t *volume, const char *from,
                        const char *to)
{
    char current[LOAN_KEY_MAX];
    enum rc rc = RC_OK;
    snprintf(current, sizeof current, "%s", apply_text(volume, "loan"));
    bool begins = !strcmp(a->word, "accept") && !strcmp(to, "lent");
    if (*current && (begins || !is_away(to))) {
        apply_set_text(volume, "loan", "");
        rc = loan_end(a, current);
        if (!rc && !begins)
            rc = tell_next(a, apply_text(volume, "volume"));
    }
    if (!rc && begins)
        rc = loan_begin(a, volume);
    if (!rc && *current && !strcmp(to, "recalled") && !strcmp(from, "lent"))
        rc = loan_recall(a, current);
    return rc;
}

static bool end_waiting(const char *key, json_t *loan, void *context)
{
    (void)key;
    enum loan_state state = loan_state(apply_text(loan, "state"));
    if (state == LOAN_REQUESTED || state == LOAN_APPROVED)
        json_array_append(context, loan);
    return true;
}

enum rc apply_loans_close(struct applying *a, const char *volume)
{
    char prefix[LOAN_KEY_MAX];
    SCOPED(json_free_at) json_t *waiting = json_array();
    snprintf(prefix, sizeof prefix, "%s-", volume);
    enum rc rc = view_each(a->repo, a->txn, VIEW_LOANS, prefix, NULL, end_waiting,
                           waiting, a->why);
    for (size_t i = 0; !rc && i < json_array_size(waiting); i++) {
        json_t *loan = json_array_get(waiting, i);
        apply_set_text(loan, "state", loan_state_name(LOAN_ENDED));
        apply_set_text(loan, "why", "归档提示之后不再借出");
        rc = tell_about(a, apply_text(loan, "by"), loan,
                        "已收到归档提示，不再借出，您的申请已结束");
        if (!rc)
            rc = loan_put(a, loan);
    }
    return rc;
}

enum rc apply_loan_request(struct applying *a)
{
    SCOPED(json_free_at) json_t *loan = json_deep_copy(a->data);
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_VOLUMES, apply_text(loan, "volume"), &volume);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "a loan of no volume");
    apply_set_text(loan, "by", a->by);
    apply_set_text(loan, "state", loan_state_name(LOAN_REQUESTED));
    apply_set_number(loan, "at", a->at_ms);
    json_object_set_new(loan, "signatures", json_array());
    apply_set_number(volume, "loans", apply_number(volume, "loans") + 1);
    rc = apply_put(a, VIEW_VOLUMES, apply_text(loan, "volume"), volume);
    return rc ? rc : loan_put(a, loan);
}

static enum rc act_tell(struct applying *a, const json_t *loan, const char *what)
{
    char text[TEXT_MAX];
    SCOPED(json_free_at) json_t *volume = NULL;
    bool granted = !strcmp(apply_text(loan, "state"), loan_state_name(LOAN_APPROVED));
    if (!strcmp(what, loan_event_name(LE_REFUSE))) {
        snprintf(text, sizeof text, "的借阅申请没有批准：%s", apply_text(loan, "why"));
        return tell_about(a, apply_text(loan, "by"), loan, text);
    }
    if (strcmp(what, loan_event_name(LE_APPROVE)) != 0 || !granted)
        return RC_OK;
    unsigned place = loans_place(a->repo, a->txn, loan);
    if (view_get(a->repo, a->txn, VIEW_VOLUMES, apply_text(loan, "volume"), &volume))
        volume = NULL;
    if (place == 1 && !*apply_text(volume, "loan"))
        snprintf(text, sizeof text, "的借阅已批准，请到库房领取");
    else
        snprintf(text, sizeof text, "的借阅已批准，正在排队（第 %u 位），轮到时会通知您",
                 place);
    return tell_about(a, apply_text(loan, "by"), loan, text);
}

enum rc apply_loan_act(struct applying *a)
{
    SCOPED(json_free_at) json_t *loan = NULL;
    const char *what = apply_text(a->data, "do");
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_LOANS, apply_text(a->data, "loan"), &loan);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "an act on no loan");
    bool was_waiting = !strcmp(apply_text(loan, "state"), loan_state_name(LOAN_APPROVED));
    apply_set_text(loan, "state", apply_text(a->data, "state"));
    if (!strcmp(what, loan_event_name(LE_APPROVE)))
        json_array_append_new(json_object_get(loan, "signatures"), json_string(a->by));
    if (*apply_text(a->data, "reason"))
        apply_set_text(loan, "why", apply_text(a->data, "reason"));
    if (!strcmp(what, loan_event_name(LE_RENEW))) {
        apply_set_number(loan, "renewals", apply_number(loan, "renewals") + 1);
        rc = due_move(a, loan, apply_text(a->data, "due"));
    }
    if (!rc)
        rc = loan_put(a, loan);
    if (!rc)
        rc = act_tell(a, loan, what);
    /* Who stood first gave up his place: the next one may come. */
    bool still = !strcmp(apply_text(loan, "state"), loan_state_name(LOAN_APPROVED));
    return rc || !was_waiting || still ? rc : tell_next(a, apply_text(loan, "volume"));
}

enum rc apply_loan_tell(struct applying *a)
{
    char what[TEXT_MAX];
    struct person borrower;
    SCOPED(json_free_at) json_t *loan = NULL;
    const json_t *badges = json_object_get(a->data, "tell");
    json_int_t left = apply_number(a->data, "days_left");
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_LOANS, apply_text(a->data, "loan"), &loan);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "a reminder of no loan");
    if (people_find(a->repo, a->txn, apply_text(loan, "by"), &borrower))
        borrower.name[0] = 0;
    if (!strcmp(a->word, EVENT_LOAN_REMIND)) {
        snprintf(what, sizeof what, "应在 %s 前归还，还有 %lld 天",
                 apply_text(loan, "due"), (long long)left);
        apply_set_number(loan, "reminded", 1);
    } else {
        snprintf(what, sizeof what, "由%s借阅，应在 %s 归还，已逾期 %lld 天，请送还",
                 borrower.name, apply_text(loan, "due"), (long long)-left);
        apply_set_number(loan, "told", apply_number(a->data, "level"));
    }
    for (size_t i = 0; !rc && i < json_array_size(badges); i++)
        rc = tell_about(a, json_string_value(json_array_get(badges, i)), loan, what);
    return rc ? rc : loan_put(a, loan);
}

enum rc apply_notice_seen(struct applying *a)
{
    SCOPED(json_free_at) json_t *notice = NULL;
    const char *key = apply_text(a->data, "notice");
    if (view_get(a->repo, a->txn, VIEW_NOTICES, key, &notice))
        return fault_set(a->why, RC_CORRUPT, 0, "nothing to be seen");
    apply_set_number(notice, "seen", a->at_ms);
    return apply_put(a, VIEW_NOTICES, key, notice);
}

#include "repo-daemon/loan.h"

#include <string.h>

enum {
    SIGNS = ROLE_APPROVER | ROLE_PRESIDENT,
    SIGNATURE = LOAN_NEED_OTHER | LOAN_NEED_FRESH | LOAN_NEED_PRESIDENT |
                LOAN_NEED_INSIDE | LOAN_NEED_NO_NOTICE,
    LONGER = LOAN_NEED_BORROWER | LOAN_NEED_NO_NOTICE | LOAN_NEED_NOT_RECALLED |
             LOAN_NEED_IN_TIME | LOAN_NEED_RENEWAL | LOAN_NEED_NOBODY,
};

/* clang-format off */
static const struct loan_rule rules[] = {
    { LOAN_REQUESTED, LE_APPROVE, LOAN_APPROVED,  SIGNS,         SIGNATURE | LOAN_NEED_LAST },
    { LOAN_REQUESTED, LE_APPROVE, LOAN_REQUESTED, SIGNS,         SIGNATURE },
    { LOAN_REQUESTED, LE_REFUSE,  LOAN_REFUSED,   SIGNS,         LOAN_NEED_OTHER | LOAN_NEED_REASON },
    { LOAN_APPROVED,  LE_REFUSE,  LOAN_REFUSED,   SIGNS,         LOAN_NEED_OTHER | LOAN_NEED_REASON },
    { LOAN_REQUESTED, LE_CANCEL,  LOAN_CANCELLED, ROLE_BORROWER, LOAN_NEED_BORROWER },
    { LOAN_APPROVED,  LE_CANCEL,  LOAN_CANCELLED, ROLE_BORROWER, LOAN_NEED_BORROWER },
    { LOAN_OUT,       LE_RENEW,   LOAN_OUT,       ROLE_BORROWER, LONGER },
};

/* In the order in which a person should hear of them. */
static const struct {
    unsigned need;
    const char *sentence;
} sentences[] = {
    { LOAN_NEED_BORROWER,     "这是别人的借阅，只有借阅人自己可以这样做" },
    { LOAN_NEED_OTHER,        "借阅人不能批自己的申请，请另一位审批人来批" },
    { LOAN_NEED_FRESH,        "您已经签过这份申请，还要另一位审批人签" },
    { LOAN_NEED_INSIDE,       "院外单位只能阅正卷，副卷不提供" },
    { LOAN_NEED_PRESIDENT,    "副卷要分管院长批准才可以借出" },
    { LOAN_NEED_REASON,       "请写明不同意的原因" },
    { LOAN_NEED_NO_NOTICE,    "归档提示之后不再借出，也不续借" },
    { LOAN_NEED_NOT_RECALLED, "这册案卷已催还，不能续借，请尽快送还" },
    { LOAN_NEED_IN_TIME,      "已经过了应还日期，不能续借，请先送还" },
    { LOAN_NEED_RENEWAL,      "续借次数已用完，请先送还" },
    { LOAN_NEED_NOBODY,       "有人在等这册案卷，不能续借，请按期送还" },
};
/* clang-format on */

static const struct word {
    const char *name, *word;
} states[LOAN_STATES] = {
    [LOAN_REQUESTED] = { "requested", "待批" },
    [LOAN_APPROVED] = { "approved", "已批准，待领" },
    [LOAN_OUT] = { "out", "借出" },
    [LOAN_RETURNED] = { "returned", "已归还" },
    [LOAN_REFUSED] = { "refused", "未批准" },
    [LOAN_CANCELLED] = { "cancelled", "已撤销" },
    [LOAN_ENDED] = { "ended", "因归档结束" },
};

static const struct word events[LE_EVENTS] = {
    [LE_APPROVE] = { "approve", "批准" },
    [LE_REFUSE] = { "refuse", "不批准" },
    [LE_CANCEL] = { "cancel", "撤销" },
    [LE_RENEW] = { "renew", "续借" },
};

const struct loan_rule *loan_rule(size_t index)
{
    return index < COUNT(rules) ? &rules[index] : NULL;
}

const char *loan_sentence(unsigned need)
{
    for (size_t i = 0; i < COUNT(sentences); i++)
        if (sentences[i].need & need)
            return sentences[i].sentence;
    return NULL;
}

static unsigned needs_met(const struct loan_facts *f, const struct loan_act *a)
{
    unsigned met = 0;
    met |= a->is_borrower ? LOAN_NEED_BORROWER : LOAN_NEED_OTHER;
    met |= a->signed_before ? 0 : LOAN_NEED_FRESH;
    met |= !f->secret || (a->roles & ROLE_PRESIDENT) ? LOAN_NEED_PRESIDENT : 0;
    met |= f->secret && f->outside ? 0 : LOAN_NEED_INSIDE;
    met |= f->signatures + 1 >= f->needed ? LOAN_NEED_LAST : 0;
    met |= a->has_reason ? LOAN_NEED_REASON : 0;
    met |= f->renewals_left ? LOAN_NEED_RENEWAL : 0;
    met |= f->others_wait ? 0 : LOAN_NEED_NOBODY;
    met |= f->overdue ? 0 : LOAN_NEED_IN_TIME;
    met |= f->recalled ? 0 : LOAN_NEED_NOT_RECALLED;
    met |= f->notice ? 0 : LOAN_NEED_NO_NOTICE;
    return met;
}

enum rc loan_next(const struct loan_facts *facts, const struct loan_act *act,
                  enum loan_state *ret_next, struct fault *why)
{
    char people[ROLES_TEXT_MAX];
    unsigned met = needs_met(facts, act), who = 0, missing = 0;
    for (size_t i = 0; i < COUNT(rules); i++) {
        const struct loan_rule *r = &rules[i];
        if (r->from != facts->state || r->event != act->event)
            continue;
        who |= r->who;
        if (!(r->who & act->roles))
            continue;
        if (!(r->needs & ~met)) {
            *ret_next = r->to;
            return RC_OK;
        }
        missing = r->needs & ~met; /* of the last row: it asks for least */
    }
    if (missing)
        return fault_set(why, RC_REFUSED, 0, "%s", loan_sentence(missing));
    if (!who)
        return fault_set(why, RC_REFUSED, 0, "这份借阅现在是“%s”，不能%s",
                         states[facts->state].word, events[act->event].word);
    roles_sentence(who, people);
    return fault_set(why, RC_DENIED, 0, "“%s”要由%s来做，您没有这个角色",
                     events[act->event].word, people);
}

static unsigned find(const struct word *words, unsigned count, const char *name)
{
    unsigned i = 0;
    while (i < count && strcmp(words[i].name, name) != 0)
        i++;
    return i;
}

const char *loan_state_name(enum loan_state state)
{
    return state < LOAN_STATES ? states[state].name : "";
}

const char *loan_state_word(enum loan_state state)
{
    return state < LOAN_STATES ? states[state].word : "";
}

enum loan_state loan_state(const char *name)
{
    return find(states, LOAN_STATES, name);
}

const char *loan_event_name(enum loan_event event)
{
    return event < LE_EVENTS ? events[event].name : "";
}

const char *loan_event_word(enum loan_event event)
{
    return event < LE_EVENTS ? events[event].word : "";
}

enum loan_event loan_event(const char *name)
{
    return find(events, LE_EVENTS, name);
}

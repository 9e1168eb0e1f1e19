/* The law of loans: one table, as custody has one. Who may ask for a volume, who signs,
 * how long it stays out, and what happens when it does not come back.
 *
 *   requested ─ approve (one signature, or two) ─► approved ─ custody: accept ─► out
 *   requested, approved ─ refuse, cancel, end ─► refused, cancelled, ended
 *   out ─ renew ─► out ─ custody: it is back ─► returned
 *
 * Approved loans of one volume form a queue by number; only the first may take it.
 * Sources for the rules: 四川高院 2008 借阅制度 (signatures; outside bodies read the 正卷
 * only; 副卷 only when the president in charge allows), 律师查阅规定 2020 arts 3-9. */
#ifndef REPO_LOAN_H
#define REPO_LOAN_H

#include "core/bytes.h"
#include "core/rc.h"
#include "repo-daemon/roles.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum loan_state {
    LOAN_REQUESTED,
    LOAN_APPROVED,
    LOAN_OUT,
    LOAN_RETURNED,
    LOAN_REFUSED,
    LOAN_CANCELLED,
    LOAN_ENDED, /* by 归档提示 */
    LOAN_STATES,
};

enum loan_event { LE_APPROVE, LE_REFUSE, LE_CANCEL, LE_RENEW, LE_EVENTS };

struct loan_facts {
    enum loan_state state;
    bool secret;  /* of a 副卷 */
    bool outside; /* read by somebody of another body, beside the borrower */
    unsigned signatures, needed;
    unsigned renewals_left;
    bool others_wait; /* an approved loan of the same volume waits */
    bool overdue, recalled, notice;
};

struct loan_act {
    enum loan_event event;
    unsigned roles;
    bool is_borrower, signed_before, has_reason;
};

enum loan_need {
    LOAN_NEED_BORROWER = 1u << 0,
    LOAN_NEED_OTHER = 1u << 1,     /* four eyes: not the borrower */
    LOAN_NEED_FRESH = 1u << 2,     /* one who has not signed yet */
    LOAN_NEED_PRESIDENT = 1u << 3, /* when it is of a 副卷 */
    LOAN_NEED_LAST = 1u << 4,      /* no further signature is wanted after this one */
    LOAN_NEED_REASON = 1u << 5,
    LOAN_NEED_RENEWAL = 1u << 6,
    LOAN_NEED_NOBODY = 1u << 7, /* nobody else waits for the volume */
    LOAN_NEED_IN_TIME = 1u << 8,
    LOAN_NEED_NOT_RECALLED = 1u << 9,
    LOAN_NEED_NO_NOTICE = 1u << 10,
    LOAN_NEED_INSIDE = 1u << 11, /* a 副卷 goes to nobody outside, whoever signs */
    LOAN_NEED_EVERY = (1u << 12) - 1,
};

struct loan_rule {
    enum loan_state from;
    enum loan_event event;
    enum loan_state to;
    unsigned who, needs;
};
/* Row `index`; NULL behind the last. */
const struct loan_rule *loan_rule(size_t index);
/* The sentence of an unmet need; NULL when there is none for it. */
const char *loan_sentence(unsigned need);

/* RC_REFUSED, RC_DENIED with a Chinese sentence. */
MUST_USE enum rc loan_next(const struct loan_facts *facts, const struct loan_act *act,
                           enum loan_state *ret_next, struct fault *why);

const char *loan_state_name(enum loan_state state);
const char *loan_state_word(enum loan_state state);
enum loan_state loan_state(const char *name); /* LOAN_STATES: unknown */
const char *loan_event_name(enum loan_event event);
const char *loan_event_word(enum loan_event event);
enum loan_event loan_event(const char *name); /* LE_EVENTS: unknown */

/* The court's figures, from data/loan.json. */
enum { LOAN_LEVELS_MOST = 6, LOAN_DAYS_MOST = 366 };
enum loan_tell { LOAN_TELL_BORROWER = 1, LOAN_TELL_HEAD = 2, LOAN_TELL_SUPERVISOR = 4 };
struct loan_policy {
    unsigned days, renewals, renew_days, recall_days, remind_before_days;
    struct {
        unsigned after_days, tell; /* enum loan_tell; rising by days */
    } levels[LOAN_LEVELS_MOST];
    size_t level_count;
};
/* RC_INVALID with a Chinese sentence that names the wrong entry. */
MUST_USE enum rc loan_policy_read(struct bytes text, struct loan_policy *ret_policy,
                                  struct fault *why);
MUST_USE enum rc loan_policy_preset(struct loan_policy *ret_policy, struct fault *why);

#endif

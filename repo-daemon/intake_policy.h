/* The court's rules for papers that come in at the counter: which originals must be kept
 * (必存原件), and how long a party has to mend what a one-time notice names. One file per
 * court, data/intake.json; the built-in one is the working list of the trade.
 *
 * Sources: 人民法院在线诉讼规则 art. 12-13 (originals that archive rules ask for are
 * kept); 最高人民法院关于人民法院登记立案若干问题的规定 art. 7 (one written notice,
 * papers that are not mended go back and the return is recorded). */
#ifndef REPO_INTAKE_POLICY_H
#define REPO_INTAKE_POLICY_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    INTAKE_RULES_MOST = 60,
    INTAKE_RULE_WORDS_MOST = 20, /* of one rule, either list */
    INTAKE_WORD_MOST = 60,       /* bytes */
    INTAKE_NAME_MOST = 120,      /* bytes */
    INTAKE_ID_MOST = 8,
    INTAKE_DAYS_MOST = 90,
};

struct intake_policy; /* one file, read and checked */

/* A kind of original that must be kept. Borrowed from the policy. */
struct intake_rule {
    const char *id, *name;
};

/* Read a file. Unknown fields, an id twice, an empty list and the like are refused as a
 * whole: a typing error must not let an original go.
 *   RC_INVALID  with a Chinese sentence that names the place */
MUST_USE enum rc intake_policy_read(struct bytes text, struct intake_policy **ret_policy,
                                    struct fault *why);
/* The built-in one. */
MUST_USE enum rc intake_policy_preset(struct intake_policy **ret_policy,
                                      struct fault *why);
void intake_policy_free(struct intake_policy *policy); /* accepts NULL */

const char *intake_policy_version(const struct intake_policy *policy);
const char *intake_policy_basis(const struct intake_policy *policy);
unsigned intake_policy_days(const struct intake_policy *policy); /* of a notice */

/* Row `index` of the table; false behind the last. */
bool intake_policy_rule(const struct intake_policy *policy, size_t index,
                        struct intake_rule *ret_rule);
/* Must a paper of this title be kept? White space in the title does not matter. The first
 * rule that says so goes into *ret_rule (may be NULL). */
bool intake_policy_keeps(const struct intake_policy *policy, const char *title,
                         struct intake_rule *ret_rule);

#endif

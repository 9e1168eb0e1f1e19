/* An act from a request: who does it, to whom, where, in which words, on which volumes.
 * Each step answers with the Chinese sentence of what is wrong in the request. */
#ifndef REPO_ACT_CALL_H
#define REPO_ACT_CALL_H

#include "repo-daemon/act.h"
#include "repo-daemon/call.h"

/* Who acts: the one who is logged in, or somebody who stands at this desk and shows badge
 * and PIN ("badge", "pin"); then *ret_desk is the badge of the log-in, else NULL. */
MUST_USE enum rc act_call_person(struct call *call, struct person *ret_actor,
                                 const char **ret_desk, struct fault *why);

/* "as": one of several roles of the actor. */
MUST_USE enum rc act_call_role(struct call *call, struct act *act, struct fault *why);
/* "to": the receiver of an offer. */
MUST_USE enum rc act_call_receiver(struct call *call, struct act *act, struct fault *why);
/* "slot": where to. */
MUST_USE enum rc act_call_slot(struct call *call, struct act *act, struct fault *why);
/* "reason" and "sheets". */
MUST_USE enum rc act_call_words(struct call *call, struct act *act, struct fault *why);
/* "witness", "witness_pin": who watches a destruction. Without them the law refuses it.
 */
MUST_USE enum rc act_call_witness(struct call *call, struct act *act, struct fault *why);
/* "volumes": each with the version that the person saw. */
MUST_USE enum rc act_call_volumes(struct call *call, struct act *act, struct fault *why);

#endif

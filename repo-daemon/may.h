/* What a person may do with a volume now: the words from which the pages draw their
 * buttons, so that the law of custody stands in one table only. */
#ifndef REPO_MAY_H
#define REPO_MAY_H

#include "repo-daemon/custody.h"
#include "repo-daemon/people.h"

/* Names of custody events that the law allows this person now, as a new JSON array; what
 * is asked for later (receiver, slot, reason) counts as given. Further words:
 *   order-put, order-take   a lamp can lead the hand: the rack is on the line
 *   archive-notice          归档提示 can be recorded for the case
 * `volume` is the stored object. Begins read transactions of its own. */
json_t *may_list(struct repo *repo, const json_t *volume, const struct person *by);

/* Would the law let this person do this one thing? `to` is the receiver of an offer, NULL
 * for one that is chosen later; a slot and a reason count as given.
 *   RC_REFUSED, RC_DENIED  with the sentence that says why not */
MUST_USE enum rc may_do(struct repo *repo, const json_t *volume, const struct person *by,
                        enum custody_event event, const struct person *to,
                        struct fault *why);

#endif

/* In whose hands each volume was before an event, as the events themselves tell it: what
 * a hand-over has as its giver, which its own event does not name.
 *
 * Events are shown in order. Of a volume that comes up in the middle, the chain is read
 * back from the source; a source without chains must be shown all events from the first.
 */
#ifndef REPO_LEDGER_HANDS_H
#define REPO_LEDGER_HANDS_H

#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_scan.h"

enum { LEDGER_REASON_MAX = 640 };

struct ledger_hand {
    char holder[LEDGER_PERSON_MAX];
    char reason[LEDGER_REASON_MAX]; /* of the offer that waits; "" for none */
};

struct ledger_hands;

/* The source is borrowed for as long. RC_NO_MEMORY. */
MUST_USE enum rc ledger_hands_new(const struct ledger_source *source,
                                  struct ledger_hands **ret_hands, struct fault *why);
void ledger_hands_free(struct ledger_hands *hands); /* accepts NULL */

/* What stood before event `scan` about the volume of its move `index`. */
MUST_USE enum rc ledger_hands_before(struct ledger_hands *hands,
                                     const struct ledger_scan *scan, size_t index,
                                     struct ledger_hand *ret_hand, struct fault *why);
/* Who holds them when the event is done; false when it leaves that as it was. */
bool ledger_hands_change(const struct ledger_scan *scan,
                         char ret_holder[LEDGER_PERSON_MAX]);
/* Go past the event. */
MUST_USE enum rc ledger_hands_pass(struct ledger_hands *hands,
                                   const struct ledger_scan *scan, struct fault *why);
/* The reason that the event itself gives; "" for none. */
void ledger_hands_reason(const struct ledger_scan *scan,
                         char ret_reason[LEDGER_REASON_MAX]);

#endif

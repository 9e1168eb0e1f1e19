/* The story that events tell, checked one after another: each event well formed, seq
 * without gaps, one court, each volume's version going up by one, its state carried over
 * from event to event, no command id used twice, and each change of the signing key
 * handed over by the key before. About 100 bytes of memory an event. */
#ifndef REPO_LEDGER_CHAIN_H
#define REPO_LEDGER_CHAIN_H

#include "repo-daemon/ledger.h"
#include "repo-daemon/ledger_keys.h"

struct ledger_chain;

/* `only_volume` NULL: every event from seq 1. Else only events that name this volume are
 * given, seq goes up with gaps, and the other volumes in them are not followed. Borrowed
 * for the life of the chain. `trusted_key` as in struct ledger_keys. Never NULL. */
struct ledger_chain *ledger_chain_new(const char *only_volume, const char *trusted_key);
void ledger_chain_free(struct ledger_chain *chain); /* accepts NULL */

/* The next event. RC_CORRUPT or RC_INVALID, and then the chain is no good any more.
 * `ret_seq` (may be NULL) is the event's own seq. */
MUST_USE enum rc ledger_chain_add(struct ledger_chain *chain, struct bytes text,
                                  uint64_t *ret_seq, struct fault *why);

struct ledger_keys *ledger_chain_keys(struct ledger_chain *chain); /* borrowed */
uint64_t ledger_chain_volumes(const struct ledger_chain *chain); /* how many were seen */

#endif

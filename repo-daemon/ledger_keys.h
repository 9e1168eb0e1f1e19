/* The ledger's signing keys, one after another. A change of key is an event "ledger-key"
 * whose data is
 *
 *   {"accepted": base64, "key": verifier now, "next": verifier next, "signature": base64}
 *
 * Both keys sign (Ed25519) the text
 *
 *   "juanku/key-change/1" LF key LF next LF
 *
 * the present one in "signature" (it hands over), the next in "accepted" (it exists and
 * is in our hands). Heads whose size reaches the event are signed by the next key. So
 * whoever trusts any one key of the ledger can walk to the newest. Pure. */
#ifndef REPO_LEDGER_KEYS_H
#define REPO_LEDGER_KEYS_H

#include "repo-daemon/checkpoint.h"

#include <jansson.h>
#include <stdbool.h>

#define EVENT_LEDGER_KEY "ledger-key"

/* The data of the event that hands over from `now` to `next` (both with their seeds). */
MUST_USE enum rc ledger_keys_change(const struct checkpoint_key *now,
                                    const struct checkpoint_key *next, json_t **ret_data,
                                    struct fault *why);

/* A walk along the changes. Begin with all zero and, where the reader trusts a key, with
 * that in `trusted`. */
struct ledger_keys {
    const char *trusted; /* borrowed; NULL: none */
    bool met_trusted;
    char last[CHECKPOINT_KEY_MAX]; /* "" before the first change */
};

/* The next change, as its event's data in canonical text.
 *   RC_CORRUPT  not such data; not handed over by the last key; a signature that does not
 *               hold */
MUST_USE enum rc ledger_keys_add(struct ledger_keys *keys, struct bytes data,
                                 struct fault *why);

/* At the end: does the walk lead to `current`, and past the key that the reader trusts?
 *   RC_CORRUPT  no */
MUST_USE enum rc ledger_keys_end(struct ledger_keys *keys, const char *current,
                                 struct fault *why);

#endif

/* Places: site ("01"), rack ("01.001"), slot (its label). A place that holds something is
 * not re-configured; a closed one takes nothing more. */
#ifndef REPO_PLACE_H
#define REPO_PLACE_H

#include "repo-daemon/repo.h"

enum {
    PLACE_MAX = 28,
    PLACE_NAME_MAX = 90, /* bytes: thirty Chinese characters */
    PLACE_WIDTH_PRESET_MM = 60,
    PLACE_WIDTH_MOST_MM = 2000,
};

enum place_level { PLACE_SITE, PLACE_RACK, PLACE_SLOT };

/* Which level a text names, and the prefix of the labels of its slots. RC_INVALID with a
 * sentence. */
MUST_USE enum rc place_read(const char *text, enum place_level *ret_level,
                            char ret_prefix[PLACE_MAX], struct fault *why);

/* What may be done to a place, as a table: "rename" at any time, the others only while no
 * slot of it holds a volume, waits for a hand, or is odd. */
enum place_act { PLACE_RENAME, PLACE_RESIZE, PLACE_CLOSE, PLACE_OPEN, PLACE_ACTS };
struct place_rule {
    const char *name, *word;
    unsigned levels; /* bits of enum place_level */
    bool when_empty; /* only while it is empty */
};
const struct place_rule *place_rule(enum place_act act);
enum place_act place_act(const char *name); /* PLACE_ACTS: unknown */

/* The slot with something in it, or waiting for it, that stands in the way; RC_NOT_FOUND
 * when the place is empty. */
MUST_USE enum rc place_occupied(struct repo *repo, struct store_txn *txn,
                                const char *prefix, char ret_slot[LABEL_TEXT_MAX]);

/* How thick a volume is: sheets at 0.1 mm and its covers. */
unsigned place_thickness_mm(const json_t *volume);

/* The free slot for a volume: wide enough; nearest to `near` (a slot, "" for none), else
 * to where volumes of the same case stand, else the narrowest that fits; then the first
 * by label. The same store gives the same answer. RC_NOT_FOUND: none is free and wide
 * enough.
 */
MUST_USE enum rc place_propose(struct repo *repo, struct store_txn *txn,
                               const json_t *volume, const char *near,
                               char ret_slot[LABEL_TEXT_MAX], struct fault *why);

/* What a slot's entry says: "closed", "wrong" (the thing is not what the record says),
 * "ordered" (waits for a hand), "full" or "free". */
const char *place_slot_kind(const json_t *slot);

#endif

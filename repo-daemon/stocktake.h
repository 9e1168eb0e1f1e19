/* Stock-takes 盘点: what stands in the slots against what the record says, told apart as
 * missing, surplus, misplaced and unreadable; and against what the rack senses there.
 * While one is open its slots are frozen: nothing is shelved or taken there, except in a
 * slot that shows a difference, so that it can be put right. Differences are looked at
 * anew each time: one that an event put right is gone. */
#ifndef REPO_STOCKTAKE_H
#define REPO_STOCKTAKE_H

#include "repo-daemon/repo.h"

enum { STOCKTAKE_SAMPLE_MOST = 200, STOCKTAKE_COUNTS_MOST = 200, STOCKTAKE_KEY_MAX = 12 };

enum stocktake_kind {
    ST_MISSING,
    ST_SURPLUS,
    ST_MISPLACED,
    ST_UNREADABLE,
    ST_SENSED,
    ST_KINDS
};
const char *stocktake_kind_name(enum stocktake_kind kind); /* "missing" */
const char *stocktake_kind_word(enum stocktake_kind kind); /* "缺失" */
enum stocktake_kind stocktake_kind(const char *name);      /* ST_KINDS: unknown */

/* Is this slot in the scope of an open stock-take, without a difference of its own? */
bool stocktake_freezes(struct repo *repo, struct store_txn *txn, const char *slot);
bool stocktake_covers(const json_t *stocktake, const char *slot);
/* Do two scopes share slots? */
bool stocktake_meets(const json_t *a, const json_t *b);
/* The open ones, as an array; new reference. */
json_t *stocktake_open(struct repo *repo, struct store_txn *txn);

/* The slots of a random sample: the `count` slots whose SHA-256 of seed and label is
 * least, so that anybody can draw it again. New reference. */
json_t *stocktake_draw(struct repo *repo, struct store_txn *txn, const char *seed,
                       size_t count, struct fault *why);

struct stocktake_sum {
    size_t slots, counted, open; /* open: differences nobody explained */
    size_t kinds[ST_KINDS];
    json_t *differences; /* owned array: slot, kind, word, volume, expected, text, why */
};
MUST_USE enum rc stocktake_compare(struct repo *repo, struct store_txn *txn,
                                   const json_t *stocktake, struct stocktake_sum *ret_sum,
                                   struct fault *why);

#endif

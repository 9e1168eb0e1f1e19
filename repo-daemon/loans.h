/* Loans as they are kept: by volume label, '-', number in four digits. What the law of
 * loan.h looks at is gathered here; the queue of a volume is its loans in this order. */
#ifndef REPO_LOANS_H
#define REPO_LOANS_H

#include "repo-daemon/loan.h"
#include "repo-daemon/people.h"

enum { LOAN_KEY_MAX = 40 };

/* The first approved loan of the volume; RC_NOT_FOUND when nobody waits. */
MUST_USE enum rc loans_first(struct repo *repo, struct store_txn *txn, const char *volume,
                             json_t **ret_loan);
/* Is it this person's turn to take the volume? */
bool loans_turn(struct repo *repo, struct store_txn *txn, const char *volume,
                const char *badge);
/* Place in the queue, 1 for the first; 0 for one that does not wait. */
unsigned loans_place(struct repo *repo, struct store_txn *txn, const json_t *loan);

void loans_facts(struct repo *repo, struct store_txn *txn, const json_t *loan,
                 int64_t now_ms, struct loan_facts *ret_facts);

/* As the world sees it, with days left and place in the queue. New reference. */
json_t *loans_show(struct repo *repo, struct store_txn *txn, const json_t *loan,
                   int64_t now_ms);

/* Remind and escalate: an event for each loan that is due for it. */
void loans_tick(struct repo *repo, int64_t now_ms);

/* The last day of a loan, of a renewal, or after a recall, as "2026-12-14". */
void loans_due(const struct repo *repo, int64_t from_day, unsigned days,
               char ret_day[12]);

#endif

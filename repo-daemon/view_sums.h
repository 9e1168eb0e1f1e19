/* Counts beside the views: how many volumes are in a state, in a hand, in a department;
 * how many slots are full. Kept up to date entry by entry, as the indexes are
 * (view_index.h).
 *
 * VIEW_SUMS has, by
 *
 *   state/STATE            {"n", "secret"}
 *   slots/full, /free      {"n"}
 *   rack/SITE.RACK         {"slots"; of these "free", "full", "ordered", "wrong",
 * "closed"} holder/BADGE           {"volumes", "cases", "secret", "secret_cases"}
 *   dept/DEPARTMENT        the same of those who hold, by their department now
 *   hold/BADGE/CASE        {"n", "secret"}: volumes of the case in this hand
 *   house/DEPARTMENT/CASE  the same in the department
 *
 * "secret" is how many of them are 副卷, "secret_cases" of how many cases there is
 * nothing else: who may not see those is told the difference. A number that would be 0 is
 * not there, nor an entry without numbers. */
#ifndef REPO_VIEW_SUMS_H
#define REPO_VIEW_SUMS_H

#include "repo-daemon/repo.h"

/* The entry `key` of VIEW_VOLUMES, VIEW_SLOTS or VIEW_PEOPLE became `new` and was `old`
 * (each NULL for none). Within the write transaction; never while the views are rebuilt.
 */
MUST_USE enum rc view_sums_change(struct repo *repo, struct store_txn *txn,
                                  enum view view, const char *key, const json_t *old,
                                  const json_t *new, struct fault *why);

/* All of them anew, after a rebuild: make totals, add each entry of VIEW_VOLUMES and
 * VIEW_SLOTS once and in order (other views are passed over), end the last case, write.
 * VIEW_SUMS is empty before. Adding and ending touch no store and may be another
 * thread's. What is counted by case is told when the case is over, and is the caller's to
 * write as {"n":N,"secret":S}, the second when it is not 0. */
struct view_totals;
typedef void view_totals_told(const char *key, int64_t n, int64_t secret, void *context);
/* The caller ends with view_totals_free(), also when this fails. */
MUST_USE enum rc view_totals_new(struct repo *repo, struct view_totals **ret_totals,
                                 struct fault *why);
void view_totals_free(struct view_totals *totals); /* accepts NULL */
void view_totals_told_to(struct view_totals *totals, view_totals_told *told,
                         void *context);
void view_totals_add(struct view_totals *totals, enum view view, const char *key,
                     const json_t *object);
void view_totals_case_end(struct view_totals *totals);
MUST_USE enum rc view_totals_write(const struct view_totals *totals, struct repo *repo,
                                   struct store_txn *txn, struct fault *why);

#endif

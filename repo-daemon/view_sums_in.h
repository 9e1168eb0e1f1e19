/* What view_sums.c (live) and view_totals.c (after a rebuild) count alike. */
#ifndef REPO_VIEW_SUMS_IN_H
#define REPO_VIEW_SUMS_IN_H

#include "repo-daemon/view_sums.h"

enum { SUM_KEY_MAX = 160 };

/* The department of a person now, "-" without one. */
void view_sums_dept(struct repo *repo, struct store_txn *txn, const char *badge,
                    char ret_dept[SUM_KEY_MAX]);
/* 副卷: not counted for who may not see them. */
bool view_sums_secret(const json_t *volume);
/* Key of the sum that a slot counts in as full or free. Static text. */
const char *view_sums_fullness(const json_t *slot);
/* Key of the rack of a slot, by the slot's label: "S", two digits of the site and three
 * of the rack come first. */
void view_sums_rack(const char *label, char ret_key[SUM_KEY_MAX]);

#endif

/* What somebody typed to find a case: its number in any way of writing, the last digits
 * of it, a part of a party's name or of the cause, or the first letters of their
 * readings. */
#ifndef REPO_FIND_H
#define REPO_FIND_H

#include "repo-daemon/paging.h"
#include "repo-daemon/view_index.h"

enum { FIND_TYPED_MAX = 200 }; /* bytes; what is longer finds nothing */

struct find {
    char typed[FIND_TYPED_MAX];
    char case_id[24]; /* the beginning of the twenty digits, or all; "" for none */
    char number_has[FIND_TYPED_MAX]; /* a part of the written number; "" for none */
    char ranges[PAGING_RANGES_MAX][FIND_KEY_MAX]; /* of VIEW_FIND; "" for none */
};

/* Understand it. Nothing at all when *ret_find has neither case_id nor ranges. */
void find_read(const char *typed, struct find *ret_find);

/* A key of VIEW_FIND that a page found: does the case that it leads to really fit, and is
 * it met here for the first time? Then *ret_case is it (new reference). */
bool find_fits(struct repo *repo, struct store_txn *txn, const struct find *find,
               const char *key, json_t **ret_case);

#endif

/* Indexes and sums beside the views, so that no list looks at everything.
 *
 * They follow from single entries of the views alone: live, each write of an entry brings
 * its keys up to date in the same transaction; after a rebuild all are made at once. So
 * the same ledger gives the same indexes, whichever way they came about.
 *
 * VIEW_FIND has empty objects, by
 *   vs/STATE/VOLUME  vh/HOLDER/VOLUME  vt/RECEIVER/VOLUME
 *   rt/LAST DAY/VOLUME   (archived, with a term that ends)   rh/VOLUME   (on hold)
 *   sf/SLOT          (free)
 *   ls/STATE/LOAN    lb/BORROWER/LOAN
 *   ph/HOLDER/ITEM   (held at the counter)   pv/VOLUME/ITEM   ik/CASE/LIST
 *   nu/BADGE/NOTICE  (not seen)              xo/COMMAND       (conflict not settled)
 *   po/STATE/PURGE
 *   cn/DIGITS/CASE   the case's number read backwards: the last digits find it
 *   cw/TEXT/CASE     each tail of parties and cause, cut to FIND_TAIL characters
 *   cp/LETTERS/CASE  first letters of their readings (pinyin.h)
 * Sums stand in view_sums.h. */
#ifndef REPO_VIEW_INDEX_H
#define REPO_VIEW_INDEX_H

#include "repo-daemon/repo.h"

#include <stdbool.h>

enum { FIND_TAIL = 8, FIND_KEYS_MAX = 400, FIND_KEY_MAX = 140 };

/* Does this view have indexes or sums? */
bool view_indexed(enum view view);

/* An entry became `new` and was `old` (each NULL for none). Within the write transaction;
 * never while the views are rebuilt. */
MUST_USE enum rc view_index_change(struct repo *repo, struct store_txn *txn,
                                   enum view view, const char *key, const json_t *old,
                                   const json_t *new, struct fault *why);
/* The keys of an entry. Returns how many. */
size_t view_index_keys(enum view view, const char *key, const json_t *object,
                       char ret_keys[FIND_KEYS_MAX][FIND_KEY_MAX]);
/* All of them, from the views; VIEW_FIND and VIEW_SUMS are empty before. Commits by
 * itself (view_index_all.c). */
MUST_USE enum rc view_index_all(struct repo *repo, struct fault *why);

/* Typed text as keys have it: its first FIND_TAIL characters, in small letters. */
void view_find_text(const char *typed, char ret_text[FIND_KEY_MAX]);
/* Has the case a key that begins with `prefix`, and stands before the key `before` (NULL:
 * anywhere)? So that a case that fits twice is shown once. */
bool view_find_case(const char *case_id, const json_t *the_case, const char *prefix,
                    const char *before);

/* The last part of a key of VIEW_FIND: the name of the entry it leads to. Borrowed. */
const char *view_find_name(const char *key);

#endif

/* Batches: what lay on one trolley when it was handed over. A label is used again once
 * its hand-over is done; the older one is kept. */
#ifndef REPO_BATCH_H
#define REPO_BATCH_H

#include "repo-daemon/repo.h"

#include <stdbool.h>

struct repo_settings;

/* The label of a new hand-over: the wanted one, when it is right and free, else the next
 * number. RC_INVALID, RC_CONFLICT with a sentence. */
MUST_USE enum rc batch_label(struct repo *repo, const char *wanted,
                             char ret_label[LABEL_TEXT_MAX], struct fault *why);

/* "open", "accepted", "declined", "cancelled" as a Chinese word; "" for others. */
const char *batch_state_word(const char *state);
/* The state that a custody event brings a batch to; NULL when it brings it to none. */
const char *batch_state_after(const char *event);

/* Does an array of labels have this one? Does the batch list it? */
bool batch_has(const json_t *labels, const char *volume);
bool batch_lists(const json_t *batch, const char *volume);

/* As the world sees it, with the sums of 册, 件, 页, 张; lines of 副卷 only when `all`.
 * New reference. */
json_t *batch_show(struct repo *repo, struct store_txn *txn, const json_t *batch,
                   bool all);

/* The hand-over list 交接清单 as PDF/A, in two copies. The caller frees *ret_pdf. */
MUST_USE enum rc batch_print(struct repo *repo, const struct repo_settings *settings,
                             const json_t *batch, uint8_t **ret_pdf, size_t *ret_len,
                             struct fault *why);

#endif

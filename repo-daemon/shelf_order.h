/* Inside of the shelf: orders that wait for a hand. */
#ifndef REPO_SHELF_ORDER_H
#define REPO_SHELF_ORDER_H

#include "repo-daemon/repo.h"

/* Do the act that a waiting order stands for; the lamp says that it is done. */
MUST_USE enum rc order_do(struct repo *repo, const json_t *order, const json_t *evidence,
                          const char *source, struct fault *why);
/* End an order that was not followed. */
MUST_USE enum rc order_fail(struct repo *repo, const json_t *order, const char *reason,
                            struct fault *why);

/* The slots of this slot's rack that wait for the same kind of act, at most three, as
 * [{"slot","volume"}]: where a hand may have meant to go. New reference. */
json_t *order_meant(struct repo *repo, const char *slot, bool placed);

/* Light the waiting orders and the odd slots of a rack again. */
MUST_USE enum rc order_light_again(struct repo *repo, unsigned site, unsigned rack,
                                   struct fault *why);

#endif

/* What happened to a volume, as people read it. */
#ifndef REPO_CHAIN_H
#define REPO_CHAIN_H

#include "repo-daemon/repo.h"

/* One entry of the chain: {"seq","at","event","by","from","to","state","version","slot",
 * "to_person","text","hash"}. `text` is the event's canonical bytes. NULL when the event
 * does not name the volume. New reference. */
json_t *chain_entry(struct repo *repo, struct store_txn *txn, const char *volume,
                    uint64_t seq, struct bytes text);

/* The whole chain, oldest first, as an array. */
MUST_USE enum rc chain_read(struct repo *repo, const char *volume, json_t **ret_events,
                            struct fault *why);

#endif

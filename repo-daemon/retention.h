/* Retention of archived volumes: the term that the archive event writes down, the locks
 * of the files that follow from it, and the facts that the law of custody asks about.
 *
 *   archive: {"retention": {"class","until","from","years","rule","version","closed_on"}}
 *
 * An archived volume without this record (from before there was a table) is kept for
 * ever. What may be destroyed stands in custody.c; how, in purge.h. */
#ifndef REPO_RETENTION_H
#define REPO_RETENTION_H

#include "repo-daemon/gather.h"
#include "repo-daemon/retention_policy.h"

#define RETENTION_FOREVER_MS 253402271999000 /* the end of 9999 in Beijing */

/* The record for the volume of `all`, by the court's table as it is now. `at_least`: as
 * retention_policy_term(). New reference in *ret_record. RC_REFUSED without 归档提示. */
MUST_USE enum rc retention_record(const struct repo *repo, const struct gathered *all,
                                  enum retention_class at_least, json_t **ret_record,
                                  struct fault *why);

/* Lock every file of the volume until the end of the term, and for ever what is kept of
 * it even then: manifests, report, certificate. Blocks for the disk. A file that is
 * locked for longer already stays so. */
MUST_USE enum rc retention_lock(struct repo *repo, const struct gathered *all,
                                const json_t *record, struct fault *why);

/* Has the term of this stored volume ended before `day` (calendar.h)? Never for a class
 * that is permanent or unknown. */
bool retention_is_over(const json_t *volume, int64_t day);
/* Is it on hold? */
bool retention_is_held(const json_t *volume);

#endif

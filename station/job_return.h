/* Pages that quality control sent back, on a job that was done: what is wrong with which
 * picture, and whether it is mended. A mark goes away with its leaf (the sheet was
 * scanned again, or taken out), or when the operator says that it is mended (moved, put
 * under another row, a missing one put behind it). job->returned is the list, as it is
 * written into job.json and into the next manifest:
 *
 *   {"leaf","side","index","code","word","text","name","at_ms"}; mended by word of the
 *   operator also "settled_by"
 *
 * Pure, but for memory. */
#ifndef STATION_JOB_RETURN_H
#define STATION_JOB_RETURN_H

#include "station/job.h"

/* Add the marks of `rejects` (GET /v1/qc/returns) and a new id for the feeding that will
 * be sent. `name`: who sent them back.
 *   RC_CONFLICT  a picture is not the one that was judged; nothing was changed */
MUST_USE enum rc job_return_begin(struct job *job, const json_t *rejects,
                                  const char *name, int64_t at_ms, struct fault *why);
/* The mark on a picture that is not mended; borrowed, NULL for none. */
json_t *job_return_of(const struct job *job, const struct job_image *image);
/* The operator says that it is mended. RC_NOT_FOUND: there is no such mark. */
MUST_USE enum rc job_return_settle(struct job *job, const struct job_image *image,
                                   const char *badge, struct fault *why);
/* Marks that are not mended yet. */
unsigned job_return_count(const struct job *job);

#endif

/* Repairs of a job in place: a sheet scanned again, one put between, moved, taken out,
 * and all of that undone. No picture is ever deleted: what leaves the volume stays in the
 * spool as "gone" and is listed in the manifest with the reason.
 *
 * A repair is a JSON object, so that it is written as it is into the sheet's record, into
 * job.json and into the manifest:
 *
 *   {"do":"replace","leaf":7,...}   the next sheet fed takes the place of leaf 7
 *   {"do":"insert","after":7,...}   the next sheet fed stands behind leaf 7; 0: in front
 *   {"do":"move","leaf":7,"from":4,"to":9,...}   from and to are places, from 1
 *   {"do":"remove","leaf":7,"from":4,...}
 *   {"do":"back","leaf":12,"of":7,...}  leaf 12 is not the back of leaf 7 any more
 *   all: "reason","by","name","at"; when fed "new" (its leaf); when undone "undone_by",
 *   "undone_at"; the first two also "stop": why feeding stood still before
 *
 * The record of a leaf that is fed for a repair holds the repair: its appearance is the
 * acknowledgement and the repair at once. Pure, but for memory. */
#ifndef STATION_JOB_REPAIR_H
#define STATION_JOB_REPAIR_H

#include "station/job_place.h"

/* The place that the next sheet will have: that of the armed repair, of the sheet whose
 * back is fed next, else the end. */
unsigned job_next_place(const struct job *job);

/* Leaf `leaf`, which stands at the end, takes the place that `repair` says, and is
 * written into job->repairs. Disarms job->repair and sets job->stop.code to what it was
 * before the repair. A repair that makes no sense leaves the leaf at the end. */
void job_repair_leaf(struct job *job, unsigned leaf, const json_t *repair);

/* Add to the list of repairs done; `act` is stolen. */
void job_repair_log(struct job *job, json_t *act);

/* Do a "move" or "remove"; `act` is stolen.
 *   RC_INVALID  there is no such sheet or place; a sentence for the operator */
MUST_USE enum rc job_rearrange(struct job *job, json_t *act, struct fault *why);

/* Take back the last repair that is not undone. RC_REFUSED: there is none. */
MUST_USE enum rc job_undo(struct job *job, const char *by, const char *at,
                          struct fault *why);
/* The last repair that is not undone, or NULL. Borrowed. */
json_t *job_last_repair(const struct job *job);

/* Why this picture is gone: the repair that took its leaf out. Borrowed, or NULL. */
const json_t *job_gone_by(const struct job *job, unsigned leaf);

/* The leaf to ask for: a back that went out with its front has the reason of that. */
unsigned job_gone_leaf(const struct job_image *gone);

/* The leaves in order, and back: `known` is how many leaves the list was made of; leaves
 * behind them stay at the end. What the list names but is not there is left out, or, when
 * it had replaced another, that one stands there again. */
json_t *job_order_json(const struct job *job);
void job_order_apply(struct job *job, const json_t *order, unsigned known);

#endif

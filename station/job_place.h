/* Where the sheets of a job stand: places are counted in sheets, from 1, and the pictures
 * of one sheet stay together. A sheet is a front and what was fed as its back, in one go
 * or later by itself (station/turn.h). What leaves the volume is kept among the gone.
 * Pure, but for memory: it ends the process when there is none, since every sheet is in
 * the spool and the next start has them all. */
#ifndef STATION_JOB_PLACE_H
#define STATION_JOB_PLACE_H

#include "station/job.h"

/* The place of the sheet of a leaf; 0 when it is gone or unknown. */
unsigned job_place_of(const struct job *job, unsigned leaf);
/* The leaf of the front at a place, 0 when there is none. */
unsigned job_leaf_at(const struct job *job, unsigned place);
/* Index of the front at a place, from 1; one behind the last picture when there is none.
 */
unsigned job_index_at(const struct job *job, unsigned place);
/* The pictures of the sheet at a place: 2, 1, or 0 when there is none. */
unsigned job_sides_at(const struct job *job, unsigned place);

/* The sheet at place `from` stands at place `to`, the others close up. Both exist. */
void job_place_move(struct job *job, unsigned from, unsigned to);
/* The sheet at this place, which exists, is gone. */
void job_place_take_out(struct job *job, unsigned place);
/* The gone sheet whose front is `leaf` stands at `place`. False: there is none. */
bool job_place_bring_back(struct job *job, unsigned leaf, unsigned place);

/* Leaf `leaf`, whose one picture stands at the end, is the back of the sheet whose front
 * is leaf `of`. A back that was there before is gone; so is this one when there is no
 * such sheet: it then belongs to none. */
void job_place_add_back(struct job *job, unsigned leaf, unsigned of);
/* The back that is leaf `leaf` is gone and belongs to no sheet. False: there is none. */
bool job_place_drop_back(struct job *job, unsigned leaf);
#endif

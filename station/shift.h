/* Figures of a shift, by operator: what was fed, kept, read, and how often it went wrong.
 * They are made of the records of the jobs alone: each feeding is a run (job->runs) that
 * says who pressed the button, when, and which leaves came in. Pure.
 *
 * A row is one run, or one repair, or one page that quality control sent back (it counts
 * for who fed it):
 *   {"by","name","day":"2026-11-23","from_ms","to_ms","sheets","images","pages","blank",
 *    "replaced","given_up","fault":0|1,"repairs","rejected"} */
#ifndef STATION_SHIFT_H
#define STATION_SHIFT_H

#include "station/job.h"

enum { SHIFT_DAY_MAX = 11 }; /* "2026-11-23" */

/* The day on the clock of this place. */
void shift_day(int64_t at_ms, char ret_day[SHIFT_DAY_MAX]);

/* A run begins and ends. `end` is the word for why. An end without a begin does nothing.
 */
void shift_run_begin(struct job *job, const char *badge, const char *name, int64_t at_ms);
void shift_run_end(struct job *job, const char *end, int64_t at_ms);

/* The badge of who fed a leaf: of the run that it came in, else of who declared the job.
 * Borrowed from the job, never NULL. */
const char *shift_fed_by(const struct job *job, unsigned leaf);

/* The rows of a job, by day; new reference, never NULL. A run that is under way counts up
 * to `now_ms`. */
json_t *shift_rows(const struct job *job, int64_t now_ms);

/* Sum up, by operator, the rows of `day` in {"JOBID":[row,...]}: {"day","operators":[
 * {"badge","name","volumes","sheets","images","pages","blank","replaced","given_up",
 * "repairs","rejected","faults","seconds","minutes","from","to"}],"total":{...}}. New
 * reference. */
json_t *shift_sum(const json_t *jobs, const char *day);

#endif

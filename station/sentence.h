/* What the operator reads: what happened, and what to do next with which sheet. All
 * sentences about feeding stand in one table here. Pure. */
#ifndef STATION_SENTENCE_H
#define STATION_SENTENCE_H

#include "station/job.h"

/* What happened, "" when there is nothing to say. */
void sentence_now(const struct job *job, char ret[JOB_SENTENCE_MAX]);
/* What to do next. Never empty. */
void sentence_next(const struct job *job, char ret[JOB_SENTENCE_MAX]);

/* One reason why feeding stands still. `happened` and `next` hold one %u at most: the
 * number of the sheet that has to be fed next. */
struct sentence_stop {
    const char *code, *happened, *next;
};
extern const struct sentence_stop sentence_stops[];
extern const size_t sentence_stop_count;

#endif

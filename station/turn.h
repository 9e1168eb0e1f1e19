/* Both sides of paper at a feeder that sees one: all fronts are fed, the stack is turned
 * over, all backs are fed. Turning a stack over puts its last sheet on top, so the backs
 * come in from the last sheet to the first.
 *
 * Each back is a leaf of its own whose record says {"do":"back","of":7}: the back of the
 * sheet whose front is leaf 7. Its appearance in the spool acknowledges it and puts it
 * there at once, so a restart in the middle knows what is there and what is not. Counted
 * are fronts. A back beyond the last front belongs to no sheet: it is kept among the gone
 * and stops the job, as a back that is missing does; then the operator feeds backs again,
 * from a sheet on or all, and what was there is kept among the gone with the reason.
 *
 * Fed again after a repair is only what is new: a sheet without a back asks for one.
 * Pure, but for memory. */
#ifndef STATION_TURN_H
#define STATION_TURN_H

#include "station/job.h"

/* Do the fronts say what was declared? */
enum turn_fronts { TURN_FEWER, TURN_EQUAL, TURN_MORE, TURN_FRONTS_COUNT };
/* Has each front its back? */
enum turn_backs { TURN_LACKING, TURN_WHOLE, TURN_EXTRA, TURN_BACKS_COUNT };

/* What stands still when the feeder is empty: "" nothing, all is there; else the reason
 * of the stop. `turned`: backs were fed, else fronts. Out of range: "". */
const char *turn_verdict(bool turned, enum turn_fronts fronts, enum turn_backs backs);
/* The same for a job that is scanned by hand. */
const char *turn_verdict_of(const struct job *job);
/* Is this reason one of turn_verdict(), so that the stack was fed to its end? */
bool turn_is_verdict(const char *code);

/* Is the next sheet fed a back? */
bool turn_feeds_back(const struct job *job);
/* The sheet whose back is fed next, by its place; 0: all sheets have theirs. */
unsigned turn_next_back(const struct job *job);
/* Backs that were fed by themselves, with those too many; sheets without a back; and
 * backs without a sheet that nobody settled yet. */
unsigned turn_backs(const struct job *job);
unsigned turn_lacking(const struct job *job);
unsigned turn_extra(const struct job *job);

/* Feeding begins: what was said last decides which side it is.
 *   RC_REFUSED  there is a back too many; a sentence for the operator */
MUST_USE enum rc turn_begin(struct job *job, struct fault *why);
/* What the record of the next back says; new reference. */
json_t *turn_purpose(const struct job *job);
bool turn_is_back(const json_t *purpose);
/* One acknowledged back, as `purpose` says. Copies. */
void turn_add_back(struct job *job, const struct capture *side, const json_t *purpose);

/* The backs of the sheet at `place` and of all before it, which were fed after it, are
 * gone, and those without a sheet are settled; they are to be fed again. `act` has who,
 * when and why; borrowed.
 *   RC_REFUSED  there is no back to feed again */
MUST_USE enum rc turn_again(struct job *job, unsigned place, const json_t *act,
                            struct fault *why);

#endif

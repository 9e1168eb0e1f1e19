/* The life of one scanning job as a table: state x event -> state.
 *
 *              declare
 *                 |
 *                 v        start                  empty, equal
 *            [DECLARED] --------> [SCANNING] ----------------------> [COUNTED] <---+
 *                 |                |      ^                           |  ^  |      |
 *                 |   halt, differs|      |start                 doubt|  |  |finish|
 *                 |                v      |                           |  |  |      |
 *                 |               [STOPPED] --- equal (recounted) ----+--+  |      |
 *                 |                  |   ^                            |  ^  |      |
 *                 |                  |   | (also from COUNTED)        v  |clear    |
 *                 |                  |   +--- differs, repair ---- [REVIEW] |      |
 *                 |                  |                              |  ^    |      |
 *                 |           abandon|                       abandon|  |    v      |
 *                 |                  v                              |  +-[SUBMITTING]
 *                 +------------> [ABANDONED] <----------------------+ refused |
 *                                                                             |stored
 *                                                                             v
 *                                                              return      [DONE]
 *                                                 [REVIEW] <-----------------+
 *
 * STOPPED also stands for "the sheets do not add up": the way on is always to feed,
 * or to correct the declared number with one's name. Pure; the caller does what follows.
 */
#ifndef STATION_JOB_FLOW_H
#define STATION_JOB_FLOW_H

#include "core/rc.h"
#include "sys/fault.h"

enum job_state {
    JOB_DECLARED,
    JOB_SCANNING,
    JOB_STOPPED,
    JOB_COUNTED,
    JOB_REVIEW,
    JOB_SUBMITTING,
    JOB_DONE,
    JOB_ABANDONED,
    JOB_STATE_COUNT
};

enum job_event {
    JOB_EV_START,   /* the operator wants sheets fed, first or again */
    JOB_EV_SHEET,   /* a sheet is in the spool, both sides and its record */
    JOB_EV_STOP,    /* the operator wants feeding to end after this sheet */
    JOB_EV_HALT,    /* feeding ended before the feeder was empty, for any reason */
    JOB_EV_EQUAL,   /* counted and declared sheets are the same number */
    JOB_EV_DIFFERS, /* they are not */
    JOB_EV_DOUBT,   /* a person has to look at a page before this may go on */
    JOB_EV_CLEAR,   /* no page needs a person any more */
    JOB_EV_FINISH,  /* the operator hands the job in */
    JOB_EV_STORED,  /* the repository has it, durably */
    JOB_EV_REFUSED, /* the repository will not take it as it is */
    JOB_EV_ABANDON, /* the operator gives the job up */
    JOB_EV_RESTORE, /* the station was started again */
    JOB_EV_REPAIR,  /* a sheet is to be replaced, put between, moved or taken out */
    JOB_EV_RETURN,  /* quality control sent pages back, and somebody takes them on */
    JOB_EVENT_COUNT
};

/* The word in files and in the API ("scanning", "start"); "?" out of range. */
const char *job_state_name(enum job_state state);
const char *job_event_name(enum job_event event);
/* The state of that name; RC_NOT_FOUND for any other text. */
MUST_USE enum rc job_state_of(const char *name, enum job_state *ret_state);

/* What the event makes of the state, maybe the same state again.
 *   RC_REFUSED  the table forbids it; why->text tells the operator why, in Chinese */
MUST_USE enum rc job_next(enum job_state state, enum job_event event,
                          enum job_state *ret_next, struct fault *why);

#endif

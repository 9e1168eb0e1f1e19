/* A second thread for one piece of work at a time, while the first goes on; and a place
 * to leave what the first is done with, as taking a million objects apart takes as long
 * as making them.
 *
 * One thread gives and waits. The second is made with the first work, as most runs have
 * none; where no thread can be had, giving does the work at once. */
#ifndef REPO_ASIDE_H
#define REPO_ASIDE_H

#include <stdbool.h>

struct aside;
typedef void aside_work(void *context);
typedef bool aside_some(void *context); /* a small part of it; true: there is more */

struct aside *aside_new(void);        /* never NULL */
void aside_free(struct aside *aside); /* accepts NULL; does first what was given */

/* Begin `work`; `context` is its own until aside_wait(). One at a time. */
void aside_give(struct aside *aside, aside_work *work, void *context);
void aside_wait(struct aside *aside);
/* Do `some` again and again whenever nothing is given, until there is no more. Nobody
 * waits for it, only what is left next waits for its turn. */
void aside_leave(struct aside *aside, aside_some *some, void *context);

#endif

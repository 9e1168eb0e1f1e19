/* A second thread for one piece of work at a time, while the first goes on. It is made
 * with the first work, as most runs have none; where no thread can be had, giving does
 * the work at once.
 *
 * What the first allocates it had better free itself, as long as it allocates: two
 * threads at one heap wait for each other longer than the work is worth. */
#ifndef REPO_ASIDE_H
#define REPO_ASIDE_H

struct aside;
typedef void aside_work(void *context);

struct aside *aside_new(void);        /* never NULL */
void aside_free(struct aside *aside); /* accepts NULL; does first what was given */

/* Begin `work`; `context` is its own until aside_wait(). One at a time. */
void aside_give(struct aside *aside, aside_work *work, void *context);
void aside_wait(struct aside *aside);
#endif

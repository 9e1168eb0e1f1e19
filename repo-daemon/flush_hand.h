/* A second hand that flushes one file while the first hashes it or flushes a folder: what
 * is asked for at the same time costs the disk one turn, and one after the other two.
 *
 * One thread gives and waits; the hand's own thread runs nothing but fsync(). Where no
 * thread can be had, giving flushes at once. */
#ifndef REPO_FLUSH_HAND_H
#define REPO_FLUSH_HAND_H

#include "core/rc.h"

struct flush_hand;

struct flush_hand *flush_hand_new(void);       /* never NULL */
void flush_hand_free(struct flush_hand *hand); /* accepts NULL; nothing may be given */

/* Begin to flush `fd`, borrowed until flush_hand_wait(). One at a time. */
void flush_hand_give(struct flush_hand *hand, int fd);
/* Wait for it: 0, or the errno with which it failed. */
MUST_USE int flush_hand_wait(struct flush_hand *hand);

#endif

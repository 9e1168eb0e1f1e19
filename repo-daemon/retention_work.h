/* What an approved purge removes: files of its list, then the package of each volume and
 * its object in the OCFL root, in small steps between requests. It begins when the event
 * is on the disk and goes on after a restart from the first file, so that nothing is left
 * half; when nothing is left an event says so.
 *
 * A file goes only when three things hold at that moment: the list of the purge has it,
 * VIEW_BLOBS says that it went by this purge, and its retention lock has ended. A file
 * that a feeding has named again since stays. While one of its volumes has a hold (保全)
 * nothing of a purge goes; the others go on.
 *
 * Used from the store's one thread, with no group of the store open. */
#ifndef REPO_RETENTION_WORK_H
#define REPO_RETENTION_WORK_H

#include "repo-daemon/repo.h"

enum {
    RETENTION_STEP_FILES = 32,          /* removed in one step, at most */
    RETENTION_WAIT_MS = 60 * 60 * 1000, /* until a locked file is tried again */
    RETENTION_FAULT_MS = 10 * 1000,     /* the same after a fault, or a hold */
};

struct retention_work;

/* `archive`: the folder of the packages, borrowed as `repo`. */
MUST_USE enum rc retention_work_new(struct repo *repo, const char *archive,
                                    struct retention_work **ret_work, struct fault *why);
void retention_work_free(struct retention_work *work); /* accepts NULL */

/* One step. RC_OK: done something; RC_NOT_FOUND: there is nothing to do now. After a
 * fault the same is tried again when RETENTION_FAULT_MS have passed. */
MUST_USE enum rc retention_work_step(struct retention_work *work, int64_t now_ms,
                                     struct fault *why);

#endif

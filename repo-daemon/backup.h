/* Copies of a whole repository, while it is in use, each one opened and read again before
 * it counts. A restore is the same copy in the other direction.
 *
 *   TO/repo.json, TO/store/{data.mdb,ledger.key}, TO/blobs/...
 *
 * The store is copied first and the files after it: whatever an event names was there
 * before the event. A later backup into the same folder copies only the files that are
 * new, and replaces the store when the new one has been verified; one that is cut off
 * leaves the last good one as it was. The folder holds the signing key: keep it safe. */
#ifndef REPO_BACKUP_H
#define REPO_BACKUP_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdint.h>

struct backup_report {
    uint64_t events;
    uint64_t files, copied; /* in the copy; of these, new ones */
    uint64_t dropped;       /* of an older backup, destroyed since */
};

/* What the views of the copy in `folder` say was destroyed is removed from its files too.
 * backup_make() does it as its last step (backup_purged.c). */
MUST_USE enum rc backup_drop_purged(const char *folder, uint64_t *ret_dropped,
                                    struct fault *why);

/* Blocks for as long as the disk takes; does not disturb who writes.
 *   RC_NOT_FOUND  no repository in `from`
 *   RC_CORRUPT    a file or event of `from` is damaged: the copy does not count
 *   RC_FULL       no space */
MUST_USE enum rc backup_make(const char *from, const char *to,
                             struct backup_report *ret_report, struct fault *why);

/* Into a folder without a repository (RC_EXISTS). */
MUST_USE enum rc backup_restore(const char *from, const char *to,
                                struct backup_report *ret_report, struct fault *why);

/* Every event of the store and every file of the folder, read and compared. */
MUST_USE enum rc backup_verify(const char *folder, struct backup_report *ret_report,
                               struct fault *why);

#endif

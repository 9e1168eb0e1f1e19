/* Bookmarks of a volume's PDF, from its catalogue: the volume, below it each row that has
 * pages, below that each document that was given a name of its own. The same tree that
 * `juanku convert` makes from covers and separators. */
#ifndef REPO_ARCHIVE_MARKS_H
#define REPO_ARCHIVE_MARKS_H

#include "pdfa/pdfa.h"
#include "repo-daemon/gather.h"

struct archive_marks {
    struct pdfa_mark *at; /* owned, with the titles */
    size_t count;
};

void archive_marks_free(struct archive_marks *marks); /* what it owns; leaves it empty */

/* For the first `pages` images, which are the pages of the file in their order. At most
 * PDFA_JOIN_MARKS_MAX: names of documents are left out first. RC_NO_MEMORY. */
MUST_USE enum rc archive_marks(const struct gathered *all, size_t pages,
                               struct archive_marks *ret_marks, struct fault *why);

#endif

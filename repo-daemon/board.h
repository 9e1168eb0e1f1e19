/* Changes as the boards get them. */
#ifndef REPO_BOARD_H
#define REPO_BOARD_H

#include "repo-daemon/repo.h"

/* {"do":"change","event":"volume|slot|order|alarm|intake|stocktake","seq","data"} for an
 * entry as it is now; NULL when there is none. New reference. */
json_t *board_change(struct repo *repo, enum view view, const char *key);

#endif

/* Is a file what a join makes? Private to lib/pdfa. */
#ifndef PDFA_JOIN_COMPARE_H
#define PDFA_JOIN_COMPARE_H

#include "pdfa/pdfa.h"

/* Join as pdfa_join() does, but hold every byte against the file `fd` instead of writing
 * it. RC_CORRUPT: they differ, or what pdfa_join() answers. */
MUST_USE enum rc join_compare(const struct pdfa_join *join, int fd, struct fault *why);

#endif

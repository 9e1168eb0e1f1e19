/* A file of events, read in large blocks of lines. */
#ifndef REPO_LEDGER_LINES_H
#define REPO_LEDGER_LINES_H

#include "repo-daemon/ledger.h"

struct ledger_lines;

struct ledger_line {
    struct bytes text; /* without its LF */
    bool whole;        /* false: longer than an event can be, or its LF is missing */
};

MUST_USE enum rc ledger_lines_open(const char *path, struct ledger_lines **ret_lines,
                                   struct fault *why);
void ledger_lines_close(struct ledger_lines *lines); /* accepts NULL */

/* The next block, borrowed until the next call; *ret_count is 0 at the end. Of a line
 * that is too long the first LEDGER_EVENT_MAX + 1 bytes are given. */
MUST_USE enum rc ledger_lines_next(struct ledger_lines *lines,
                                   const struct ledger_line **ret_block,
                                   size_t *ret_count, struct fault *why);

#endif

/* Reversals: a mistake is not edited, it is taken back by a new event that names the
 * first. What may be taken back is one table; and only while nothing happened to any of
 * its volumes since. */
#ifndef REPO_REVERSE_H
#define REPO_REVERSE_H

#include "repo-daemon/custody.h"

struct reverse_rule {
    unsigned who;         /* roles that may take it back; 0: nobody */
    const char *sentence; /* for nobody: what to do instead, in Chinese; else NULL */
};
/* The row of an event; every event has one. */
const struct reverse_rule *reverse_rule(enum custody_event event);

#endif

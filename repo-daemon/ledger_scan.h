/* One event, looked at where it lies: the same strictness as ledger_record_read(), with
 * nothing copied or allocated, for whoever reads millions (verification, rebuild). Every
 * span points into the text. Pure. */
#ifndef REPO_LEDGER_SCAN_H
#define REPO_LEDGER_SCAN_H

#include "repo-daemon/ledger.h"

#include <string.h>

struct ledger_scan_move {
    struct bytes volume, from, to;
    uint64_t version; /* after the event, from 1 */
};

struct ledger_scan {
    uint64_t seq;
    int64_t at_ms;
    struct bytes by, court, event, id;
    struct bytes data; /* its canonical text, braces and all */
    size_t move_count;
    struct ledger_scan_move moves[LEDGER_MOVES_MAX];
};

/* RC_INVALID: not an event, or not in its one spelling. */
MUST_USE enum rc ledger_scan(struct bytes text, struct ledger_scan *ret_scan,
                             struct fault *why);

static inline bool ledger_scan_is(struct bytes span, const char *word)
{
    return span.len == strlen(word) && !memcmp(span.at, word, span.len);
}

#endif

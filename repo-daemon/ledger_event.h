/* One event of the ledger: its bytes out of its parts, and back. Strict both ways:
 * exactly the nine members of docs/ledger.md, canonical, within bounds. Pure. */
#ifndef REPO_LEDGER_EVENT_H
#define REPO_LEDGER_EVENT_H

#include "repo-daemon/ledger.h"

enum { LEDGER_FORMAT = 1 }; /* member "v" */

/* What the ledger adds to the caller's part. */
struct ledger_stamp {
    uint64_t seq;
    const char *id;
    const char *court;
};

struct ledger_record_move {
    char volume[LEDGER_VOLUME_MAX];
    uint64_t version; /* after the event, from 1 */
    char from[LEDGER_WORD_MAX];
    char to[LEDGER_WORD_MAX];
};

struct ledger_record {
    uint64_t seq;
    int64_t at_ms;
    char id[LEDGER_ID_MAX];
    char event[LEDGER_WORD_MAX];
    char by[LEDGER_PERSON_MAX];
    char court[LEDGER_COURT_MAX];
    struct ledger_record_move *moves; /* owned */
    size_t move_count;
    json_t *data; /* owned */
};

/* The caller frees *ret_text (NUL behind *ret_len). RC_INVALID names what is wrong. */
MUST_USE enum rc ledger_event_write(const struct ledger_event *event,
                                    const struct ledger_stamp *stamp, char **ret_text,
                                    size_t *ret_len, struct fault *why);

/* End *ret_record with ledger_record_free(). RC_INVALID: not an event. */
MUST_USE enum rc ledger_record_read(struct bytes text, struct ledger_record *ret_record,
                                    struct fault *why);
void ledger_record_free(struct ledger_record *record); /* accepts an empty one */

bool ledger_id_is_right(const char *id); /* 32 lower-case hex digits */

#endif

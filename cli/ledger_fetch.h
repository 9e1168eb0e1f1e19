/* The ledger over the repository's web interface, as a source for export and proof. */
#ifndef CLI_LEDGER_FETCH_H
#define CLI_LEDGER_FETCH_H

#include "net/http_client.h"
#include "repo-daemon/ledger_export.h"

/* Head and key now, events when they are asked for. `client` is borrowed.
 * RC_DENIED: not logged in, or no right to read the ledger. */
MUST_USE enum rc ledger_fetch(struct http_client *client,
                              struct ledger_source *ret_source, struct fault *why);

#endif

/* Role store: ledger, blobs and views; the only process that opens them. Serves the http
 * and racks roles over links that its parent hands to it. */
#ifndef REPO_ROLE_STORE_H
#define REPO_ROLE_STORE_H

#include "repo-daemon/settings.h"

/* Serves on ROLE_CHANNEL_FD until the parent goes away. Returns the exit code. */
int store_main(const struct repo_settings *settings);

#endif

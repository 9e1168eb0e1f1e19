/* One file on its way through the hash, in pieces. */
#ifndef REPO_FIXITY_READ_H
#define REPO_FIXITY_READ_H

#include "repo-daemon/blob.h"

struct fixity_read; /* at most one file is open at a time */

MUST_USE enum rc fixity_read_new(struct fixity_read **ret_read, struct fault *why);
void fixity_read_free(struct fixity_read *read); /* accepts NULL */

/* Read on in the blob `want`, at most `room` bytes; another `want` than the last time
 * begins from its start. Adds what was read to *bytes.
 *   RC_AGAIN      there is more of it
 *   RC_OK         whole, and what its name says
 *   RC_CORRUPT    whole, and something else; or it cannot be read
 *   RC_NOT_FOUND  not there */
MUST_USE enum rc fixity_read_on(struct fixity_read *read, struct blobs *blobs,
                                struct sha256 want, uint64_t room, uint64_t *bytes);

#endif

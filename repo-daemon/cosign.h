/* Cosignatures: C2SP tlog-cosignature, version 1. A witness is somebody else (a higher
 * court, a bar association) who signs that, at a time, he saw this head, and that it grew
 * out of every head of the same ledger that he saw before. Two different stories about
 * the same past then need his help, too.
 *
 * A cosigned checkpoint is the checkpoint with one more signature line for each witness:
 *
 *   "— " name " " base64(key hash || time, 8 bytes || signature)
 *
 * where Ed25519 signs "cosignature/v1" LF "time " seconds LF and the checkpoint's first
 * three lines. Pure. */
#ifndef REPO_COSIGN_H
#define REPO_COSIGN_H

#include "repo-daemon/checkpoint.h"

enum { COSIGN_TEXT_MAX = 4096 };

/* `text` (a checkpoint, maybe cosigned by others) with one line more.
 *   RC_INVALID  `witness` is no witness's key, or there is no room */
MUST_USE enum rc cosign_add(const char *text, const struct checkpoint_key *witness,
                            int64_t at_s, char ret_text[COSIGN_TEXT_MAX],
                            struct fault *why);

/* The checkpoint must be signed by `log` and cosigned by `witness`; lines of others are
 * passed over. `ret_at_s` may be NULL.
 *   RC_INVALID    not a checkpoint, or of another origin
 *   RC_NOT_FOUND  this witness did not sign it
 *   RC_CORRUPT    a signature does not hold */
MUST_USE enum rc cosign_read(struct bytes text, const struct checkpoint_key *log,
                             const struct checkpoint_key *witness,
                             struct checkpoint *ret_head, int64_t *ret_at_s,
                             struct fault *why);

#endif

/* A witness of ledgers: remembers the last head that he saw of each, and cosigns a newer
 * one only when it is proved to have grown out of it (C2SP tlog-witness).
 *
 * What he is asked with is the body of that protocol's add-checkpoint:
 *
 *   "old " size LF  base64(hash) LF ...  LF  checkpoint
 *
 * with the consistency proof (RFC 6962, 2.1.2) from the old size. His folder:
 *
 *   witness.key   signing key of signed notes, 0x04, mode 0600
 *   log-ORIGIN    (SHA-256 in hex, 16 digits) verifier key LF size LF base64(root) LF
 *
 * What he saw is on the disk before he signs it. One process at a time; blocking. */
#ifndef REPO_WITNESS_H
#define REPO_WITNESS_H

#include "repo-daemon/cosign.h"
#include "repo-daemon/merkle.h"

enum { WITNESS_REQUEST_MAX = 8192 };

/* What is asked of a witness, as text. The caller has made the proof. */
MUST_USE enum rc witness_request(uint64_t old_size, const struct merkle_proof *proof,
                                 const char *checkpoint,
                                 char ret_text[WITNESS_REQUEST_MAX], struct fault *why);

/* Make a witness in `folder` (made when missing). RC_EXISTS when there is one. */
MUST_USE enum rc witness_create(const char *folder, const char *name, struct fault *why);
/* His verifier key, without newline. */
MUST_USE enum rc witness_key(const char *folder, char ret_text[CHECKPOINT_KEY_MAX],
                             struct fault *why);
/* Follow the ledger with this verifier key from now on; when it is one that he follows
 * already, only the key changes, and what he saw stays. */
MUST_USE enum rc witness_follow(const char *folder, const char *log_key,
                                struct fault *why);

/* Check and cosign.
 *   RC_DENIED    he does not follow this ledger
 *   RC_CONFLICT  the request begins at another size than he saw last (the sentence says
 *                at which); ask again from there
 *   RC_REFUSED   the head did not grow out of the one he saw: the past was changed
 *   RC_INVALID   not a request, or the head is not signed by the ledger's key */
MUST_USE enum rc witness_cosign(const char *folder, struct bytes request, int64_t at_s,
                                char ret_text[COSIGN_TEXT_MAX], struct fault *why);

#endif

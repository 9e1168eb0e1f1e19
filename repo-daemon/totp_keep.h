/* Who has one-time codes. By badge in TABLE_TOTP, beside the ledger:
 *
 *   {"on", "secret", "last_step", "recovery": [...]}
 *
 * The secret is sealed (AES-256-GCM, bound to the badge) with the key of the file
 * DIR/secrets.key, mode 0600, made when it is first needed: neither ledger nor store nor
 * a log line hold it in clear, and a copy of the store alone is of no use. Recovery codes
 * are 80 random bits each and kept as SHA-256; each is taken once. */
#ifndef REPO_TOTP_KEEP_H
#define REPO_TOTP_KEEP_H

#include "repo-daemon/people.h"
#include "repo-daemon/totp.h"

enum { RECOVERY_CODES = 8, RECOVERY_TEXT = 20, TOTP_NAME_MAX = 256 };

/* Does the person have to give a code? */
bool totp_is_on(struct repo *repo, const char *badge);

/* A new secret that waits for its first code, in the place of one that waited before.
 *   RC_CONFLICT  codes are on already */
MUST_USE enum rc totp_begin(struct repo *repo, const char *badge,
                            char ret_secret[TOTP_SECRET_TEXT], struct fault *why);

/* Is it the first code of the secret that waits? *ret_entry is the entry to put when the
 * event is kept, *ret_codes the recovery codes to show once; new references.
 *   RC_REFUSED  nothing waits, or it is not */
MUST_USE enum rc totp_confirm(struct repo *repo, const char *badge, const char *code,
                              int64_t now_ms, json_t **ret_entry, json_t **ret_codes,
                              struct fault *why);

/* Take a code, or a recovery code, for a log-in: on the disk as used when this returns
 * RC_OK. RC_DENIED: wrong, or taken before. */
MUST_USE enum rc totp_take(struct repo *repo, const char *badge, const char *code,
                           int64_t now_ms, struct fault *why);

#endif

/* One-time codes of six digits (TOTP, RFC 6238, with HMAC-SHA-1 and steps of 30 seconds,
 * as every authenticator program has them). Pure. */
#ifndef REPO_TOTP_H
#define REPO_TOTP_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TOTP_SECRET = 20, /* bytes, as RFC 4226 recommends */
    TOTP_SECRET_TEXT = 33,
    TOTP_STEP_MS = 30 * 1000,
    TOTP_AROUND = 1, /* steps that a clock may be off, either way */
    TOTP_CODE_MAX = 9
};

/* The code of a step, `digits` (6 or 8) with leading zeros. */
void totp_code(struct bytes secret, int64_t step, unsigned digits,
               char ret_code[TOTP_CODE_MAX]);

/* Is `text` a code of now, or of TOTP_AROUND steps beside it, and of a later step than
 * `last_step`? *ret_step is the step; take it down, so that no code is taken twice. The
 * time it takes does not tell how much of the code was right. */
bool totp_fits(struct bytes secret, const char *text, int64_t now_ms, int64_t last_step,
               int64_t *ret_step);

/* Base32 of RFC 4648 without padding, upper case: TOTP_SECRET bytes are 32 letters. */
void totp_secret_text(const uint8_t secret[TOTP_SECRET], char ret_text[TOTP_SECRET_TEXT]);

#endif

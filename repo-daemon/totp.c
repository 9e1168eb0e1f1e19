#include "repo-daemon/totp.h"

#include "sys/hash.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS = 6 };

void totp_code(struct bytes secret, int64_t step, unsigned digits,
               char ret_code[TOTP_CODE_MAX])
{
    uint8_t counter[8], mac[HMAC_SHA1];
    for (unsigned i = 0; i < sizeof counter; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    hash_hmac_sha1(secret, (struct bytes){ counter, sizeof counter }, mac);
    unsigned from = mac[HMAC_SHA1 - 1] & 0xf; /* dynamic truncation, RFC 4226 5.3 */
    uint32_t number = (uint32_t)(mac[from] & 0x7f) << 24 | (uint32_t)mac[from + 1] << 16 |
                      (uint32_t)mac[from + 2] << 8 | mac[from + 3];
    snprintf(ret_code, TOTP_CODE_MAX, "%0*u", (int)digits,
             number % (digits == DIGITS ? 1000000u : 100000000u));
}

bool totp_fits(struct bytes secret, const char *text, int64_t now_ms, int64_t last_step,
               int64_t *ret_step)
{
    int64_t now = now_ms / TOTP_STEP_MS, found = -1;
    char given[DIGITS + 1] = "";
    bool long_enough = strlen(text) == DIGITS;
    memcpy(given, text, long_enough ? DIGITS : 0);
    for (int64_t step = now - TOTP_AROUND; step <= now + TOTP_AROUND; step++) {
        char code[TOTP_CODE_MAX];
        unsigned differs = 0;
        totp_code(secret, step, DIGITS, code);
        for (size_t i = 0; i < DIGITS; i++)
            differs |= (unsigned)(code[i] ^ given[i]);
        if (!differs && step > last_step && found < 0)
            found = step;
    }
    if (!long_enough || found < 0)
        return false;
    *ret_step = found;
    return true;
}

void totp_secret_text(const uint8_t secret[TOTP_SECRET], char ret_text[TOTP_SECRET_TEXT])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t bits = 0;
    unsigned have = 0;
    size_t len = 0;
    for (size_t i = 0; i < TOTP_SECRET; i++) {
        bits = bits << 8 | secret[i];
        for (have += 8; have >= 5; have -= 5)
            ret_text[len++] = letters[bits >> (have - 5) & 31];
    }
    ret_text[len] = 0;
}

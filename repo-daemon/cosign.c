/* Cosignatures. The checkpoint's own part is read by checkpoint_read(), which knows one
 * spelling only; what stands behind its five lines is split and checked here. */
#include "repo-daemon/cosign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    OWN_LINES = 5, /* three signed, an empty one, our signature */
    SIGNED_LINES = 3,
    TIME_SIZE = 8,
    LINE_SIZE = CHECKPOINT_HASH_SIZE + TIME_SIZE + ED25519_SIGNATURE,
    LINE_BASE64 = 4 * ((LINE_SIZE + 2) / 3) + 1,
};
static const char DASH[] = "\xe2\x80\x94 ";

/* Bytes of the first `lines` lines, 0 when there are fewer. */
static size_t lines_len(struct bytes text, unsigned lines)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\n' && !--lines)
            return i + 1;
    return 0;
}

static size_t message(struct bytes text, int64_t at_s, char ret_text[COSIGN_TEXT_MAX])
{
    int len =
        snprintf(ret_text, COSIGN_TEXT_MAX, "cosignature/v1\ntime %" PRId64 "\n%.*s",
                 at_s, (int)lines_len(text, SIGNED_LINES), (const char *)text.at);
    return len > 0 && len < COSIGN_TEXT_MAX ? (size_t)len : 0;
}

enum rc cosign_add(const char *text, const struct checkpoint_key *witness, int64_t at_s,
                   char ret_text[COSIGN_TEXT_MAX], struct fault *why)
{
    char signed_text[COSIGN_TEXT_MAX], base64[LINE_BASE64];
    uint8_t line[LINE_SIZE];
    struct bytes bytes = { (const uint8_t *)text, strlen(text) };
    size_t len = message(bytes, at_s, signed_text);
    if (witness->kind != CHECKPOINT_WITNESS || at_s <= 0 || !len ||
        bytes.len + sizeof DASH + strlen(witness->name) + LINE_BASE64 + 2 >
            COSIGN_TEXT_MAX)
        return fault_set(why, RC_INVALID, 0, "this cannot be cosigned");
    checkpoint_key_hash(witness, line);
    for (int i = 0; i < TIME_SIZE; i++)
        line[CHECKPOINT_HASH_SIZE + i] = (uint8_t)((uint64_t)at_s >> (56 - 8 * i));
    enum rc rc = sign_make(witness->seed, (struct bytes){ (uint8_t *)signed_text, len },
                           line + CHECKPOINT_HASH_SIZE + TIME_SIZE);
    if (rc)
        return fault_set(why, rc, 0, "cosign the checkpoint");
    base64_write((struct bytes){ line, sizeof line }, base64);
    snprintf(ret_text, COSIGN_TEXT_MAX, "%s%s%s %s\n", text, DASH, witness->name, base64);
    return RC_OK;
}

/* Is this line (without LF) of that witness? Then its time and signature. */
static bool line_of(struct bytes line, const struct checkpoint_key *witness,
                    int64_t *ret_at_s, uint8_t ret_signature[ED25519_SIGNATURE])
{
    char before[sizeof DASH + CHECKPOINT_NAME_MAX];
    uint8_t parts[LINE_SIZE], hash[CHECKPOINT_HASH_SIZE];
    size_t len = (size_t)snprintf(before, sizeof before, "%s%s ", DASH, witness->name);
    if (line.len <= len || memcmp(line.at, before, len) != 0 ||
        base64_read((const char *)line.at + len, line.len - len, parts, sizeof parts) !=
            LINE_SIZE)
        return false;
    checkpoint_key_hash(witness, hash);
    if (memcmp(hash, parts, sizeof hash) != 0)
        return false;
    uint64_t at_s = 0;
    for (int i = 0; i < TIME_SIZE; i++)
        at_s = at_s << 8 | parts[CHECKPOINT_HASH_SIZE + i];
    *ret_at_s = (int64_t)at_s;
    memcpy(ret_signature, parts + CHECKPOINT_HASH_SIZE + TIME_SIZE, ED25519_SIGNATURE);
    return at_s > 0 && at_s < INT64_MAX;
}

enum rc cosign_read(struct bytes text, const struct checkpoint_key *log,
                    const struct checkpoint_key *witness, struct checkpoint *ret_head,
                    int64_t *ret_at_s, struct fault *why)
{
    struct checkpoint head;
    size_t own = lines_len(text, OWN_LINES);
    if (!own || text.len >= COSIGN_TEXT_MAX || text.at[text.len - 1] != '\n')
        return fault_set(why, RC_INVALID, 0, "not a checkpoint");
    enum rc rc = checkpoint_read((struct bytes){ text.at, own }, log, &head, why);
    for (size_t at = own; !rc && at < text.len;) {
        uint8_t signature[ED25519_SIGNATURE];
        char signed_text[COSIGN_TEXT_MAX];
        int64_t at_s = 0;
        size_t len = lines_len((struct bytes){ text.at + at, text.len - at }, 1);
        struct bytes line = { text.at + at, len - 1 };
        at += len;
        if (!line_of(line, witness, &at_s, signature))
            continue;
        len = message(text, at_s, signed_text);
        if (!sign_holds(witness->public_key,
                        (struct bytes){ (uint8_t *)signed_text, len }, signature))
            return fault_set(why, RC_CORRUPT, 0, "见证签名不成立（%s）", witness->name);
        *ret_head = head;
        if (ret_at_s)
            *ret_at_s = at_s;
        return RC_OK;
    }
    return rc ? rc
              : fault_set(why, RC_NOT_FOUND, 0, "没有见证人 %s 的签名", witness->name);
}

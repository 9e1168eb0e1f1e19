/* Checkpoints. Reading never repairs: it takes the values out, writes what they should
 * look like, and compares; only the signature itself is then left to check. */
#include "repo-daemon/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HASH_SIZE = CHECKPOINT_HASH_SIZE,
    KIND_AND_KEY = 1 + ED25519_PUBLIC,
    SIGNED_SIZE = HASH_SIZE + ED25519_SIGNATURE,
    BASE64_MAX = 96,
};
static const char DASH[] = "\xe2\x80\x94 "; /* U+2014 and a space */

static bool name_is_usable(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '+')
            return false;
    return len > 0 && len < CHECKPOINT_NAME_MAX;
}

void checkpoint_key_hash(const struct checkpoint_key *key, uint8_t ret_hash[HASH_SIZE])
{
    uint8_t kind = (uint8_t)key->kind;
    struct hash *hash = hash_new();
    hash_add(hash, (struct bytes){ (const uint8_t *)key->name, strlen(key->name) });
    hash_add(hash, BYTES("\n"));
    hash_add(hash, (struct bytes){ &kind, 1 });
    hash_add(hash, (struct bytes){ key->public_key, ED25519_PUBLIC });
    struct sha256 whole = hash_end(hash);
    hash_free(hash);
    memcpy(ret_hash, whole.at, HASH_SIZE);
}

static void key_text(const struct checkpoint_key *key, const char *before,
                     const uint8_t secret_or_public[32],
                     char ret_text[CHECKPOINT_KEY_MAX])
{
    uint8_t hash[HASH_SIZE], tail[KIND_AND_KEY] = { (uint8_t)key->kind };
    char base64[BASE64_MAX];
    checkpoint_key_hash(key, hash);
    memcpy(tail + 1, secret_or_public, 32);
    base64_write((struct bytes){ tail, sizeof tail }, base64);
    snprintf(ret_text, CHECKPOINT_KEY_MAX, "%s%s+%02x%02x%02x%02x+%s", before, key->name,
             hash[0], hash[1], hash[2], hash[3], base64);
}

void checkpoint_key_verifier(const struct checkpoint_key *key,
                             char ret_text[CHECKPOINT_KEY_MAX])
{
    key_text(key, "", key->public_key, ret_text);
}

void checkpoint_key_signer(const struct checkpoint_key *key,
                           char ret_text[CHECKPOINT_KEY_MAX])
{
    key_text(key, "PRIVATE+KEY+", key->seed, ret_text);
}

enum rc checkpoint_key_make(const char *name, enum checkpoint_kind kind,
                            struct checkpoint_key *ret_key, struct fault *why)
{
    if (!name_is_usable(name))
        return fault_set(why, RC_INVALID, 0,
                         "'%s' is no origin: printable ASCII without space and '+'",
                         name);
    memset(ret_key, 0, sizeof *ret_key);
    ret_key->kind = kind;
    memcpy(ret_key->name, name, strlen(name));
    random_fill(ret_key->seed, ED25519_SEED);
    enum rc rc = sign_public(ret_key->seed, ret_key->public_key);
    return rc ? fault_set(why, rc, 0, "make a signing key") : RC_OK;
}

/* Kind, name and the 32 bytes behind, from "name+hash+base64". */
static bool key_parts(struct bytes text, struct checkpoint_key *key, uint8_t ret[32])
{
    char copy[CHECKPOINT_KEY_MAX];
    if (text.len >= sizeof copy || memchr(text.at, 0, text.len))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    char *hash = strchr(copy, '+');
    char *base64 = hash ? strchr(hash + 1, '+') : NULL;
    if (!base64 || base64 - hash != 1 + 2 * HASH_SIZE)
        return false;
    *hash = *base64++ = 0;
    uint8_t tail[BASE64_MAX];
    if (!name_is_usable(copy) || strlen(base64) >= BASE64_MAX ||
        base64_read(base64, strlen(base64), tail, sizeof tail) != KIND_AND_KEY ||
        (tail[0] != CHECKPOINT_LOG && tail[0] != CHECKPOINT_WITNESS))
        return false;
    key->kind = tail[0];
    memcpy(key->name, copy, strlen(copy) + 1);
    memcpy(ret, tail + 1, 32);
    return true;
}

enum rc checkpoint_key_read_verifier(struct bytes text, struct checkpoint_key *ret_key,
                                     struct fault *why)
{
    struct checkpoint_key key = { 0 };
    char again[CHECKPOINT_KEY_MAX];
    if (!key_parts(text, &key, key.public_key))
        return fault_set(why, RC_INVALID, 0, "not a verifier key");
    checkpoint_key_verifier(&key, again);
    if (strlen(again) != text.len || memcmp(again, text.at, text.len) != 0)
        return fault_set(why, RC_INVALID, 0,
                         "the verifier key does not fit its own hash");
    *ret_key = key;
    return RC_OK;
}

enum rc checkpoint_key_read_signer(struct bytes text, struct checkpoint_key *ret_key,
                                   struct fault *why)
{
    static const size_t before = sizeof "PRIVATE+KEY+" - 1;
    struct checkpoint_key key = { 0 };
    char again[CHECKPOINT_KEY_MAX];
    if (text.len < before ||
        !key_parts((struct bytes){ text.at + before, text.len - before }, &key, key.seed))
        return fault_set(why, RC_INVALID, 0, "not a signing key");
    enum rc rc = sign_public(key.seed, key.public_key);
    if (rc)
        return fault_set(why, rc, 0, "use the signing key");
    checkpoint_key_signer(&key, again);
    if (strlen(again) != text.len || memcmp(again, text.at, text.len) != 0)
        return fault_set(why, RC_INVALID, 0, "the signing key does not fit its own hash");
    *ret_key = key;
    return RC_OK;
}

/* The signed part. Returns its length. */
static size_t body_text(const struct checkpoint *head, const char *name,
                        char ret_text[CHECKPOINT_TEXT_MAX])
{
    char root[BASE64_MAX];
    base64_write((struct bytes){ head->root.at, SHA256_SIZE }, root);
    return (size_t)snprintf(ret_text, CHECKPOINT_TEXT_MAX, "%s\n%" PRIu64 "\n%s\n", name,
                            head->size, root);
}

static void add_signature(const struct checkpoint_key *key,
                          const uint8_t signature[ED25519_SIGNATURE], size_t len,
                          char text[CHECKPOINT_TEXT_MAX])
{
    uint8_t both[SIGNED_SIZE];
    char base64[BASE64_MAX];
    checkpoint_key_hash(key, both);
    memcpy(both + HASH_SIZE, signature, ED25519_SIGNATURE);
    base64_write((struct bytes){ both, sizeof both }, base64);
    snprintf(text + len, CHECKPOINT_TEXT_MAX - len, "\n%s%s %s\n", DASH, key->name,
             base64);
}

enum rc checkpoint_write(const struct checkpoint *head, const struct checkpoint_key *key,
                         char ret_text[CHECKPOINT_TEXT_MAX], struct fault *why)
{
    char text[CHECKPOINT_TEXT_MAX];
    uint8_t signature[ED25519_SIGNATURE];
    size_t len = body_text(head, key->name, text);
    enum rc rc = sign_make(key->seed, (struct bytes){ (uint8_t *)text, len }, signature);
    if (rc)
        return fault_set(why, rc, 0, "sign the checkpoint");
    add_signature(key, signature, len, text);
    memcpy(ret_text, text, sizeof text);
    return RC_OK;
}

/* Size and root from the second and third line, and where the last line's base64 is. */
static bool head_parts(char *text, struct checkpoint *ret_head, const char **ret_signed)
{
    char *size = strchr(text, '\n');
    char *root = size ? strchr(size + 1, '\n') : NULL;
    char *empty = root ? strchr(root + 1, '\n') : NULL;
    char *space = strrchr(text, ' ');
    if (!empty || !space || space < empty)
        return false;
    char *end = NULL;
    ret_head->size = strtoull(size + 1, &end, 10);
    if (end != root || base64_read(root + 1, (size_t)(empty - root - 1),
                                   ret_head->root.at, SHA256_SIZE) != SHA256_SIZE)
        return false;
    *ret_signed = space + 1;
    return true;
}

enum rc checkpoint_read(struct bytes text, const struct checkpoint_key *key,
                        struct checkpoint *ret_head, struct fault *why)
{
    char copy[CHECKPOINT_TEXT_MAX], again[CHECKPOINT_TEXT_MAX];
    struct checkpoint head;
    const char *base64 = NULL;
    uint8_t both[SIGNED_SIZE];
    if (key->kind != CHECKPOINT_LOG || text.len >= sizeof copy ||
        memchr(text.at, 0, text.len))
        return fault_set(why, RC_INVALID, 0, "not a checkpoint");
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    size_t name_len = strlen(key->name);
    if (strncmp(copy, key->name, name_len) != 0 || copy[name_len] != '\n')
        return fault_set(why, RC_INVALID, 0, "the checkpoint is not of '%s'", key->name);
    if (!head_parts(copy, &head, &base64) ||
        base64_read(base64, strcspn(base64, "\n"), both, sizeof both) != SIGNED_SIZE)
        return fault_set(why, RC_INVALID, 0, "not a checkpoint");

    size_t len = body_text(&head, key->name, again);
    bool holds = sign_holds(key->public_key, (struct bytes){ (uint8_t *)again, len },
                            both + HASH_SIZE);
    add_signature(key, both + HASH_SIZE, len, again);
    if (strcmp(copy, again) != 0)
        return fault_set(why, RC_INVALID, 0, "the checkpoint is not in its one form");
    if (!holds)
        return fault_set(why, RC_CORRUPT, 0, "the checkpoint's signature does not hold");
    *ret_head = head;
    return RC_OK;
}

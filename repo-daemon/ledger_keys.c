/* Changes of the signing key. */
#include "repo-daemon/ledger_keys.h"

#include "sys/json_scope.h"

#include <stdio.h>
#include <string.h>

enum { STATEMENT_MAX = 2 * CHECKPOINT_KEY_MAX + 32, BASE64_MAX = 96 };

static size_t statement(const char *key, const char *next, char ret_text[STATEMENT_MAX])
{
    return (size_t)snprintf(ret_text, STATEMENT_MAX, "juanku/key-change/1\n%s\n%s\n", key,
                            next);
}

static enum rc sign_text(const struct checkpoint_key *key, struct bytes text,
                         char ret_base64[BASE64_MAX])
{
    uint8_t signature[ED25519_SIGNATURE];
    enum rc rc = sign_make(key->seed, text, signature);
    if (!rc)
        base64_write((struct bytes){ signature, sizeof signature }, ret_base64);
    return rc;
}

enum rc ledger_keys_change(const struct checkpoint_key *now,
                           const struct checkpoint_key *next, json_t **ret_data,
                           struct fault *why)
{
    char from[CHECKPOINT_KEY_MAX], to[CHECKPOINT_KEY_MAX], text[STATEMENT_MAX];
    char signature[BASE64_MAX], accepted[BASE64_MAX];
    checkpoint_key_verifier(now, from);
    checkpoint_key_verifier(next, to);
    struct bytes bytes = { (uint8_t *)text, statement(from, to, text) };
    enum rc rc = sign_text(now, bytes, signature);
    if (!rc)
        rc = sign_text(next, bytes, accepted);
    if (rc)
        return fault_set(why, rc, 0, "sign the change of key");
    *ret_data = json_pack("{ss ss ss ss}", "accepted", accepted, "key", from, "next", to,
                          "signature", signature);
    return *ret_data ? RC_OK : fault_set(why, RC_NO_MEMORY, 0, "no memory");
}

static const char *member(const json_t *data, const char *name)
{
    const char *text = json_string_value(json_object_get(data, name));
    return text ? text : "";
}

static bool holds(const char *verifier, struct bytes text, const char *base64)
{
    struct checkpoint_key key;
    uint8_t signature[ED25519_SIGNATURE];
    return !checkpoint_key_read_verifier(
               (struct bytes){ (const uint8_t *)verifier, strlen(verifier) }, &key,
               NULL) &&
           key.kind == CHECKPOINT_LOG &&
           base64_read(base64, strlen(base64), signature, sizeof signature) ==
               ED25519_SIGNATURE &&
           sign_holds(key.public_key, text, signature);
}

enum rc ledger_keys_add(struct ledger_keys *keys, struct bytes data, struct fault *why)
{
    SCOPED(json_free_at)
    json_t *root = json_loadb((const char *)data.at, data.len, 0, NULL);
    const char *key = member(root, "key"), *next = member(root, "next");
    char text[STATEMENT_MAX];
    if (strlen(key) >= CHECKPOINT_KEY_MAX || strlen(next) >= CHECKPOINT_KEY_MAX)
        return fault_set(why, RC_CORRUPT, 0, "a change of key without keys");
    struct bytes bytes = { (uint8_t *)text, statement(key, next, text) };
    if (*keys->last && strcmp(keys->last, key) != 0)
        return fault_set(why, RC_CORRUPT, 0, "a change from a key that was not in use");
    if (!holds(key, bytes, member(root, "signature")) ||
        !holds(next, bytes, member(root, "accepted")))
        return fault_set(why, RC_CORRUPT, 0,
                         "a change of key that is not signed by both");
    keys->met_trusted =
        keys->met_trusted ||
        (keys->trusted && (!strcmp(keys->trusted, key) || !strcmp(keys->trusted, next)));
    strcpy(keys->last, next);
    return RC_OK;
}

enum rc ledger_keys_end(struct ledger_keys *keys, const char *current, struct fault *why)
{
    if (*keys->last && strcmp(keys->last, current) != 0)
        return fault_set(why, RC_CORRUPT, 0, "the changes of key lead to another key");
    if (keys->trusted && !keys->met_trusted && strcmp(keys->trusted, current) != 0)
        return fault_set(why, RC_CORRUPT, 0, "it is not the key you trust");
    return RC_OK;
}

/* Verifying the proof of one volume's chain. The file is canonical JSON, so every byte of
 * it means something and a changed one cannot hide. */
#include "repo-daemon/ledger_verify.h"

#include "repo-daemon/canonical.h"
#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_chain.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_scan.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

SCOPE_RELEASER(chain_free_at, struct ledger_chain *, ledger_chain_free)

static struct bytes text_of(const json_t *object, const char *name)
{
    const json_t *text = json_object_get(object, name);
    return (struct bytes){ (const uint8_t *)json_string_value(text),
                           json_string_length(text) };
}

static bool read_proof(const json_t *list, struct merkle_proof *ret_proof)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > MERKLE_PROOF_MAX)
        return false;
    ret_proof->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *text = json_array_get(list, i);
        if (!json_is_string(text) ||
            base64_read(json_string_value(text), json_string_length(text),
                        ret_proof->at[i].at, SHA256_SIZE) != SHA256_SIZE)
            return false;
    }
    return true;
}

/* One event: its place in the chain of the volume or of the keys, and in the tree. */
static enum rc check_entry(const json_t *entry, struct ledger_chain *chain,
                           struct ledger_keys *keys, struct ledger_report *report,
                           struct fault *why)
{
    static _Thread_local struct ledger_scan scan; /* large */
    uint64_t seq = 0;
    struct merkle_proof proof;
    struct fault inner = { 0 };
    struct bytes event = text_of(entry, "event");
    enum rc rc = RC_INVALID;
    if (!event.at)
        (void)fault_set(&inner, rc, 0, "there is no event");
    else if (chain)
        rc = ledger_chain_add(chain, event, &seq, &inner);
    else
        rc = ledger_scan(event, &scan, &inner);
    if (!rc && !chain) {
        seq = scan.seq;
        rc = ledger_scan_is(scan.event, EVENT_LEDGER_KEY)
                 ? ledger_keys_add(keys, scan.data, &inner)
                 : fault_set(&inner, RC_CORRUPT, 0, "not a change of key");
    }
    report->bad_seq = seq;
    json_int_t said = json_integer_value(json_object_get(entry, "seq"));
    if (rc || json_object_size(entry) != 3 || said != (json_int_t)seq ||
        !read_proof(json_object_get(entry, "proof"), &proof))
        return fault_set(why, RC_CORRUPT, 0,
                         "第 %llu 条记录不对，证明不可信 (event %llu: %s)",
                         (unsigned long long)seq, (unsigned long long)seq,
                         rc ? inner.text : "its proof cannot be read");
    if (!merkle_proof_holds(merkle_leaf(event), seq - 1, report->size, report->root,
                            &proof))
        return fault_set(
            why, RC_CORRUPT, 0,
            "第 %llu 条记录被改动，证明不可信 (event %llu is not in the signed "
            "tree)",
            (unsigned long long)seq, (unsigned long long)seq);
    report->bad_seq = 0;
    report->events += chain != NULL;
    return RC_OK;
}

static enum rc check_head(const json_t *root, struct ledger_report *report,
                          struct fault *why)
{
    struct checkpoint_key key;
    struct checkpoint head;
    struct fault inner = { 0 };
    struct bytes text = text_of(root, "key");
    struct bytes signed_text = text_of(root, "checkpoint");
    enum rc rc = RC_INVALID;
    if (text.at && signed_text.at)
        rc = checkpoint_key_read_verifier(text, &key, &inner);
    if (!rc)
        rc = checkpoint_read(signed_text, &key, &head, &inner);
    if (rc)
        return fault_set(why, RC_CORRUPT, 0, "签名不对，证明不可信 (signature: %s)",
                         inner.text);
    snprintf(report->key, sizeof report->key, "%s", (const char *)text.at);
    report->size = head.size;
    report->root = head.root;
    return RC_OK;
}

enum rc ledger_verify_proof(struct bytes text, const char *key_or_null,
                            struct ledger_report *ret_report, struct fault *why)
{
    *ret_report = (struct ledger_report){ 0 };
    if (!text.len || text.at[text.len - 1] != '\n')
        return fault_set(why, RC_CORRUPT, 0, "证明文件不完整 (the proof does not end)");
    text.len--;
    SCOPED(json_free_at) json_t *root = NULL;
    struct fault inner = { 0 };
    enum rc rc = canonical_read(text, LEDGER_PROOF_MAX, &root, &inner);
    if (rc)
        return fault_set(why, RC_CORRUPT, 0, "证明文件被改动 (the proof: %s)",
                         inner.text);
    const char *format = json_string_value(json_object_get(root, "format"));
    const char *volume = json_string_value(json_object_get(root, "volume"));
    const json_t *events = json_object_get(root, "events");
    const json_t *changes = json_object_get(root, "keys");
    bool first = format && !strcmp(format, "juanku-proof/1"); /* knew one key only */
    bool second = format && !strcmp(format, "juanku-proof/2") && json_is_array(changes);
    if (json_object_size(root) != (first ? 5 : 6) || (!first && !second) || !volume ||
        !json_is_array(events) || !json_array_size(events))
        return fault_set(why, RC_CORRUPT, 0, "这不是证明文件 (not a juanku-proof/2)");
    rc = check_head(root, ret_report, why);
    SCOPED(chain_free_at) struct ledger_chain *chain = ledger_chain_new(volume, NULL);
    struct ledger_keys keys = { .trusted = key_or_null };
    for (size_t i = 0; !rc && i < json_array_size(changes); i++)
        rc = check_entry(json_array_get(changes, i), NULL, &keys, ret_report, why);
    if (!rc && ledger_keys_end(&keys, ret_report->key, &inner))
        rc = fault_set(why, RC_CORRUPT, 0, "签名不对，证明不可信 (signature: %s)",
                       inner.text);
    for (size_t i = 0; !rc && i < json_array_size(events); i++)
        rc = check_entry(json_array_get(events, i), chain, NULL, ret_report, why);
    ret_report->volumes = rc ? 0 : 1;
    return rc;
}

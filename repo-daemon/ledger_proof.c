/* Proofs for outsiders: of one volume's chain, and of growth since a witness looked. Out
 * of an open ledger they cost what they contain; out of files, one pass over all. */
#include "repo-daemon/canonical.h"
#include "repo-daemon/ledger_export.h"
#include "repo-daemon/ledger_keys.h"
#include "repo-daemon/ledger_scan.h"
#include "repo-daemon/witness.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

SCOPE_RELEASER(tree_free_at, struct merkle_memory *, merkle_memory_free)

/* The events that go into a proof, without their inclusion proofs yet. */
struct picked {
    const char *volume;
    uint64_t size;              /* events beyond the signed head are left out */
    struct merkle_memory *tree; /* NULL when the events come picked */
    json_t *events, *keys;      /* owned by the caller */
    struct ledger_scan scan;
};

static enum rc pick(json_t *list, uint64_t seq, struct bytes text, struct fault *why)
{
    json_t *entry = json_pack("{ss% sI}", "event", (const char *)text.at, text.len, "seq",
                              (json_int_t)seq);
    return json_array_append_new(list, entry)
               ? fault_set(why, RC_NO_MEMORY, 0, "no memory for the proof")
               : RC_OK;
}

static enum rc pick_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    const struct picked *p = context;
    return seq > p->size ? RC_OK : pick(p->events, seq, text, why);
}

static enum rc pick_key(uint64_t seq, struct bytes text, void *context, struct fault *why)
{
    const struct picked *p = context;
    return seq > p->size ? RC_OK : pick(p->keys, seq, text, why);
}

static enum rc pick_any(uint64_t seq, struct bytes text, void *context, struct fault *why)
{
    struct picked *p = context;
    merkle_memory_add(p->tree, merkle_leaf(text));
    enum rc rc = ledger_scan(text, &p->scan, why);
    if (rc)
        return fault_wrap(why, rc, "event %llu", (unsigned long long)seq);
    bool named = false;
    for (size_t i = 0; !named && i < p->scan.move_count; i++)
        named = ledger_scan_is(p->scan.moves[i].volume, p->volume);
    if (named)
        rc = pick(p->events, seq, text, why);
    if (!rc && ledger_scan_is(p->scan.event, EVENT_LEDGER_KEY))
        rc = pick(p->keys, seq, text, why);
    return rc;
}

typedef enum rc prove_leaf(void *context, uint64_t seq, uint64_t size,
                           struct merkle_proof *ret_proof, struct fault *why);

static enum rc prove_in_memory(void *context, uint64_t seq, uint64_t size,
                               struct merkle_proof *ret_proof, struct fault *why)
{
    struct merkle_nodes nodes = merkle_memory_nodes(context);
    return merkle_prove(&nodes, seq - 1, size, ret_proof, why);
}

static enum rc prove_in_ledger(void *context, uint64_t seq, uint64_t size,
                               struct merkle_proof *ret_proof, struct fault *why)
{
    return ledger_prove(context, seq, size, ret_proof->at, &ret_proof->count, why);
}

static enum rc add_proofs(json_t *list, uint64_t size, prove_leaf *prove, void *context,
                          struct fault *why)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        struct merkle_proof proof;
        json_int_t seq = json_integer_value(json_object_get(entry, "seq"));
        enum rc rc = prove(context, (uint64_t)seq, size, &proof, why);
        if (rc)
            return rc;
        json_t *hashes = json_array();
        for (size_t k = 0; k < proof.count; k++) {
            char base64[48];
            base64_write((struct bytes){ proof.at[k].at, SHA256_SIZE }, base64);
            json_array_append_new(hashes, json_string(base64));
        }
        json_object_set_new(entry, "proof", hashes);
    }
    return RC_OK;
}

static enum rc proof_text(const struct ledger_source *source, struct picked *p,
                          prove_leaf *prove, void *context, char **ret_text,
                          size_t *ret_len, struct fault *why)
{
    if (!json_array_size(p->events))
        return fault_set(why, RC_NOT_FOUND, 0, "账本里没有案卷 %s", p->volume);
    enum rc rc = add_proofs(p->events, p->size, prove, context, why);
    if (!rc)
        rc = add_proofs(p->keys, p->size, prove, context, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *root = json_pack("{ss ss ss ss sO sO}", "format", "juanku-proof/2", "key",
                             source->key, "checkpoint", source->checkpoint, "volume",
                             p->volume, "events", p->events, "keys", p->keys);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    rc = canonical_write(root, LEDGER_PROOF_MAX - 1, &text, &len, why);
    if (rc)
        return rc;
    text[len] = '\n'; /* in the place of the NUL behind it */
    *ret_text = TAKE(text);
    *ret_len = len + 1;
    return RC_OK;
}

enum rc ledger_proof_of(void *ledger, const char *volume, char **ret_text,
                        size_t *ret_len, struct fault *why)
{
    struct ledger_source source;
    struct checkpoint head = { 0 };
    SCOPED(json_free_at) json_t *events = json_array();
    SCOPED(json_free_at) json_t *keys = json_array();
    struct picked p = { .volume = volume, .events = events, .keys = keys };
    enum rc rc = ledger_source_of(ledger, &source, why);
    if (!rc)
        rc = ledger_source_head(&source, &head, why);
    p.size = head.size;
    if (!rc)
        rc = ledger_feed_volume(ledger, volume, pick_event, &p, why);
    if (!rc)
        rc = ledger_key_changes(ledger, pick_key, &p, why);
    return rc ? rc
              : proof_text(&source, &p, prove_in_ledger, ledger, ret_text, ret_len, why);
}

enum rc ledger_proof_write(const struct ledger_source *source, const char *volume,
                           char **ret_text, size_t *ret_len, struct fault *why)
{
    if (source->proof)
        return source->proof(source->context, volume, ret_text, ret_len, why);
    SCOPED(tree_free_at) struct merkle_memory *tree = merkle_memory_new();
    SCOPED(json_free_at) json_t *events = json_array();
    SCOPED(json_free_at) json_t *keys = json_array();
    struct picked p = { .volume = volume, .tree = tree, .events = events, .keys = keys };
    enum rc rc = ledger_source_pass(source, tree, pick_any, &p, why);
    p.size = merkle_memory_size(tree);
    return rc ? rc
              : proof_text(source, &p, prove_in_memory, tree, ret_text, ret_len, why);
}

static enum rc growth_text(const struct ledger_source *source, uint64_t old_size,
                           const struct merkle_proof *proof, char **ret_text,
                           struct fault *why)
{
    SCOPED(free_at) char *text = malloc(WITNESS_REQUEST_MAX);
    if (!text)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the request");
    enum rc rc = witness_request(old_size, proof, source->checkpoint, text, why);
    if (!rc)
        *ret_text = TAKE(text);
    return rc;
}

static enum rc growth_size(uint64_t old_size, uint64_t size, struct fault *why)
{
    return old_size <= size
               ? RC_OK
               : fault_set(why, RC_INVALID, 0, "账本只有 %llu 条记录，少于 %llu 条",
                           (unsigned long long)size, (unsigned long long)old_size);
}

enum rc ledger_growth_of(void *ledger, uint64_t old_size, char **ret_text,
                         struct fault *why)
{
    struct ledger_source source;
    struct checkpoint head = { 0 };
    struct merkle_proof proof;
    enum rc rc = ledger_source_of(ledger, &source, why);
    if (!rc)
        rc = ledger_source_head(&source, &head, why);
    if (!rc)
        rc = growth_size(old_size, head.size, why);
    if (!rc)
        rc =
            ledger_prove_growth(ledger, old_size, head.size, proof.at, &proof.count, why);
    return rc ? rc : growth_text(&source, old_size, &proof, ret_text, why);
}

static enum rc add_leaf(__attribute__((unused)) uint64_t seq, struct bytes text,
                        void *context, __attribute__((unused)) struct fault *why)
{
    merkle_memory_add(context, merkle_leaf(text));
    return RC_OK;
}

enum rc ledger_growth_write(const struct ledger_source *source, uint64_t old_size,
                            char **ret_text, struct fault *why)
{
    if (source->growth)
        return source->growth(source->context, old_size, ret_text, why);
    SCOPED(tree_free_at) struct merkle_memory *tree = merkle_memory_new();
    struct merkle_proof proof;
    enum rc rc = ledger_source_pass(source, tree, add_leaf, tree, why);
    uint64_t size = merkle_memory_size(tree);
    if (!rc)
        rc = growth_size(old_size, size, why);
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    if (!rc)
        rc = merkle_prove_growth(&nodes, old_size, size, &proof, why);
    return rc ? rc : growth_text(source, old_size, &proof, ret_text, why);
}

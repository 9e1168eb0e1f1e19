/* The ledger's front door, as ledger.c: heads, proofs and the key. */
#include "repo-daemon/ledger_backend.h"
#include "repo-daemon/ledger_keys.h"

enum rc ledger_checkpoint(struct ledger *ledger, char ret_text[LEDGER_CHECKPOINT_MAX],
                          struct fault *why)
{
    return ledger->ops->checkpoint(ledger, ret_text, why);
}

enum rc ledger_prove(struct ledger *ledger, uint64_t seq, uint64_t size,
                     struct sha256 ret_proof[64], size_t *ret_count, struct fault *why)
{
    return ledger->ops->prove(ledger, seq, size, ret_proof, ret_count, why);
}

enum rc ledger_prove_growth(struct ledger *ledger, uint64_t old_size, uint64_t size,
                            struct sha256 ret_proof[64], size_t *ret_count,
                            struct fault *why)
{
    return ledger->ops->prove_growth(ledger, old_size, size, ret_proof, ret_count, why);
}

enum rc ledger_rotate(struct ledger *ledger, const char *id, const char *by,
                      int64_t at_ms, struct fault *why)
{
    struct ledger_event event = { .event = EVENT_LEDGER_KEY, .by = by, .at_ms = at_ms };
    struct ledger_batch as = { .id = id, .events = &event, .count = 1 };
    return ledger->ops->rotate(ledger, &as, why);
}

enum rc ledger_key_changes(struct ledger *ledger, ledger_on_event *on_event,
                           void *context, struct fault *why)
{
    return ledger->ops->key_changes(ledger, on_event, context, why);
}

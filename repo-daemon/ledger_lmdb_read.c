/* Reading the ledger in LMDB. Each call takes its own short read transaction; a feed
 * takes one for each event, so the one who listens may take all the time in the world,
 * and may write, without holding old pages back. */
#include "repo-daemon/ledger_lmdb.h"
#include "sys/clock.h"
#include "sys/scope.h"

#include <errno.h>
#include <time.h>

enum { WAIT_STEP_MS = 20 };

enum rc ledger_event_in(struct ledger *ledger, struct store_txn *txn, uint64_t seq,
                        struct bytes *ret_text, struct fault *why)
{
    uint8_t key[8];
    store_u64_write(seq, key);
    enum rc rc =
        store_get(txn, ledger_lmdb_of(ledger)->event, (struct bytes){ key, 8 }, ret_text);
    return rc && rc != RC_NOT_FOUND
               ? fault_set(why, rc, 0, "read event %llu", (unsigned long long)seq)
               : rc;
}

enum rc ledger_walk_in(struct ledger *ledger, struct store_txn *txn, uint64_t from_seq,
                       ledger_on_step *on_step, void *context, struct fault *why)
{
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    struct bytes key, text;
    uint8_t from[8];
    store_u64_write(from_seq, from);
    enum rc rc = store_cursor_open(txn, ledger_lmdb_of(ledger)->event, &cursor, why);
    if (rc)
        return rc;
    rc = store_cursor_from(cursor, (struct bytes){ from, 8 }, &key, &text);
    for (uint64_t seq = from_seq; !rc; seq++) {
        if (key.len != 8 || store_u64_read(key.at) != seq)
            return fault_set(why, RC_CORRUPT, 0, "event %llu is missing",
                             (unsigned long long)seq);
        if (!on_step(text, context))
            return RC_OK;
        rc = store_cursor_next(cursor, &key, &text);
    }
    return rc == RC_NOT_FOUND ? RC_OK : fault_set(why, rc, 0, "read the events");
}

enum rc ledger_lmdb_settle(struct ledger *ledger, const char *id,
                           struct ledger_result *ret_result, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    return rc ? rc : ledger_settle_in(ledger, txn, id, ret_result, why);
}

enum rc ledger_lmdb_head(struct ledger *ledger, struct ledger_head *ret_head,
                         struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    return rc ? rc : ledger_head_in(ledger_lmdb_of(ledger), txn, ret_head, why);
}

enum rc ledger_lmdb_volume(struct ledger *ledger, const char *volume,
                           struct ledger_volume *ret_volume, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    return rc ? rc : ledger_volume_in(ledger, txn, volume, ret_volume, why);
}

/* A copy of one event, out of its transaction. RC_NOT_FOUND past the end. */
static enum rc event_copy(struct ledger *ledger, uint64_t seq, uint8_t *ret_text,
                          size_t *ret_len, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    struct bytes text;
    if (!rc)
        rc = ledger_event_in(ledger, txn, seq, &text, why);
    if (rc)
        return rc;
    if (text.len > LEDGER_EVENT_MAX)
        return fault_set(why, RC_CORRUPT, 0, "event %llu is too long",
                         (unsigned long long)seq);
    memcpy(ret_text, text.at, text.len);
    *ret_len = text.len;
    return RC_OK;
}

enum rc ledger_lmdb_feed(struct ledger *ledger, uint64_t from_seq, uint64_t most,
                         ledger_on_event *on_event, void *context, struct fault *why)
{
    struct ledger_head head;
    enum rc rc = ledger_lmdb_head(ledger, &head, why);
    SCOPED(free_at) uint8_t *text = malloc(LEDGER_EVENT_MAX);
    if (!rc && !text)
        rc = fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    if (!from_seq)
        from_seq = 1;
    uint64_t end = head.size;
    if (!rc && most && from_seq <= end && most < end - from_seq + 1)
        end = from_seq + most - 1;
    for (uint64_t seq = from_seq; !rc && seq <= end; seq++) {
        size_t len = 0;
        rc = event_copy(ledger, seq, text, &len, why);
        if (rc == RC_NOT_FOUND)
            rc = fault_set(why, RC_CORRUPT, 0, "event %llu is missing",
                           (unsigned long long)seq);
        if (!rc)
            rc = on_event(seq, (struct bytes){ text, len }, context, why);
    }
    return rc;
}

/* The first event after `after` in the volume's chain; RC_NOT_FOUND at its end. */
static enum rc chain_next(struct ledger *ledger, const char *volume, uint64_t after,
                          uint64_t *ret_seq, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    if (rc)
        return rc;
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    rc = store_cursor_open(txn, ledger_lmdb_of(ledger)->chain, &cursor, why);
    if (rc)
        return rc;
    uint8_t want[LEDGER_VOLUME_MAX + 8];
    size_t len = strlen(volume) + 1;
    memcpy(want, volume, len);
    store_u64_write(after + 1, want + len);
    struct bytes key, value;
    rc = store_cursor_from(cursor, (struct bytes){ want, len + 8 }, &key, &value);
    if (!rc && (key.len != len + 8 || memcmp(key.at, want, len) != 0))
        rc = RC_NOT_FOUND;
    if (!rc)
        *ret_seq = store_u64_read(key.at + len);
    return rc;
}

enum rc ledger_lmdb_feed_volume(struct ledger *ledger, const char *volume,
                                ledger_on_event *on_event, void *context,
                                struct fault *why)
{
    if (!*volume || strlen(volume) >= LEDGER_VOLUME_MAX)
        return fault_set(why, RC_INVALID, 0, "'%s' is no volume", volume);
    SCOPED(free_at) uint8_t *text = malloc(LEDGER_EVENT_MAX);
    if (!text)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    for (uint64_t seq = 0;;) {
        enum rc rc = chain_next(ledger, volume, seq, &seq, why);
        if (rc == RC_NOT_FOUND)
            return RC_OK;
        size_t len = 0;
        if (!rc)
            rc = event_copy(ledger, seq, text, &len, why);
        if (!rc)
            rc = on_event(seq, (struct bytes){ text, len }, context, why);
        if (rc)
            return rc;
    }
}

enum rc ledger_lmdb_wait(struct ledger *ledger, uint64_t after_seq, uint32_t timeout_ms,
                         struct fault *why)
{
    int64_t until = clock_mono_ms() + timeout_ms;
    for (;;) {
        struct ledger_head head;
        enum rc rc = ledger_lmdb_head(ledger, &head, why);
        if (rc || head.size > after_seq)
            return rc;
        if (clock_mono_ms() >= until)
            return fault_set(why, RC_TIMEOUT, 0, "no event after %llu yet",
                             (unsigned long long)after_seq);
        struct timespec step = { 0, WAIT_STEP_MS * 1000000L };
        (void)nanosleep(&step, NULL);
    }
}

enum rc ledger_lmdb_prove(struct ledger *ledger, uint64_t seq, uint64_t size,
                          struct sha256 ret_proof[64], size_t *ret_count,
                          struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    if (rc)
        return rc;
    struct ledger_lmdb *lmdb = ledger_lmdb_of(ledger);
    if (!seq || size > store_count(txn, lmdb->event))
        return fault_set(why, RC_INVALID, 0, "no event %llu in %llu",
                         (unsigned long long)seq, (unsigned long long)size);
    struct ledger_nodes context = { lmdb, txn };
    struct merkle_nodes nodes = ledger_nodes_in(&context);
    struct merkle_proof proof;
    rc = merkle_prove(&nodes, seq - 1, size, &proof, why);
    if (rc)
        return rc;
    memcpy(ret_proof, proof.at, proof.count * sizeof proof.at[0]);
    *ret_count = proof.count;
    return RC_OK;
}

enum rc ledger_lmdb_prove_growth(struct ledger *ledger, uint64_t old_size, uint64_t size,
                                 struct sha256 ret_proof[64], size_t *ret_count,
                                 struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    if (rc)
        return rc;
    struct ledger_lmdb *lmdb = ledger_lmdb_of(ledger);
    if (size > store_count(txn, lmdb->event))
        return fault_set(why, RC_INVALID, 0, "no %llu events yet",
                         (unsigned long long)size);
    struct ledger_nodes context = { lmdb, txn };
    struct merkle_nodes nodes = ledger_nodes_in(&context);
    struct merkle_proof proof;
    rc = merkle_prove_growth(&nodes, old_size, size, &proof, why);
    if (rc)
        return rc;
    memcpy(ret_proof, proof.at, proof.count * sizeof proof.at[0]);
    *ret_count = proof.count;
    return RC_OK;
}

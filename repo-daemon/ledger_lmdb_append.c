/* Appending to the ledger in LMDB, within a transaction of the caller.
 *
 * First everything is checked and spelled, with nothing written; then the events, the
 * tree's nodes, the versions and the id go in. So an answer like "conflict" leaves the
 * caller's transaction as it was. */
#include "repo-daemon/ledger_event.h"
#include "repo-daemon/ledger_lmdb.h"
#include "sys/scope.h"

#include <errno.h>

enum {
    ID_SIZE = 16,
    ID_VALUE = 8 + 8 + SHA256_SIZE,
    VOLUME_HEAD = 8 + 8, /* before the state word */
    BATCH_MOVES_MAX = 1024,
};

/* A volume as it will be after the moves looked at so far. */
struct after {
    const char *volume; /* borrowed from the batch */
    uint64_t version;
    uint64_t last_seq;
    const char *state;
};

struct plan {
    struct ledger_lmdb *ledger;
    struct store_txn *txn;
    const struct ledger_batch *batch;
    struct ledger_result *result;
    char *texts[LEDGER_BATCH_MAX]; /* owned */
    size_t lens[LEDGER_BATCH_MAX];
    struct after after[BATCH_MOVES_MAX];
    size_t after_count;
};

static void plan_free(struct plan *plan)
{
    for (size_t i = 0; plan && i < LEDGER_BATCH_MAX; i++)
        free(plan->texts[i]);
    free(plan);
}

SCOPE_RELEASER(plan_free_at, struct plan *, plan_free)

static enum rc node_read(void *context, unsigned level, uint64_t index,
                         struct sha256 *ret_hash, struct fault *why)
{
    struct ledger_nodes *nodes = context;
    uint8_t key[9] = { (uint8_t)level };
    store_u64_write(index, key + 1);
    struct bytes value;
    enum rc rc = store_get(nodes->txn, nodes->ledger->node,
                           (struct bytes){ key, sizeof key }, &value);
    if (rc || value.len != SHA256_SIZE)
        return fault_set(why, rc == RC_IO ? rc : RC_CORRUPT, 0,
                         "ledger: node %u/%llu is missing", level,
                         (unsigned long long)index);
    memcpy(ret_hash->at, value.at, SHA256_SIZE);
    return RC_OK;
}

static enum rc node_write(void *context, unsigned level, uint64_t index,
                          struct sha256 hash, struct fault *why)
{
    struct ledger_nodes *nodes = context;
    uint8_t key[9] = { (uint8_t)level };
    store_u64_write(index, key + 1);
    return store_put(nodes->txn, nodes->ledger->node, (struct bytes){ key, sizeof key },
                     (struct bytes){ hash.at, SHA256_SIZE }, why);
}

struct merkle_nodes ledger_nodes_in(struct ledger_nodes *context)
{
    return (struct merkle_nodes){ node_read, node_write, context };
}

enum rc ledger_head_in(struct ledger_lmdb *ledger, struct store_txn *txn,
                       struct ledger_head *ret_head, struct fault *why)
{
    struct ledger_nodes context = { ledger, txn };
    struct merkle_nodes nodes = ledger_nodes_in(&context);
    ret_head->size = store_count(txn, ledger->event);
    return merkle_root(&nodes, ret_head->size, &ret_head->root, why);
}

enum rc ledger_volume_in(struct ledger *ledger, struct store_txn *txn, const char *volume,
                         struct ledger_volume *ret_volume, struct fault *why)
{
    struct bytes value;
    *ret_volume = (struct ledger_volume){ 0 };
    if (!*volume || strlen(volume) >= LEDGER_VOLUME_MAX)
        return fault_set(why, RC_INVALID, 0, "'%s' is no volume", volume);
    enum rc rc =
        store_get(txn, ledger_lmdb_of(ledger)->volume, ledger_text_key(volume), &value);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc)
        return fault_set(why, rc, 0, "read the version of %s", volume);
    if (value.len < VOLUME_HEAD || value.len >= VOLUME_HEAD + LEDGER_WORD_MAX)
        return fault_set(why, RC_CORRUPT, 0, "the version of %s is damaged", volume);
    ret_volume->version = store_u64_read(value.at);
    ret_volume->last_seq = store_u64_read(value.at + 8);
    memcpy(ret_volume->state, value.at + VOLUME_HEAD, value.len - VOLUME_HEAD);
    return RC_OK;
}

static void id_key(const char *id, uint8_t ret_key[ID_SIZE])
{
    for (size_t i = 0; i < ID_SIZE; i++) {
        unsigned byte = 0;
        for (size_t k = 0; k < 2; k++) {
            char c = id[2 * i + k];
            byte = byte << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        ret_key[i] = (uint8_t)byte;
    }
}

/* The entry of an id: RC_OK with its parts, RC_NOT_FOUND. */
static enum rc id_find(struct ledger_lmdb *ledger, struct store_txn *txn, const char *id,
                       struct ledger_result *ret_result, struct sha256 *ret_request,
                       struct fault *why)
{
    uint8_t key[ID_SIZE];
    struct bytes value;
    if (!ledger_id_is_right(id))
        return fault_set(why, RC_INVALID, 0, "'%s' is no id: want 32 hex digits", id);
    id_key(id, key);
    enum rc rc = store_get(txn, ledger->id, (struct bytes){ key, ID_SIZE }, &value);
    if (rc == RC_NOT_FOUND)
        return RC_NOT_FOUND;
    if (rc || value.len != ID_VALUE)
        return fault_set(why, rc ? rc : RC_CORRUPT, 0, "the entry of id %s", id);
    *ret_result = (struct ledger_result){ .first_seq = store_u64_read(value.at),
                                          .count = store_u64_read(value.at + 8) };
    memcpy(ret_request->at, value.at + 16, SHA256_SIZE);
    return RC_OK;
}

enum rc ledger_settle_in(struct ledger *ledger, struct store_txn *txn, const char *id,
                         struct ledger_result *ret_result, struct fault *why)
{
    struct sha256 request;
    return id_find(ledger_lmdb_of(ledger), txn, id, ret_result, &request, why);
}

/* RC_NOT_FOUND when the id is new. */
static enum rc answer_known_id(struct plan *plan, struct fault *why)
{
    static const struct sha256 none;
    struct sha256 request;
    enum rc rc =
        id_find(plan->ledger, plan->txn, plan->batch->id, plan->result, &request, why);
    if (rc)
        return rc;
    const struct sha256 *now = plan->batch->request;
    if (now && !hash_equal(&request, &none) && !hash_equal(&request, now))
        return fault_set(why, RC_CONFLICT, 0,
                         "这个操作编号已用于另一个操作；请刷新页面后重新操作");
    return RC_EXISTS;
}

static enum rc plan_volume(struct plan *plan, const char *volume,
                           struct after **ret_after, struct fault *why)
{
    for (size_t i = plan->after_count; i-- > 0;) {
        if (!strcmp(plan->after[i].volume, volume)) {
            *ret_after = &plan->after[i];
            return RC_OK;
        }
    }
    if (plan->after_count == BATCH_MOVES_MAX)
        return fault_set(why, RC_INVALID, 0, "more than %d volumes in one command",
                         BATCH_MOVES_MAX);
    struct ledger_volume now;
    enum rc rc = ledger_volume_in(&plan->ledger->base, plan->txn, volume, &now, why);
    if (rc)
        return rc;
    struct after *after = &plan->after[plan->after_count++];
    *after = (struct after){ volume, now.version, 0, NULL };
    *ret_after = after;
    return RC_OK;
}

/* The move must fit the volume as it is, or as an earlier event of the batch leaves it.
 */
static enum rc plan_move(struct plan *plan, const struct ledger_move *move, uint64_t seq,
                         struct fault *why)
{
    struct after *after = NULL;
    enum rc rc = plan_volume(plan, move->volume, &after, why);
    if (rc)
        return rc;
    struct ledger_volume now = { 0 };
    if (!after->state) {
        rc = ledger_volume_in(&plan->ledger->base, plan->txn, move->volume, &now, why);
        if (rc)
            return rc;
    }
    const char *state = after->state ? after->state : now.state;
    if (after->version != move->expected || strcmp(state, move->from) != 0) {
        *plan->result = (struct ledger_result){ .version = after->version };
        strcpy(plan->result->volume, move->volume); /* length checked above */
        return fault_set(why, RC_CONFLICT, 0,
                         "案卷 %s 刚被别人操作过（现为第 %llu 版）；请刷新后再操作",
                         move->volume, (unsigned long long)after->version);
    }
    after->version++;
    after->last_seq = seq;
    after->state = move->to;
    return RC_OK;
}

static enum rc plan_make(struct plan *plan, uint64_t first, struct fault *why)
{
    const struct ledger_batch *batch = plan->batch;
    for (size_t i = 0; i < batch->count; i++) {
        const struct ledger_event *event = &batch->events[i];
        struct ledger_stamp stamp = { first + i, batch->id, plan->ledger->base.court };
        enum rc rc =
            ledger_event_write(event, &stamp, &plan->texts[i], &plan->lens[i], why);
        for (size_t k = 0; !rc && k < event->move_count; k++)
            rc = plan_move(plan, &event->moves[k], stamp.seq, why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc put_event(struct plan *plan, size_t i, uint64_t seq, struct fault *why)
{
    struct ledger_lmdb *ledger = plan->ledger;
    const struct ledger_event *event = &plan->batch->events[i];
    struct bytes text = { (uint8_t *)plan->texts[i], plan->lens[i] };
    uint8_t key[8];
    store_u64_write(seq, key);
    enum rc rc = store_put(plan->txn, ledger->event, (struct bytes){ key, 8 }, text, why);
    struct ledger_nodes context = { ledger, plan->txn };
    struct merkle_nodes nodes = ledger_nodes_in(&context);
    if (!rc)
        rc = merkle_append(&nodes, seq - 1, merkle_leaf(text), why);
    for (size_t k = 0; !rc && k < event->move_count; k++) {
        uint8_t chain[LEDGER_VOLUME_MAX + 8];
        size_t len = strlen(event->moves[k].volume) + 1;
        memcpy(chain, event->moves[k].volume, len);
        memcpy(chain + len, key, 8);
        rc = store_put(plan->txn, ledger->chain, (struct bytes){ chain, len + 8 },
                       BYTES(""), why);
    }
    return rc;
}

static enum rc put_volume(struct plan *plan, const struct after *after, struct fault *why)
{
    uint8_t value[VOLUME_HEAD + LEDGER_WORD_MAX];
    size_t len = strlen(after->state);
    store_u64_write(after->version, value);
    store_u64_write(after->last_seq, value + 8);
    memcpy(value + VOLUME_HEAD, after->state, len);
    return store_put(plan->txn, plan->ledger->volume, ledger_text_key(after->volume),
                     (struct bytes){ value, VOLUME_HEAD + len }, why);
}

static enum rc plan_write(struct plan *plan, uint64_t first, struct fault *why)
{
    const struct ledger_batch *batch = plan->batch;
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < batch->count; i++)
        rc = put_event(plan, i, first + i, why);
    for (size_t i = 0; !rc && i < plan->after_count; i++)
        rc = put_volume(plan, &plan->after[i], why);
    if (rc)
        return rc;
    uint8_t key[ID_SIZE], value[ID_VALUE] = { 0 };
    id_key(batch->id, key);
    store_u64_write(first, value);
    store_u64_write(batch->count, value + 8);
    if (batch->request)
        memcpy(value + 16, batch->request->at, SHA256_SIZE);
    return store_put(plan->txn, plan->ledger->id, (struct bytes){ key, ID_SIZE },
                     (struct bytes){ value, ID_VALUE }, why);
}

enum rc ledger_append_in(struct ledger *ledger, struct store_txn *txn,
                         const struct ledger_batch *batch,
                         struct ledger_result *ret_result, struct fault *why)
{
    if (!batch->count || batch->count > LEDGER_BATCH_MAX)
        return fault_set(why, RC_INVALID, 0, "%zu events in one command, want 1 to %d",
                         batch->count, LEDGER_BATCH_MAX);
    SCOPED(plan_free_at) struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    plan->ledger = ledger_lmdb_of(ledger);
    plan->txn = txn;
    plan->batch = batch;
    plan->result = ret_result;
    enum rc rc = answer_known_id(plan, why);
    if (rc != RC_NOT_FOUND)
        return rc;
    uint64_t first = store_count(txn, plan->ledger->event) + 1;
    rc = plan_make(plan, first, why);
    if (!rc)
        rc = plan_write(plan, first, why);
    if (!rc)
        *ret_result = (struct ledger_result){ .first_seq = first, .count = batch->count };
    return rc;
}

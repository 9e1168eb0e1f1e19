/* The ledger in LMDB: made, opened, signed, closed.
 *
 * Opening checks that the last event, the tree and the last signed head tell the same
 * story; a whole verification is `juanku ledger verify`, which reads every event. */
#include "repo-daemon/ledger_lmdb.h"

#include "repo-daemon/ledger_event.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char FORMAT[] = "1";

static void lmdb_close(struct ledger *ledger)
{
    struct ledger_lmdb *lmdb = ledger_lmdb_of(ledger);
    store_close(ledger->store);
    explicit_bzero(&lmdb->signer, sizeof lmdb->signer);
    free(lmdb);
}

SCOPE_RELEASER(lmdb_close_at, struct ledger *, lmdb_close)

enum rc ledger_sign_in(struct ledger_lmdb *ledger, struct store_txn *txn,
                       char ret_text[LEDGER_CHECKPOINT_MAX], struct fault *why)
{
    struct ledger_head head;
    enum rc rc = ledger_head_in(ledger, txn, &head, why);
    struct checkpoint checkpoint = { head.size, head.root };
    if (!rc)
        rc = checkpoint_write(&checkpoint, &ledger->signer, ret_text, why);
    if (rc)
        return rc;
    uint8_t key[8];
    store_u64_write(head.size, key);
    return store_put(txn, ledger->head, (struct bytes){ key, 8 },
                     ledger_text_key(ret_text), why);
}

/* The last head that was signed. */
static enum rc last_head_in(struct ledger_lmdb *ledger, struct store_txn *txn,
                            char ret_text[LEDGER_CHECKPOINT_MAX],
                            struct checkpoint *ret_head, struct fault *why)
{
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    enum rc rc = store_cursor_open(txn, ledger->head, &cursor, why);
    struct bytes key, value;
    if (!rc)
        rc = store_cursor_last(cursor, &key, &value);
    if (rc == RC_NOT_FOUND || (!rc && value.len >= LEDGER_CHECKPOINT_MAX))
        return fault_set(why, RC_CORRUPT, 0, "the ledger has no signed head");
    if (rc)
        return rc;
    memcpy(ret_text, value.at, value.len);
    ret_text[value.len] = 0;
    return checkpoint_read(value, &ledger->signer, ret_head, why);
}

struct sign_call {
    struct ledger_lmdb *ledger;
    char *text; /* LEDGER_CHECKPOINT_MAX */
};

static enum rc sign_change(struct store_txn *txn, void *context, struct fault *why)
{
    struct sign_call *call = context;
    return ledger_sign_in(call->ledger, txn, call->text, why);
}

static enum rc lmdb_checkpoint(struct ledger *ledger,
                               char ret_text[LEDGER_CHECKPOINT_MAX], struct fault *why)
{
    struct ledger_lmdb *lmdb = ledger_lmdb_of(ledger);
    struct store_txn *txn = NULL;
    struct checkpoint head;
    char text[LEDGER_CHECKPOINT_MAX];
    enum rc rc = store_begin_read(ledger->store, &txn, why);
    if (rc)
        return rc;
    rc = last_head_in(lmdb, txn, text, &head, why);
    uint64_t size = store_count(txn, lmdb->event);
    store_abort(txn);
    if (!rc && !lmdb->read_only && head.size != size) {
        struct sign_call call = { lmdb, text };
        rc = store_update(ledger->store, sign_change, &call, why);
    }
    if (!rc)
        strcpy(ret_text, text);
    return rc;
}

struct append_call {
    struct ledger *ledger;
    const struct ledger_batch *batch;
    struct ledger_result *result;
};

static enum rc append_change(struct store_txn *txn, void *context, struct fault *why)
{
    struct append_call *call = context;
    return ledger_append_in(call->ledger, txn, call->batch, call->result, why);
}

static enum rc lmdb_append(struct ledger *ledger, const struct ledger_batch *batch,
                           struct ledger_result *ret_result, struct fault *why)
{
    struct append_call call = { ledger, batch, ret_result };
    return store_update(ledger->store, append_change, &call, why);
}

static const struct ledger_ops ops = {
    .scheme = "lmdb",
    .append = lmdb_append,
    .settle = ledger_lmdb_settle,
    .head = ledger_lmdb_head,
    .volume = ledger_lmdb_volume,
    .feed = ledger_lmdb_feed,
    .feed_volume = ledger_lmdb_feed_volume,
    .wait = ledger_lmdb_wait,
    .prove = ledger_lmdb_prove,
    .prove_growth = ledger_lmdb_prove_growth,
    .rotate = ledger_lmdb_rotate,
    .key_changes = ledger_lmdb_key_changes,
    .checkpoint = lmdb_checkpoint,
    .close = lmdb_close,
};

static enum rc open_tables(struct ledger_lmdb *ledger, struct fault *why)
{
    const struct {
        const char *name;
        struct store_table *table;
    } tables[] = {
        { "ledger.meta", &ledger->meta },   { "ledger.event", &ledger->event },
        { "ledger.id", &ledger->id },       { "ledger.volume", &ledger->volume },
        { "ledger.chain", &ledger->chain }, { "ledger.node", &ledger->node },
        { "ledger.head", &ledger->head },
    };
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < COUNT(tables); i++)
        rc = store_table(ledger->base.store, tables[i].name, tables[i].table, why);
    return rc;
}

static enum rc store_and_tables(const char *folder, const struct ledger_options *options,
                                bool create, struct ledger **ret_ledger,
                                struct fault *why)
{
    struct ledger_lmdb *made = calloc(1, sizeof *made);
    if (!made)
        return fault_set(why, RC_NO_MEMORY, ENOMEM, "ledger: no memory");
    SCOPED(lmdb_close_at) struct ledger *ledger = &made->base;
    ledger->ops = &ops;
    made->read_only = options->read_only;
    struct store_options store = { .folder = folder,
                                   .create = create,
                                   .read_only = options->read_only,
                                   .start_size = options->start_size,
                                   .most_size = options->most_size };
    enum rc rc = store_open(&store, &ledger->store, why);
    if (!rc)
        rc = open_tables(made, why);
    if (!rc)
        *ret_ledger = TAKE(ledger);
    return rc;
}

enum rc ledger_meta_put(struct ledger_lmdb *ledger, struct store_txn *txn,
                        const char *word, const char *text, struct fault *why)
{
    return store_put(txn, ledger->meta, ledger_text_key(word), ledger_text_key(text),
                     why);
}

static enum rc first_change(struct store_txn *txn, void *context, struct fault *why)
{
    struct ledger_lmdb *ledger = context;
    char text[LEDGER_CHECKPOINT_MAX];
    enum rc rc = ledger_meta_put(ledger, txn, "format", FORMAT, why);
    if (!rc)
        rc = ledger_meta_put(ledger, txn, "court", ledger->base.court, why);
    if (!rc)
        rc = ledger_meta_put(ledger, txn, "origin", ledger->base.origin, why);
    if (!rc)
        rc = ledger_meta_put(ledger, txn, "verifier", ledger->base.key, why);
    return rc ? rc : ledger_sign_in(ledger, txn, text, why);
}

static enum rc meta_get(struct ledger_lmdb *ledger, struct store_txn *txn,
                        const char *word, char *ret_text, size_t room, struct fault *why)
{
    struct bytes value;
    enum rc rc = store_get(txn, ledger->meta, ledger_text_key(word), &value);
    if (rc || value.len >= room)
        return fault_set(why, rc ? rc : RC_CORRUPT, 0, "the ledger has no %s", word);
    memcpy(ret_text, value.at, value.len);
    ret_text[value.len] = 0;
    return RC_OK;
}

/* Last event, tree and last signed head must agree. */
static enum rc check_end(struct ledger_lmdb *ledger, struct store_txn *txn,
                         struct fault *why)
{
    char text[LEDGER_CHECKPOINT_MAX];
    struct checkpoint signed_head;
    struct ledger_head head;
    struct sha256 root;
    enum rc rc = last_head_in(ledger, txn, text, &signed_head, why);
    if (!rc)
        rc = ledger_head_in(ledger, txn, &head, why);
    if (rc)
        return rc;
    struct ledger_nodes context = { ledger, txn };
    struct merkle_nodes nodes = ledger_nodes_in(&context);
    if (signed_head.size > head.size)
        return fault_set(why, RC_CORRUPT, 0, "%llu events, but %llu were signed",
                         (unsigned long long)head.size,
                         (unsigned long long)signed_head.size);
    rc = merkle_root(&nodes, signed_head.size, &root, why);
    if (rc || !head.size)
        return rc;
    if (!hash_equal(&root, &signed_head.root))
        return fault_set(why, RC_CORRUPT, 0, "the tree is not the one that was signed");

    struct bytes last;
    struct sha256 leaf;
    struct ledger_record record = { 0 };
    rc = ledger_event_in(&ledger->base, txn, head.size, &last, why);
    if (!rc)
        rc = ledger_record_read(last, &record, why);
    uint64_t seq = record.seq;
    ledger_record_free(&record);
    if (!rc)
        rc = nodes.read(&context, 0, head.size - 1, &leaf, why);
    struct sha256 now = rc ? leaf : merkle_leaf(last);
    if (rc || seq != head.size || !hash_equal(&leaf, &now))
        return fault_set(why, RC_CORRUPT, 0, "event %llu is damaged",
                         (unsigned long long)head.size);
    return RC_OK;
}

static enum rc load(struct ledger_lmdb *ledger, struct store_txn *txn, int dir,
                    struct fault *why)
{
    char format[8];
    struct ledger *base = &ledger->base;
    enum rc rc = meta_get(ledger, txn, "format", format, sizeof format, why);
    if (!rc && strcmp(format, FORMAT) != 0)
        rc = fault_set(why, RC_INVALID, 0, "ledger format '%s' is not known", format);
    if (!rc)
        rc = meta_get(ledger, txn, "court", base->court, sizeof base->court, why);
    if (!rc)
        rc = meta_get(ledger, txn, "origin", base->origin, sizeof base->origin, why);
    if (!rc)
        rc = meta_get(ledger, txn, "verifier", base->key, sizeof base->key, why);
    if (!rc)
        rc = checkpoint_key_read_verifier(ledger_text_key(base->key), &ledger->signer,
                                          why);
    if (!rc && !ledger->read_only)
        rc = ledger_key_load(dir, &ledger->signer, why);
    return rc ? rc : check_end(ledger, txn, why);
}

enum rc ledger_lmdb_open(const char *folder, const struct ledger_options *options,
                         struct ledger **ret_ledger, struct fault *why)
{
    SCOPED(lmdb_close_at) struct ledger *ledger = NULL;
    SCOPED(fd_close_at) int dir = -1;
    enum rc rc = store_and_tables(folder, options, false, &ledger, why);
    if (!rc)
        rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    struct store_txn *txn = NULL;
    rc = store_begin_read(ledger->store, &txn, why);
    if (!rc)
        rc = load(ledger_lmdb_of(ledger), txn, dir, why);
    store_abort(txn);
    if (!rc)
        *ret_ledger = TAKE(ledger);
    return rc;
}

enum rc ledger_lmdb_create(const char *folder, const char *court, const char *origin,
                           struct fault *why)
{
    static const struct ledger_options presets;
    SCOPED(lmdb_close_at) struct ledger *ledger = NULL;
    SCOPED(fd_close_at) int dir = -1;
    if (!*court || strlen(court) >= LEDGER_COURT_MAX ||
        strspn(court, "0123456789") != strlen(court))
        return fault_set(why, RC_INVALID, 0, "'%s' is no court: want its digits", court);
    enum rc rc = store_and_tables(folder, &presets, true, &ledger, why);
    if (!rc)
        rc = file_open_folder(folder, &dir, why);
    if (rc)
        return rc;
    struct ledger_lmdb *lmdb = ledger_lmdb_of(ledger);
    struct store_txn *txn = NULL;
    char format[8];
    rc = store_begin_read(ledger->store, &txn, why);
    if (rc)
        return rc;
    rc = meta_get(lmdb, txn, "format", format, sizeof format, NULL);
    store_abort(txn);
    if (!rc)
        return fault_set(why, RC_EXISTS, 0, "“%s”里已经有一个账本", folder);

    rc = ledger_key_new(dir, origin, &lmdb->signer, why);
    if (rc)
        return rc;
    strcpy(ledger->court, court);
    strcpy(ledger->origin, lmdb->signer.name);
    checkpoint_key_verifier(&lmdb->signer, ledger->key);
    return store_update(ledger->store, first_change, lmdb, why);
}

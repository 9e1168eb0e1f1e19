/* The round: first the files that there are, then the names that there must be. */
#include "repo-daemon/fixity_in.h"

#include "repo-daemon/call.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMES_MOST = 64,
    NAMES_LOOK_MOST = 2048,
    NAME_COST = 1024,
    ELAPSED_MOST_MS = 1000
};

SCOPE_RELEASER(fixity_free_at, struct fixity *, fixity_free)

void fixity_free(struct fixity *f)
{
    if (!f)
        return;
    fixity_read_free(f->read);
    free(f);
}

enum rc fixity_new(struct repo *repo, const struct fixity_options *options,
                   struct fixity **ret_fixity, struct fault *why)
{
    SCOPED(fixity_free_at) struct fixity *f = calloc(1, sizeof *f);
    if (!f)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the fixity round");
    f->repo = repo;
    f->options = *options;
    f->look_again = true;
    enum rc rc = fixity_load(f, why);
    if (!rc)
        rc = fixity_read_new(&f->read, why);
    if (!rc)
        *ret_fixity = TAKE(f);
    return rc;
}

static enum rc round_begin(struct fixity *f, int64_t now_ms, struct fault *why)
{
    f->facts.round++;
    f->facts.phase = FIXITY_FILES;
    f->facts.now = (struct fixity_sums){ .began_ms = now_ms };
    f->after[0] = 0;
    f->queue_at = f->queue_len = 0;
    f->look_again = true;
    f->saved_ms = now_ms;
    return fixity_save(f, why);
}

static enum rc round_end(struct fixity *f, int64_t now_ms, struct fault *why)
{
    enum rc rc = fixity_tell_round(f, now_ms, why);
    if (rc)
        return rc;
    f->facts.now.ended_ms = now_ms;
    f->facts.last = f->facts.now;
    f->facts.phase = FIXITY_IDLE;
    f->facts.asked = false;
    f->after[0] = 0;
    return fixity_save(f, why);
}

static enum rc phase_end(struct fixity *f, int64_t now_ms, struct fault *why)
{
    if (f->facts.phase != FIXITY_FILES)
        return round_end(f, now_ms, why);
    f->facts.phase = FIXITY_NAMES;
    f->after[0] = 0;
    return RC_OK;
}

/* One that is alarmed: whatever it is now, it is told. */
static enum rc again_one(struct fixity *f, int64_t now_ms, uint64_t *used,
                         struct fault *why)
{
    struct sha256 file = f->again[f->again_at];
    enum rc is = fixity_read_on(f->read, f->repo->blobs, file, f->allowance, used);
    if (is == RC_AGAIN)
        return RC_OK;
    enum rc rc = fixity_tell(f, file, is, now_ms, why);
    f->again_at += !rc;
    return rc;
}

static enum rc queue_fill(struct fixity *f, struct fault *why)
{
    struct sha256 after;
    bool from_start = !hash_from_hex(f->after, &after);
    f->queue_at = f->queue_len = 0;
    return blob_list(f->repo->blobs, from_start ? NULL : &after, FIXITY_QUEUE, f->queue,
                     &f->queue_len, why);
}

static enum rc file_one(struct fixity *f, int64_t now_ms, uint64_t *used,
                        struct fault *why)
{
    enum rc rc = f->queue_at == f->queue_len ? queue_fill(f, why) : RC_OK;
    if (rc || !f->queue_len)
        return rc ? rc : phase_end(f, now_ms, why);
    struct sha256 file = f->queue[f->queue_at];
    uint64_t read = 0;
    enum rc is = fixity_read_on(f->read, f->repo->blobs, file, f->allowance, &read);
    *used += read + NAME_COST;
    f->facts.now.bytes += read;
    if (is == RC_AGAIN)
        return RC_OK;
    if (is == RC_CORRUPT)
        rc = fixity_tell(f, file, is, now_ms, why);
    if (rc)
        return rc;
    f->facts.now.files += is != RC_NOT_FOUND; /* removed since it was listed */
    f->facts.now.wrong += is == RC_CORRUPT;
    f->queue_at++;
    hash_hex(file, f->after);
    return RC_OK;
}

struct naming {
    struct sha256 names[NAMES_MOST];
    size_t count, looked;
    char last[SHA256_HEX]; /* looked at up to here */
};

/* What a purge took is missed by nobody: the ledger says where it went. */
static bool name_add(const char *key, json_t *entry, void *context)
{
    struct naming *n = context;
    if (!*json_text(entry, "purged"))
        n->count += hash_from_hex(key, &n->names[n->count]);
    snprintf(n->last, sizeof n->last, "%s", key);
    return ++n->looked < NAMES_LOOK_MOST && n->count < NAMES_MOST;
}

static enum rc names_some(struct fixity *f, int64_t now_ms, uint64_t *used,
                          struct fault *why)
{
    struct naming n = { .count = 0 };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(f->repo->store, &txn, why);
    if (!rc)
        rc = view_each(f->repo, txn, VIEW_BLOBS, "", *f->after ? f->after : NULL,
                       name_add, &n, why);
    store_abort(TAKE(txn)); /* an alarm writes */
    if (rc || !n.looked)
        return rc ? rc : phase_end(f, now_ms, why);
    for (size_t i = 0; i < n.count; i++) {
        bool gone = blob_stat(f->repo->blobs, n.names[i], NULL, NULL) == RC_NOT_FOUND;
        rc = gone ? fixity_tell(f, n.names[i], RC_NOT_FOUND, now_ms, why) : RC_OK;
        if (rc)
            return rc;
        *used += NAME_COST;
        f->facts.now.gone += gone;
        hash_hex(n.names[i], f->after);
    }
    snprintf(f->after, sizeof f->after, "%s", n.last);
    *used += n.looked;
    return RC_OK;
}

static enum rc work(struct fixity *f, int64_t now_ms, uint64_t *used, struct fault *why)
{
    enum rc rc = f->look_again ? fixity_alarmed(f, why) : RC_OK;
    if (rc)
        return rc;
    f->look_again = false;
    if (f->again_at < f->again_len)
        return again_one(f, now_ms, used, why);
    return f->facts.phase == FIXITY_FILES ? file_one(f, now_ms, used, why)
                                          : names_some(f, now_ms, used, why);
}

/* What may be read now: the rate since the last step, one slice at most. */
static void allow(struct fixity *f, int64_t now_ms)
{
    int64_t elapsed = f->last_ms ? now_ms - f->last_ms : FIXITY_STEP_MS;
    elapsed = elapsed < 0 ? 0 : elapsed > ELAPSED_MOST_MS ? ELAPSED_MOST_MS : elapsed;
    f->allowance += fixity_rate(f, now_ms) * (uint64_t)elapsed / 1000;
    f->allowance = f->allowance < FIXITY_SLICE ? f->allowance : FIXITY_SLICE;
    f->last_ms = now_ms;
}

enum rc fixity_step(struct fixity *f, int64_t now_ms, struct fault *why)
{
    enum rc rc = RC_OK;
    f->first_ms = f->first_ms ? f->first_ms : now_ms;
    if (f->facts.phase == FIXITY_IDLE) {
        rc = fixity_may_begin(f, now_ms) ? round_begin(f, now_ms, why) : RC_OK;
        if (rc || f->facts.phase == FIXITY_IDLE)
            return rc;
    }
    if (!f->facts.asked && !fixity_in_hours(&f->options, now_ms))
        return RC_OK;
    allow(f, now_ms);
    while (!rc && f->allowance && f->facts.phase != FIXITY_IDLE) {
        uint64_t used = 0;
        rc = work(f, now_ms, &used, why);
        f->allowance -= used < f->allowance ? used : f->allowance;
    }
    bool due = now_ms - f->saved_ms >= FIXITY_SAVE_MS || now_ms < f->saved_ms;
    if (rc || !due)
        return rc;
    f->saved_ms = now_ms;
    return fixity_save(f, why);
}

enum rc fixity_ask(struct fixity *f, struct store_txn *txn, struct fault *why)
{
    f->facts.asked = true;
    f->look_again = true;
    return fixity_save_in(f, txn, why);
}

struct fixity_facts fixity_facts(const struct fixity *f, int64_t now_ms)
{
    struct fixity_facts facts = f->facts;
    int64_t days_ms = f->options.days * (int64_t)24 * 3600 * 1000;
    bool runs = facts.phase != FIXITY_IDLE;
    facts.rate = runs ? fixity_rate(f, now_ms) : 0;
    facts.late = runs && now_ms - facts.now.began_ms > days_ms;
    return facts;
}

const struct fixity_options *fixity_options(const struct fixity *f)
{
    return &f->options;
}

/* The story that events tell: what is known of each volume after the events so far.
 *
 * Millions of events pass through, so ids and volumes stand in two open tables of fixed
 * rows, at most half full. Rows are found by a keyed hash: whoever made the events cannot
 * have chosen them to collide. */
#include "repo-daemon/ledger_chain.h"

#include "core/siphash.h"
#include "repo-daemon/ledger_scan.h"
#include "sys/hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 1024, ID_SIZE = 16 };

struct volume_row {
    uint32_t version; /* 0: free */
    char volume[LEDGER_VOLUME_MAX], state[LEDGER_WORD_MAX];
};

struct id_row {
    bool used;
    uint8_t id[ID_SIZE];
};

struct ledger_chain {
    const char *only_volume;
    uint64_t last_seq;
    char court_text[LEDGER_COURT_MAX];
    uint8_t last_id[ID_SIZE], key[SIPHASH_KEY_LEN];
    struct ledger_keys keys;
    struct id_row *ids;
    struct volume_row *volumes;
    uint64_t id_count, id_rows, volume_count, volume_rows; /* rows: powers of two */
    struct ledger_scan scan;
};

static void *rows_new(uint64_t count, size_t size)
{
    void *rows = calloc((size_t)count, size);
    if (!rows)
        abort();
    return rows;
}

struct ledger_chain *ledger_chain_new(const char *only_volume, const char *trusted_key)
{
    struct ledger_chain *chain = rows_new(1, sizeof *chain);
    chain->only_volume = only_volume;
    chain->keys.trusted = trusted_key;
    chain->id_rows = chain->volume_rows = FIRST_ROWS;
    chain->ids = rows_new(FIRST_ROWS, sizeof *chain->ids);
    chain->volumes = rows_new(FIRST_ROWS, sizeof *chain->volumes);
    random_fill(chain->key, sizeof chain->key);
    return chain;
}

void ledger_chain_free(struct ledger_chain *chain)
{
    if (!chain)
        return;
    free(chain->ids);
    free(chain->volumes);
    free(chain);
}

uint64_t ledger_chain_volumes(const struct ledger_chain *chain)
{
    return chain->volume_count;
}

struct ledger_keys *ledger_chain_keys(struct ledger_chain *chain)
{
    return &chain->keys;
}

static uint64_t row_of(const struct ledger_chain *chain, struct bytes name, uint64_t rows)
{
    return siphash(chain->key, name) & (rows - 1);
}

/* The row of an id, or the free one where it belongs. */
static struct id_row *id_find(const struct ledger_chain *chain, const uint8_t *id)
{
    uint64_t row = row_of(chain, (struct bytes){ id, ID_SIZE }, chain->id_rows);
    while (chain->ids[row].used && memcmp(chain->ids[row].id, id, ID_SIZE) != 0)
        row = (row + 1) & (chain->id_rows - 1);
    return &chain->ids[row];
}

static struct volume_row *volume_find(const struct ledger_chain *chain, struct bytes name)
{
    uint64_t row = row_of(chain, name, chain->volume_rows);
    for (;; row = (row + 1) & (chain->volume_rows - 1)) {
        struct volume_row *v = &chain->volumes[row];
        if (!v->version || ledger_scan_is(name, v->volume))
            return v;
    }
}

static void ids_grow(struct ledger_chain *chain)
{
    struct id_row *old = chain->ids;
    uint64_t rows = chain->id_rows;
    chain->id_rows = 2 * rows;
    chain->ids = rows_new(chain->id_rows, sizeof *chain->ids);
    for (uint64_t i = 0; i < rows; i++)
        if (old[i].used)
            *id_find(chain, old[i].id) = old[i];
    free(old);
}

static void volumes_grow(struct ledger_chain *chain)
{
    struct volume_row *old = chain->volumes;
    uint64_t rows = chain->volume_rows;
    chain->volume_rows = 2 * rows;
    chain->volumes = rows_new(chain->volume_rows, sizeof *chain->volumes);
    for (uint64_t i = 0; i < rows; i++)
        if (old[i].version)
            *volume_find(chain, (struct bytes){ (const uint8_t *)old[i].volume,
                                                strlen(old[i].volume) }) = old[i];
    free(old);
}

static enum rc add_move(struct ledger_chain *chain, const struct ledger_scan_move *move,
                        struct fault *why)
{
    struct volume_row *now = volume_find(chain, move->volume);
    int len = (int)move->volume.len;
    const char *name = (const char *)move->volume.at;
    if (move->version != (uint64_t)now->version + 1 || move->version > UINT32_MAX)
        return fault_set(why, RC_CORRUPT, 0, "%.*s: version %llu after %u", len, name,
                         (unsigned long long)move->version, now->version);
    if (!ledger_scan_is(move->from, now->state))
        return fault_set(why, RC_CORRUPT, 0, "%.*s: from '%.*s', but it was '%s'", len,
                         name, (int)move->from.len, (const char *)move->from.at,
                         now->state);
    if (!now->version) {
        memcpy(now->volume, name, move->volume.len); /* the row was all zero */
        chain->volume_count++;
    }
    now->version = (uint32_t)move->version;
    memset(now->state, 0, sizeof now->state);
    memcpy(now->state, move->to.at, move->to.len);
    if (2 * chain->volume_count > chain->volume_rows)
        volumes_grow(chain);
    return RC_OK;
}

static void id_bytes(struct bytes hex, uint8_t ret_id[ID_SIZE])
{
    for (size_t i = 0; i < ID_SIZE; i++) {
        unsigned byte = 0;
        for (size_t k = 2 * i; k < 2 * i + 2; k++)
            byte = byte << 4 |
                   (unsigned)(hex.at[k] <= '9' ? hex.at[k] - '0' : hex.at[k] - 'a' + 10);
        ret_id[i] = (uint8_t)byte;
    }
}

static enum rc add_id(struct ledger_chain *chain, struct bytes hex, struct fault *why)
{
    uint8_t id[ID_SIZE];
    id_bytes(hex, id);
    if (chain->id_count && !memcmp(id, chain->last_id, ID_SIZE))
        return RC_OK; /* the same command goes on */
    struct id_row *row = id_find(chain, id);
    if (row->used)
        return fault_set(why, RC_CORRUPT, 0, "the command %.32s stands here twice",
                         (const char *)hex.at);
    row->used = true;
    memcpy(row->id, id, ID_SIZE);
    memcpy(chain->last_id, id, ID_SIZE);
    if (2 * ++chain->id_count > chain->id_rows)
        ids_grow(chain);
    return RC_OK;
}

static enum rc add_place(struct ledger_chain *chain, const struct ledger_scan *scan,
                         struct fault *why)
{
    bool all = !chain->only_volume;
    if (all ? scan->seq != chain->last_seq + 1 : scan->seq <= chain->last_seq)
        return fault_set(why, RC_CORRUPT, 0, "seq %llu after %llu",
                         (unsigned long long)scan->seq,
                         (unsigned long long)chain->last_seq);
    if (!chain->court_text[0])
        memcpy(chain->court_text, scan->court.at, scan->court.len);
    else if (!ledger_scan_is(scan->court, chain->court_text))
        return fault_set(why, RC_CORRUPT, 0, "court %.*s in the ledger of %s",
                         (int)scan->court.len, (const char *)scan->court.at,
                         chain->court_text);
    chain->last_seq = scan->seq;
    return RC_OK;
}

static enum rc add_scanned(struct ledger_chain *chain, const struct ledger_scan *scan,
                           struct fault *why)
{
    enum rc rc = add_place(chain, scan, why);
    if (!rc)
        rc = add_id(chain, scan->id, why);
    if (!rc && ledger_scan_is(scan->event, EVENT_LEDGER_KEY))
        rc = ledger_keys_add(&chain->keys, scan->data, why);
    bool named = !chain->only_volume;
    for (size_t i = 0; !rc && i < scan->move_count; i++) {
        const struct ledger_scan_move *move = &scan->moves[i];
        if (chain->only_volume && !ledger_scan_is(move->volume, chain->only_volume))
            continue;
        named = true;
        rc = add_move(chain, move, why);
    }
    return rc || named ? rc
                       : fault_set(why, RC_CORRUPT, 0, "event %llu does not name %s",
                                   (unsigned long long)scan->seq, chain->only_volume);
}

enum rc ledger_chain_add(struct ledger_chain *chain, struct bytes text, uint64_t *ret_seq,
                         struct fault *why)
{
    enum rc rc = ledger_scan(text, &chain->scan, why);
    if (rc)
        return rc;
    if (ret_seq)
        *ret_seq = chain->scan.seq;
    return add_scanned(chain, &chain->scan, why);
}

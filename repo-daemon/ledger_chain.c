/* The story that events tell: what is known of each volume after the events so far. */
#include "repo-daemon/ledger_chain.h"

#include "repo-daemon/ledger_event.h"

#include <stdlib.h>
#include <string.h>

struct ledger_chain {
    const char *only_volume;
    uint64_t last_seq;
    char court[LEDGER_COURT_MAX];
    char last_id[LEDGER_ID_MAX];
    json_t *ids;     /* id -> 1 */
    json_t *volumes; /* label -> [version, state] */
};

struct ledger_chain *ledger_chain_new(const char *only_volume)
{
    struct ledger_chain *chain = calloc(1, sizeof *chain);
    if (!chain)
        abort();
    chain->only_volume = only_volume;
    chain->ids = json_object();
    chain->volumes = json_object();
    return chain;
}

void ledger_chain_free(struct ledger_chain *chain)
{
    if (!chain)
        return;
    json_decref(chain->ids);
    json_decref(chain->volumes);
    free(chain);
}

uint64_t ledger_chain_volumes(const struct ledger_chain *chain)
{
    return json_object_size(chain->volumes);
}

static enum rc add_move(struct ledger_chain *chain, const struct ledger_record_move *move,
                        struct fault *why)
{
    json_t *now = json_object_get(chain->volumes, move->volume);
    json_int_t version = json_integer_value(json_array_get(now, 0));
    const char *state = now ? json_string_value(json_array_get(now, 1)) : "";
    if ((json_int_t)move->version != version + 1)
        return fault_set(why, RC_CORRUPT, 0, "%s: version %llu after %lld", move->volume,
                         (unsigned long long)move->version, (long long)version);
    if (strcmp(move->from, state) != 0)
        return fault_set(why, RC_CORRUPT, 0, "%s: from '%s', but it was '%s'",
                         move->volume, move->from, state);
    json_object_set_new(chain->volumes, move->volume,
                        json_pack("[Is]", (json_int_t)move->version, move->to));
    return RC_OK;
}

static enum rc add_record(struct ledger_chain *chain, const struct ledger_record *record,
                          struct fault *why)
{
    bool all = !chain->only_volume;
    if (all ? record->seq != chain->last_seq + 1 : record->seq <= chain->last_seq)
        return fault_set(why, RC_CORRUPT, 0, "seq %llu after %llu",
                         (unsigned long long)record->seq,
                         (unsigned long long)chain->last_seq);
    if (chain->court[0] && strcmp(chain->court, record->court) != 0)
        return fault_set(why, RC_CORRUPT, 0, "court %s in the ledger of %s",
                         record->court, chain->court);
    if (strcmp(chain->last_id, record->id) != 0 &&
        json_object_get(chain->ids, record->id))
        return fault_set(why, RC_CORRUPT, 0, "the command %s stands here twice",
                         record->id);
    chain->last_seq = record->seq;
    strcpy(chain->court, record->court);
    strcpy(chain->last_id, record->id);
    json_object_set_new(chain->ids, record->id, json_integer(1));

    bool named = all;
    for (size_t i = 0; i < record->move_count; i++) {
        if (!all && strcmp(record->moves[i].volume, chain->only_volume) != 0)
            continue;
        named = true;
        enum rc rc = add_move(chain, &record->moves[i], why);
        if (rc)
            return rc;
    }
    return named ? RC_OK
                 : fault_set(why, RC_CORRUPT, 0, "event %llu does not name %s",
                             (unsigned long long)record->seq, chain->only_volume);
}

enum rc ledger_chain_add(struct ledger_chain *chain, struct bytes text, uint64_t *ret_seq,
                         struct fault *why)
{
    struct ledger_record record;
    enum rc rc = ledger_record_read(text, &record, why);
    if (rc)
        return rc;
    if (ret_seq)
        *ret_seq = record.seq;
    rc = add_record(chain, &record, why);
    ledger_record_free(&record);
    return rc;
}

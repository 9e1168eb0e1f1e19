/* The ledger's front door: a URI picks the backend, and calls go through its table. */
#include "repo-daemon/ledger.h"

#include "repo-daemon/ledger_backend.h"

#include <string.h>

static const struct backend {
    const char *scheme; /* with the colon */
    enum rc (*create)(const char *folder, const char *court, const char *origin,
                      struct fault *why);
    enum rc (*open)(const char *folder, const struct ledger_options *options,
                    struct ledger **ret_ledger, struct fault *why);
} backends[] = {
    { "lmdb:", ledger_lmdb_create, ledger_lmdb_open },
};

static enum rc backend_of(const char *uri, const struct backend **ret_backend,
                          const char **ret_place, struct fault *why)
{
    for (size_t i = 0; i < COUNT(backends); i++) {
        size_t len = strlen(backends[i].scheme);
        if (!strncmp(uri, backends[i].scheme, len) && uri[len]) {
            *ret_backend = &backends[i];
            *ret_place = uri + len;
            return RC_OK;
        }
    }
    return fault_set(why, RC_INVALID, 0, "'%s' is no ledger: want lmdb:FOLDER", uri);
}

enum rc ledger_create(const char *uri, const char *court, const char *origin,
                      struct fault *why)
{
    const struct backend *backend = NULL;
    const char *place = NULL;
    enum rc rc = backend_of(uri, &backend, &place, why);
    return rc ? rc : backend->create(place, court, origin, why);
}

enum rc ledger_open(const char *uri, const struct ledger_options *options_or_null,
                    struct ledger **ret_ledger, struct fault *why)
{
    static const struct ledger_options presets;
    const struct backend *backend = NULL;
    const char *place = NULL;
    enum rc rc = backend_of(uri, &backend, &place, why);
    return rc ? rc
              : backend->open(place, options_or_null ? options_or_null : &presets,
                              ret_ledger, why);
}

void ledger_close(struct ledger *ledger)
{
    if (ledger)
        ledger->ops->close(ledger);
}

struct store *ledger_store(struct ledger *ledger)
{
    return ledger->store;
}

const char *ledger_court(const struct ledger *ledger)
{
    return ledger->court;
}

const char *ledger_origin(const struct ledger *ledger)
{
    return ledger->origin;
}

const char *ledger_key(const struct ledger *ledger)
{
    return ledger->key;
}

void ledger_watch(struct ledger *ledger, ledger_on_growth *on_growth, void *context)
{
    ledger->on_growth = on_growth;
    ledger->growth_context = context;
}

void ledger_committed(struct ledger *ledger, const struct ledger_result *result)
{
    if (ledger->on_growth)
        ledger->on_growth(result->first_seq, result->first_seq + result->count - 1,
                          ledger->growth_context);
}

enum rc ledger_append(struct ledger *ledger, const struct ledger_batch *batch,
                      struct ledger_result *ret_result, struct fault *why)
{
    enum rc rc = ledger->ops->append(ledger, batch, ret_result, why);
    if (!rc)
        ledger_committed(ledger, ret_result);
    return rc;
}

enum rc ledger_settle(struct ledger *ledger, const char *id,
                      struct ledger_result *ret_result, struct fault *why)
{
    return ledger->ops->settle(ledger, id, ret_result, why);
}

enum rc ledger_head(struct ledger *ledger, struct ledger_head *ret_head,
                    struct fault *why)
{
    return ledger->ops->head(ledger, ret_head, why);
}

enum rc ledger_volume(struct ledger *ledger, const char *volume,
                      struct ledger_volume *ret_volume, struct fault *why)
{
    return ledger->ops->volume(ledger, volume, ret_volume, why);
}

enum rc ledger_feed(struct ledger *ledger, uint64_t from_seq, uint64_t most,
                    ledger_on_event *on_event, void *context, struct fault *why)
{
    return ledger->ops->feed(ledger, from_seq, most, on_event, context, why);
}

enum rc ledger_feed_volume(struct ledger *ledger, const char *volume,
                           ledger_on_event *on_event, void *context, struct fault *why)
{
    return ledger->ops->feed_volume(ledger, volume, on_event, context, why);
}

enum rc ledger_wait(struct ledger *ledger, uint64_t after_seq, uint32_t timeout_ms,
                    struct fault *why)
{
    return ledger->ops->wait(ledger, after_seq, timeout_ms, why);
}

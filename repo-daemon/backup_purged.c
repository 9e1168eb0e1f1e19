/* What the ledger of a copy says was destroyed goes from its files too: an older backup
 * into the same folder had put it there. The same conditions hold as at the place
 * itself (retention_work.h). */
#include "repo-daemon/backup.h"

#include "repo-daemon/blob.h"
#include "repo-daemon/call.h"
#include "repo-daemon/ledger.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/store_lmdb.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { URI_MAX = 4200, LIST_MAX = 16 * 1024 * 1024 };

struct dropping {
    struct ledger *ledger; /* owned, both */
    struct blobs *blobs;
    struct store_table purges, files, volumes, about;
    struct store_txn *txn; /* owned */
    int64_t now_ms;
    uint64_t dropped;
};

static void dropping_end(struct dropping *d)
{
    store_abort(d->txn);
    ledger_close(d->ledger);
    blob_close(d->blobs);
}

static json_t *entry_of(struct dropping *d, struct store_table table, const char *key)
{
    struct bytes value, name = { (const uint8_t *)key, strlen(key) };
    return store_get(d->txn, table, name, &value)
               ? NULL
               : json_loadb((const char *)value.at, value.len, 0, NULL);
}

static enum rc open_all(struct dropping *d, const char *folder, struct fault *why)
{
    static const struct ledger_options reading = { .read_only = true };
    char uri[URI_MAX];
    snprintf(uri, sizeof uri, "lmdb:%.4000s/store", folder);
    enum rc rc = ledger_open(uri, &reading, &d->ledger, why);
    snprintf(uri, sizeof uri, "files:%.4000s/blobs", folder);
    if (!rc)
        rc = blob_open(uri, false, &d->blobs, why);
    struct store *store = rc ? NULL : ledger_store(d->ledger);
    if (!rc)
        rc = store_table(store, "view.blobs", &d->files, why);
    if (!rc)
        rc = store_table(store, "view.volumes", &d->volumes, why);
    if (!rc)
        rc = store_table(store, "keep.about", &d->about, why);
    if (!rc)
        rc = store_table(store, "view.purges", &d->purges, why);
    return rc ? rc : store_begin_read(store, &d->txn, why);
}

/* Views that are being made again say nothing. */
static bool views_whole(struct dropping *d)
{
    SCOPED(json_free_at) json_t *about = entry_of(d, d->about, "views");
    return !about || (json_number(about, "whole") == 1 &&
                      json_number(about, "format") == VIEWS_FORMAT);
}

static enum rc file_drop(struct dropping *d, const char *key, const char *hex,
                         struct fault *why)
{
    struct sha256 hash;
    SCOPED(json_free_at) json_t *entry = hex ? entry_of(d, d->files, hex) : NULL;
    if (!hex || !hash_from_hex(hex, &hash) || strcmp(json_text(entry, "purged"), key))
        return RC_OK;
    enum rc rc = blob_remove(d->blobs, hash, d->now_ms, why);
    d->dropped += !rc;
    return rc == RC_NOT_FOUND || rc == RC_REFUSED ? RC_OK : rc;
}

static enum rc list_read(struct dropping *d, const char *hex, json_t **ret_list,
                         struct fault *why)
{
    struct sha256 hash;
    SCOPED(fd_close_at) int fd = -1;
    SCOPED(free_at) char *text = NULL;
    uint64_t size = 0;
    size_t len = 0;
    if (!hash_from_hex(hex, &hash))
        return RC_OK; /* not approved: it has no list */
    enum rc rc = blob_get(d->blobs, hash, &fd, &size, why);
    if (!rc)
        rc = file_read_fd(fd, LIST_MAX, &text, &len, why);
    if (!rc)
        *ret_list = json_loadb(text, len, 0, NULL);
    return rc;
}

/* A hold (保全) on one of its volumes keeps what a copy has of it, too. */
static bool is_held(struct dropping *d, const json_t *volumes)
{
    bool held = false;
    for (size_t i = 0; !held && i < json_array_size(volumes); i++) {
        SCOPED(json_free_at)
        json_t *volume =
            entry_of(d, d->volumes, json_text(json_array_get(volumes, i), "volume"));
        held = retention_is_held(volume);
    }
    return held;
}

static enum rc purge_drop(struct dropping *d, struct bytes value, struct fault *why)
{
    SCOPED(json_free_at)
    json_t *purge = json_loadb((const char *)value.at, value.len, 0, NULL);
    SCOPED(json_free_at) json_t *list = NULL;
    enum rc rc = list_read(d, json_text(purge, "list"), &list, why);
    const json_t *volumes = json_object_get(list, "volumes");
    if (rc || is_held(d, volumes))
        return rc;
    for (size_t v = 0; !rc && v < json_array_size(volumes); v++) {
        const json_t *files = json_object_get(json_array_get(volumes, v), "files");
        for (size_t i = 0; !rc && i < json_array_size(files); i++)
            rc = file_drop(d, json_text(purge, "purge"),
                           json_string_value(json_array_get(files, i)), why);
    }
    return rc;
}

enum rc backup_drop_purged(const char *folder, uint64_t *ret_dropped, struct fault *why)
{
    SCOPED(dropping_end) struct dropping d = { .now_ms = clock_now_ms() };
    SCOPED(store_cursor_free_at) struct store_cursor *cursor = NULL;
    struct bytes key = { NULL, 0 }, value;
    enum rc rc = open_all(&d, folder, why);
    *ret_dropped = 0;
    if (rc == RC_NOT_FOUND) /* of a version that had no purges */
        return RC_OK;
    if (rc || !views_whole(&d))
        return rc;
    rc = store_cursor_open(d.txn, d.purges, &cursor, why);
    if (rc)
        return rc;
    for (rc = store_cursor_from(cursor, key, &key, &value); !rc;
         rc = store_cursor_next(cursor, &key, &value)) {
        enum rc one = purge_drop(&d, value, why);
        if (one)
            return one;
    }
    *ret_dropped = d.dropped;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

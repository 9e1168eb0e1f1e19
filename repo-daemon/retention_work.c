#include "repo-daemon/retention_work.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/bagit.h"
#include "repo-daemon/call.h"
#include "repo-daemon/ocfl.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/retention_purge.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct retention_work {
    struct repo *repo;       /* borrowed */
    const char *archive;     /* borrowed */
    char key[PURGE_KEY_MAX]; /* the purge at work; "" none */
    json_t *list;            /* owned */
    size_t volume, file;     /* next of the list */
    uint64_t removed, locked;
    int64_t again_ms; /* not before, when files were locked */
};

enum rc retention_work_new(struct repo *repo, const char *archive,
                           struct retention_work **ret_work, struct fault *why)
{
    struct retention_work *w = calloc(1, sizeof *w);
    if (!w)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory to remove files");
    w->repo = repo;
    w->archive = archive;
    *ret_work = w;
    return RC_OK;
}

static void forget(struct retention_work *w)
{
    json_decref(w->list);
    w->list = NULL;
    *w->key = 0;
}

void retention_work_free(struct retention_work *work)
{
    if (work)
        forget(work);
    free(work);
}

/* Does a hold (保全) on one of its volumes stop it? */
static enum rc is_held(struct repo *repo, struct store_txn *txn, const json_t *list,
                       bool *ret_held, struct fault *why)
{
    const json_t *volumes = json_object_get(list, "volumes");
    enum rc rc = RC_OK;
    *ret_held = false;
    for (size_t i = 0; !rc && !*ret_held && i < json_array_size(volumes); i++) {
        SCOPED(json_free_at) json_t *volume = NULL;
        rc = view_get(repo, txn, VIEW_VOLUMES,
                      json_text(json_array_get(volumes, i), "volume"), &volume);
        *ret_held = !rc && retention_is_held(volume);
    }
    return rc == RC_NOT_FOUND ? fault_set(why, RC_CORRUPT, 0, "a purge of no volume")
                              : rc;
}

struct choosing {
    struct retention_work *work;
    struct store_txn *txn;
    bool held; /* one was passed over */
    enum rc rc;
    struct fault *why;
};

/* The first that nothing stops is taken. */
static bool key_try(const char *entry, json_t *nothing, void *context)
{
    struct choosing *c = context;
    struct retention_work *w = c->work;
    const char *key = view_find_name(entry);
    bool held = false;
    SCOPED(json_free_at) json_t *purge = NULL;
    SCOPED(json_free_at) json_t *list = NULL;
    (void)nothing;
    c->rc = view_get(w->repo, c->txn, VIEW_PURGES, key, &purge);
    if (!c->rc)
        c->rc = repo_blob_json(w->repo, json_text(purge, "list"), &list, c->why);
    if (!c->rc && strcmp(json_text(list, "purge"), key) != 0)
        c->rc =
            fault_set(c->why, RC_CORRUPT, 0, "the list of purge %s is of another", key);
    if (!c->rc)
        c->rc = is_held(w->repo, c->txn, list, &held, c->why);
    c->held = c->held || held;
    if (c->rc || held)
        return !c->rc;
    snprintf(w->key, sizeof w->key, "%s", key);
    w->list = TAKE(list);
    return false;
}

/* The first purge that is approved, not done, and not stopped by a hold; when all are
 * stopped, they are looked at again a little later. */
static enum rc begin(struct retention_work *w, int64_t now_ms, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(w->repo->store, &txn, why);
    struct choosing choosing = { w, txn, false, RC_OK, why };
    if (!rc)
        rc = view_each(w->repo, txn, VIEW_FIND, "po/approved/", NULL, key_try, &choosing,
                       why);
    rc = rc ? rc : choosing.rc;
    if (rc)
        return rc;
    w->volume = w->file = 0;
    w->removed = w->locked = 0;
    w->again_ms = !w->list && choosing.held ? now_ms + RETENTION_FAULT_MS : 0;
    return w->list ? RC_OK : RC_NOT_FOUND;
}

/* One file: gone, locked, or named again since. */
static enum rc file_remove(struct retention_work *w, const char *hex, int64_t now_ms,
                           struct fault *why)
{
    struct sha256 hash;
    SCOPED(json_free_at) json_t *entry = NULL;
    if (!hash_from_hex(hex, &hash))
        return fault_set(why, RC_CORRUPT, 0, "purge %s lists no file: '%.70s'", w->key,
                         hex);
    if (view_find(w->repo, VIEW_BLOBS, hex, &entry) ||
        strcmp(json_text(entry, "purged"), w->key) != 0)
        return RC_OK;
    enum rc rc = blob_remove(w->repo->blobs, hash, now_ms, why);
    w->locked += rc == RC_REFUSED;
    w->removed += !rc || rc == RC_NOT_FOUND;
    return rc == RC_REFUSED || rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc package_remove(struct retention_work *w, const char *label,
                              struct fault *why)
{
    char root[1200], id[LABEL_TEXT_MAX + 16];
    enum rc rc = bagit_remove(w->archive, label, why);
    snprintf(root, sizeof root, "%.1100s/ocfl", w->archive);
    snprintf(id, sizeof id, "urn:x-juanku:%.27s", label);
    return rc ? rc : ocfl_remove(root, id, why);
}

static enum rc finish(struct retention_work *w, int64_t now_ms, struct fault *why)
{
    char source[40];
    if (w->locked) {
        log_warn("purge %s: %llu files are locked still, trying again in an hour", w->key,
                 (unsigned long long)w->locked);
        w->again_ms = now_ms + RETENTION_WAIT_MS;
        forget(w);
        return RC_OK;
    }
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:I}", "purge", w->key, "removed", (json_int_t)w->removed);
    struct command command = {
        .event = EVENT_PURGE_DONE, .by = "", .at_ms = now_ms, .data = data
    };
    snprintf(source, sizeof source, "purge done %s", w->key);
    enum rc rc = command_run_source(w->repo, &command, source, why);
    if (!rc)
        forget(w);
    return rc;
}

/* A hold that came while files go: what is there still stays, until it is lifted. */
static enum rc stop_when_held(struct retention_work *w, struct fault *why)
{
    bool held = false;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(w->repo->store, &txn, why);
    if (!rc)
        rc = is_held(w->repo, txn, w->list, &held, why);
    if (!rc && held) {
        log_warn("purge %s: a hold stops it with %llu files removed", w->key,
                 (unsigned long long)w->removed);
        forget(w);
    }
    return rc;
}

static enum rc work(struct retention_work *w, int64_t now_ms, struct fault *why)
{
    enum rc rc = w->list ? stop_when_held(w, why) : RC_OK;
    if (!rc && !w->list)
        rc = begin(w, now_ms, why);
    const json_t *volumes = json_object_get(w->list, "volumes");
    if (!rc && w->volume == json_array_size(volumes))
        return finish(w, now_ms, why);
    for (unsigned i = 0; !rc && i < RETENTION_STEP_FILES; i++) {
        const json_t *volume = json_array_get(volumes, w->volume);
        const json_t *files = json_object_get(volume, "files");
        if (w->file == json_array_size(files))
            break;
        rc = file_remove(w, json_string_value(json_array_get(files, w->file)), now_ms,
                         why);
        w->file += !rc;
    }
    const json_t *volume = json_array_get(volumes, w->volume);
    if (rc || w->file < json_array_size(json_object_get(volume, "files")))
        return rc;
    rc = package_remove(w, json_text(volume, "volume"), why);
    w->volume += !rc;
    w->file = rc ? w->file : 0;
    return rc;
}

enum rc retention_work_step(struct retention_work *w, int64_t now_ms, struct fault *why)
{
    /* A clock that was set back does not stop it for longer. */
    if (now_ms < w->again_ms && w->again_ms - now_ms <= RETENTION_WAIT_MS)
        return RC_NOT_FOUND;
    enum rc rc = work(w, now_ms, why);
    if (rc && rc != RC_NOT_FOUND)
        w->again_ms = now_ms + RETENTION_FAULT_MS;
    return rc;
}

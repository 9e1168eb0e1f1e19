/* Which files of a volume are its own. */
#include "repo-daemon/retention_purge.h"

#include "repo-daemon/call.h"
#include "repo-daemon/manifest.h"
#include "repo-daemon/retention.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { NUMBERS_MOST = 50 }; /* that one volume had */

static const struct {
    const char *name, *word;
} states[PURGE_STATES] = {
    [PURGE_PROPOSED] = { "proposed", "待批准" },
    [PURGE_APPROVED] = { "approved", "已批准，正在销毁" },
    [PURGE_DONE] = { "done", "已销毁" },
    [PURGE_REFUSED] = { "refused", "没有批准" },
    [PURGE_WITHDRAWN] = { "withdrawn", "已撤回" },
};

const char *purge_state_name(enum purge_state state)
{
    return state < PURGE_STATES ? states[state].name : "";
}

const char *purge_state_word(enum purge_state state)
{
    return state < PURGE_STATES ? states[state].word : "";
}

enum purge_state purge_state(const char *name)
{
    unsigned i = 0;
    while (i < PURGE_STATES && strcmp(states[i].name, name) != 0)
        i++;
    return i;
}

struct listing {
    struct repo *repo;
    struct store_txn *txn;
    json_t *going;  /* owned: labels of the list, as keys */
    json_t *owners; /* owned: by label, whether its files may go: true, false */
    json_t *seen;   /* owned: files looked at, as keys */
    json_t *files;  /* borrowed: of the volume that is being listed */
    uint64_t shared_here;
    struct purge_sums sums;
};

static void listing_end(struct listing *l)
{
    json_decref(l->going);
    json_decref(l->owners);
    json_decref(l->seen);
}

/* The volume of this label, under whatever number it has now: does it go, or has it gone?
 * One that cannot be found stays, and one whose purge a hold has stopped. */
static bool owner_goes(struct listing *l, const char *label)
{
    char now[LABEL_TEXT_MAX];
    snprintf(now, sizeof now, "%s", label);
    for (unsigned i = 0; i < NUMBERS_MOST; i++) {
        SCOPED(json_free_at) json_t *volume = NULL;
        if (json_object_get(l->going, now))
            return true;
        if (view_get(l->repo, l->txn, VIEW_VOLUMES, now, &volume))
            return false;
        if (!*json_text(volume, "as"))
            return json_number(volume, "purged_ms") && !retention_is_held(volume);
        snprintf(now, sizeof now, "%s", json_text(volume, "as"));
    }
    return false;
}

static bool owner_goes_known(struct listing *l, const char *feeding)
{
    char label[LABEL_TEXT_MAX];
    snprintf(label, sizeof label, "%.*s", (int)strcspn(feeding, "/"), feeding);
    const json_t *known = json_object_get(l->owners, label);
    if (known)
        return json_is_true(known);
    bool goes = owner_goes(l, label);
    json_object_set_new(l->owners, label, json_boolean(goes));
    return goes;
}

/* In doubt it is shared: what is not named at all, by too many, or by an event itself. */
static bool is_shared(struct listing *l, const char *hex)
{
    SCOPED(json_free_at) json_t *entry = NULL;
    if (view_get(l->repo, l->txn, VIEW_BLOBS, hex, &entry) ||
        json_number(entry, "paper") || json_number(entry, "many"))
        return true;
    const json_t *of = json_object_get(entry, "of");
    bool shared = !json_array_size(of);
    for (size_t i = 0; !shared && i < json_array_size(of); i++)
        shared = !owner_goes_known(l, json_string_value(json_array_get(of, i)));
    return shared;
}

static enum rc file_add(struct listing *l, const char *hex, struct fault *why)
{
    struct sha256 hash;
    uint64_t size = 0;
    if (!hash_from_hex(hex, &hash) || json_object_get(l->seen, hex))
        return RC_OK;
    json_object_set_new(l->seen, hex, json_true());
    enum rc rc = blob_stat(l->repo->blobs, hash, &size, NULL);
    if (rc == RC_NOT_FOUND)
        return RC_OK; /* gone by an earlier purge, or lost: then it is an alarm */
    if (is_shared(l, hex)) {
        l->shared_here++;
        return RC_OK;
    }
    if (++l->sums.files > PURGE_FILES_MOST)
        return fault_set(why, RC_REFUSED, 0,
                         "这些案卷的文件超过 %d 个，请分成几份清册提出",
                         PURGE_FILES_MOST);
    l->sums.bytes += size;
    json_array_append_new(l->files, json_string(hex));
    return RC_OK;
}

static bool feeding_note(const char *key, json_t *scan, void *context)
{
    (void)key;
    json_array_append(context, json_object_get(scan, "manifest"));
    return true;
}

/* All feedings, also those that were sent back. */
static enum rc volume_add(struct listing *l, const char *label, struct fault *why)
{
    char prefix[LABEL_TEXT_MAX + 2];
    SCOPED(json_free_at) json_t *manifests = json_array();
    snprintf(prefix, sizeof prefix, "%s/", label);
    enum rc rc = view_each(l->repo, l->txn, VIEW_SCANS, prefix, NULL, feeding_note,
                           manifests, why);
    for (size_t m = 0; !rc && m < json_array_size(manifests); m++) {
        SCOPED(json_free_at) json_t *manifest = NULL;
        const char *name, *hex = json_string_value(json_array_get(manifests, m));
        rc = repo_blob_json(l->repo, hex ? hex : "", &manifest, why);
        const json_t *images = json_object_get(manifest, "images");
        for (size_t i = 0; !rc && i < json_array_size(images); i++)
            for (size_t n = 0; !rc && (name = manifest_blob_name(n)); n++)
                rc = file_add(l, json_text(json_array_get(images, i), name), why);
    }
    return rc;
}

enum rc purge_list(struct repo *repo, const char *purge, const json_t *labels,
                   json_t **ret_list, struct purge_sums *ret_sums, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(listing_end)
    struct listing l = { .repo = repo,
                         .going = json_object(),
                         .owners = json_object(),
                         .seen = json_object() };
    SCOPED(json_free_at) json_t *volumes = json_array();
    for (size_t i = 0; i < json_array_size(labels); i++)
        json_object_set_new(l.going, json_string_value(json_array_get(labels, i)),
                            json_true());
    enum rc rc = store_begin_read(repo->store, &txn, why);
    l.txn = txn;
    for (size_t i = 0; !rc && i < json_array_size(labels); i++) {
        const char *label = json_string_value(json_array_get(labels, i));
        SCOPED(json_free_at) json_t *files = json_array();
        l.files = files;
        l.shared_here = 0;
        rc = volume_add(&l, label, why);
        l.sums.shared += l.shared_here;
        json_array_append_new(volumes,
                              json_pack("{s:s, s:O, s:I}", "volume", label, "files",
                                        files, "shared", (json_int_t)l.shared_here));
    }
    if (rc)
        return rc;
    *ret_list = json_pack("{s:s, s:O}", "purge", purge, "volumes", volumes);
    *ret_sums = l.sums;
    return RC_OK;
}

json_t *purge_labels(const json_t *purge)
{
    json_t *labels = json_array();
    const json_t *lines = json_object_get(purge, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        json_array_append(labels, json_object_get(json_array_get(lines, i), "volume"));
    return labels;
}

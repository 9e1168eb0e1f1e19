/* Which events name a file. VIEW_BLOBS has, by hash,
 *
 *   {"kinds": bits, "of": ["V…/0001", …], "many": 1, "paper": 1, "purged": "00000001"}
 *
 * "of": the feedings whose manifests name it, or the volume that it is a paper of, by the
 * label of then (a volume that was given another number is found by its "as"); when there
 * are more than are told, "many".
 * "paper": the event itself names it (manifest, report, certificate, list of a purge).
 * "purged": it went by that purge; a later feeding that names it again takes this back.
 * So a purge, an alarm and a reader find without a walk whose file it is. */
#include "repo-daemon/apply_in.h"

enum { OF_MOST = 8 };

static const char nothing[] = /* SHA-256 of "" */
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static bool owner_add(json_t *entry, const char *owner)
{
    json_t *of = json_object_get(entry, "of");
    if (!of)
        json_object_set_new(entry, "of", of = json_array());
    for (size_t i = 0; i < json_array_size(of); i++)
        if (!strcmp(json_string_value(json_array_get(of, i)), owner))
            return false;
    if (json_array_size(of) < OF_MOST)
        return !json_array_append_new(of, json_string(owner));
    if (apply_number(entry, "many"))
        return false;
    apply_set_number(entry, "many", 1);
    return true;
}

/* What a 副卷 showed first stays secret, also when a 正卷 names it; nothing is only the
 * text of an empty page, which all have. */
static bool kind_add(json_t *entry, const char *hex, json_int_t kind)
{
    json_int_t was = apply_number(entry, "kinds");
    if ((was == 2 && strcmp(hex, nothing) != 0) || (was | kind) == was)
        return false;
    apply_set_number(entry, "kinds", was | kind);
    return true;
}

enum rc apply_blob(struct applying *a, const char *hex, json_int_t kind,
                   const char *owner)
{
    SCOPED(json_free_at) json_t *entry = NULL;
    if (!*hex)
        return RC_OK;
    if (view_get(a->repo, a->txn, VIEW_BLOBS, hex, &entry))
        entry = json_object();
    bool changed = kind_add(entry, hex, kind);
    if (json_object_get(entry, "purged")) {
        json_object_del(entry, "purged");
        changed = true;
    }
    bool empty = !strcmp(hex, nothing);
    if (!empty && *owner)
        changed = owner_add(entry, owner) || changed;
    if ((empty || !strchr(owner, '/')) && !apply_number(entry, "paper")) {
        apply_set_number(entry, "paper", 1);
        changed = true;
    }
    return changed ? apply_put(a, VIEW_BLOBS, hex, entry) : RC_OK;
}

enum rc apply_blob_gone(struct applying *a, const char *hex, const char *purge)
{
    SCOPED(json_free_at) json_t *entry = NULL;
    if (view_get(a->repo, a->txn, VIEW_BLOBS, hex, &entry))
        return fault_set(a->why, RC_CORRUPT, 0, "a purge of '%s', which nothing names",
                         hex);
    apply_set_text(entry, "purged", purge);
    json_object_del(entry, "of");
    json_object_del(entry, "many");
    return apply_put(a, VIEW_BLOBS, hex, entry);
}

/* Events to views. What an event does to a volume stands in the event itself ("holder",
 * "to", "slot", "keep"), not in the law of the day: history keeps its meaning when the
 * law changes. */
#include "repo-daemon/apply.h"

#include "core/label.h"
#include "repo-daemon/custody.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

SCOPE_RELEASER(json_free_at, json_t *, json_decref)

struct applying {
    struct repo *repo;
    struct store_txn *txn;
    uint64_t seq;
    const json_t *event, *data; /* borrowed */
    const char *word, *by;
    json_int_t at_ms;
    struct fault *why;
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static json_int_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_string(text));
}

static void set_number(json_t *object, const char *name, json_int_t value)
{
    json_object_set_new(object, name, json_integer(value));
}

static enum rc put(struct applying *a, enum view view, const char *key,
                   const json_t *object)
{
    return view_put(a->repo, a->txn, view, key, object, a->why);
}

static enum rc slot_fill(struct applying *a, const char *slot, const char *volume)
{
    SCOPED(json_free_at) json_t *s = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_SLOTS, slot, &s);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "event %llu names no slot of ours",
                         (unsigned long long)a->seq);
    set_text(s, "volume", volume);
    set_text(s, "order", "");
    set_text(s, "odd", "");
    return put(a, VIEW_SLOTS, slot, s);
}

/* Fields that an event may set on each volume it names. */
static enum rc effects_apply(struct applying *a, json_t *volume, const char *from)
{
    const char *name = text_of(volume, "volume");
    const json_t *to = json_object_get(a->data, "to"),
                 *slot = json_object_get(a->data, "slot");
    if (json_object_get(a->data, "holder"))
        set_text(volume, "holder", text_of(a->data, "holder"));
    if (to)
        set_text(volume, "to", text_of(a->data, "to"));
    if ((to && *text_of(a->data, "to")) || number_of(a->data, "keep"))
        set_text(volume, "before", from);
    if (json_object_get(a->data, "sheets") && !strcmp(a->word, "receive"))
        set_number(volume, "declared", number_of(a->data, "sheets"));
    if (!slot)
        return RC_OK;
    const char *there = text_of(a->data, "slot");
    const char *place = *there ? there : text_of(volume, "slot");
    enum rc rc = *place ? slot_fill(a, place, *there ? name : "") : RC_OK;
    set_text(volume, "slot", there);
    return rc;
}

static enum rc qc_apply(struct applying *a, json_t *volume, const char *result)
{
    json_int_t batches = number_of(volume, "batches");
    for (json_int_t b = 1; b <= batches; b++) {
        char key[48];
        SCOPED(json_free_at) json_t *scan = NULL;
        snprintf(key, sizeof key, "%s/%04lld", text_of(volume, "volume"), (long long)b);
        enum rc rc = view_get(a->repo, a->txn, VIEW_SCANS, key, &scan);
        if (rc)
            return rc;
        if (strcmp(text_of(scan, "qc"), "open") != 0)
            continue;
        set_text(scan, "qc", result);
        set_text(scan, "qc_by", a->by);
        if (!strcmp(result, "rejected"))
            for (size_t i = 0; i < 5; i++) {
                static const char *const counts[] = { "sheets", "images", "pages",
                                                      "blank", "standing" };
                const char *in_scan = i == 0 ? "sheets_counted" : counts[i];
                json_int_t less = i == 4 ? 1 : number_of(scan, in_scan);
                set_number(volume, counts[i], number_of(volume, counts[i]) - less);
            }
        rc = put(a, VIEW_SCANS, key, scan);
        if (rc)
            return rc;
    }
    set_text(volume, "qc",
             strcmp(result, "rejected")      ? "passed"
             : number_of(volume, "standing") ? "passed"
                                             : "rejected");
    return RC_OK;
}

static enum rc blob_kind_add(struct applying *a, const char *hex, json_int_t kind)
{
    SCOPED(json_free_at) json_t *entry = NULL;
    if (!*hex)
        return RC_OK;
    if (view_get(a->repo, a->txn, VIEW_BLOBS, hex, &entry))
        entry = json_object();
    json_int_t kinds = number_of(entry, "kinds") | kind;
    if (kinds == number_of(entry, "kinds"))
        return RC_OK;
    set_number(entry, "kinds", kinds);
    return put(a, VIEW_BLOBS, hex, entry);
}

static enum rc images_apply(struct applying *a, const char *manifest_hex, json_int_t kind)
{
    static const char *const names[] = { "capture_sha256", "pdf_sha256", "text_sha256",
                                         "thumb_sha256" };
    SCOPED(json_free_at) json_t *manifest = NULL;
    enum rc rc = repo_blob_json(a->repo, manifest_hex, &manifest, a->why);
    const json_t *images = json_object_get(manifest, "images");
    for (size_t i = 0; !rc && i < json_array_size(images); i++)
        for (size_t n = 0; !rc && n < COUNT(names); n++)
            rc = blob_kind_add(a, text_of(json_array_get(images, i), names[n]), kind);
    return rc;
}

static enum rc scan_apply(struct applying *a, json_t *volume)
{
    static const char *const counts[][2] = { { "sheets", "sheets_counted" },
                                             { "images", "images" },
                                             { "pages", "pages" },
                                             { "blank", "blank" } };
    char key[48];
    json_int_t batch = number_of(a->data, "batch");
    SCOPED(json_free_at) json_t *scan = json_deep_copy(a->data);
    set_text(scan, "qc", "open");
    set_number(scan, "at", a->at_ms);
    snprintf(key, sizeof key, "%s/%04lld", text_of(volume, "volume"), (long long)batch);
    enum rc rc = put(a, VIEW_SCANS, key, scan);
    for (size_t i = 0; i < COUNT(counts); i++)
        set_number(volume, counts[i][0],
                   number_of(volume, counts[i][0]) + number_of(scan, counts[i][1]));
    set_number(volume, "batches", batch);
    set_number(volume, "standing", number_of(volume, "standing") + 1);
    set_text(volume, "qc", "open");
    set_text(volume, "check", ""); /* what was checked is not all there is now */
    return rc ? rc
              : images_apply(a, text_of(a->data, "manifest"), number_of(volume, "kind"));
}

static enum rc results_apply(struct applying *a, json_t *volume)
{
    static const struct {
        const char *word, *fields[6];
    } keeps[] = {
        { "check", { "report", "certificate", "rules" } },
        { "archive", { "path", "sha256", "files" } },
    };
    if (!strcmp(a->word, "scan-done"))
        return scan_apply(a, volume);
    if (!strcmp(a->word, "qc-pass") || !strcmp(a->word, "qc-reject"))
        return qc_apply(a, volume, strcmp(a->word, "qc-pass") ? "rejected" : "passed");
    if (!strcmp(a->word, "check")) {
        set_text(volume, "check", number_of(a->data, "passed") ? "passed" : "failed");
        set_text(volume, "checked_by", a->by);
    }
    for (size_t i = 0; i < COUNT(keeps); i++)
        for (size_t f = 0; !strcmp(a->word, keeps[i].word) && keeps[i].fields[f]; f++)
            if (json_object_get(a->data, keeps[i].fields[f]))
                json_object_set(volume, keeps[i].fields[f],
                                json_object_get(a->data, keeps[i].fields[f]));
    return RC_OK;
}

static enum rc volume_new(struct applying *a, const char *name, json_t **ret_volume)
{
    struct label label;
    if (strcmp(a->word, EVENT_REGISTER) != 0 ||
        label_read((struct bytes){ (const uint8_t *)name, strlen(name) }, &label))
        return fault_set(a->why, RC_CORRUPT, 0,
                         "event %llu names volume '%s' that is not there",
                         (unsigned long long)a->seq, name);
    *ret_volume =
        json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s}", "volume", name, "case",
                  label.case_id, "kind", (int)label.kind, "part", (int)label.part,
                  "holder", "", "to", "", "slot", "", "qc", "");
    set_number(*ret_volume, "declared", number_of(a->data, "sheets"));
    set_number(*ret_volume, "notice", number_of(a->data, "notice"));
    return RC_OK;
}

static enum rc move_apply(struct applying *a, const json_t *move)
{
    const char *name = text_of(move, "volume");
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_VOLUMES, name, &volume);
    if (rc == RC_NOT_FOUND)
        rc = volume_new(a, name, &volume);
    if (rc)
        return rc;
    set_text(volume, "state", text_of(move, "to"));
    set_number(volume, "version", number_of(move, "version"));
    set_number(volume, "updated_ms", a->at_ms);
    rc = effects_apply(a, volume, text_of(move, "from"));
    if (!rc)
        rc = results_apply(a, volume);
    return rc ? rc : put(a, VIEW_VOLUMES, name, volume);
}

/* ---- events that are about other things than volumes ---- */

static enum rc case_apply(struct applying *a)
{
    return put(a, VIEW_CASES, text_of(a->data, "case"), a->data);
}

static enum rc person_apply(struct applying *a)
{
    SCOPED(json_free_at)
    json_t *login = json_pack("{s:s}", "badge", text_of(a->data, "badge"));
    enum rc rc = put(a, VIEW_PEOPLE, text_of(a->data, "badge"), a->data);
    return rc ? rc : put(a, VIEW_LOGINS, text_of(a->data, "login"), login);
}

static enum rc slots_apply(struct applying *a)
{
    const json_t *slots = json_object_get(a->data, "slots");
    for (size_t i = 0; i < json_array_size(slots); i++) {
        SCOPED(json_free_at)
        json_t *slot = json_pack("{s:s, s:s, s:s}", "volume", "", "order", "", "odd", "");
        enum rc rc =
            put(a, VIEW_SLOTS, json_string_value(json_array_get(slots, i)), slot);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static bool notice_mark(const char *key, json_t *volume, void *context)
{
    (void)key;
    json_array_append(context, volume);
    return true;
}

static enum rc notice_apply(struct applying *a)
{
    char prefix[32];
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *volumes = json_array();
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_CASES, text_of(a->data, "case"), &the_case);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "a notice for no case");
    json_object_set_new(the_case, "notice", json_deep_copy(a->data));
    rc = put(a, VIEW_CASES, text_of(a->data, "case"), the_case);
    snprintf(prefix, sizeof prefix, "V%s", text_of(a->data, "case"));
    if (!rc)
        rc = view_each(a->repo, a->txn, VIEW_VOLUMES, prefix, NULL, notice_mark, volumes,
                       a->why);
    for (size_t i = 0; !rc && i < json_array_size(volumes); i++) {
        json_t *volume = json_array_get(volumes, i);
        set_number(volume, "notice", 1);
        rc = put(a, VIEW_VOLUMES, text_of(volume, "volume"), volume);
    }
    return rc;
}

static enum rc slot_set(struct applying *a, const char *field, const char *value)
{
    SCOPED(json_free_at) json_t *slot = NULL;
    enum rc rc = view_get(a->repo, a->txn, VIEW_SLOTS, text_of(a->data, "slot"), &slot);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "an order for no slot");
    set_text(slot, field, value);
    return put(a, VIEW_SLOTS, text_of(a->data, "slot"), slot);
}

static enum rc order_apply(struct applying *a)
{
    SCOPED(json_free_at) json_t *order = json_deep_copy(a->data);
    set_text(order, "state", "waiting");
    set_text(order, "by", a->by);
    set_number(order, "at", a->at_ms);
    enum rc rc = put(a, VIEW_ORDERS, text_of(a->data, "order"), order);
    return rc ? rc : slot_set(a, "order", text_of(a->data, "order"));
}

static enum rc order_finish(struct applying *a, const char *state)
{
    SCOPED(json_free_at) json_t *order = NULL;
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_ORDERS, text_of(a->data, "order"), &order);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "an end for no order");
    set_text(order, "state", state);
    set_number(order, "seq", (json_int_t)a->seq);
    return put(a, VIEW_ORDERS, text_of(a->data, "order"), order);
}

static enum rc order_end_apply(struct applying *a)
{
    enum rc rc = order_finish(a, "failed");
    return rc ? rc : slot_set(a, "order", "");
}

static enum rc rack_odd_apply(struct applying *a)
{
    return slot_set(a, "odd", text_of(a->data, "odd"));
}

static const struct {
    const char *word;
    enum rc (*apply)(struct applying *a);
} others[] = {
    { EVENT_CASE, case_apply },         { EVENT_PERSON, person_apply },
    { EVENT_SLOTS, slots_apply },       { EVENT_NOTICE, notice_apply },
    { EVENT_ORDER, order_apply },       { EVENT_ORDER_END, order_end_apply },
    { EVENT_RACK_ODD, rack_odd_apply },
};

enum rc apply_event(struct repo *repo, struct store_txn *txn, uint64_t seq,
                    const json_t *event, struct fault *why)
{
    struct applying a = { .repo = repo,
                          .txn = txn,
                          .seq = seq,
                          .event = event,
                          .data = json_object_get(event, "data"),
                          .word = text_of(event, "event"),
                          .by = text_of(event, "by"),
                          .at_ms = number_of(event, "at"),
                          .why = why };
    const json_t *moves = json_object_get(event, "volumes");
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < json_array_size(moves); i++)
        rc = move_apply(&a, json_array_get(moves, i));
    for (size_t i = 0; !rc && i < COUNT(others); i++)
        if (!strcmp(others[i].word, a.word))
            rc = others[i].apply(&a);
    bool by_order = json_array_size(moves) && *text_of(a.data, "order");
    return rc || !by_order ? rc : order_finish(&a, "done");
}

struct all_applying {
    struct repo *repo;
    uint64_t count;
};

static enum rc clear_views(struct store_txn *txn, void *context, struct fault *why)
{
    struct repo *repo = context;
    enum rc rc = RC_OK;
    for (enum view v = 0; v < TABLE_PASSWORDS && !rc; v++) {
        rc = store_clear(txn, repo->tables[v], why);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

struct one_applying {
    struct repo *repo;
    uint64_t seq;
    const json_t *event;
};

static enum rc apply_in(struct store_txn *txn, void *context, struct fault *why)
{
    struct one_applying *one = context;
    return apply_event(one->repo, txn, one->seq, one->event, why);
}

static enum rc apply_next(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    struct all_applying *all = context;
    SCOPED(json_free_at)
    json_t *event = json_loadb((const char *)text.at, text.len, 0, NULL);
    struct one_applying one = { all->repo, seq, event };
    enum rc rc = store_update(all->repo->store, apply_in, &one, why);
    all->count += !rc;
    return rc;
}

enum rc apply_all(struct repo *repo, uint64_t *ret_events, struct fault *why)
{
    struct all_applying all = { repo, 0 };
    enum rc rc = store_update(repo->store, clear_views, repo, why);
    if (!rc)
        rc = ledger_feed(repo->ledger, 1, 0, apply_next, &all, why);
    if (!rc)
        *ret_events = all.count;
    return rc;
}

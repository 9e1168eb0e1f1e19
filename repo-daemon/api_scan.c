/* Scans: a feeding comes in with its manifest; pages and items come out in the order of
 * the catalogue. */
#include "repo-daemon/act.h"
#include "repo-daemon/gather.h"
#include "repo-daemon/manifest.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/show.h"
#include "repo-daemon/station_cert.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static void gather_free_at(struct gathered *all)
{
    gather_free(all);
}

/* A picture of a 副卷 cannot be made readable by naming it in a 正卷. */
static enum rc capture_fits(struct call *call, const json_t *volume, size_t index,
                            const char *hex, struct fault *why)
{
    SCOPED(json_free_at) json_t *shown = NULL;
    if (json_number(volume, "kind") == 2 ||
        view_find(call->repo, VIEW_BLOBS, hex, &shown) ||
        json_number(shown, "kinds") != 2)
        return RC_OK;
    return fault_set(why, RC_REFUSED, 0,
                     "第 %zu 个图像是副卷里的，不能放进正卷；请核对是不是放错了卷",
                     index);
}

static enum rc blobs_there(struct call *call, const json_t *volume, struct fault *why)
{
    const json_t *images = json_object_get(call->body, "images");
    for (size_t i = 0; i < json_array_size(images); i++) {
        const char *name;
        for (size_t n = 0; (name = manifest_blob_name(n)); n++) {
            struct sha256 hash;
            const char *hex = json_text(json_array_get(images, i), name);
            if (!*hex || !hash_from_hex(hex, &hash))
                continue;
            enum rc rc = blob_stat(call->repo->blobs, hash, NULL, why);
            if (rc == RC_NOT_FOUND)
                return fault_set(why, RC_REFUSED, 0,
                                 "还缺一份内容：第 %zu 个图像的 %s（%s）", i + 1, name,
                                 hex);
            bool picture = !strcmp(name, "capture_sha256") || !strcmp(name, "pdf_sha256");
            if (!rc && picture)
                rc = capture_fits(call, volume, i + 1, hex, why);
            if (rc)
                return rc;
        }
    }
    return RC_OK;
}

/* A station speaks for whoever fed it; a person only for himself, or he could pass his
 * own work under another name. */
static enum rc operators_known(struct call *call, const json_t *operators,
                               struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    size_t i;
    const json_t *badge;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    json_array_foreach(operators, i, badge)
    {
        struct person person;
        if (!(call->by.roles & ROLE_STATION) &&
            strcmp(json_string_value(badge), call->by.badge) != 0)
            return fault_set(why, RC_DENIED, 0,
                             "扫描清单上的扫描员不是您本人，请用扫描员自己的账号提交");
        if (people_find(call->repo, txn, json_string_value(badge), &person) ||
            !(person.roles & ROLE_OPERATOR))
            return fault_set(why, RC_REFUSED, 0,
                             "扫描清单上的扫描员不在册，或没有扫描员角色");
    }
    return RC_OK;
}

/* One of those who fed it answers for the paper. */
static bool operator_holds(const json_t *volume, const json_t *operators)
{
    size_t i;
    const json_t *badge;
    json_array_foreach(operators, i, badge)
    {
        if (!strcmp(json_text(volume, "holder"), json_string_value(badge)))
            return true;
    }
    return false;
}

static enum rc facts_put(struct call *call, const json_t *volume,
                         const struct manifest_facts *f, json_t *data, struct fault *why)
{
    char hex[SHA256_HEX], lot[33];
    random_id(lot);
    SCOPED(json_free_at) json_t *manifest = json_copy(call->body);
    json_object_del(manifest, "id");
    enum rc rc = repo_put_json(call->repo, manifest, hex, why);
    if (rc)
        return rc;
    json_object_update_new(
        data,
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}",
                  "batch", (json_int_t)json_number(volume, "batches") + 1, "manifest",
                  hex, "kind", call_text(call, "kind"), "station",
                  call_text(call, "station"), "operator", call_text(call, "operator"),
                  "sheets_declared", (int)f->sheets_declared, "sheets_counted",
                  (int)f->sheets_counted, "images", (int)f->images, "pages",
                  (int)f->pages, "blank", (int)f->blank, "cover", (int)f->cover,
                  "separator", (int)f->separator, "duplex", (int)f->duplex));
    json_object_set_new(data, "operators", manifest_operators(call->body));
    /* Which pages the second person looks at is drawn now, when nothing of the feeding
     * can be changed any more, and written down, so that anybody can draw it again. */
    json_object_set_new(data, "qc_lot", json_string(lot));
    json_object_set_new(data, "qc_percent",
                        json_integer((json_int_t)call->settings->qc_percent));
    return RC_OK;
}

static json_t *scans_answer(__attribute__((unused)) struct repo *repo,
                            __attribute__((unused)) struct store_txn *txn, uint64_t seq,
                            void *context)
{
    struct act *act = context;
    return json_pack("{s:I, s:O, s:O}", "seq", (json_int_t)seq, "batch",
                     json_object_get(act->data, "batch"), "sha256",
                     json_object_get(act->data, "manifest"));
}

enum rc scans_create(struct call *call, struct fault *why)
{
    struct command command;
    struct manifest_facts facts;
    enum rc rc = call_command(call, "scan-done", &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at) json_t *volume = NULL;
    rc = station_cert_check(call, call_text(call, "station"), why);
    if (!rc)
        rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (!rc && strcmp(call_text(call, "volume"), json_text(volume, "volume")) != 0)
        rc = fault_set(why, RC_INVALID, 0, "扫描清单写的是另一册案卷");
    if (!rc)
        rc = manifest_check(call->body, &facts, why);
    SCOPED(json_free_at) json_t *operators = manifest_operators(call->body);
    if (!rc)
        rc = operators_known(call, operators, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_SCAN_DONE, &call->by);
    act.law.operator_holds = operator_holds(volume, operators);
    act.law.supplement = !strcmp(call_text(call, "kind"), "supplement");
    rc = act_add(&act, volume, -1, why);
    if (!rc)
        rc = blobs_there(call, volume, why);
    if (!rc)
        rc = facts_put(call, volume, &facts, act.data, why);
    if (rc)
        return rc;
    act_fill(&act, &command);
    command.answer = scans_answer;
    return call_commit(call, &command, 201, why);
}

struct showing {
    struct repo *repo;
    struct store_txn *txn;
    json_t *list;
};

static bool scan_add(__attribute__((unused)) const char *key, json_t *scan, void *context)
{
    struct showing *s = context;
    json_array_append_new(s->list, show_scan(s->repo, s->txn, scan));
    return true;
}

enum rc scans_list(struct call *call, struct fault *why)
{
    char prefix[48];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    enum rc rc = call_volume_to_read(call, &volume, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    struct showing s = { call->repo, txn, list };
    snprintf(prefix, sizeof prefix, "%s/", json_text(volume, "volume"));
    rc = view_each(call->repo, txn, VIEW_SCANS, prefix, NULL, scan_add, &s, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "scans", list));
}

static json_t *page_show(const struct gathered *all, const struct rules_image *image)
{
    const json_t *entry = gather_entry(all, image);
    const json_t *scan = json_array_get(all->scans, image->batch);
    const json_t *qc = json_object_get(entry, "qc");
    json_t *out = json_pack(
        "{s:i, s:s, s:i, s:i, s:I, s:o, s:o, s:o, s:s, s:s}", "row", (int)image->row,
        "title", gather_title(all, image->row), "page_no", (int)image->page_no, "image",
        (int)image->index, "batch", (json_int_t)json_number(scan, "batch"), "pdf",
        show_text(json_text(entry, "pdf_sha256")), "thumb",
        show_text(json_text(entry, "thumb_sha256")), "text",
        show_text(json_text(entry, "text_sha256")), "capture",
        json_text(entry, "capture_sha256"), "kind", json_text(entry, "kind"));
    json_object_set(out, "confidence", json_object_get(entry, "confidence"));
    json_object_set_new(out, "qc", qc ? json_deep_copy(qc) : json_array());
    return out;
}

enum rc pages_list(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *pages = json_array();
    SCOPED(gather_free_at) struct gathered all = { 0 };
    bool every = *call_query(call, "all") != 0;
    enum rc rc = call_volume_to_read(call, &volume, why);
    if (!rc)
        rc = gather(call->repo, volume, &all, why);
    for (size_t i = 0; !rc && i < all.image_count; i++)
        if (every || all.images[i].kind == RULES_PAGE)
            json_array_append_new(pages, page_show(&all, &all.images[i]));
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "pages", pages));
}

enum rc items_list(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *items = json_array();
    SCOPED(gather_free_at) struct gathered all = { 0 };
    enum rc rc = call_volume_to_read(call, &volume, why);
    if (!rc)
        rc = gather(call->repo, volume, &all, why);
    for (size_t i = 0; !rc && i < all.image_count && all.images[i].kind == RULES_PAGE;) {
        unsigned row = all.images[i].row, from = all.images[i].page_no, pages = 0,
                 to = from;
        for (; i < all.image_count && all.images[i].kind == RULES_PAGE &&
               all.images[i].row == row;
             i++, pages++)
            to = all.images[i].page_no;
        json_array_append_new(items,
                              json_pack("{s:i, s:s, s:i, s:i, s:i}", "row", (int)row,
                                        "title", gather_title(&all, row), "pages",
                                        (int)pages, "from", (int)from, "to", (int)to));
    }
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "items", items));
}

/* Quality control by the second person: what waits, which pictures to look at, the
 * verdict, and for the stations what came back. */
#include "repo-daemon/qc_open.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "repo-daemon/station_cert.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { QUEUE_MOST = 200 };

static void labels_add(json_t *list, const char *label, int64_t at_ms)
{
    json_array_append_new(
        list, json_pack("{s:s, s:I}", "volume", label, "at", (json_int_t)at_ms));
}

static bool waiting_add(const char *key, json_t *waits, void *context)
{
    labels_add(context, key, json_number(waits, "at"));
    return json_array_size(context) < QUEUE_MOST;
}

static json_t *names_of(struct repo *repo, struct store_txn *txn, const json_t *badges)
{
    json_t *list = json_array();
    size_t i;
    const json_t *badge;
    json_array_foreach(badges, i, badge)
    {
        json_array_append_new(list, people_short(repo, txn, json_string_value(badge)));
    }
    return list;
}

/* One volume of the queue; NULL when it cannot be read. */
static json_t *waiting_show(struct call *call, const json_t *entry)
{
    struct fault why = { 0 };
    SCOPED(qc_open_free) struct qc_open open = { 0 };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    if (view_find(call->repo, VIEW_VOLUMES, json_text(entry, "volume"), &volume) ||
        qc_open_read(call->repo, volume, &open, &why) ||
        store_begin_read(call->repo->store, &txn, &why))
        return NULL;
    json_t *shown = show_volume(call->repo, txn, volume);
    json_object_update_new(
        shown, json_pack("{s:I, s:I, s:o, s:i, s:o}", "look", (json_int_t)open.must, "of",
                         (json_int_t)open.images, "operators",
                         names_of(call->repo, txn, open.operators), "mine",
                         (int)qc_open_by(&open, call->by.badge), "since",
                         show_time(json_number(entry, "at"))));
    return shown;
}

enum rc qc_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *labels = json_array();
    SCOPED(json_free_at) json_t *shown = json_array();
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_QC, "", NULL, waiting_add, labels, why);
    if (rc)
        return rc;
    for (size_t i = 0; i < json_array_size(labels); i++) {
        json_t *one = waiting_show(call, json_array_get(labels, i));
        if (one)
            json_array_append_new(shown, one);
    }
    return call_answer(call, 200, json_pack("{s:O}", "volumes", shown));
}

static json_t *reasons_show(void)
{
    json_t *list = json_array();
    const struct qc_reason *r;
    for (size_t i = 0; (r = qc_reason_at(i)); i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "code", r->code, "word", r->word));
    return list;
}

enum rc qc_show(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(qc_open_free) struct qc_open open = { 0 };
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = call_volume_to_read(call, &volume, why);
    if (!rc)
        rc = qc_open_read(call->repo, volume, &open, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    json_t *shown = show_volume(call->repo, txn, volume);
    json_object_update_new(shown,
                           json_pack("{s:I, s:I, s:I, s:o, s:i, s:o, s:o}", "look",
                                     (json_int_t)open.must, "of", (json_int_t)open.images,
                                     "percent", (json_int_t)open.percent, "operators",
                                     names_of(call->repo, txn, open.operators), "mine",
                                     (int)qc_open_by(&open, call->by.badge), "pictures",
                                     qc_open_show(&open), "reasons", reasons_show()));
    return call_answer(call, 200, shown);
}

struct returning {
    struct call *call;
    struct store_txn *txn;
    json_t *list;
};

static bool return_add(const char *key, json_t *entry, void *context)
{
    (void)key;
    struct returning *r = context;
    struct repo *repo = r->call->repo;
    SCOPED(json_free_at) json_t *volume = NULL;
    if (view_get(repo, r->txn, VIEW_VOLUMES, json_text(entry, "volume"), &volume) ||
        call_may_see_volume(r->call, volume, NULL))
        return true;
    json_t *shown = show_volume(repo, r->txn, volume);
    json_object_update_new(shown,
                           json_pack("{s:O, s:O, s:s, s:o, s:o}", "batch",
                                     json_object_get(entry, "batch"), "rejects",
                                     json_object_get(entry, "pages"), "reason",
                                     json_text(entry, "reason"), "by",
                                     people_short(repo, r->txn, json_text(entry, "by")),
                                     "at", show_time(json_number(entry, "at"))));
    json_array_append_new(r->list, shown);
    return json_array_size(r->list) < QUEUE_MOST;
}

enum rc qc_returns(struct call *call, struct fault *why)
{
    char prefix[32];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    const char *station = call_query(call, "station");
    if (!*station || strlen(station) > 20 || strchr(station, '/'))
        return fault_set(why, RC_INVALID, 0, "请写明是哪个扫描台（station）");
    enum rc rc =
        call->by.roles & ROLE_STATION ? station_cert_check(call, station, why) : RC_OK;
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    struct returning r = { call, txn, list };
    snprintf(prefix, sizeof prefix, "%s/", station);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_RETURNS, prefix, NULL, return_add, &r, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "volumes", list));
}

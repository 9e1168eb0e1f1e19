/* 盘点: opened for everything, a rack or a random sample, counted slot by slot, and
 * closed only when every difference was put right or explained. In a blind one whoever
 * counts does not see what should be there; a supervisor does, and closes it. */
#include "repo-daemon/apply.h"
#include "repo-daemon/place.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "repo-daemon/stocktake.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { REASON_MOST = 600, SHOWN_MOST = 500 };

static void sum_free_at(struct stocktake_sum *sum)
{
    json_decref(sum->differences);
}

static bool sees_all(const struct call *call, const json_t *stocktake)
{
    return !json_number(stocktake, "blind") ||
           strcmp(json_text(stocktake, "state"), "open") != 0 ||
           (call->by.roles & (ROLE_SUPERVISOR | ROLE_AUDITOR));
}

static json_t *show(struct call *call, struct store_txn *txn, const json_t *stocktake,
                    const struct stocktake_sum *sum)
{
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:O?, s:O?}", "stocktake",
        json_text(stocktake, "stocktake"), "state", json_text(stocktake, "state"),
        "scope", json_text(stocktake, "scope"), "rack", json_text(stocktake, "rack"),
        "blind", (int)json_number(stocktake, "blind"), "by",
        people_short(call->repo, txn, json_text(stocktake, "by")), "at",
        show_time(json_number(stocktake, "at")), "sample",
        json_object_get(stocktake, "sample"), "result",
        json_object_get(stocktake, "result"));
    if (!sum)
        return out;
    json_object_update_new(out, json_pack("{s:I, s:I}", "slots", (json_int_t)sum->slots,
                                          "counted", (json_int_t)sum->counted));
    if (!sees_all(call, stocktake))
        return out;
    for (enum stocktake_kind k = 0; k < ST_KINDS; k++)
        json_object_set_new(out, stocktake_kind_name(k),
                            json_integer((json_int_t)sum->kinds[k]));
    json_object_set_new(out, "unexplained", json_integer((json_int_t)sum->open));
    json_object_set(out, "differences", sum->differences);
    return out;
}

static json_t *stocktake_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                                void *context)
{
    SCOPED(json_free_at) json_t *stocktake = NULL;
    struct call *call = context;
    const char *number = json_text(call->body, "stocktake");
    if (view_get(repo, txn, VIEW_STOCKTAKES, number, &stocktake))
        return NULL;
    json_t *out = show(call, txn, stocktake, NULL);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

static bool number_one(const char *key, json_t *stocktake, void *context)
{
    (void)stocktake;
    if (key[0] != 'o')
        *(json_int_t *)context = strtoll(key, NULL, 10);
    return true;
}

/* Does the scope share slots with one that is open? */
static enum rc scope_free(struct call *call, struct store_txn *txn, const json_t *data,
                          struct fault *why)
{
    SCOPED(json_free_at) json_t *open = stocktake_open(call->repo, txn);
    for (size_t i = 0; i < json_array_size(open); i++)
        if (stocktake_meets(data, json_array_get(open, i)))
            return fault_set(why, RC_CONFLICT, 0,
                             "盘点 %s 还没有结束，这里已在盘点范围内",
                             json_text(json_array_get(open, i), "stocktake"));
    return RC_OK;
}

static enum rc scope_read(struct call *call, struct store_txn *txn, const char *seed,
                          json_t *data, struct fault *why)
{
    char prefix[PLACE_MAX];
    enum place_level level;
    const char *scope = call_text(call, "scope"), *rack = call_text(call, "rack");
    int64_t count = call_number(call, "count", 0);
    if (!strcmp(scope, "rack")) {
        if (place_read(rack, &level, prefix, NULL) || level != PLACE_RACK)
            return fault_set(why, RC_INVALID, 0, "请写明架号，例如 01.001");
        json_object_set_new(data, "rack", json_string(rack));
    } else if (!strcmp(scope, "sample")) {
        if (count < 1 || count > STOCKTAKE_SAMPLE_MOST)
            return fault_set(why, RC_INVALID, 0, "抽查数应是 1 到 %d",
                             STOCKTAKE_SAMPLE_MOST);
        json_t *sample = stocktake_draw(call->repo, txn, seed, (size_t)count, why);
        if (!sample)
            return fault_set(why, RC_NO_MEMORY, 0, "no memory for a sample");
        json_object_set_new(data, "sample", sample);
        json_object_set_new(data, "seed", json_string(seed));
    } else if (strcmp(scope, "whole") != 0) {
        return fault_set(why, RC_INVALID, 0,
                         "盘点范围应是全部（whole）、一架（rack）或抽查（sample）");
    }
    return scope_free(call, txn, data, why);
}

enum rc stocktake_create(struct call *call, struct fault *why)
{
    struct command command;
    json_int_t last = 0;
    char number[STOCKTAKE_KEY_MAX + 12];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = call_command(call, EVENT_STOCKTAKE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:i}", "scope", call_text(call, "scope"), "blind",
                             call_number(call, "blind", 0) ? 1 : 0);
    rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc =
            view_each(call->repo, txn, VIEW_STOCKTAKES, "", NULL, number_one, &last, why);
    if (!rc)
        rc = scope_read(call, txn, command.id, data, why);
    store_abort(TAKE(txn));
    if (rc)
        return rc;
    snprintf(number, sizeof number, "%08lld", (long long)last + 1);
    json_object_set_new(data, "stocktake", json_string(number));
    json_object_set_new(call->body, "stocktake", json_string(number));
    command.data = data;
    command.answer = stocktake_answer;
    command.context = call;
    return call_commit(call, &command, 201, why);
}

static enum rc stocktake_find(struct call *call, bool open, json_t **ret_stocktake,
                              struct fault *why)
{
    SCOPED(json_free_at) json_t *found = NULL;
    const char *number = call_part(call, "stocktake");
    if (number[0] == 'o' || view_find(call->repo, VIEW_STOCKTAKES, number, &found))
        return fault_set(why, RC_NOT_FOUND, 0, "没有盘点 %.20s", number);
    if (open && strcmp(json_text(found, "state"), "open") != 0)
        return fault_set(why, RC_CONFLICT, 0, "盘点 %s 已经结束", number);
    *ret_stocktake = TAKE(found);
    return RC_OK;
}

static bool list_one(const char *key, json_t *stocktake, void *context)
{
    if (key[0] != 'o')
        json_array_append(context, stocktake);
    return true;
}

enum rc stocktake_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *all = json_array();
    SCOPED(json_free_at) json_t *shown = json_array();
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_STOCKTAKES, "", NULL, list_one, all, why);
    for (size_t i = 0; !rc && i < json_array_size(all) && i < SHOWN_MOST; i++)
        json_array_append_new(shown, show(call, txn, json_array_get(all, i), NULL));
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "stocktakes", shown));
}

enum rc stocktake_show(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *stocktake = NULL;
    SCOPED(sum_free_at) struct stocktake_sum sum = { 0 };
    enum rc rc = stocktake_find(call, false, &stocktake, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && !strcmp(json_text(stocktake, "state"), "open"))
        rc = stocktake_compare(call->repo, txn, stocktake, &sum, why);
    return rc ? rc
              : call_answer(call, 200,
                            show(call, txn, stocktake, sum.differences ? &sum : NULL));
}

/* One line of a count: {"slot","volume"}, "" for empty, or {"slot","unreadable":1}. */
static enum rc count_read(struct call *call, const json_t *stocktake, const json_t *line,
                          json_t *counts, struct fault *why)
{
    struct label label;
    SCOPED(json_free_at) json_t *there = NULL;
    const char *slot = json_text(line, "slot"), *volume = json_text(line, "volume");
    if (view_find(call->repo, VIEW_SLOTS, slot, &there))
        return fault_set(why, RC_NOT_FOUND, 0, "没有登记过格口“%.40s”", slot);
    if (!stocktake_covers(stocktake, slot))
        return fault_set(why, RC_REFUSED, 0, "格口 %s 不在这次盘点的范围里", slot);
    if (*volume &&
        (label_read((struct bytes){ (const uint8_t *)volume, strlen(volume) }, &label) ||
         label.type != LABEL_VOLUME))
        return fault_set(why, RC_INVALID, 0,
                         "“%.40s”不是案卷号，或校验位不对；读不出的请报“读不出”", volume);
    json_array_append_new(counts, json_pack("{s:s, s:s, s:i}", "slot", slot, "volume",
                                            volume, "unreadable",
                                            json_number(line, "unreadable") ? 1 : 0));
    return RC_OK;
}

enum rc stocktake_count(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *stocktake = NULL;
    SCOPED(json_free_at) json_t *counts = json_array();
    SCOPED(json_free_at)
    json_t *alone = json_pack("[O]", call->body); /* one slot, flat */
    const json_t *many = json_object_get(call->body, "counts"),
                 *lines = many ? many : alone;
    enum rc rc = call_command(call, EVENT_COUNT, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = stocktake_find(call, true, &stocktake, why);
    if (!rc &&
        (!json_array_size(lines) || json_array_size(lines) > STOCKTAKE_COUNTS_MOST))
        rc =
            fault_set(why, RC_INVALID, 0, "一次报 1 到 %d 个格口", STOCKTAKE_COUNTS_MOST);
    for (size_t i = 0; !rc && i < json_array_size(lines); i++)
        rc = count_read(call, stocktake, json_array_get(lines, i), counts, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:O}", "stocktake", json_text(stocktake, "stocktake"),
                             "counts", counts);
    command.data = data;
    return call_commit(call, &command, 201, why);
}

static const json_t *difference_of(const struct stocktake_sum *sum, const char *slot,
                                   const char *kind)
{
    for (size_t i = 0; i < json_array_size(sum->differences); i++) {
        const json_t *d = json_array_get(sum->differences, i);
        if (!strcmp(json_text(d, "slot"), slot) && !strcmp(json_text(d, "kind"), kind))
            return d;
    }
    return NULL;
}

static enum rc compare_now(struct call *call, const json_t *stocktake,
                           struct stocktake_sum *ret_sum, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    return rc ? rc : stocktake_compare(call->repo, txn, stocktake, ret_sum, why);
}

enum rc stocktake_explain(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *stocktake = NULL;
    SCOPED(sum_free_at) struct stocktake_sum sum = { 0 };
    const char *slot = call_text(call, "slot"), *kind = call_text(call, "kind"),
               *reason = call_text(call, "reason");
    enum rc rc = call_command(call, EVENT_EXPLAIN, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = stocktake_find(call, true, &stocktake, why);
    if (!rc && !sees_all(call, stocktake))
        rc = fault_set(why, RC_DENIED, 0, "盲盘的差异由主管说明");
    if (!rc && (!*reason || strlen(reason) > REASON_MOST))
        rc = fault_set(why, RC_INVALID, 0, "请写明差异的原因（最多二百个汉字）");
    if (!rc)
        rc = compare_now(call, stocktake, &sum, why);
    if (!rc && !difference_of(&sum, slot, kind))
        rc = fault_set(why, RC_REFUSED, 0, "这个格口没有这样的差异，或已经处理好");
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:s}", "stocktake", json_text(stocktake, "stocktake"),
                  "slot", slot, "kind", kind, "reason", reason);
    command.data = data;
    return call_commit(call, &command, 201, why);
}

static enum rc may_close(struct call *call, const json_t *stocktake,
                         const struct stocktake_sum *sum, struct fault *why)
{
    if (!sees_all(call, stocktake))
        return fault_set(why, RC_DENIED, 0, "盲盘由主管结束");
    if (sum->counted < sum->slots)
        return fault_set(why, RC_REFUSED, 0, "还有 %zu 个格口没有盘到",
                         sum->slots - sum->counted);
    for (size_t i = 0; i < json_array_size(sum->differences); i++) {
        const json_t *d = json_array_get(sum->differences, i);
        if (!json_is_object(json_object_get(d, "why")))
            return fault_set(why, RC_REFUSED, 0,
                             "还有 %zu 处差异没有处理或说明，例如格口 %s：%s", sum->open,
                             json_text(d, "slot"), json_text(d, "text"));
    }
    return RC_OK;
}

enum rc stocktake_close(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *stocktake = NULL;
    SCOPED(sum_free_at) struct stocktake_sum sum = { 0 };
    enum rc rc = call_command(call, EVENT_STOCKTAKE_END, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = stocktake_find(call, true, &stocktake, why);
    if (!rc)
        rc = compare_now(call, stocktake, &sum, why);
    if (!rc)
        rc = may_close(call, stocktake, &sum, why);
    if (rc)
        return rc;
    json_t *result = json_pack("{s:I}", "slots", (json_int_t)sum.slots);
    for (enum stocktake_kind k = 0; k < ST_KINDS; k++)
        json_object_set_new(result, stocktake_kind_name(k),
                            json_integer((json_int_t)sum.kinds[k]));
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:o}", "stocktake", json_text(stocktake, "stocktake"),
                             "result", result);
    json_object_set_new(call->body, "stocktake",
                        json_string(json_text(stocktake, "stocktake")));
    command.data = data;
    command.answer = stocktake_answer;
    command.context = call;
    return call_commit(call, &command, 201, why);
}

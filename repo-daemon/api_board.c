/* What the boards show: a volume's chain, who holds how much, and the stream of changes.
 */
#include "repo-daemon/alarm.h"
#include "repo-daemon/board.h"
#include "repo-daemon/chain.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { MISSED_MOST = 500 };

enum rc volume_chain(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    json_t *events = NULL;
    enum rc rc = call_volume_to_read(call, &volume, why);
    if (!rc)
        rc = chain_read(call->repo, json_text(volume, "volume"), &events, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:o}", "events", events));
}

struct counting {
    struct repo *repo;
    struct store_txn *txn;
    json_t *states, *holders, *depts; /* borrowed */
    bool secret_too;
};

/* A number of the sum, less what the asker may not know of. */
static json_int_t counted(const struct counting *c, const json_t *sum, const char *all,
                          const char *secret)
{
    return json_number(sum, all) - (c->secret_too ? 0 : json_number(sum, secret));
}

/* Volumes and cases into `one`, which goes to the list when there are any. */
static void count_into(const struct counting *c, json_t *list, json_t *one,
                       const json_t *sum)
{
    json_int_t volumes = counted(c, sum, "volumes", "secret");
    json_object_set_new(one, "volumes", json_integer(volumes));
    json_object_set_new(one, "cases",
                        json_integer(counted(c, sum, "cases", "secret_cases")));
    if (volumes)
        json_array_append(list, one);
    json_decref(one);
}

static bool count_state(const char *key, json_t *sum, void *context)
{
    struct counting *c = context;
    json_int_t n = counted(c, sum, "n", "secret");
    if (n)
        json_object_set_new(c->states, key + strlen("state/"), json_integer(n));
    return true;
}

static bool count_holder(const char *key, json_t *sum, void *context)
{
    struct counting *c = context;
    struct person p = { 0 };
    const char *badge = key + strlen("holder/");
    json_t *one = people_short(c->repo, c->txn, badge);
    (void)!people_find(c->repo, c->txn, badge, &p);
    json_object_set_new(one, "dept", json_string(p.dept));
    count_into(c, c->holders, one, sum);
    return true;
}

static bool count_dept(const char *key, json_t *sum, void *context)
{
    struct counting *c = context;
    const char *dept = key + strlen("dept/");
    count_into(c, c->depts, json_pack("{s:s}", "dept", strcmp(dept, "-") ? dept : ""),
               sum);
    return true;
}

static json_int_t count_slots(struct counting *c, const char *key)
{
    SCOPED(json_free_at) json_t *sum = NULL;
    if (view_get(c->repo, c->txn, VIEW_SUMS, key, &sum))
        sum = NULL;
    return json_number(sum, "n");
}

enum rc board_show(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *states = json_object();
    SCOPED(json_free_at) json_t *holders = json_array();
    SCOPED(json_free_at) json_t *depts = json_array();
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    bool secret_too = !call_may_see(call, 2, NULL);
    struct counting c = { call->repo, txn, states, holders, depts, secret_too };
    const struct {
        const char *prefix;
        view_on_entry *each;
    } walks[] = { { "state/", count_state },
                  { "holder/", count_holder },
                  { "dept/", count_dept } };
    for (size_t i = 0; !rc && i < COUNT(walks); i++)
        rc = view_each(call->repo, txn, VIEW_SUMS, walks[i].prefix, NULL, walks[i].each,
                       &c, why);
    if (rc)
        return rc;
    return call_answer(call, 200,
                       json_pack("{s:O, s:O, s:O, s:{s:I, s:I}}", "states", states,
                                 "holders", holders, "depts", depts, "slots", "free",
                                 count_slots(&c, "slots/free"), "full",
                                 count_slots(&c, "slots/full")));
}

/* An alarm that is not there any more is news too. */
static json_t *alarm_change(const char *key, const json_t *alarm)
{
    return alarm ? alarm_show(key, alarm, false)
                 : json_pack("{s:s, s:i}", "alarm", key, "open", 0);
}

/* What is told of an entry as it is now; NULL: nothing is. Of lists and stock-takes only
 * that there is news: who may see them asks. */
static json_t *change_data(struct repo *repo, struct store_txn *txn, enum view view,
                           const char *key, const json_t *object)
{
    switch (view) {
    case VIEW_VOLUMES:
        return show_volume(repo, txn, object);
    case VIEW_SLOTS:
        return show_slot(key, object);
    case VIEW_ALARMS:
        return alarm_change(key, object);
    case VIEW_ORDERS:
        return show_the_order(object);
    default:
        return json_object();
    }
}

static const char *change_name(enum view view)
{
    switch (view) {
    case VIEW_VOLUMES:
        return "volume";
    case VIEW_SLOTS:
        return "slot";
    case VIEW_ALARMS:
        return "alarm";
    case VIEW_ORDERS:
        return "order";
    case VIEW_INTAKES:
        return "intake";
    default:
        return "stocktake";
    }
}

json_t *board_change(struct repo *repo, enum view view, const char *key)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *object = NULL;
    struct ledger_head head;
    if (ledger_head(repo->ledger, &head, NULL) ||
        store_begin_read(repo->store, &txn, NULL) ||
        (view_get(repo, txn, view, key, &object) && view != VIEW_ALARMS))
        return NULL;
    if (view == VIEW_PEOPLE) /* other rights, or none: who watches is asked again */
        return json_pack("{s:s, s:s}", "do", "person", "badge", key);
    if (view == VIEW_STATIONS)
        return json_pack("{s:s, s:s}", "do", "certificate", "serial", key);
    const char *volume = view == VIEW_VOLUMES ? key : json_text(object, "volume");
    bool quiet = view == VIEW_INTAKES || view == VIEW_COUNTS || view == VIEW_STOCKTAKES;
    bool secret = !quiet && (call_is_secret(volume) ||
                             (view == VIEW_ALARMS && object && alarm_is_secret(object)));
    return json_pack("{s:s, s:b, s:s, s:I, s:o}", "do", "change", "secret", secret,
                     "event", change_name(view), "seq", (json_int_t)head.size, "data",
                     change_data(repo, txn, view, key, object));
}

static enum rc missed_collect(__attribute__((unused)) uint64_t seq, struct bytes text,
                              void *context, __attribute__((unused)) struct fault *why)
{
    SCOPED(json_free_at)
    json_t *event = json_text_read(text);
    const json_t *moves = json_object_get(event, "volumes");
    for (size_t i = 0; i < json_array_size(moves); i++)
        json_object_set_new(context, json_text(json_array_get(moves, i), "volume"),
                            json_integer(1));
    return RC_OK;
}

/* What a reader that comes back has missed: the volumes as they are now. When it is too
 * much, one "reload" tells the page to ask for everything again. */
enum rc stream_open(struct call *call, struct fault *why)
{
    struct ledger_head head;
    SCOPED(json_free_at) json_t *labels = json_object();
    SCOPED(json_free_at) json_t *missed = json_array();
    uint64_t after = strtoull(call->last_id, NULL, 10);
    enum rc rc = ledger_head(call->repo->ledger, &head, why);
    if (!rc && *call->last_id && after < head.size && head.size - after <= MISSED_MOST)
        rc = ledger_feed(call->repo->ledger, after + 1, MISSED_MOST, missed_collect,
                         labels, why);
    else if (!rc && *call->last_id && after != head.size)
        json_array_append_new(missed, json_pack("{s:s, s:I, s:{}}", "event", "reload",
                                                "seq", (json_int_t)head.size, "data"));
    const char *label;
    json_t *one;
    json_object_foreach(labels, label, one)
    {
        json_t *change = call_is_secret(label) && call_may_see(call, 2, NULL)
                             ? NULL
                             : board_change(call->repo, VIEW_VOLUMES, label);
        if (change)
            json_array_append_new(missed, change);
    }
    bool secret = !call_may_see(call, 2, NULL);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:b, s:s}", "missed", missed, "secret",
                                      secret, "badge", call->by.badge));
}

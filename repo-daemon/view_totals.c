/* All sums anew, after a rebuild: counted in memory, written once. */
#include "repo-daemon/view_sums_in.h"

#include "repo-daemon/call.h"
#include "repo-daemon/place.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>

struct view_totals {
    struct repo *repo;
    json_t *plain;           /* key to "n" */
    json_t *volumes, *cases; /* "holder/..." and "dept/..." */
    json_t *racks;           /* key to its kinds */
    json_t *depts;           /* badge to department */
};

struct view_totals *view_totals_new(struct repo *repo)
{
    struct view_totals *t = calloc(1, sizeof *t);
    if (t)
        *t = (struct view_totals){ repo,          json_object(), json_object(),
                                   json_object(), json_object(), json_object() };
    if (!t || !t->plain || !t->volumes || !t->cases || !t->racks || !t->depts)
        abort();
    return t;
}

void view_totals_free(struct view_totals *t)
{
    if (!t)
        return;
    json_decref(t->plain);
    json_decref(t->volumes);
    json_decref(t->cases);
    json_decref(t->racks);
    json_decref(t->depts);
    free(t);
}

/* One more; true when it is the first. */
static bool one_more(json_t *map, const char *key)
{
    json_t *n = json_object_get(map, key);
    if (n)
        json_integer_set(n, json_integer_value(n) + 1);
    else
        json_object_set_new(map, key, json_integer(1));
    return !n;
}

static const char *dept_known(struct view_totals *t, struct store_txn *txn,
                              const char *badge)
{
    char dept[SUM_KEY_MAX];
    if (!json_object_get(t->depts, badge)) {
        view_sums_dept(t->repo, txn, badge, dept);
        json_object_set_new(t->depts, badge, json_string(dept));
    }
    return json_text(t->depts, badge);
}

static void total_hold(struct view_totals *t, const char *of, const char *total,
                       const char *whose, const char *the_case)
{
    char key[SUM_KEY_MAX], sum[SUM_KEY_MAX];
    snprintf(key, sizeof key, "%s/%s/%s", of, whose, the_case);
    snprintf(sum, sizeof sum, "%s/%s", total, whose);
    one_more(t->volumes, sum);
    if (one_more(t->plain, key))
        one_more(t->cases, sum);
}

static void total_volume(struct view_totals *t, struct store_txn *txn, const json_t *v)
{
    char key[SUM_KEY_MAX];
    const char *holder = json_text(v, "holder"), *the_case = json_text(v, "case");
    snprintf(key, sizeof key, "state/%s", json_text(v, "state"));
    one_more(t->plain, key);
    if (!*holder)
        return;
    total_hold(t, "hold", "holder", holder, the_case);
    total_hold(t, "house", "dept", dept_known(t, txn, holder), the_case);
}

static void total_slot(struct view_totals *t, const char *label, const json_t *slot)
{
    char key[SUM_KEY_MAX];
    view_sums_rack(label, key);
    json_t *rack = json_object_get(t->racks, key);
    if (!rack)
        json_object_set_new(t->racks, key, rack = json_object());
    one_more(t->plain, view_sums_fullness(slot));
    one_more(rack, "slots");
    one_more(rack, place_slot_kind(slot));
}

void view_totals_add(struct view_totals *t, struct store_txn *txn, enum view view,
                     const char *key, const json_t *object)
{
    if (view == VIEW_VOLUMES)
        total_volume(t, txn, object);
    if (view == VIEW_SLOTS)
        total_slot(t, key, object);
}

enum rc view_totals_write(const struct view_totals *t, struct store_txn *txn,
                          struct fault *why)
{
    const char *key;
    json_t *n;
    enum rc rc = RC_OK;
    json_object_foreach(t->plain, key, n)
    {
        SCOPED(json_free_at) json_t *sum = json_pack("{s:O}", "n", n);
        rc = rc ? rc : view_put(t->repo, txn, VIEW_SUMS, key, sum, why);
    }
    json_object_foreach(t->racks, key, n) rc =
        rc ? rc : view_put(t->repo, txn, VIEW_SUMS, key, n, why);
    json_object_foreach(t->volumes, key, n)
    {
        SCOPED(json_free_at)
        json_t *sum = json_pack("{s:O, s:O}", "volumes", n, "cases",
                                json_object_get(t->cases, key));
        rc = rc ? rc : view_put(t->repo, txn, VIEW_SUMS, key, sum, why);
    }
    return rc;
}

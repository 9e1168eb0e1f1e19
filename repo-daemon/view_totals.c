/* All sums anew, after a rebuild. What is kept in memory grows with people and places and
 * not with volumes: those come in the order of their cases, so that what is counted by
 * case is told as soon as the case is over. */
#include "repo-daemon/view_sums_in.h"

#include "repo-daemon/call.h"
#include "repo-daemon/place.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOLD_KEY_MAX = SUM_KEY_MAX - LABEL_CASE_DIGITS - 2 };

struct view_totals {
    json_t *sums;   /* entries of VIEW_SUMS by key, but for those by case */
    json_t *held;   /* of this case: "hold/BADGE", "house/DEPARTMENT" to its volumes */
    json_t *secret; /* and to its 副卷 */
    json_t *depts;  /* badge to department */
    char the_case[LABEL_CASE_DIGITS + 1];
    bool disorder;
    view_totals_told *told;
    void *context;
};

struct departments {
    struct repo *repo;
    struct store_txn *txn;
    json_t *depts;
};

static bool dept_add(const char *badge, json_t *person, void *context)
{
    struct departments *d = context;
    char dept[SUM_KEY_MAX];
    (void)person;
    view_sums_dept(d->repo, d->txn, badge, dept);
    json_object_set_new(d->depts, badge, json_string(dept));
    return true;
}

enum rc view_totals_new(struct repo *repo, struct view_totals **ret_totals,
                        struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    struct view_totals *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    *t = (struct view_totals){ .sums = json_object(),
                               .held = json_object(),
                               .secret = json_object(),
                               .depts = json_object() };
    if (!t->sums || !t->held || !t->secret || !t->depts)
        abort();
    *ret_totals = t;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    struct departments d = { repo, txn, t->depts };
    return rc ? rc : view_each(repo, txn, VIEW_PEOPLE, "", NULL, dept_add, &d, why);
}

void view_totals_free(struct view_totals *t)
{
    if (!t)
        return;
    json_decref(t->sums);
    json_decref(t->held);
    json_decref(t->secret);
    json_decref(t->depts);
    free(t);
}

static void more(json_t *counts, const char *key, json_int_t by)
{
    json_t *n = json_object_get(counts, key);
    if (n)
        json_integer_set(n, json_integer_value(n) + by);
    else
        json_object_set_new(counts, key, json_integer(by));
}

static json_t *sum_of(struct view_totals *t, const char *key)
{
    json_t *sum = json_object_get(t->sums, key);
    if (!sum)
        json_object_set_new(t->sums, key, sum = json_object());
    return sum;
}

void view_totals_told_to(struct view_totals *t, view_totals_told *told, void *context)
{
    t->told = told;
    t->context = context;
}

void view_totals_case_end(struct view_totals *t)
{
    char key[SUM_KEY_MAX];
    const char *held;
    json_t *n;
    json_object_foreach(t->held, held, n)
    {
        const char *name = strchr(held, '/');
        snprintf(key, sizeof key, "%.*s/%s", HOLD_KEY_MAX, held, t->the_case);
        json_int_t secret = json_number(t->secret, held);
        t->told(key, json_integer_value(n), secret, t->context);
        bool hand = !strncmp(held, "hold/", 5);
        snprintf(key, sizeof key, "%s%.*s", hand ? "holder" : "dept", HOLD_KEY_MAX, name);
        more(sum_of(t, key), "volumes", json_integer_value(n));
        more(sum_of(t, key), "cases", 1);
        if (secret)
            more(sum_of(t, key), "secret", secret);
        if (secret == json_integer_value(n))
            more(sum_of(t, key), "secret_cases", 1);
    }
    json_object_clear(t->held);
    json_object_clear(t->secret);
}

static void hold(struct view_totals *t, const char *of, const char *whose, bool secret)
{
    char key[HOLD_KEY_MAX];
    snprintf(key, sizeof key, "%s/%s", of, whose);
    more(t->held, key, 1);
    if (secret)
        more(t->secret, key, 1);
}

static void total_volume(struct view_totals *t, const json_t *v)
{
    char key[SUM_KEY_MAX];
    const char *holder = json_text(v, "holder"), *the_case = json_text(v, "case");
    int order = strcmp(the_case, t->the_case);
    snprintf(key, sizeof key, "state/%s", json_text(v, "state"));
    more(sum_of(t, key), "n", 1);
    if (view_sums_secret(v))
        more(sum_of(t, key), "secret", 1);
    if (order) {
        view_totals_case_end(t);
        t->disorder = t->disorder || order < 0 || strlen(the_case) > LABEL_CASE_DIGITS;
        memccpy(t->the_case, the_case, 0, LABEL_CASE_DIGITS);
    }
    if (!*holder)
        return;
    const char *dept = json_text(t->depts, holder);
    hold(t, "hold", holder, view_sums_secret(v));
    hold(t, "house", *dept ? dept : "-", view_sums_secret(v));
}

static void total_slot(struct view_totals *t, const char *label, const json_t *slot)
{
    char key[SUM_KEY_MAX];
    view_sums_rack(label, key);
    json_t *rack = sum_of(t, key);
    more(sum_of(t, view_sums_fullness(slot)), "n", 1);
    more(rack, "slots", 1);
    more(rack, place_slot_kind(slot), 1);
}

void view_totals_add(struct view_totals *t, enum view view, const char *key,
                     const json_t *object)
{
    if (view == VIEW_VOLUMES)
        total_volume(t, object);
    if (view == VIEW_SLOTS)
        total_slot(t, key, object);
}

enum rc view_totals_write(const struct view_totals *t, struct repo *repo,
                          struct store_txn *txn, struct fault *why)
{
    const char *key;
    json_t *sum;
    enum rc rc = RC_OK;
    if (t->disorder)
        return fault_set(why, RC_CORRUPT, 0, "volumes do not stand by their cases");
    json_object_foreach(t->sums, key, sum) rc =
        rc ? rc : view_put(repo, txn, VIEW_SUMS, key, sum, why);
    return rc;
}

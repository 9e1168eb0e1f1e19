#include "repo-daemon/view_sums.h"

#include "repo-daemon/call.h"
#include "repo-daemon/place.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAX = 160 };

struct summing {
    struct repo *repo;
    struct store_txn *txn;
    struct fault *why;
};

static enum rc add(struct summing *s, const char *key, const char *field, json_int_t by,
                   json_int_t *ret_now)
{
    SCOPED(json_free_at) json_t *sum = NULL;
    enum rc rc = view_get(s->repo, s->txn, VIEW_SUMS, key, &sum);
    if (rc == RC_NOT_FOUND)
        sum = json_object(), rc = RC_OK;
    if (rc || !by)
        return rc;
    *ret_now = json_number(sum, field) + by;
    json_object_set_new(sum, field, json_integer(*ret_now));
    if (!*ret_now)
        json_object_del(sum, field);
    return json_object_size(sum) ? view_put(s->repo, s->txn, VIEW_SUMS, key, sum, s->why)
                                 : view_del(s->repo, s->txn, VIEW_SUMS, key, s->why);
}

/* Volumes of one case in one hand or house: the case counts while there is one. */
static enum rc hold(struct summing *s, const char *of, const char *whose,
                    const char *total, const char *the_case, json_int_t by)
{
    char key[KEY_MAX], sum[KEY_MAX];
    json_int_t now = 0, unused;
    snprintf(key, sizeof key, "%s/%s/%s", of, whose, the_case);
    snprintf(sum, sizeof sum, "%s/%s", total, whose);
    enum rc rc = add(s, key, "n", by, &now);
    if (!rc)
        rc = add(s, sum, "volumes", by, &unused);
    if (rc)
        return rc;
    bool begins = now == by, ends = now == 0;
    return begins || ends ? add(s, sum, "cases", begins ? 1 : -1, &unused) : RC_OK;
}

static void dept_of(struct summing *s, const char *badge, char ret_dept[KEY_MAX])
{
    SCOPED(json_free_at) json_t *person = NULL;
    if (view_get(s->repo, s->txn, VIEW_PEOPLE, badge, &person))
        person = NULL;
    const char *dept = json_text(person, "dept");
    snprintf(ret_dept, KEY_MAX, "%.100s", *dept ? dept : "-");
}

static enum rc volume_add(struct summing *s, const json_t *v, json_int_t by)
{
    char key[KEY_MAX], dept[KEY_MAX];
    json_int_t unused;
    const char *holder = json_text(v, "holder"), *the_case = json_text(v, "case");
    snprintf(key, sizeof key, "state/%s", json_text(v, "state"));
    enum rc rc = add(s, key, "n", by, &unused);
    if (rc || !*holder)
        return rc;
    dept_of(s, holder, dept);
    rc = hold(s, "hold", holder, "holder", the_case, by);
    return rc ? rc : hold(s, "house", dept, "dept", the_case, by);
}

static const char *fullness(const json_t *slot)
{
    return *json_text(slot, "volume") ? "slots/full" : "slots/free";
}

/* Of the label of a slot, "S", two digits of its site and three of its rack come first.
 */
static void rack_key(const char *label, char ret_key[KEY_MAX])
{
    snprintf(ret_key, KEY_MAX, "rack/%.2s.%.3s", label + 1, label + 3);
}

static enum rc slot_add(struct summing *s, const char *label, const json_t *slot,
                        json_int_t by)
{
    char key[KEY_MAX];
    json_int_t unused;
    rack_key(label, key);
    enum rc rc = add(s, fullness(slot), "n", by, &unused);
    if (!rc)
        rc = add(s, key, "slots", by, &unused);
    return rc ? rc : add(s, key, place_slot_kind(slot), by, &unused);
}

static bool same(enum view view, const json_t *old, const json_t *new)
{
    static const char *const fields[] = { "state", "holder", "case" };
    bool all = old && new;
    if (all && view == VIEW_SLOTS)
        return !strcmp(fullness(old), fullness(new)) &&
               !strcmp(place_slot_kind(old), place_slot_kind(new));
    for (size_t i = 0; all && i < COUNT(fields); i++)
        all = !strcmp(json_text(old, fields[i]), json_text(new, fields[i]));
    return all;
}

static bool held_one(const char *key, json_t *sum, void *context)
{
    json_object_set_new(context, strrchr(key, '/') + 1,
                        json_integer(json_number(sum, "n")));
    return true;
}

/* Somebody goes to another department and takes what he holds along. */
static enum rc person_moves(struct summing *s, const json_t *old, const json_t *new)
{
    char prefix[KEY_MAX];
    SCOPED(json_free_at) json_t *held = json_object();
    const char *from = json_text(old, "dept"), *to = json_text(new, "dept"), *the_case;
    json_t *count;
    if (!old || !new || !strcmp(from, to))
        return RC_OK;
    snprintf(prefix, sizeof prefix, "hold/%s/", json_text(new, "badge"));
    enum rc rc =
        view_each(s->repo, s->txn, VIEW_SUMS, prefix, NULL, held_one, held, s->why);
    json_object_foreach(held, the_case, count)
    {
        json_int_t n = json_integer_value(count);
        if (!rc)
            rc = hold(s, "house", *from ? from : "-", "dept", the_case, -n);
        if (!rc)
            rc = hold(s, "house", *to ? to : "-", "dept", the_case, n);
    }
    return rc;
}

enum rc view_sums_change(struct repo *repo, struct store_txn *txn, enum view view,
                         const char *key, const json_t *old, const json_t *new,
                         struct fault *why)
{
    struct summing s = { repo, txn, why };
    enum rc rc = RC_OK;
    if (view == VIEW_PEOPLE)
        return person_moves(&s, old, new);
    if ((view != VIEW_VOLUMES && view != VIEW_SLOTS) || same(view, old, new))
        return RC_OK;
    if (old)
        rc = view == VIEW_VOLUMES ? volume_add(&s, old, -1) : slot_add(&s, key, old, -1);
    if (!rc && new)
        rc = view == VIEW_VOLUMES ? volume_add(&s, new, 1) : slot_add(&s, key, new, 1);
    return rc;
}

/* ---- all of them, after a rebuild ---- */

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
    struct summing s = { t->repo, txn, NULL };
    char dept[KEY_MAX];
    if (!json_object_get(t->depts, badge)) {
        dept_of(&s, badge, dept);
        json_object_set_new(t->depts, badge, json_string(dept));
    }
    return json_text(t->depts, badge);
}

static void total_hold(struct view_totals *t, const char *of, const char *total,
                       const char *whose, const char *the_case)
{
    char key[KEY_MAX], sum[KEY_MAX];
    snprintf(key, sizeof key, "%s/%s/%s", of, whose, the_case);
    snprintf(sum, sizeof sum, "%s/%s", total, whose);
    one_more(t->volumes, sum);
    if (one_more(t->plain, key))
        one_more(t->cases, sum);
}

static void total_volume(struct view_totals *t, struct store_txn *txn, const json_t *v)
{
    char key[KEY_MAX];
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
    char key[KEY_MAX];
    rack_key(label, key);
    json_t *rack = json_object_get(t->racks, key);
    if (!rack)
        json_object_set_new(t->racks, key, rack = json_object());
    one_more(t->plain, fullness(slot));
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

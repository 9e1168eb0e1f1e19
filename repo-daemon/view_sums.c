/* Sums as entries change: each change is netted before any sum is read. */
#include "repo-daemon/view_sums_in.h"

#include "repo-daemon/call.h"
#include "repo-daemon/place.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DELTAS_MAX = 32 };

struct summing {
    struct repo *repo;
    struct store_txn *txn;
    struct fault *why;
};

/* What one change adds to the sums, before any is read: what an entry takes away from a
 * sum and gives back to it is no change at all. */
struct delta {
    char key[SUM_KEY_MAX];
    const char *field;
    json_int_t by;
};

struct deltas {
    struct delta at[DELTAS_MAX];
    size_t count;
};

static __attribute__((format(printf, 4, 5))) void note(struct deltas *deltas,
                                                       const char *field, json_int_t by,
                                                       const char *format, ...)
{
    struct delta *next = &deltas->at[deltas->count];
    va_list args;
    if (deltas->count == DELTAS_MAX)
        abort(); /* no entry has so many sums */
    va_start(args, format);
    (void)vsnprintf(next->key, SUM_KEY_MAX, format, args);
    va_end(args);
    for (struct delta *d = deltas->at; d < next; d++)
        if (!strcmp(d->field, field) && !strcmp(d->key, next->key)) {
            d->by += by;
            return;
        }
    next->field = field;
    next->by = by;
    deltas->count++;
}

/* Of one case in one hand or house. */
struct tally {
    json_int_t n, secret;
};

/* Write the sum of `first` with all that is noted for its key, which is then done.
 * *ret_now is what it says of volumes. */
static enum rc sum_write(struct summing *s, struct deltas *deltas, struct delta *first,
                         struct tally *ret_now)
{
    SCOPED(json_free_at) json_t *sum = NULL;
    enum rc rc = view_get(s->repo, s->txn, VIEW_SUMS, first->key, &sum);
    if (rc == RC_NOT_FOUND)
        sum = json_object(), rc = RC_OK;
    if (rc)
        return rc;
    for (struct delta *d = first; d < deltas->at + deltas->count; d++) {
        if (!d->by || strcmp(d->key, first->key) != 0)
            continue;
        json_int_t now = json_number(sum, d->field) + d->by;
        json_object_set_new(sum, d->field, json_integer(now));
        if (!now)
            json_object_del(sum, d->field);
        d->by = 0;
    }
    *ret_now = (struct tally){ json_number(sum, "n"), json_number(sum, "secret") };
    return json_object_size(sum)
               ? view_put(s->repo, s->txn, VIEW_SUMS, first->key, sum, s->why)
               : view_del(s->repo, s->txn, VIEW_SUMS, first->key, s->why);
}

static enum rc sums_write(struct summing *s, struct deltas *deltas)
{
    struct tally unused;
    enum rc rc = RC_OK;
    for (struct delta *d = deltas->at; !rc && d < deltas->at + deltas->count; d++)
        rc = d->by ? sum_write(s, deltas, d, &unused) : RC_OK;
    return rc;
}

/* Volumes of one case in one hand or house: the case counts while there is one. */
struct holding {
    struct deltas cases; /* "hold/BADGE/CASE" and "house/DEPARTMENT/CASE" */
    struct deltas sums;  /* the others */
};

static void hold(struct holding *h, bool house, const char *whose, const char *the_case,
                 struct tally by)
{
    const char *of = house ? "house" : "hold", *total = house ? "dept" : "holder";
    note(&h->cases, "n", by.n, "%s/%s/%s", of, whose, the_case);
    note(&h->sums, "volumes", by.n, "%s/%s", total, whose);
    if (!by.secret)
        return;
    note(&h->cases, "secret", by.secret, "%s/%s/%s", of, whose, the_case);
    note(&h->sums, "secret", by.secret, "%s/%s", total, whose);
}

/* What is noted for the key of `first`. */
static struct tally noted(const struct deltas *deltas, const struct delta *first)
{
    struct tally by = { 0, 0 };
    for (const struct delta *d = first; d < deltas->at + deltas->count; d++)
        if (!strcmp(d->key, first->key))
            *(strcmp(d->field, "n") ? &by.secret : &by.n) += d->by;
    return by;
}

static bool all_secret(struct tally tally)
{
    return tally.n && tally.n == tally.secret;
}

static enum rc holding_write(struct summing *s, struct holding *h)
{
    enum rc rc = RC_OK;
    for (struct delta *d = h->cases.at; !rc && d < h->cases.at + h->cases.count; d++) {
        struct tally now = { 0, 0 }, by = noted(&h->cases, d);
        const char *whose = strchr(d->key, '/') + 1;
        int len = (int)(strrchr(d->key, '/') - whose);
        if (!d->by)
            continue;
        rc = sum_write(s, &h->cases, d, &now);
        const struct tally was = { now.n - by.n, now.secret - by.secret };
        const char *total = strncmp(d->key, "house", 5) ? "holder" : "dept";
        note(&h->sums, "cases", !!now.n - !!was.n, "%s/%.*s", total, len, whose);
        note(&h->sums, "secret_cases", all_secret(now) - all_secret(was), "%s/%.*s",
             total, len, whose);
    }
    return rc ? rc : sums_write(s, &h->sums);
}

void view_sums_dept(struct repo *repo, struct store_txn *txn, const char *badge,
                    char ret_dept[SUM_KEY_MAX])
{
    SCOPED(json_free_at) json_t *person = NULL;
    if (view_get(repo, txn, VIEW_PEOPLE, badge, &person))
        person = NULL;
    const char *dept = json_text(person, "dept");
    snprintf(ret_dept, SUM_KEY_MAX, "%.100s", *dept ? dept : "-");
}

static void volume_note(struct summing *s, struct holding *h, const json_t *v,
                        json_int_t sign)
{
    char dept[SUM_KEY_MAX];
    const char *holder = json_text(v, "holder"), *the_case = json_text(v, "case");
    const struct tally by = { sign, view_sums_secret(v) ? sign : 0 };
    note(&h->sums, "n", by.n, "state/%s", json_text(v, "state"));
    note(&h->sums, "secret", by.secret, "state/%s", json_text(v, "state"));
    if (!*holder)
        return;
    view_sums_dept(s->repo, s->txn, holder, dept);
    hold(h, false, holder, the_case, by);
    hold(h, true, dept, the_case, by);
}

bool view_sums_secret(const json_t *volume)
{
    return json_number(volume, "kind") == 2;
}

const char *view_sums_fullness(const json_t *slot)
{
    return *json_text(slot, "volume") ? "slots/full" : "slots/free";
}

void view_sums_rack(const char *label, char ret_key[SUM_KEY_MAX])
{
    snprintf(ret_key, SUM_KEY_MAX, "rack/%.2s.%.3s", label + 1, label + 3);
}

static void slot_note(struct holding *h, const char *label, const json_t *slot,
                      json_int_t by)
{
    char key[SUM_KEY_MAX];
    view_sums_rack(label, key);
    note(&h->sums, "n", by, "%s", view_sums_fullness(slot));
    note(&h->sums, "slots", by, "%s", key);
    note(&h->sums, place_slot_kind(slot), by, "%s", key);
}

static bool same(enum view view, const json_t *old, const json_t *new)
{
    static const char *const fields[] = { "state", "holder", "case" };
    bool all = old && new;
    if (all && view == VIEW_SLOTS)
        return !strcmp(view_sums_fullness(old), view_sums_fullness(new)) &&
               !strcmp(place_slot_kind(old), place_slot_kind(new));
    for (size_t i = 0; all && i < COUNT(fields); i++)
        all = !strcmp(json_text(old, fields[i]), json_text(new, fields[i]));
    return all;
}

static bool held_one(const char *key, json_t *sum, void *context)
{
    json_object_set(context, strrchr(key, '/') + 1, sum);
    return true;
}

/* Somebody goes to another department and takes what he holds along. */
static enum rc person_moves(struct summing *s, const json_t *old, const json_t *new)
{
    char prefix[SUM_KEY_MAX];
    SCOPED(json_free_at) json_t *held = json_object();
    const char *from = json_text(old, "dept"), *to = json_text(new, "dept"), *the_case;
    json_t *sum;
    if (!old || !new || !strcmp(from, to))
        return RC_OK;
    snprintf(prefix, sizeof prefix, "hold/%s/", json_text(new, "badge"));
    enum rc rc =
        view_each(s->repo, s->txn, VIEW_SUMS, prefix, NULL, held_one, held, s->why);
    json_object_foreach(held, the_case, sum)
    {
        const struct tally n = { json_number(sum, "n"), json_number(sum, "secret") };
        const struct tally away = { -n.n, -n.secret };
        struct holding h;
        h.cases.count = h.sums.count = 0;
        hold(&h, true, *from ? from : "-", the_case, away);
        hold(&h, true, *to ? to : "-", the_case, n);
        rc = rc ? rc : holding_write(s, &h);
    }
    return rc;
}

enum rc view_sums_change(struct repo *repo, struct store_txn *txn, enum view view,
                         const char *key, const json_t *old, const json_t *new,
                         struct fault *why)
{
    struct summing s = { repo, txn, why };
    if (view == VIEW_PEOPLE)
        return person_moves(&s, old, new);
    if ((view != VIEW_VOLUMES && view != VIEW_SLOTS) || same(view, old, new))
        return RC_OK;
    struct holding h;
    h.cases.count = h.sums.count = 0; /* the rest is written before it is read */
    if (old && view == VIEW_VOLUMES)
        volume_note(&s, &h, old, -1);
    if (new &&view == VIEW_VOLUMES)
        volume_note(&s, &h, new, 1);
    if (old && view == VIEW_SLOTS)
        slot_note(&h, key, old, -1);
    if (new &&view == VIEW_SLOTS)
        slot_note(&h, key, new, 1);
    return holding_write(&s, &h);
}

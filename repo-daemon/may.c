/* The law is asked with a trial act for each event; nothing is kept of the trial. */
#include "repo-daemon/may.h"

#include "repo-daemon/act.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/call.h"
#include "repo-daemon/shelf.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { NOTIFIES = ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_ARCHIVIST };

static void act_end_at(struct act *act)
{
    act_end(act);
}

static bool is_lit(const struct repo *repo, const char *slot)
{
    struct label label;
    return !label_read((struct bytes){ (const uint8_t *)slot, strlen(slot) }, &label) &&
           shelf_is_live(repo, &label);
}

struct proposal {
    char any[LABEL_TEXT_MAX], lit[LABEL_TEXT_MAX]; /* "" for none */
};

static bool first_one(const char *key, __attribute__((unused)) json_t *nothing,
                      void *context)
{
    snprintf(context, LABEL_TEXT_MAX, "%s", view_find_name(key));
    return false;
}

/* The first free slot of all, and of those racks that answer; without a slot that can be
 * read none is proposed. */
static void find_slot(struct repo *repo, struct proposal *ret_found)
{
    const char *rack;
    json_t *since;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    *ret_found = (struct proposal){ .any = "" };
    enum rc rc = store_begin_read(repo->store, &txn, NULL);
    if (!rc)
        rc =
            view_each(repo, txn, VIEW_FIND, "sf/", NULL, first_one, ret_found->any, NULL);
    json_object_foreach(repo->live_racks, rack, since)
    {
        char prefix[32], slot[LABEL_TEXT_MAX] = "";
        snprintf(prefix, sizeof prefix, "sf/S%.2s%.3s", rack, rack + 3);
        if (!rc)
            rc = view_each(repo, txn, VIEW_FIND, prefix, NULL, first_one, slot, NULL);
        if (*slot && (!*ret_found->lit || strcmp(slot, ret_found->lit) < 0))
            snprintf(ret_found->lit, sizeof ret_found->lit, "%s", slot);
    }
    if (rc)
        *ret_found->any = *ret_found->lit = 0;
}

static enum rc try_act(struct repo *repo, const json_t *volume, const struct person *by,
                       enum custody_event event, const char *slot,
                       const struct person *to, struct fault *why)
{
    SCOPED(json_free_at) json_t *copy = json_deep_copy(volume);
    SCOPED(act_end_at) struct act act;
    act_begin(&act, repo, event, by);
    act.law.witnessed = true;
    act.law.to_roles = to ? to->roles : ROLE_PEOPLE;
    act.law.to_self = to && !strcmp(to->badge, by->badge);
    act.to = to ? to->badge : "";
    act.slot = *slot ? slot : NULL;
    return copy ? act_add(&act, copy, -1, why)
                : fault_set(why, RC_NO_MEMORY, 0, "no memory for a trial");
}

static bool allows(struct repo *repo, const json_t *volume, const struct person *by,
                   enum custody_event event, const char *slot)
{
    struct fault refused = { 0 };
    return !try_act(repo, volume, by, event, slot, NULL, &refused);
}

enum rc may_do(struct repo *repo, const json_t *volume, const struct person *by,
               enum custody_event event, const struct person *to, struct fault *why)
{
    struct proposal free_slot;
    find_slot(repo, &free_slot);
    return try_act(repo, volume, by, event, free_slot.any, to, why);
}

static void add(json_t *list, const char *word)
{
    json_array_append_new(list, json_string(word));
}

json_t *may_list(struct repo *repo, const json_t *volume, const struct person *by)
{
    json_t *list = json_array();
    const char *slot = json_text(volume, "slot");
    struct proposal free_slot;
    find_slot(repo, &free_slot);
    for (enum custody_event event = 0; event < CUSTODY_EVENTS; event++) {
        if (event == EV_SCAN_DONE || event == EV_RELINK || event == EV_PURGE ||
            !allows(repo, volume, by, event, free_slot.any))
            continue; /* a scan is done by scanning */
        add(list, custody_event_name(event));
        if (!(by->roles & ROLE_KEEPER))
            continue; /* who orders lamps: see the table of addresses */
        if (event == EV_SHELVE && *free_slot.lit)
            add(list, "order-put");
        if (event == EV_TAKE && *slot && is_lit(repo, slot))
            add(list, "order-take");
    }
    if ((by->roles & NOTIFIES) && !json_number(volume, "notice"))
        add(list, "archive-notice");
    return list;
}

/* The tree of places, what may be done to them, and where a volume may go. */
#include "repo-daemon/place.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/route.h"
#include "repo-daemon/shelf.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

struct tree {
    struct call *call;
    json_t *places; /* borrowed: key to its node */
};

static json_t *node_of(struct tree *t, const char *key)
{
    json_t *node = json_object_get(t->places, key);
    if (!node) {
        node = json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:b}", "place",
                         key, "name", "", "width_mm", 0, "free", 0, "full", 0, "ordered",
                         0, "wrong", 0, "closed", 0, "slots", 0, "live", false);
        json_object_set_new(t->places, key, node);
    }
    return node;
}

/* The sums of a rack: added to it, and to its site. */
static bool tree_rack(const char *key, json_t *sum, void *context)
{
    struct tree *t = context;
    struct label label = { .type = LABEL_SLOT };
    unsigned site = 0, rack = 0;
    char name[8];
    const char *kind;
    json_t *n;
    if (sscanf(key, "rack/%2u.%3u", &site, &rack) != 2)
        return true;
    snprintf(name, sizeof name, "%02u", site % 100u);
    json_t *nodes[] = { node_of(t, name), node_of(t, key + strlen("rack/")) };
    json_object_foreach(sum, kind, n)
    {
        for (size_t i = 0; i < COUNT(nodes); i++)
            json_object_set_new(
                nodes[i], kind,
                json_integer(json_number(nodes[i], kind) + json_integer_value(n)));
    }
    label.site = (uint8_t)site;
    label.rack = (uint16_t)rack;
    json_object_set_new(nodes[1], "live",
                        json_boolean(shelf_is_live(t->call->repo, &label)));
    return true;
}

static bool tree_place(const char *key, json_t *place, void *context)
{
    struct tree *t = context;
    json_t *node = node_of(t, key);
    int64_t width = json_number(place, "width_mm");
    json_object_set_new(node, "name", json_string(json_text(place, "name")));
    if (strlen(key) > 2)
        json_object_set_new(node, "width_mm",
                            json_integer(width ? width : PLACE_WIDTH_PRESET_MM));
    return true;
}

/* Racks under their site; both in the order of their numbers. */
static json_t *tree_build(json_t *places)
{
    json_t *sites = json_array(), *node;
    const char *key;
    for (unsigned site = 1; site <= 99; site++) {
        char name[8];
        snprintf(name, sizeof name, "%02u", site);
        if ((node = json_object_get(places, name))) {
            json_object_set_new(node, "racks", json_array());
            json_array_append(sites, node);
        }
    }
    json_object_foreach(places, key, node)
    {
        char site[8];
        snprintf(site, sizeof site, "%.2s", key);
        json_t *racks = json_object_get(json_object_get(places, site), "racks");
        size_t at = json_array_size(racks);
        if (strlen(key) == 2)
            continue;
        while (at && strcmp(json_text(json_array_get(racks, at - 1), "place"), key) > 0)
            at--;
        json_array_insert(racks, at, node);
    }
    return sites;
}

enum rc places_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *places = json_object();
    struct tree t = { call, places };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_SUMS, "rack/", NULL, tree_rack, &t, why);
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_PLACES, "", NULL, tree_place, &t, why);
    return rc ? rc
              : call_answer(call, 200, json_pack("{s:o}", "sites", tree_build(places)));
}

static json_t *place_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                            void *context)
{
    SCOPED(json_free_at) json_t *place = NULL;
    const char *key = context;
    if (view_get(repo, txn, VIEW_PLACES, key, &place))
        return json_pack("{s:I, s:s}", "seq", (json_int_t)seq, "place", key);
    json_object_set_new(place, "seq", json_integer((json_int_t)seq));
    return json_incref(place);
}

static bool slot_is_there(const char *key, json_t *slot, void *context)
{
    (void)key, (void)slot;
    *(bool *)context = true;
    return false;
}

static enum rc change_fits(struct call *call, const char *key, enum place_level level,
                           enum place_act act, const char *prefix, struct fault *why)
{
    const struct place_rule *rule = place_rule(act);
    char slot[LABEL_TEXT_MAX];
    int64_t width = call_number(call, "width_mm", 0);
    const char *name = call_text(call, "name");
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    if (!(rule->levels & 1u << level))
        return fault_set(why, RC_INVALID, 0, "这一级不能%s", rule->word);
    if (act == PLACE_RENAME && (!*name || strlen(name) > PLACE_NAME_MAX))
        return fault_set(why, RC_INVALID, 0, "请填写名称（最多三十个汉字）");
    if (act == PLACE_RESIZE && (width < 10 || width > PLACE_WIDTH_MOST_MM))
        return fault_set(why, RC_INVALID, 0, "格宽应是 10 到 %d 毫米",
                         PLACE_WIDTH_MOST_MM);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (rc)
        return rc;
    bool there = false;
    rc = view_each(call->repo, txn, VIEW_SLOTS, prefix, NULL, slot_is_there, &there, why);
    if (!rc && !there)
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有登记过%s", key);
    if (rc)
        return rc;
    if (rule->when_empty && !place_occupied(call->repo, txn, prefix, slot))
        return fault_set(why, RC_REFUSED, 0,
                         "格口 %s 里有案卷、正在等人操作或与记录不符，不能%s；请先腾空",
                         slot, rule->word);
    return RC_OK;
}

enum rc place_change(struct call *call, struct fault *why)
{
    struct command command;
    char prefix[PLACE_MAX];
    enum place_level level;
    const char *key = call_part(call, "place");
    enum place_act act = place_act(call_text(call, "do"));
    if (act == PLACE_ACTS)
        return fault_set(
            why, RC_INVALID, 0,
            "只能改名（rename）、改格宽（resize）、停用（close）或启用（open）");
    enum rc rc = call_command(call, EVENT_PLACE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = place_read(key, &level, prefix, why);
    if (!rc)
        rc = change_fits(call, key, level, act, prefix, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s}", "place", key, "do", place_rule(act)->name);
    if (act == PLACE_RENAME)
        json_object_set_new(data, "name", json_string(call_text(call, "name")));
    if (act == PLACE_RESIZE)
        json_object_set_new(data, "width_mm",
                            json_integer(call_number(call, "width_mm", 0)));
    command.data = data;
    command.answer = place_answer;
    command.context = (void *)(uintptr_t)key;
    return call_commit(call, &command, 201, why);
}

enum rc slot_proposal(struct call *call, struct fault *why)
{
    char slot[LABEL_TEXT_MAX];
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_volume(call, call_query(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc)
        rc = place_propose(call->repo, txn, volume, call_query(call, "slot"), slot, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:s, s:i}", "slot", slot, "thick_mm",
                                      (int)place_thickness_mm(volume)));
}

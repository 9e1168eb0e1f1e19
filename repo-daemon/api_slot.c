/* Slots and the orders that light them. */
#include "repo-daemon/act.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/place.h"
#include "repo-daemon/route.h"
#include "repo-daemon/shelf.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { SLOTS_MOST = 999, LISTED_MOST = 20000 /* in one answer */ };

struct slot_listing {
    const struct repo *repo;
    json_t *list;   /* borrowed */
    bool no_secret; /* a 副卷 is shown as something that fills the slot */
};

static bool slot_add(const char *text, json_t *slot, void *context)
{
    struct slot_listing *listing = context;
    struct label label;
    json_t *shown = show_slot(text, slot);
    bool live =
        !label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) &&
        shelf_is_live(listing->repo, &label);
    json_object_set_new(shown, "live", json_integer(live));
    if (listing->no_secret && call_is_secret(json_text(slot, "volume")))
        json_object_set_new(shown, "volume", json_null());
    json_array_append_new(listing->list, shown);
    return true;
}

enum rc slots_list(struct call *call, struct fault *why)
{
    unsigned site = 0, rack = 0;
    char prefix[16] = "S";
    const char *asked = call_query(call, "rack");
    if (*asked && sscanf(asked, "%2u.%3u", &site, &rack) != 2)
        return fault_set(why, RC_INVALID, 0, "架号应写成 01.001 的样子");
    if (*asked)
        snprintf(prefix, sizeof prefix, "S%02u%03u", site % 100, rack % 1000);
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && !*asked && store_count(txn, call->repo->tables[VIEW_SLOTS]) > LISTED_MOST)
        return fault_set(why, RC_INVALID, 0, "格口太多，请按架查询（例如 rack=01.001）");
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_SLOTS, prefix, NULL, slot_add,
                       &(struct slot_listing){ call->repo, list,
                                               call_may_see(call, 2, NULL) != RC_OK },
                       why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "slots", list));
}

/* "name" and "width_mm" of the rack; a closed one gets no slots. */
static enum rc rack_read(struct call *call, int64_t site, int64_t rack, json_t *data,
                         struct fault *why)
{
    char key[16];
    SCOPED(json_free_at) json_t *place = NULL;
    const char *name = call_text(call, "name");
    int64_t width = call_number(call, "width_mm", 0);
    snprintf(key, sizeof key, "%02u.%03u", (unsigned)site % 100, (unsigned)rack % 1000);
    if (!view_find(call->repo, VIEW_PLACES, key, &place) && json_number(place, "closed"))
        return fault_set(why, RC_REFUSED, 0, "架 %s 已停用，请先启用", key);
    if (strlen(name) > PLACE_NAME_MAX || width < 0 || width > PLACE_WIDTH_MOST_MM)
        return fault_set(why, RC_INVALID, 0, "名称最多三十个汉字，格宽最多 %d 毫米",
                         PLACE_WIDTH_MOST_MM);
    if (*name)
        json_object_set_new(data, "name", json_string(name));
    if (width)
        json_object_set_new(data, "width_mm", json_integer(width));
    return RC_OK;
}

enum rc slots_create(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, EVENT_SLOTS, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    int64_t site = call_number(call, "site", 0), rack = call_number(call, "rack", 0);
    int64_t count = call_number(call, "slots", 0);
    if (site < 1 || site > 99 || rack < 1 || rack > 999 || count < 1 ||
        count > SLOTS_MOST)
        return fault_set(why, RC_INVALID, 0,
                         "场所 1 到 99，架 1 到 999，格口数 1 到 999");
    SCOPED(json_free_at) json_t *labels = json_array();
    for (int64_t i = 1; i <= count; i++) {
        char text[LABEL_TEXT_MAX];
        SCOPED(json_free_at) json_t *there = NULL;
        struct label label = { .type = LABEL_SLOT,
                               .site = (uint8_t)site,
                               .rack = (uint16_t)rack,
                               .slot = (uint16_t)i };
        if (!label_write(&label, text) && view_find(call->repo, VIEW_SLOTS, text, &there))
            json_array_append_new(labels, json_string(text));
    }
    if (!json_array_size(labels))
        return fault_set(why, RC_CONFLICT, 0, "这个架的格口都已经登记过");
    SCOPED(json_free_at) json_t *data = json_pack("{s:O}", "slots", labels);
    rc = rack_read(call, site, rack, data, why);
    if (rc)
        return rc;
    command.data = data;
    return call_commit(call, &command, 201, why);
}

static json_t *order_answer(struct repo *repo, struct store_txn *txn,
                            __attribute__((unused)) uint64_t seq, void *context)
{
    SCOPED(json_free_at) json_t *order = NULL;
    return view_get(repo, txn, VIEW_ORDERS, context, &order) ? NULL
                                                             : show_the_order(order);
}

static enum rc slot_usable(struct call *call, const char *text, bool put,
                           const json_t *volume, struct fault *why)
{
    struct label label;
    SCOPED(json_free_at) json_t *slot = NULL;
    if (label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) ||
        label.type != LABEL_SLOT)
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是格口号，或校验位不对", text);
    if (view_find(call->repo, VIEW_SLOTS, text, &slot))
        return fault_set(why, RC_NOT_FOUND, 0, "没有登记过格口 %s", text);
    if (!shelf_is_live(call->repo, &label))
        return fault_set(why, RC_REFUSED, 0,
                         "这个架不在线，不能亮灯；请放好或取出后手工确认");
    if (*json_text(slot, "odd"))
        return fault_set(why, RC_REFUSED, 0, "这个格口的实物与记录不符，请先核对");
    if (*json_text(slot, "order"))
        return fault_set(why, RC_CONFLICT, 0,
                         "这个格口正在等人操作，请换一个格口或等十分钟");
    if (!put && strcmp(json_text(volume, "slot"), text) != 0)
        return fault_set(why, RC_REFUSED, 0, "案卷不在这个格口");
    return RC_OK;
}

enum rc order_create(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, EVENT_ORDER, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    const char *slot = call_part(call, "slot"), *what = call_text(call, "do");
    bool put = !strcmp(what, "put");
    SCOPED(json_free_at) json_t *volume = NULL;
    if (!put && strcmp(what, "take") != 0)
        return fault_set(why, RC_INVALID, 0, "动作应是 put（放入）或 take（取出）");
    rc = call_volume(call, call_text(call, "volume"), &volume, why);
    if (!rc)
        rc = slot_usable(call, slot, put, volume, why);
    if (rc)
        return rc;
    /* Would the law allow it now? The sensor's event asks again. */
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, put ? EV_SHELVE : EV_TAKE, &call->by);
    act.slot = slot;
    rc = act_add(&act, volume, call_number(call, "version", -1), why);
    if (rc)
        return rc;
    unsigned light = shelf_choose_light(call->repo, call->by.badge);
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:s, s:i}", "order", command.id, "slot", slot, "do",
                  what, "volume", json_text(volume, "volume"), "light", (int)light);
    command.data = data;
    command.answer = order_answer;
    command.context = (void *)(uintptr_t)command.id;
    rc = call_commit(call, &command, 201, why);
    if (!rc)
        shelf_light(call->repo, slot, put, light);
    return rc;
}

enum rc order_show(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *order = NULL;
    if (view_find(call->repo, VIEW_ORDERS, call_part(call, "order"), &order))
        return fault_set(why, RC_NOT_FOUND, 0, "没有这个指令");
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_volume(call, json_text(order, "volume"), &volume, why);
    rc = rc ? rc : call_may_see_volume(call, volume, why);
    if (rc)
        return rc;
    return call_answer(call, 200, show_the_order(order));
}

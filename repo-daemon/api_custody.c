/* POST /v1/custody: the acts of people on volumes, one or a whole trolley. */
#include "repo-daemon/act.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

enum { REASON_MOST = 600, SHEETS_MOST = 2000 };

/* Acts that have a route of their own, because they bring more than a word. */
static bool has_own_route(enum custody_event event)
{
    return event == EV_SCAN_DONE || event == EV_CHECK || event == EV_ARCHIVE;
}

static enum rc receiver_look_up(struct call *call, struct act *act, struct fault *why)
{
    struct person to;
    struct label label;
    const char *badge = call_text(call, "to");
    if (act->law.event != EV_OFFER)
        return RC_OK;
    if (label_read((struct bytes){ (const uint8_t *)badge, strlen(badge) }, &label) ||
        label.type != LABEL_PERSON)
        return fault_set(why, RC_INVALID, 0, "请写明接收人的工牌号（校验位也要对）");
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && people_find(call->repo, txn, badge, &to))
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有工牌号是 %s 的人", badge);
    if (rc)
        return rc;
    act->to = badge;
    act->law.to_roles = to.roles;
    act->law.to_self = !strcmp(badge, call->by.badge);
    return RC_OK;
}

static enum rc slot_look_up(struct call *call, struct act *act, struct fault *why)
{
    struct label label;
    const char *slot = call_text(call, "slot");
    if (!*slot)
        return act->law.event == EV_SHELVE
                   ? fault_set(why, RC_INVALID, 0, "请写明放进哪个格口")
                   : RC_OK;
    if (label_read((struct bytes){ (const uint8_t *)slot, strlen(slot) }, &label) ||
        label.type != LABEL_SLOT)
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是格口号，或校验位不对", slot);
    act->slot = slot;
    return RC_OK;
}

static enum rc words_copy(struct call *call, struct act *act, struct fault *why)
{
    const char *reason = call_text(call, "reason");
    int64_t sheets = call_number(call, "sheets", -1);
    if (strlen(reason) > REASON_MOST || sheets > SHEETS_MOST)
        return fault_set(why, RC_INVALID, 0, "原因太长，或张数不对");
    if (*reason)
        json_object_set_new(act->data, "reason", json_string(reason));
    else if (act->law.event == EV_DECLINE || act->law.event == EV_LOSE ||
             act->law.event == EV_QC_REJECT)
        return fault_set(why, RC_INVALID, 0, "请写明原因");
    if (sheets >= 0)
        json_object_set_new(act->data, "sheets", json_integer(sheets));
    return RC_OK;
}

/* A person of several roles may say as which one they act: "as":"operator". */
static enum rc role_choose(struct call *call, struct act *act, struct fault *why)
{
    const char *as = call_text(call, "as");
    if (!*as)
        return RC_OK;
    act->law.roles &= roles_bit(as);
    if (!act->law.roles)
        return fault_set(why, RC_DENIED, 0, "您没有“%.40s”这个角色", as);
    return RC_OK;
}

static enum rc volumes_add(struct call *call, struct act *act, struct fault *why)
{
    const json_t *volumes = json_object_get(call->body, "volumes");
    if (!json_is_array(volumes) || !json_array_size(volumes))
        return fault_set(why, RC_INVALID, 0, "请写明是哪些案卷");
    for (size_t i = 0; i < json_array_size(volumes); i++) {
        const json_t *one = json_array_get(volumes, i);
        SCOPED(json_free_at) json_t *volume = NULL;
        enum rc rc = call_volume(call, json_text(one, "volume"), &volume, why);
        if (rc)
            return rc;
        if (!json_is_integer(json_object_get(one, "version")))
            return fault_set(why, RC_INVALID, 0, "请写明案卷 %s 的版本号",
                             json_text(one, "volume"));
        rc = act_add(act, volume, json_number(one, "version"), why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

enum rc custody_act(struct call *call, struct fault *why)
{
    struct command command;
    enum custody_event event = custody_event(call_text(call, "event"));
    if (event == CUSTODY_EVENTS || has_own_route(event))
        return fault_set(why, RC_INVALID, 0, "没有“%.40s”这个动作",
                         call_text(call, "event"));
    enum rc rc = call_command(call, custody_event_name(event), &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, event, &call->by);
    rc = role_choose(call, &act, why);
    if (!rc)
        rc = receiver_look_up(call, &act, why);
    if (!rc)
        rc = slot_look_up(call, &act, why);
    if (!rc)
        rc = words_copy(call, &act, why);
    if (!rc)
        rc = volumes_add(call, &act, why);
    if (rc)
        return rc;
    act_fill(&act, &command);
    return call_commit(call, &command, 201, why);
}

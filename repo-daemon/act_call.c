/* What a request says about an act, looked up and put into it. */
#include "repo-daemon/act_call.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

enum { REASON_MOST = 600, SHEETS_MOST = 2000 };

enum rc act_call_person(struct call *call, struct person *ret_actor,
                        const char **ret_desk, struct fault *why)
{
    const char *badge = call_text(call, "badge");
    *ret_actor = call->by;
    *ret_desk = NULL;
    if (!*badge || !strcmp(badge, call->by.badge))
        return RC_OK;
    enum rc rc = people_by_pin(call->repo, badge, call_text(call, "pin"), call->peer,
                               call->now_ms, ret_actor, why);
    if (!rc)
        *ret_desk = call->by.badge;
    return rc;
}

enum rc act_call_receiver(struct call *call, struct act *act, struct fault *why)
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
    if (!rc && to.disabled)
        rc = fault_set(why, RC_REFUSED, 0, "%s 的工号已停用，请选另一位接收人", to.name);
    if (rc)
        return rc;
    act->to = badge;
    act->law.to_roles = to.roles;
    act->law.to_self = !strcmp(badge, act->by);
    return RC_OK;
}

enum rc act_call_slot(struct call *call, struct act *act, struct fault *why)
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

enum rc act_call_words(struct call *call, struct act *act, struct fault *why)
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

/* Who watches answers with badge and PIN: not who does it, and one of those who may. */
enum rc act_call_witness(struct call *call, struct act *act, struct fault *why)
{
    enum { WATCHES = ROLE_KEEPER | ROLE_ARCHIVIST | ROLE_SUPERVISOR };
    struct person witness;
    const char *badge = call_text(call, "witness");
    if (act->law.event != EV_DESTROY || !*badge)
        return RC_OK;
    if (!strcmp(badge, act->by))
        return fault_set(why, RC_REFUSED, 0, "监销人不能是销毁人自己，请换一个人");
    enum rc rc = people_by_pin(call->repo, badge, call_text(call, "witness_pin"),
                               call->peer, call->now_ms, &witness, why);
    if (!rc && !(witness.roles & WATCHES))
        rc = fault_set(why, RC_DENIED, 0, "监销人应是库管员、档案员或主管");
    if (rc)
        return rc;
    act->law.witnessed = true;
    json_object_set_new(act->data, "witness", json_string(badge));
    return RC_OK;
}

/* A person of several roles may say as which one they act: "as":"operator". */
enum rc act_call_role(struct call *call, struct act *act, struct fault *why)
{
    const char *as = call_text(call, "as");
    if (!*as)
        return RC_OK;
    act->law.roles &= roles_bit(as);
    if (!act->law.roles)
        return fault_set(why, RC_DENIED, 0, "您没有“%.40s”这个角色", as);
    return RC_OK;
}

enum rc act_call_volumes(struct call *call, struct act *act, struct fault *why)
{
    const json_t *volumes = json_object_get(call->body, "volumes");
    if (!json_is_array(volumes) || !json_array_size(volumes))
        return fault_set(why, RC_INVALID, 0, "请写明是哪些案卷");
    act->several = json_array_size(volumes) > 1;
    for (size_t i = 0; i < json_array_size(volumes); i++) {
        const json_t *one = json_array_get(volumes, i);
        SCOPED(json_free_at) json_t *volume = NULL;
        enum rc rc = call_volume(call, json_text(one, "volume"), &volume, why);
        rc = rc ? rc : call_may_see_volume(call, volume, why);
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

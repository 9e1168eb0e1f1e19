/* Trolleys: one confirmation for all that lies on them, all volumes or none. The law is
 * that of single volumes; a batch only ties them together under one label. */
#include "repo-daemon/act_call.h"
#include "repo-daemon/batch.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MOST = 200 };

static json_t *batch_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                            void *context)
{
    const struct act *act = context;
    SCOPED(json_free_at) json_t *batch = NULL;
    if (view_get(repo, txn, VIEW_BATCHES, act->batch, &batch))
        return NULL;
    json_t *out = batch_show(repo, txn, batch, true);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

enum rc batch_create(struct call *call, struct fault *why)
{
    struct command command;
    struct person actor;
    const char *desk;
    char label[LABEL_TEXT_MAX];
    enum rc rc = call_command(call, custody_event_name(EV_OFFER), &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = act_call_person(call, &actor, &desk, why);
    if (!rc)
        rc = batch_label(call->repo, call_text(call, "batch"), label, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_OFFER, &actor);
    act.desk = desk;
    act.now_ms = call->now_ms;
    act.batch = label;
    rc = act_call_role(call, &act, why);
    if (!rc)
        rc = act_call_receiver(call, &act, why);
    if (!rc)
        rc = act_call_words(call, &act, why);
    if (!rc)
        rc = act_call_volumes(call, &act, why);
    if (rc)
        return rc;
    act_fill(&act, &command);
    command.answer = batch_answer;
    return call_commit(call, &command, 201, why);
}

/* Who gave or is to receive may see every line; for others there are no 副卷 on it. */
static bool sees_all(const struct call *call, const json_t *batch)
{
    return !strcmp(json_text(batch, "from"), call->by.badge) ||
           !strcmp(json_text(batch, "to"), call->by.badge) ||
           !call_may_see(call, 2, NULL);
}

/* A trolley of 副卷 alone is not there for others. */
static bool sees_any(const struct call *call, const json_t *batch)
{
    const json_t *lines = json_object_get(batch, "lines");
    bool any = sees_all(call, batch);
    for (size_t i = 0; !any && i < json_array_size(lines); i++)
        any = json_number(json_array_get(lines, i), "kind") != 2;
    return any;
}

static enum rc batch_find(struct call *call, json_t **ret_batch, struct fault *why)
{
    struct label label;
    const char *text = call_part(call, "batch");
    if (label_read((struct bytes){ (const uint8_t *)text, strlen(text) }, &label) ||
        label.type != LABEL_BATCH)
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是交接批号，或校验位不对", text);
    SCOPED(json_free_at) json_t *batch = NULL;
    if (view_find(call->repo, VIEW_BATCHES, text, &batch) || !sees_any(call, batch))
        return fault_set(why, RC_NOT_FOUND, 0, "没有交接批 %s", text);
    *ret_batch = TAKE(batch);
    return RC_OK;
}

/* What the receiver knows a volume by; its label alone when it is not here, or none of
 * his business. */
static void name_of(struct call *call, const char *label, char ret_name[SHOW_NAME_MAX])
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    *ret_name = 0;
    if (!store_begin_read(call->repo->store, &txn, NULL) &&
        !view_get(call->repo, txn, VIEW_VOLUMES, label, &volume) &&
        !call_may_see_volume(call, volume, NULL))
        show_name(call->repo, txn, volume, ret_name);
}

/* The labels that the receiver scanned, if he did, against the list. */
static enum rc scanned_fit(struct call *call, const json_t *batch, struct fault *why)
{
    const json_t *scanned = json_object_get(call->body, "scanned");
    if (!scanned)
        return RC_OK;
    if (!json_is_array(scanned))
        return fault_set(why, RC_INVALID, 0, "scanned 应是扫到的案卷号的列表");
    char name[SHOW_NAME_MAX];
    const json_t *lines = json_object_get(batch, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *volume = json_text(json_array_get(lines, i), "volume");
        if (batch_has(scanned, volume))
            continue;
        name_of(call, volume, name);
        return fault_set(why, RC_REFUSED, 0,
                         "这一批里少了 %s（%s），没有签收；请与交出人当面核对", name,
                         volume);
    }
    for (size_t i = 0; i < json_array_size(scanned); i++) {
        const char *volume = json_string_value(json_array_get(scanned, i));
        if (volume && batch_lists(batch, volume))
            continue;
        name_of(call, volume ? volume : "", name);
        return fault_set(
            why, RC_REFUSED, 0,
            "多出 %s（%.40s），不在这一批的清单上，没有签收；请拿出来退给交出人", name,
            volume ? volume : "");
    }
    if (json_array_size(scanned) != json_array_size(lines))
        return fault_set(why, RC_INVALID, 0, "同一册案卷扫了两次，请重新清点");
    return RC_OK;
}

/* Every volume that is still on the trolley. Accepting needs all of them there. */
static enum rc batch_volumes(struct call *call, struct act *act, const json_t *batch,
                             struct fault *why)
{
    const json_t *lines = json_object_get(batch, "lines");
    act->several = json_array_size(lines) > 1;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *label = json_text(json_array_get(lines, i), "volume");
        SCOPED(json_free_at) json_t *volume = NULL;
        enum rc rc = call_volume(call, label, &volume, why);
        if (rc)
            return rc;
        bool there = !strcmp(json_text(volume, "batch"), act->batch);
        if (!there && act->law.event != EV_ACCEPT)
            continue;
        if (!there)
            return fault_set(
                why, RC_REFUSED, 0,
                "案卷 %s 已不在这一批里（%s），请由交出人撤回，重新交接", label,
                custody_state_word(custody_state(json_text(volume, "state"))));
        rc = act_add(act, volume, -1, why);
        if (rc)
            return rc;
    }
    return act->count ? RC_OK
                      : fault_set(why, RC_REFUSED, 0, "这一批里已经没有等待签收的案卷");
}

/* Before anything of what lies on it is told. */
static enum rc is_his(const json_t *batch, enum custody_event event,
                      const struct person *actor, struct fault *why)
{
    bool gives = event == EV_CANCEL;
    if (!strcmp(json_text(batch, gives ? "from" : "to"), actor->badge))
        return RC_OK;
    return fault_set(why, RC_DENIED, 0, "交接批 %s 只能由%s，请找他来办",
                     json_text(batch, "batch"),
                     gives ? "移出人撤回" : "被指定的接收人签收或拒收");
}

enum rc batch_act(struct call *call, struct fault *why)
{
    struct command command;
    struct person actor;
    const char *desk;
    SCOPED(json_free_at) json_t *batch = NULL;
    enum custody_event event = custody_event(call_text(call, "event"));
    if (event != EV_ACCEPT && event != EV_DECLINE && event != EV_CANCEL)
        return fault_set(why, RC_INVALID, 0,
                         "整批只能签收（accept）、拒收（decline）或撤回（cancel）");
    enum rc rc = call_command(call, custody_event_name(event), &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = act_call_person(call, &actor, &desk, why);
    if (!rc)
        rc = batch_find(call, &batch, why);
    if (!rc && strcmp(json_text(batch, "state"), "open") != 0)
        rc = fault_set(why, RC_CONFLICT, 0, "交接批 %s 已经办完：%s",
                       json_text(batch, "batch"),
                       batch_state_word(json_text(batch, "state")));
    if (!rc)
        rc = is_his(batch, event, &actor, why);
    if (!rc && event == EV_ACCEPT)
        rc = scanned_fit(call, batch, why);
    if (rc)
        return rc;
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, event, &actor);
    act.desk = desk;
    act.now_ms = call->now_ms;
    act.batch = json_text(batch, "batch");
    rc = act_call_role(call, &act, why);
    if (!rc)
        rc = act_call_words(call, &act, why);
    if (!rc)
        rc = batch_volumes(call, &act, batch, why);
    if (rc)
        return rc;
    act_fill(&act, &command);
    command.answer = batch_answer;
    return call_commit(call, &command, 201, why);
}

struct listing {
    struct call *call;
    struct store_txn *txn;
    const char *person, *state;
    json_t *found;
};

static bool list_one(const char *key, json_t *batch, void *context)
{
    struct listing *l = context;
    (void)key;
    bool fits = !*l->person || !strcmp(json_text(batch, "from"), l->person) ||
                !strcmp(json_text(batch, "to"), l->person);
    fits = fits && (!*l->state || !strcmp(json_text(batch, "state"), l->state));
    if (fits && sees_any(l->call, batch))
        json_array_append_new(
            l->found, batch_show(l->call->repo, l->txn, batch, sees_all(l->call, batch)));
    return json_array_size(l->found) < LIST_MOST;
}

enum rc batch_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    struct listing l = { call, NULL, call_query(call, "holder"),
                         call_query(call, "state"), found };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_BATCHES, "", NULL, list_one, &l, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "batches", found));
}

enum rc batch_show_one(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *batch = NULL;
    enum rc rc = batch_find(call, &batch, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    return rc ? rc
              : call_answer(call, 200,
                            batch_show(call->repo, txn, batch, sees_all(call, batch)));
}

enum rc batch_slip(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *batch = NULL;
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len = 0;
    enum rc rc = batch_find(call, &batch, why);
    if (!rc && !sees_all(call, batch))
        rc = fault_set(why, RC_DENIED, 0, "交接清单只给交接双方和办理人员");
    if (!rc)
        rc = batch_print(call->repo, call->settings, batch, &pdf, &len, why);
    return rc ? rc
              : call_answer_text(call, "application/pdf", (struct bytes){ pdf, len },
                                 why);
}

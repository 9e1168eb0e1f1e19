/* POST /v1/events/{seq}/reversal: take a mistake back. All volumes of the event or none.
 */
#include "repo-daemon/apply.h"
#include "repo-daemon/reverse.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "repo-daemon/stocktake.h"
#include "sys/json_scope.h"
#include "sys/json_text.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_MOST = 600 };

struct reversing {
    struct repo *repo;
    json_t *event;   /* owned by the caller */
    json_t *volumes; /* as stored; owned by the caller */
    json_t *labels;
    struct ledger_move moves[LEDGER_MOVES_MAX];
    size_t count;
};

static enum rc event_keep(__attribute__((unused)) uint64_t seq, struct bytes text,
                          void *context, __attribute__((unused)) struct fault *why)
{
    json_t **event = context;
    *event = json_text_read(text);
    return RC_OK;
}

static enum rc event_read(struct call *call, json_t **ret_event, struct fault *why)
{
    char *end;
    const char *text = call_part(call, "seq");
    uint64_t seq = strtoull(text, &end, 10);
    struct ledger_head head;
    enum rc rc = ledger_head(call->repo->ledger, &head, why);
    if (!rc && (!seq || *end || seq > head.size))
        rc = fault_set(why, RC_NOT_FOUND, 0, "没有第 %.20s 号记录", text);
    return rc ? rc : ledger_feed(call->repo->ledger, seq, 1, event_keep, ret_event, why);
}

static enum rc may_reverse(const struct call *call, const json_t *event,
                           struct fault *why)
{
    char people[ROLES_TEXT_MAX];
    const char *word = json_text(event, "event");
    const struct reverse_rule *rule = reverse_rule(custody_event(word));
    const json_t *data = json_object_get(event, "data");
    if (!rule)
        return fault_set(why, RC_REFUSED, 0, "这条记录不是案卷的办理，不能撤销");
    if (!rule->who)
        return fault_set(why, RC_REFUSED, 0, "%s", rule->sentence);
    if (json_object_get(data, "evidence"))
        return fault_set(why, RC_REFUSED, 0,
                         "这是架位感应到的，不能撤销；实物不对时请把案卷放回去");
    if (json_object_get(data, "due"))
        return fault_set(why, RC_REFUSED, 0, "借阅已经开始，不能撤销，请办理归还");
    if (rule->who & call->by.roles)
        return RC_OK;
    roles_sentence(rule->who, people);
    return fault_set(why, RC_DENIED, 0, "撤销“%s”要由%s来做，您没有这个角色",
                     custody_event_word(custody_event(word)), people);
}

/* The slot to which it goes back has to be free still, as for one that is shelved; and no
 * slot changes while it is counted. */
static enum rc slot_back(struct reversing *r, struct store_txn *txn, const json_t *volume,
                         struct fault *why)
{
    SCOPED(json_free_at) json_t *slot = NULL;
    const char *back = json_text(json_object_get(volume, "undo"), "slot"),
               *now = json_text(volume, "slot");
    if (!strcmp(back, now))
        return RC_OK;
    const char *const places[] = { back, now };
    for (size_t i = 0; i < COUNT(places); i++)
        if (*places[i] && stocktake_freezes(r->repo, txn, places[i]))
            return fault_set(why, RC_REFUSED, 0,
                             "格口 %s 正在盘点，不能撤销；请等盘点结束", places[i]);
    if (!*back || view_get(r->repo, txn, VIEW_SLOTS, back, &slot))
        return RC_OK;
    if (*json_text(slot, "volume"))
        return fault_set(why, RC_REFUSED, 0, "格口 %s 已放了别的案卷，不能撤销", back);
    if (json_number(slot, "closed"))
        return fault_set(why, RC_REFUSED, 0,
                         "格口 %s 已停用，不能撤销；请另选一个格口上架", back);
    return RC_OK;
}

/* A return that was signed for ended its loan. Back with the borrower without one, nobody
 * would be reminded of the volume again. */
static bool ended_loan(const json_t *undo)
{
    enum volume_state before = custody_state(json_text(undo, "before"));
    return custody_state(json_text(undo, "state")) == VOL_IN_TRANSIT &&
           (before == VOL_LENT || before == VOL_RECALLED);
}

static enum rc move_add(struct reversing *r, struct store_txn *txn, const json_t *move,
                        struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    const char *label = json_text(move, "volume");
    enum rc rc = view_get(r->repo, txn, VIEW_VOLUMES, label, &volume);
    if (rc)
        return fault_set(why, RC_CORRUPT, 0, "an event on no volume");
    const json_t *undo = json_object_get(volume, "undo");
    if (json_number(volume, "version") != json_number(move, "version") || !undo)
        return fault_set(why, RC_CONFLICT, 0,
                         "案卷 %s 之后又办理过别的事，不能撤销；请从最近的一件撤起",
                         label);
    if (ended_loan(undo))
        return fault_set(why, RC_REFUSED, 0,
                         "案卷 %s 的归还已经签收，借阅已结束，不能撤销；还要用的，请重新"
                         "申请借阅",
                         label);
    rc = slot_back(r, txn, volume, why);
    if (rc)
        return rc;
    json_array_append(r->volumes, volume);
    json_array_append_new(r->labels, json_string(label));
    r->moves[r->count++] =
        (struct ledger_move){ .volume = label,
                              .expected = (uint64_t)json_number(volume, "version"),
                              .from = json_text(volume, "state"),
                              .to = json_text(undo, "state") };
    return RC_OK;
}

static json_t *reverse_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                              void *context)
{
    struct reversing *r = context;
    return json_pack("{s:I, s:o}", "seq", (json_int_t)seq, "volumes",
                     show_volumes(repo, txn, r->labels));
}

static enum rc moves_add(struct reversing *r, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    const json_t *moves = json_object_get(r->event, "volumes");
    enum rc rc = store_begin_read(r->repo->store, &txn, why);
    for (size_t i = 0; !rc && i < json_array_size(moves); i++)
        rc = move_add(r, txn, json_array_get(moves, i), why);
    return rc;
}

enum rc event_reverse(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *event = NULL;
    SCOPED(json_free_at) json_t *volumes = json_array();
    SCOPED(json_free_at) json_t *labels = json_array();
    struct reversing r = { .repo = call->repo, .volumes = volumes, .labels = labels };
    const char *reason = call_text(call, "reason");
    enum rc rc = call_command(call, EVENT_REVERSE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    if (!*reason || strlen(reason) > REASON_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明撤销的原因（最多二百个汉字）");
    rc = event_read(call, &event, why);
    if (!rc)
        rc = may_reverse(call, event, why);
    r.event = event;
    if (!rc)
        rc = moves_add(&r, why);
    if (rc)
        return rc;
    const json_t *data = json_object_get(event, "data");
    SCOPED(json_free_at)
    json_t *own = json_pack("{s:I, s:s, s:s}", "reverses",
                            (json_int_t)strtoll(call_part(call, "seq"), NULL, 10), "what",
                            json_text(event, "event"), "reason", reason);
    if (*json_text(data, "batch"))
        json_object_set_new(own, "batch", json_string(json_text(data, "batch")));
    command.data = own;
    command.moves = r.moves;
    command.move_count = r.count;
    command.answer = reverse_answer;
    command.context = &r;
    return call_commit(call, &command, 201, why);
}

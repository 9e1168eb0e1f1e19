/* Proposals to destroy, and the decision of the second person. */
#include "repo-daemon/act.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/retention_moves.h"
#include "repo-daemon/retention_purge.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_DAYS = 7 }; /* that long he who cannot log in any more has to notice it */
static const int64_t day_ms = 24 * 3600 * 1000;

/* The law is asked as the approver will be: what he could not approve is not proposed. */
static enum rc may_go(struct call *call, const json_t *volume, struct fault *why)
{
    struct custody_facts facts;
    enum volume_state next;
    unsigned effects;
    const struct custody_act act = { .event = EV_PURGE,
                                     .roles = ROLE_SUPERVISOR,
                                     .term_over = retention_is_over(
                                         volume, calendar_day(call->now_ms)),
                                     .held = retention_is_held(volume),
                                     .proposed = true };
    act_facts(volume, &facts);
    enum rc rc = custody_next(&facts, &act, &next, &effects, why);
    if (!rc && *json_text(volume, "purge"))
        rc = fault_set(why, RC_CONFLICT, 0, "案卷 %s 已在销毁清册 %s 里",
                       json_text(volume, "volume"), json_text(volume, "purge"));
    return rc;
}

static json_t *purge_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                            void *context)
{
    SCOPED(json_free_at) json_t *purge = NULL;
    if (view_get(repo, txn, VIEW_PURGES, context, &purge))
        return NULL;
    json_t *out = purge_show(repo, txn, purge);
    json_object_set_new(out, "seq", json_integer((json_int_t)seq));
    return out;
}

static bool number_one(const char *key, json_t *purge, void *context)
{
    (void)purge;
    *(json_int_t *)context = strtoll(key, NULL, 10);
    return true;
}

static enum rc next_number(struct repo *repo, char ret_key[PURGE_KEY_MAX],
                           struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    json_int_t last = 0;
    enum rc rc = store_begin_read(repo->store, &txn, why);
    if (!rc)
        rc = view_each(repo, txn, VIEW_PURGES, "", NULL, number_one, &last, why);
    snprintf(ret_key, PURGE_KEY_MAX, "%08u", (unsigned)(last + 1) % 100000000u);
    return rc;
}

enum rc purge_create(struct call *call, struct fault *why)
{
    struct command command;
    struct purge_sums sums = { 0 };
    char key[PURGE_KEY_MAX];
    const char *reason = "";
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(retention_moves_end) struct retention_moves moves;
    retention_moves_begin(&moves);
    enum rc rc = call_command(call, EVENT_PURGE_PROPOSE, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = retention_reason(call, &reason, why);
    if (!rc)
        rc = retention_moves_call(call, &moves, PURGE_VOLUMES_MOST, may_go, why);
    if (!rc)
        rc = next_number(call->repo, key, why);
    if (!rc)
        rc = purge_list(call->repo, key, moves.labels, &list, &sums, why);
    if (rc)
        return rc;
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:I, s:I, s:I}", "purge", key, "reason", reason,
                             "files", (json_int_t)sums.files, "bytes",
                             (json_int_t)sums.bytes, "shared", (json_int_t)sums.shared);
    command.data = data;
    command.moves = moves.at;
    command.move_count = moves.count;
    command.answer = purge_answer;
    command.context = key;
    return call_commit(call, &command, 201, why);
}

static enum rc purge_find(struct call *call, json_t **ret_purge, struct fault *why)
{
    const char *key = call_part(call, "purge");
    enum rc rc = strlen(key) < PURGE_KEY_MAX
                     ? view_find(call->repo, VIEW_PURGES, key, ret_purge)
                     : RC_NOT_FOUND;
    return rc == RC_NOT_FOUND ? fault_set(why, rc, 0, "没有销毁清册 %.20s", key) : rc;
}

struct showing {
    struct call *call;
    struct store_txn *txn;
    json_t *list;
};

static bool show_one(const char *key, json_t *purge, void *context)
{
    struct showing *s = context;
    (void)key;
    json_array_append_new(s->list, purge_show(s->call->repo, s->txn, purge));
    return true;
}

enum rc purges_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    json_t *next = NULL;
    struct showing s = { call, NULL, list };
    struct paging page = { .view = VIEW_PURGES,
                           .ranges = { "" },
                           .newest_first = true,
                           .each = show_one,
                           .context = &s };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    s.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "purges", list, "next", next));
}

enum rc purge_show_one(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *purge = NULL;
    enum rc rc = purge_find(call, &purge, why);
    if (!rc)
        rc = store_begin_read(call->repo->store, &txn, why);
    return rc ? rc : call_answer(call, 200, purge_show(call->repo, txn, purge));
}

enum rc purge_slip(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *purge = NULL;
    SCOPED(free_at) uint8_t *pdf = NULL;
    size_t len = 0;
    enum rc rc = purge_find(call, &purge, why);
    if (!rc)
        rc = purge_print(call->repo, call->settings, purge, &pdf, &len, why);
    return rc ? rc
              : call_answer_text(call, "application/pdf", (struct bytes){ pdf, len },
                                 why);
}

/* Two persons must be two persons: whoever could have logged in as one of them, having
 * set his password or taken his codes, shall not have been both. */
static enum rc keys_are_own(struct call *call, const char *badge, const char *what,
                            struct fault *why)
{
    struct person p;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    if (!rc && people_find(call->repo, txn, badge, &p))
        rc = fault_set(why, RC_CORRUPT, 0, "nobody has the badge %s", badge);
    int64_t until = rc ? 0 : p.keys_ms + KEYS_DAYS * day_ms;
    if (rc || !p.keys_ms || call->now_ms >= until)
        return rc;
    return fault_set(why, RC_REFUSED, 0,
                     "%s %s的口令、验证码或角色在 %d 天内由别人设过，现在不能批准销毁；"
                     "请过 %lld 天再批，或换人办理",
                     what, p.name, KEYS_DAYS,
                     (long long)((until - call->now_ms + day_ms - 1) / day_ms));
}

/* Each volume just as it was when it was proposed. */
static enum rc volumes_add(struct call *call, const json_t *purge, struct act *act,
                           struct fault *why)
{
    const json_t *lines = json_object_get(purge, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        SCOPED(json_free_at) json_t *volume = NULL;
        enum rc rc = call_volume(call, json_text(line, "volume"), &volume, why);
        if (!rc)
            rc = act_add(act, volume, json_number(line, "version"), why);
        if (rc == RC_CONFLICT)
            return fault_set(why, rc, 0,
                             "案卷 %s 提出销毁以后又有办理，请不批准这份清册，重新提出",
                             json_text(line, "volume"));
        if (rc)
            return rc;
    }
    return RC_OK;
}

/* The list is on the disk before the event that names it; what goes, goes after it. */
static enum rc approve(struct call *call, struct command *command, const json_t *purge,
                       const char *reason, struct fault *why)
{
    struct purge_sums sums;
    char hex[SHA256_HEX];
    const char *key = json_text(purge, "purge");
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *labels = purge_labels(purge);
    SCOPED(act_end) struct act act;
    act_begin(&act, call->repo, EV_PURGE, &call->by);
    act.now_ms = call->now_ms;
    act.law.proposed = strcmp(json_text(purge, "by"), call->by.badge) != 0;
    enum rc rc = keys_are_own(call, call->by.badge, "批准人", why);
    if (!rc)
        rc = keys_are_own(call, json_text(purge, "by"), "提出人", why);
    if (!rc)
        rc = volumes_add(call, purge, &act, why);
    if (!rc)
        rc = purge_list(call->repo, key, labels, &list, &sums, why);
    if (!rc)
        rc = repo_put_json(call->repo, list, hex, why);
    if (rc)
        return rc;
    json_object_update_new(
        act.data, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "purge", key, "reason",
                            reason, "list", hex, "files", (json_int_t)sums.files, "bytes",
                            (json_int_t)sums.bytes, "shared", (json_int_t)sums.shared));
    act_fill(&act, command);
    command->answer = purge_answer;
    command->context = (void *)(uintptr_t)key;
    return call_commit(call, command, 201, why);
}

/* Refused by a supervisor, or withdrawn by who proposed it: the volumes are free again,
 * whatever happened to them since. */
static enum rc end(struct call *call, struct command *command, const json_t *purge,
                   const char *reason, const char *result, struct fault *why)
{
    bool own = !strcmp(json_text(purge, "by"), call->by.badge);
    bool withdraws = !strcmp(result, purge_state_name(PURGE_WITHDRAWN));
    const char *key = json_text(purge, "purge");
    SCOPED(retention_moves_end) struct retention_moves moves;
    retention_moves_begin(&moves);
    if (withdraws != own || (!own && !(call->by.roles & ROLE_SUPERVISOR)))
        return fault_set(why, RC_DENIED, 0, "撤回由提出人办理，不批准由主管办理");
    const json_t *lines = json_object_get(purge, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        SCOPED(json_free_at) json_t *volume = NULL;
        enum rc rc = call_volume(call, json_text(json_array_get(lines, i), "volume"),
                                 &volume, why);
        if (!rc)
            rc = retention_move(&moves, volume, -1, why);
        if (rc)
            return rc;
    }
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s, s:s}", "purge", key, "result", result, "reason", reason);
    command->data = data;
    command->moves = moves.at;
    command->move_count = moves.count;
    command->answer = purge_answer;
    command->context = (void *)(uintptr_t)key;
    return call_commit(call, command, 201, why);
}

enum rc purge_decide(struct call *call, struct fault *why)
{
    struct command command;
    const char *reason = "", *result = call_text(call, "result");
    enum purge_state wanted = purge_state(result);
    bool approves = wanted == PURGE_APPROVED;
    SCOPED(json_free_at) json_t *purge = NULL;
    if (!approves && wanted != PURGE_REFUSED && wanted != PURGE_WITHDRAWN)
        return fault_set(
            why, RC_INVALID, 0,
            "决定应是批准（approved）、不批准（refused）或撤回（withdrawn）");
    enum rc rc = call_command(
        call, approves ? custody_event_name(EV_PURGE) : EVENT_PURGE_END, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = retention_reason(call, &reason, why);
    if (!rc)
        rc = purge_find(call, &purge, why);
    if (rc)
        return rc;
    if (purge_state(json_text(purge, "state")) != PURGE_PROPOSED ||
        call_number(call, "version", -1) != json_number(purge, "version"))
        return fault_set(why, RC_CONFLICT, 0, "销毁清册 %s 现在是“%s”，请刷新后再看",
                         json_text(purge, "purge"),
                         purge_state_word(purge_state(json_text(purge, "state"))));
    return approves ? approve(call, &command, purge, reason, why)
                    : end(call, &command, purge, reason, result, why);
}

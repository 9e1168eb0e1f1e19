/* Volumes: registered under their case, listed, looked up. */
#include "repo-daemon/apply.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/may.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { LIST_PRESET = 100, LIST_MOST = 500, SHEETS_MOST = 2000 };

static json_t *volume_answer(struct repo *repo, struct store_txn *txn,
                             __attribute__((unused)) uint64_t seq, void *context)
{
    SCOPED(json_free_at) json_t *found = NULL;
    return view_get(repo, txn, VIEW_VOLUMES, context, &found)
               ? NULL
               : show_volume(repo, txn, found);
}

enum rc volume_create(struct call *call, struct fault *why)
{
    struct command command;
    enum rc rc = call_command(call, EVENT_REGISTER, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *there = NULL;
    char text[LABEL_TEXT_MAX];
    int64_t kind = call_number(call, "kind", 0), part = call_number(call, "part", 0);
    int64_t sheets = call_number(call, "sheets", 0);
    rc = call_case(call, call_part(call, "case"), &the_case, why);
    if (rc)
        return rc;
    if (kind < 1 || kind > 2 || part < 1 || part > 999)
        return fault_set(why, RC_INVALID, 0,
                         "卷别应是 1（正卷）或 2（副卷），册号应是 1 到 999");
    if (sheets < 0 || sheets > SHEETS_MOST)
        return fault_set(why, RC_INVALID, 0, "张数应是 0 到 %d", SHEETS_MOST);
    struct label label = { .type = LABEL_VOLUME,
                           .kind = (uint8_t)kind,
                           .part = (uint16_t)part };
    memcpy(label.case_id, call_part(call, "case"), LABEL_CASE_DIGITS);
    if (label_write(&label, text))
        return fault_set(why, RC_INVALID, 0, "案卷号无法编成标签，请检查");
    if (!view_find(call->repo, VIEW_VOLUMES, text, &there))
        return fault_set(why, RC_CONFLICT, 0, "这一册已经登记过：%s", text);
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:I, s:i}", "sheets", (json_int_t)sheets, "notice",
                             json_object_get(the_case, "notice") ? 1 : 0);
    struct ledger_move move = {
        .volume = text, .expected = 0, .from = "", .to = custody_state_name(VOL_EXPECTED)
    };
    command.data = data;
    command.moves = &move;
    command.move_count = 1;
    command.answer = volume_answer;
    command.context = text;
    return call_commit(call, &command, 201, why);
}

struct listing {
    struct call *call;
    struct store_txn *txn;
    json_t *found;
    size_t most;
    const char *state, *holder, *slot, *q;
    char next[LABEL_TEXT_MAX];
};

static bool volume_fits(const struct listing *l, const char *label, const json_t *v)
{
    if (*l->state && strcmp(json_text(v, "state"), l->state) != 0)
        return false;
    if (*l->holder && strcmp(json_text(v, "holder"), l->holder) != 0 &&
        strcmp(json_text(v, "to"), l->holder) != 0)
        return false;
    if (*l->slot && strcmp(json_text(v, "slot"), l->slot) != 0)
        return false;
    if (!*l->q || strstr(label, l->q))
        return true;
    SCOPED(json_free_at) json_t *the_case = NULL;
    if (view_get(l->call->repo, l->txn, VIEW_CASES, json_text(v, "case"), &the_case))
        return false;
    return strstr(json_text(the_case, "case_no"), l->q) ||
           strstr(json_text(the_case, "plaintiff"), l->q) ||
           strstr(json_text(the_case, "defendant"), l->q) ||
           strstr(json_text(the_case, "cause"), l->q);
}

static bool list_one(const char *label, json_t *volume, void *context)
{
    struct listing *l = context;
    if (!volume_fits(l, label, volume) || call_may_see_volume(l->call, volume, NULL))
        return true;
    if (json_array_size(l->found) ==
        l->most) /* there is more: go on behind the last shown */
        return false;
    json_array_append_new(l->found, show_volume(l->call->repo, l->txn, volume));
    snprintf(l->next, sizeof l->next, "%s", label);
    return true;
}

enum rc volume_list(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *found = json_array();
    struct listing l = { .call = call,
                         .found = found,
                         .state = call_query(call, "state"),
                         .holder = call_query(call, "holder"),
                         .slot = call_query(call, "slot"),
                         .q = call_query(call, "q") };
    long most = strtol(call_query(call, "limit"), NULL, 10);
    l.most = most > 0 && most <= LIST_MOST ? (size_t)most : LIST_PRESET;
    if (*l.state && custody_state(l.state) == VOL_STATES)
        return fault_set(why, RC_INVALID, 0, "没有“%.40s”这个状态", l.state);
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    const char *cursor = call_query(call, "cursor");
    if (!rc)
        rc = view_each(call->repo, txn, VIEW_VOLUMES, "", *cursor ? cursor : NULL,
                       list_one, &l, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:s}", "volumes", found, "next",
                                      json_array_size(found) == l.most ? l.next : ""));
}

enum rc volume_show_one(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    enum rc rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (rc)
        return rc;
    json_t *may = may_list(call->repo, volume, &call->by);
    rc = store_begin_read(call->repo->store, &txn, why);
    json_t *shown = rc ? NULL : show_volume(call->repo, txn, volume);
    json_object_set_new(shown, "may", may); /* frees it when there is no answer */
    return rc ? rc : call_answer(call, 200, shown);
}

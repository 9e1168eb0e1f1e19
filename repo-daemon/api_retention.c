/* Terms that end, and holds (保全) that stop destruction. */
#include "repo-daemon/apply.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/retention_moves.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOLD_VOLUMES_MOST = 100 };

struct showing {
    struct call *call;
    struct store_txn *txn;
    json_t *list;
};

static bool show_one(const char *key, json_t *volume, void *context)
{
    struct showing *s = context;
    (void)key;
    if (call_may_see_volume(s->call, volume, NULL))
        return false;
    json_array_append_new(s->list, show_volume(s->call->repo, s->txn, volume));
    return true;
}

/* By the last day of the term: those that ended before `day`, or with `held` those on
 * hold. */
enum rc retention_terms(struct call *call, struct fault *why)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    json_t *next = NULL;
    char today[CALENDAR_DAY_TEXT], end[CALENDAR_DAY_TEXT + 4];
    const char *asked = call_query(call, "day");
    bool held = !strcmp(call_query(call, "held"), "1");
    int64_t day = calendar_day(call->now_ms);
    if (*asked && !calendar_day_read(asked, &day))
        return fault_set(why, RC_INVALID, 0, "日期应写成 2056-12-31 的样子");
    calendar_day_text(day, today);
    snprintf(end, sizeof end, "rt/%s", today);
    struct showing s = { call, NULL, list };
    struct paging page = { .view = VIEW_FIND,
                           .ranges = { held ? "rh/" : "rt/" },
                           .below = held ? NULL : end,
                           .each = show_one,
                           .context = &s,
                           .named = true,
                           .entries = VIEW_VOLUMES };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    s.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:s, s:O, s:o}", "day", today, "volumes", list,
                                      "next", next));
}

static json_t *moves_answer(struct repo *repo, struct store_txn *txn, uint64_t seq,
                            void *context)
{
    const struct retention_moves *moves = context;
    return json_pack("{s:I, s:o}", "seq", (json_int_t)seq, "volumes",
                     show_volumes(repo, txn, moves->labels));
}

static enum rc hold_fits(struct call *call, const json_t *volume, struct fault *why)
{
    const char *state = json_text(volume, "state"), *as = json_text(volume, "as");
    (void)call;
    if (*as)
        return fault_set(why, RC_REFUSED, 0, "案卷已改号为 %s，请用新的案卷号", as);
    return strcmp(state, "destroyed") != 0
               ? RC_OK
               : fault_set(why, RC_REFUSED, 0, "案卷 %s 已经销毁，不能再登记保全",
                           json_text(volume, "volume"));
}

static bool has_hold(const json_t *volume, int64_t hold)
{
    const json_t *holds = json_object_get(volume, "holds");
    for (size_t i = 0; i < json_array_size(holds); i++)
        if (json_number(json_array_get(holds, i), "hold") == hold)
            return true;
    return false;
}

static enum rc lift_fits(struct call *call, const json_t *volume, struct fault *why)
{
    int64_t hold = strtoll(call_part(call, "hold"), NULL, 10);
    return hold > 0 && has_hold(volume, hold)
               ? RC_OK
               : fault_set(why, RC_REFUSED, 0, "案卷 %s 没有这项保全，可能已经解除",
                           json_text(volume, "volume"));
}

static enum rc hold_change(struct call *call, bool lift, struct fault *why)
{
    struct command command;
    const char *reason = "";
    SCOPED(retention_moves_end) struct retention_moves moves;
    retention_moves_begin(&moves);
    enum rc rc = call_command(call, lift ? EVENT_LIFT : EVENT_HOLD, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    rc = retention_reason(call, &reason, why);
    if (!rc)
        rc = retention_moves_call(call, &moves, HOLD_VOLUMES_MOST,
                                  lift ? lift_fits : hold_fits, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *data = json_pack("{s:s}", "reason", reason);
    if (lift)
        json_object_set_new(data, "hold",
                            json_integer(strtoll(call_part(call, "hold"), NULL, 10)));
    command.data = data;
    command.moves = moves.at;
    command.move_count = moves.count;
    command.answer = moves_answer;
    command.context = &moves;
    return call_commit(call, &command, 201, why);
}

enum rc hold_create(struct call *call, struct fault *why)
{
    return hold_change(call, false, why);
}

enum rc hold_lift(struct call *call, struct fault *why)
{
    return hold_change(call, true, why);
}

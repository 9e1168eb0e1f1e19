#include "repo-daemon/retention_moves.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <string.h>

enum { REASON_MOST = 600 };

void retention_moves_begin(struct retention_moves *moves)
{
    moves->count = 0;
    moves->volumes = json_array();
    moves->labels = json_array();
}

void retention_moves_end(struct retention_moves *moves)
{
    json_decref(moves->volumes);
    json_decref(moves->labels);
    moves->volumes = moves->labels = NULL;
}

enum rc retention_move(struct retention_moves *moves, json_t *volume, int64_t version,
                       struct fault *why)
{
    const char *label = json_text(volume, "volume");
    int64_t now = json_number(volume, "version");
    bool twice = false;
    for (size_t i = 0; i < moves->count; i++)
        twice = twice || !strcmp(moves->at[i].volume, label);
    if (twice || moves->count == LEDGER_MOVES_MAX)
        return fault_set(why, RC_INVALID, 0, "案卷 %s 写了两次，或册数太多", label);
    if (version >= 0 && version != now)
        return fault_set(why, RC_CONFLICT, 0,
                         "案卷 %s 已被别人改动（现在是第 %lld 版），请刷新后再试", label,
                         (long long)now);
    json_array_append(moves->volumes, volume);
    json_array_append_new(moves->labels, json_string(label));
    moves->at[moves->count++] = (struct ledger_move){ .volume = label,
                                                      .expected = (uint64_t)now,
                                                      .from = json_text(volume, "state"),
                                                      .to = json_text(volume, "state") };
    return RC_OK;
}

enum rc retention_moves_call(struct call *call, struct retention_moves *moves,
                             size_t most,
                             enum rc (*fits)(struct call *call, const json_t *volume,
                                             struct fault *why),
                             struct fault *why)
{
    const json_t *list = json_object_get(call->body, "volumes");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || !count || count > most)
        return fault_set(why, RC_INVALID, 0, "请写明是哪些案卷，一次最多 %zu 册", most);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        SCOPED(json_free_at) json_t *volume = NULL;
        enum rc rc = call_volume(call, json_text(one, "volume"), &volume, why);
        if (!rc && !json_is_integer(json_object_get(one, "version")))
            rc = fault_set(why, RC_INVALID, 0, "请写明案卷 %s 的版本号",
                           json_text(one, "volume"));
        if (!rc)
            rc = call_may_see_volume(call, volume, why);
        if (!rc && fits)
            rc = fits(call, volume, why);
        if (!rc)
            rc = retention_move(moves, volume, json_number(one, "version"), why);
        if (rc)
            return rc;
    }
    return RC_OK;
}

enum rc retention_reason(const struct call *call, const char **ret_reason,
                         struct fault *why)
{
    const char *reason = call_text(call, "reason");
    if (!*reason || strlen(reason) > REASON_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明原因（最多二百个汉字）");
    *ret_reason = reason;
    return RC_OK;
}

/* What hand-helds did without the network: their commands with the ids they chose, in the
 * order in which they were done. Each is done once, however often it is sent; one that
 * does not fit any more is kept as a conflict for a person and never guessed at. */
#include "repo-daemon/apply.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/route.h"
#include "repo-daemon/show.h"
#include "repo-daemon/view_index.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { COMMANDS_MOST = 200, REASON_MOST = 600, SOURCE_MAX = 80, DEVICE_MOST = 60 };

/* What may be done off line. */
static const char *const paths[] = { "/v1/custody", "/v1/batches",
                                     "/v1/batches/{batch}/custody" };

static bool path_allowed(const char *path)
{
    for (size_t i = 0; i < COUNT(paths); i++)
        if (!strcmp(paths[i], path))
            return true;
    return false;
}

/* Kept for a person; the command itself is not done, so its id stays free for it. */
static enum rc conflict_keep(struct call *call, const json_t *one, const char *title,
                             struct fault *why)
{
    char source[SOURCE_MAX];
    const char *id = json_text(json_object_get(one, "body"), "id");
    SCOPED(json_free_at) json_t *body = call_body_open(json_object_get(one, "body"));
    SCOPED(json_free_at)
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:O}", "command", id, "path",
                             json_text(one, "path"), "title", title, "device",
                             call_text(call, "device"), "body", body);
    struct command command = {
        .event = EVENT_OFFLINE, .by = call->by.badge, .at_ms = call->now_ms, .data = data
    };
    snprintf(source, sizeof source, "offline-conflict %.40s", id);
    return command_run_source(call->repo, &command, source, why);
}

/* One command as if it came by itself, from the same machine. */
static enum rc command_do(struct call *call, const json_t *one, json_t *results,
                          struct fault *why)
{
    json_t *body = json_object_get(one, "body");
    SCOPED(json_free_at)
    json_t *parts = json_pack("{s:s}", "batch", json_text(one, "batch"));
    const char *path = json_text(one, "path");
    if (!json_is_object(body) || !path_allowed(path))
        return fault_set(why, RC_INVALID, 0,
                         "离线只能办理交接、上架和取出，每件要有 path 和 body");
    struct call inner = { .repo = call->repo,
                          .settings = call->settings,
                          .parts = parts,
                          .query = call->query,
                          .body = body,
                          .token = call->token,
                          .last_id = "",
                          .peer = call->peer,
                          .cert = call->cert,
                          .now_ms = call->now_ms };
    call_run(&inner, "POST", path);
    json_t *result =
        json_pack("{s:s, s:i}", "id", json_text(body, "id"), "status", inner.status);
    enum rc rc = RC_OK;
    bool again = inner.status == 429 || inner.status >= 500;
    if (inner.code) {
        json_object_set_new(result, "title", json_string(inner.title));
        json_object_set_new(result, "again", json_boolean(again));
    } else if (inner.answer) {
        json_object_set_new(result, "seq",
                            json_integer(json_number(inner.answer, "seq")));
    }
    if (inner.code && !again)
        rc = conflict_keep(call, one, inner.title, why);
    call_free(&inner);
    json_array_append_new(results, result);
    return rc;
}

enum rc offline_replay(struct call *call, struct fault *why)
{
    const json_t *commands = json_object_get(call->body, "commands");
    SCOPED(json_free_at) json_t *results = json_array();
    enum rc rc = RC_OK;
    if (!json_array_size(commands) || json_array_size(commands) > COMMANDS_MOST)
        return fault_set(why, RC_INVALID, 0, "一次送 1 到 %d 件离线办理", COMMANDS_MOST);
    if (strlen(call_text(call, "device")) > DEVICE_MOST)
        return fault_set(why, RC_INVALID, 0, "设备名太长");
    for (size_t i = 0; !rc && i < json_array_size(commands); i++)
        rc = command_do(call, json_array_get(commands, i), results, why);
    return rc ? rc : call_answer(call, 200, json_pack("{s:O}", "results", results));
}

struct listing {
    struct call *call;
    struct store_txn *txn;
    json_t *list;
};

static bool conflict_one(const char *key, json_t *c, void *context)
{
    struct listing *l = context;
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:O}", "command", key,
                            "path", json_text(c, "path"), "title", json_text(c, "title"),
                            "device", json_text(c, "device"), "by",
                            people_short(l->call->repo, l->txn, json_text(c, "by")), "at",
                            show_time(json_number(c, "at")), "settled",
                            json_text(c, "settled"), "body", json_object_get(c, "body"));
    json_array_append_new(l->list, out);
    return true;
}

enum rc conflicts_list(struct call *call, struct fault *why)
{
    bool all = *call_query(call, "all") != 0;
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    SCOPED(json_free_at) json_t *list = json_array();
    json_t *next = NULL;
    struct listing l = { call, NULL, list };
    struct paging page = { .view = all ? VIEW_CONFLICTS : VIEW_FIND,
                           .ranges = { all ? "" : "xo/" },
                           .each = conflict_one,
                           .context = &l,
                           .named = !all,
                           .entries = VIEW_CONFLICTS };
    enum rc rc = store_begin_read(call->repo->store, &txn, why);
    l.txn = txn;
    if (!rc)
        rc = paging_read(call, txn, &page, &next, why);
    return rc ? rc
              : call_answer(call, 200,
                            json_pack("{s:O, s:o}", "conflicts", list, "next", next));
}

enum rc conflict_settle(struct call *call, struct fault *why)
{
    struct command command;
    SCOPED(json_free_at) json_t *conflict = NULL;
    const char *reason = call_text(call, "reason");
    enum rc rc = call_command(call, EVENT_OFFLINE_END, &command, why);
    if (rc)
        return rc == RC_EXISTS ? RC_OK : rc;
    if (view_find(call->repo, VIEW_CONFLICTS, call_part(call, "command"), &conflict))
        return fault_set(why, RC_NOT_FOUND, 0, "没有这件离线冲突");
    if (json_number(conflict, "settled_at"))
        return fault_set(why, RC_CONFLICT, 0, "这件离线冲突已经处理过");
    if (!*reason || strlen(reason) > REASON_MOST)
        return fault_set(why, RC_INVALID, 0, "请写明怎样处理的（最多二百个汉字）");
    SCOPED(json_free_at)
    json_t *data =
        json_pack("{s:s, s:s}", "command", call_part(call, "command"), "reason", reason);
    command.data = data;
    return call_commit(call, &command, 201, why);
}

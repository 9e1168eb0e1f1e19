/* Requests that change something: their id, what they are compared by, and the things
 * they name. */
#include "repo-daemon/call.h"

#include "repo-daemon/audit.h"
#include "repo-daemon/route.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

/* An operator sees a 副卷 only while he holds it or is to receive it: many are of a firm
 * that scans for the court. */
enum {
    SECRET_ROLES = ROLE_STATION | ROLE_QC | ROLE_CATALOGUER | ROLE_KEEPER | ROLE_BINDER |
                   ROLE_CHECKER | ROLE_ARCHIVIST | ROLE_SUPERVISOR | ROLE_AUDITOR |
                   ROLE_PRESIDENT,
};

static bool id_usable(const char *id)
{
    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

json_t *call_body_open(const json_t *body)
{
    static const char *const closed[] = { "password", "pin", "code", "witness_pin" };
    json_t *open = json_copy((json_t *)(uintptr_t)body);
    for (size_t i = 0; i < COUNT(closed); i++)
        json_object_del(open, closed[i]);
    return open;
}

/* Who asks for what. Passwords and PINs are left out, since the hash is kept. */
static bool request_hash(const struct call *call, struct sha256 *ret_hash)
{
    SCOPED(json_free_at) json_t *body = call_body_open(call->body);
    SCOPED(json_free_at)
    json_t *all = json_pack("{s:s, s:s, s:s, s:O, s:O}", "method", call->route->method,
                            "path", call->route->path, "by", call->by.badge, "parts",
                            call->parts, "body", body);
    SCOPED(free_at)
    char *text = all ? json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (!text)
        return false;
    *ret_hash = hash_sha256((struct bytes){ (uint8_t *)text, strlen(text) });
    return true;
}

enum rc call_command(struct call *call, const char *event, struct command *ret_command,
                     struct fault *why)
{
    struct command c = { .id = call_text(call, "id"),
                         .event = event,
                         .by = call->by.badge,
                         .at_ms = call->now_ms };
    if (!id_usable(c.id))
        return fault_set(why, RC_INVALID, 0,
                         "编号 id 应是 32 位小写十六进制数字，每件事用一个新的");
    if (!request_hash(call, &c.request))
        return fault_set(why, RC_INVALID, 0, "内容里有无法识别的文字");
    enum rc rc = command_known(call->repo, c.id, &c.request, &call->answer, why);
    if (rc == RC_OK) {
        call->status = 200;
        return RC_EXISTS;
    }
    if (rc != RC_NOT_FOUND)
        return rc;
    *ret_command = c;
    return RC_OK;
}

enum rc call_commit(struct call *call, const struct command *command, int status,
                    struct fault *why)
{
    enum rc rc = command_run(call->repo, command, &call->answer, why);
    if (rc && rc != RC_EXISTS)
        return rc;
    call->status = rc ? 200 : status;
    return RC_OK;
}

enum rc call_is_fresh(const struct call *call, struct fault *why)
{
    return people_is_fresh(call->repo, call->token, call->now_ms)
               ? RC_OK
               : fault_set(why, RC_REFUSED, 0,
                           "登录已超过 %d 分钟：请退出，重新登录以后马上再设定",
                           SESSION_FRESH_MS / 60000);
}

void call_told(const struct call *call, enum view view, const char *key)
{
    struct repo *repo = call->repo;
    if (repo->on_change)
        repo->on_change(repo, view, key, repo->context);
}

enum rc call_volume(struct call *call, const char *label, json_t **ret_volume,
                    struct fault *why)
{
    struct label read;
    enum rc rc =
        label_read((struct bytes){ (const uint8_t *)label, strlen(label) }, &read);
    if (rc == RC_CORRUPT)
        return fault_set(why, RC_INVALID, 0, "案卷号“%s”的校验位不对，请重新扫码或核对",
                         label);
    if (rc || read.type != LABEL_VOLUME)
        return fault_set(why, RC_INVALID, 0, "“%.40s”不是案卷号", label);
    rc = view_find(call->repo, VIEW_VOLUMES, label, ret_volume);
    if (rc == RC_NOT_FOUND && call_may_see(call, read.kind, why))
        return RC_DENIED; /* as for one that is here: it is not told which are */
    if (rc == RC_NOT_FOUND)
        return fault_set(why, rc, 0, "没有登记过案卷 %s，请先登记", label);
    return rc;
}

enum rc call_case(struct call *call, const char *id, json_t **ret_case, struct fault *why)
{
    enum rc rc =
        strlen(id) == 20 ? view_find(call->repo, VIEW_CASES, id, ret_case) : RC_NOT_FOUND;
    if (rc == RC_NOT_FOUND)
        return fault_set(why, rc, 0, "没有登记过案件“%.40s”，请先登记", id);
    return rc;
}

bool call_is_secret(const char *label)
{
    struct label read;
    return !label_read((struct bytes){ (const uint8_t *)label, strlen(label) }, &read) &&
           read.type == LABEL_VOLUME && read.kind == 2;
}

enum rc call_may_see_volume(const struct call *call, const json_t *volume,
                            struct fault *why)
{
    if (!strcmp(json_text(volume, "holder"), call->by.badge) ||
        !strcmp(json_text(volume, "to"), call->by.badge))
        return RC_OK;
    return call_may_see(call, json_number(volume, "kind") == 2 ? 2 : 1, why);
}

enum rc call_may_see(const struct call *call, int64_t kinds, struct fault *why)
{
    if ((kinds & 1) || !(kinds & 2) || (call->by.roles & SECRET_ROLES))
        return RC_OK;
    return fault_set(why, RC_DENIED, 0, "副卷只供办理人员使用，您不能查看");
}

enum rc call_volume_to_read(struct call *call, json_t **ret_volume, struct fault *why)
{
    json_t *volume = NULL;
    enum rc rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (rc)
        return rc;
    rc = call_may_see_volume(call, volume, why);
    if (!rc && json_number(volume, "kind") == 2)
        rc = audit_read(call, json_text(volume, "volume"), why);
    if (rc)
        json_decref(volume);
    else
        *ret_volume = volume;
    return rc;
}

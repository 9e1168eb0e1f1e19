/* From a message of the http role to a handler and back. Rights are checked here, before
 * any handler, against the table of routes. */
#include "repo-daemon/call.h"

#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "repo-daemon/station_cert.h"
#include "repo-daemon/totp_keep.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

static const struct problem {
    enum rc rc;
    int status;
    const char *code, *title, *detail;
} problems[] = {
    { RC_INVALID, 400, "invalid", "内容不对", "请检查填写的内容。" },
    { RC_NOT_FOUND, 404, "not-found", "没有找到", NULL },
    { RC_EXISTS, 409, "exists", "已经有了", NULL },
    { RC_CONFLICT, 409, "conflict", "与别人的改动冲突", "请刷新后再试。" },
    { RC_DENIED, 403, "denied", "您没有这个权限", NULL },
    { RC_REFUSED, 422, "refused", "按规定不能这样做", NULL },
    { RC_FULL, 507, "full", "存储空间已满，这次没有保存",
      "请管理员清理磁盘，然后用同一编号再试；已确认的内容没有丢失。" },
    { RC_AGAIN, 429, "again", "现在忙，请稍后再试", NULL },
    { RC_UNAVAILABLE, 503, "unavailable", "中间库暂时不可用", "请稍后用同一编号再试。" },
    { RC_UNKNOWN, 503, "unknown", "不知是否已办成", "请用同一编号再试。" },
    { RC_TIMEOUT, 504, "timeout", "等得太久", "请用同一编号再试。" },
    { RC_CORRUPT, 500, "corrupt", "存储的数据有损坏",
      "请立即通知管理员，不要继续操作这册案卷。" },
    { RC_NO_MEMORY, 500, "memory", "内存不足", "请通知管理员。" },
    { RC_IO, 500, "io", "存储设备出错", "请立即通知管理员。" },
};

static const struct problem *problem_of(enum rc rc)
{
    for (size_t i = 0; i < COUNT(problems); i++)
        if (problems[i].rc == rc)
            return &problems[i];
    return &problems[COUNT(problems) - 1];
}

/* Sentences for people begin with a Chinese character or mark; the others are for us. */
static bool is_for_people(const char *text)
{
    return (unsigned char)text[0] >= 0x80;
}

void call_fail(struct call *call, enum rc rc, const struct fault *why)
{
    const struct problem *p = problem_of(rc);
    bool shown = why->rc == rc && is_for_people(why->text);
    call->status = p->status;
    call->code = p->code;
    call->detail = p->detail;
    snprintf(call->title, sizeof call->title, "%s", shown ? why->text : p->title);
    if (!shown)
        log_warn("%s %s: %s: %s", call->route ? call->route->method : "",
                 call->route ? call->route->path : "", rc_name(rc), why->text);
}

static void refuse(struct call *call, int status, const char *code, const char *title,
                   const char *detail)
{
    call->status = status;
    call->code = code;
    call->detail = detail;
    snprintf(call->title, sizeof call->title, "%s", title);
}

bool call_needs_totp(const struct call *call)
{
    return (call->by.roles & call->settings->totp_roles) &&
           !totp_is_on(call->repo, call->by.badge);
}

static bool may(struct call *call)
{
    const struct route *route = call->route;
    if (!route->roles)
        return true;
    if (!*call->token ||
        people_of_token(call->repo, call->token, call->now_ms, &call->by) != RC_OK) {
        refuse(call, 401, "log-in", "请先登录", "登录后十二小时内有效。");
        return false;
    }
    if (call_needs_totp(call) && strncmp(route->path, "/v1/session", 11) != 0) {
        refuse(call, 403, "totp-needed", "您的角色要用动态验证码，请先设置",
               "登录后在“我的登录”里扫描二维码，或运行 juanku session totp。");
        return false;
    }
    if (call->by.roles & route->roles)
        return true;
    char people[ROLES_TEXT_MAX];
    roles_sentence(route->roles, people);
    refuse(call, 403, "denied", "", NULL);
    snprintf(call->title, sizeof call->title, "这件事要由%s来做，您没有这个角色", people);
    return false;
}

/* A station's account is of use on the station's own machine only. */
static bool machine_may(struct call *call)
{
    enum client_certs certs = CLIENT_CERTS_OFF;
    struct fault why = { 0 };
    (void)client_certs_read(call->settings->client_certs, &certs);
    bool asked =
        (certs == CLIENT_CERTS_STATIONS && (call->by.roles & ROLE_STATION)) ||
        (certs == CLIENT_CERTS_ALL && strncmp(call->route->path, "/v1/", 4) == 0);
    enum rc rc = asked ? station_cert_check(call, NULL, &why) : RC_OK;
    if (rc)
        call_fail(call, rc, &why);
    if (rc == RC_DENIED)
        call->code = "certificate";
    return !rc;
}

void call_run(struct call *call, const char *method, const char *path)
{
    struct fault why = { 0 };
    call->fd = -1;
    call->route = route_find(method, path);
    if (!call->route || !call->route->handler) {
        refuse(call, 404, "no-such-address", "没有这个地址", NULL);
        return;
    }
    if (!may(call) || !machine_may(call))
        return;
    if (!strcmp(method, "POST") && !json_is_object(call->body)) {
        refuse(call, 400, "json", "内容不是 JSON 对象", "请检查发送的内容。");
        return;
    }
    enum rc rc = call->route->handler(call, &why);
    if (rc)
        call_fail(call, rc, &why);
}

void call_free(struct call *call)
{
    json_decref(call->answer);
    if (call->fd >= 0)
        close(call->fd);
    blob_put_cancel(call->put);
    call->put = NULL;
    call->answer = NULL;
    call->fd = -1;
}

json_t *call_message(const struct call *call)
{
    json_t *m = json_pack("{s:i}", "status", call->status);
    if (call->code)
        json_object_update_new(m, json_pack("{s:s, s:s, s:s}", "code", call->code,
                                            "title", call->title, "detail",
                                            call->detail ? call->detail : ""));
    else if (call->fd >= 0)
        json_object_update_new(m, json_pack("{s:s, s:I, s:s}", "type", call->type, "size",
                                            (json_int_t)call->size, "etag", call->etag));
    else if (call->answer)
        json_object_set(m, "body", call->answer);
    if (*call->cookie)
        json_object_set_new(m, "cookie", json_string(call->cookie));
    return m;
}

const char *json_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

int64_t json_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

const char *call_part(const struct call *call, const char *name)
{
    return json_text(call->parts, name);
}

const char *call_query(const struct call *call, const char *name)
{
    return json_text(call->query, name);
}

const char *call_text(const struct call *call, const char *name)
{
    return json_text(call->body, name);
}

int64_t call_number(const struct call *call, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(call->body, name);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

enum rc call_answer(struct call *call, int status, json_t *answer)
{
    call->status = status;
    call->answer = answer;
    return RC_OK;
}

enum rc call_answer_text(struct call *call, const char *type, struct bytes text,
                         struct fault *why)
{
    enum rc rc = file_in_memory("answer", text, &call->fd, why);
    if (rc)
        return rc;
    call->status = 200;
    call->size = text.len;
    snprintf(call->type, sizeof call->type, "%s", type);
    return RC_OK;
}

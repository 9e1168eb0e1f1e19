/* One exchange after the other. The station logs in with its own account when it is first
 * needed and again when its token is no longer taken. */
#include "station/submit.h"

#include "net/http_client.h"
#include "station/json_field.h"
#include "sys/hash.h"
#include "sys/ipc.h"
#include "sys/json_scope.h"
#include "sys/log.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct submit_role {
    sd_event *loop;
    struct ipc *ipc;
    struct http_client *machine; /* carries the station's token */
    struct http_client *desk;    /* carries none: people's log-ins */
    bool has_token;
    char user[64], password[256];
    char cert[PATH_MAX], key[PATH_MAX]; /* of this station; "" for none */
    uint32_t timeout_ms;
};

static const char away[] =
    "连不上库房的服务器。已经扫描的都安全存在本机，网络恢复后会自动上传。";

static json_t *answer_of(enum rc rc, json_t *json, const struct fault *why)
{
    if (!rc)
        return json_pack("{s:i,s:o}", "rc", 0, "json", json ? json : json_null());
    json_decref(json);
    bool no_link = rc == RC_UNAVAILABLE || rc == RC_UNKNOWN || rc == RC_TIMEOUT;
    return json_pack("{s:i,s:s,s:s}", "rc", (int)rc, "sentence",
                     no_link ? away : why->text, "detail", why->text);
}

static enum rc log_in(struct http_client *client, const char *login, const char *password,
                      const char *code, uint32_t timeout_ms, json_t **ret_json,
                      struct fault *why)
{
    SCOPED(json_free_at)
    json_t *body =
        json_pack("{s:s,s:s,s:s}", "login", login, "password", password, "code", code);
    if (!body)
        return fault_set(why, RC_INVALID, 0, "工号或口令里有不能用的字符。");
    return http_client_json(client, "POST", "/v1/session", body, timeout_ms, ret_json,
                            why);
}

/* The files may come, or come anew, while we run. */
static enum rc certificate_show(struct submit_role *r, struct fault *why)
{
    enum rc rc =
        *r->cert ? http_client_set_cert(r->machine, r->cert, r->key, why) : RC_OK;
    if (!rc && *r->cert)
        rc = http_client_set_cert(r->desk, r->cert, r->key, why);
    return rc;
}

static enum rc log_machine_in(struct submit_role *r, struct fault *why)
{
    SCOPED(json_free_at) json_t *session = NULL;
    http_client_set_token(r->machine, NULL);
    r->has_token = false;
    enum rc rc = certificate_show(r, why);
    if (!rc)
        rc = log_in(r->machine, r->user, r->password, "", r->timeout_ms, &session, why);
    if (rc == RC_DENIED)
        return fault_wrap(
            why, rc, "库房不认本机的账号“%s”，请管理员检查；扫描内容都在本机", r->user);
    if (rc)
        return rc;
    http_client_set_token(r->machine, field_peek(session, "token"));
    r->has_token = true;
    return RC_OK;
}

static enum rc ask_once(struct submit_role *r, const json_t *order, json_t **ret_json,
                        struct fault *why)
{
    return http_client_json(r->machine, field_peek(order, "method"),
                            field_peek(order, "path"), json_object_get(order, "body"),
                            r->timeout_ms, ret_json, why);
}

/* The problem in an answer's body, or the status alone. */
static enum rc put_refused(const struct http_answer *answer, struct fault *why)
{
    SCOPED(json_free_at)
    json_t *problem = json_loadb(answer->body ? answer->body : "", answer->len, 0, NULL);
    enum rc rc = answer->status == 401 || answer->status == 403   ? RC_DENIED
                 : answer->status == 507                          ? RC_FULL
                 : answer->status == 422                          ? RC_CORRUPT
                 : answer->status >= 500 || answer->status == 429 ? RC_UNAVAILABLE
                                                                  : RC_REFUSED;
    const char *title = field_peek(problem, "title");
    return fault_set(why, rc, 0, "%s（%d）", *title ? title : "库房没有收下一个文件",
                     answer->status);
}

static enum rc put_once(struct submit_role *r, const json_t *order, int fd,
                        struct fault *why)
{
    char path[SHA256_HEX + 16], sha256[SHA256_HEX];
    struct http_answer answer = { 0 };
    struct stat st;
    struct sha256 unused;
    if (fd < 0 || fstat(fd, &st) || !field_text(order, "sha256", sha256, sizeof sha256) ||
        !hash_from_hex(sha256, &unused))
        return fault_set(why, RC_INVALID, 0, "a blob without hash or file");
    snprintf(path, sizeof path, "/v1/blobs/%s", sha256);
    enum rc rc = http_client_call(r->machine, "HEAD", path, NULL, (struct bytes){ 0 },
                                  r->timeout_ms, &answer, why);
    bool there = !rc && answer.status == 200;
    bool denied = !rc && (answer.status == 401 || answer.status == 403);
    http_answer_free(&answer);
    if (rc || there)
        return rc;
    if (denied)
        return fault_set(why, RC_DENIED, 0, "库房没有给本机上传的权限，请联系管理员。");
    answer = (struct http_answer){ 0 };
    rc = http_client_put_fd(r->machine, path, field_peek(order, "type"), fd,
                            (uint64_t)st.st_size, r->timeout_ms, &answer, why);
    if (!rc && answer.status != 200 && answer.status != 201)
        rc = put_refused(&answer, why);
    http_answer_free(&answer);
    return rc;
}

/* With the station's account; a refusal may only mean that the token is old, so once more
 * with a new one. */
static enum rc as_machine(struct submit_role *r, const json_t *order, int fd,
                          json_t **ret_json, struct fault *why)
{
    bool put = !strcmp(field_peek(order, "do"), "put");
    bool fresh = !r->has_token;
    enum rc rc = fresh ? log_machine_in(r, why) : RC_OK;
    if (!rc)
        rc = put ? put_once(r, order, fd, why) : ask_once(r, order, ret_json, why);
    if (rc != RC_DENIED || fresh)
        return rc;
    rc = log_machine_in(r, why);
    if (rc)
        return rc;
    return put ? put_once(r, order, fd, why) : ask_once(r, order, ret_json, why);
}

/* The folder of a file, since a new file may take the place of this one. */
static const char *folder_of(const char *path, char ret_folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    snprintf(ret_folder, PATH_MAX, "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
    return *ret_folder ? ret_folder : "/";
}

static void give_up_rights(const struct submit_role *r, const char *ca_file)
{
    char folders[2][PATH_MAX];
    /* What a resolver and the certificates need; nothing may be written. */
    const char *const read[] = { "/etc",
                                 "/usr/lib",
                                 "/usr/share/ca-certificates",
                                 "/lib",
                                 "/run/systemd/resolve",
                                 *ca_file ? ca_file : "/etc",
                                 *r->cert ? folder_of(r->cert, folders[0]) : NULL,
                                 *r->cert ? folder_of(r->key, folders[1]) : NULL,
                                 NULL };
    struct role_rights rights = { ROLE_NET, read, NULL };
    struct fault why;
    if (role_drop(&rights, &why))
        log_warn("rights are kept: %s", why.text);
}

static enum rc set_up(struct submit_role *r, const json_t *order, struct fault *why)
{
    uint64_t timeout_ms = 0;
    const char *ca_file = field_peek(order, "ca");
    if (r->machine)
        return RC_OK;
    (void)field_text(order, "user", r->user, sizeof r->user);
    (void)field_text(order, "password", r->password, sizeof r->password);
    (void)field_uint(order, "timeout_ms", 1, UINT32_MAX, &timeout_ms);
    r->timeout_ms = (uint32_t)timeout_ms;
    const char *url = field_peek(order, "url"), *ca = *ca_file ? ca_file : NULL;
    enum rc rc = http_client_new(url, ca, &r->desk, why);
    if (!rc)
        rc = http_client_new(url, ca, &r->machine, why);
    (void)field_text(order, "cert", r->cert, sizeof r->cert);
    (void)field_text(order, "key", r->key, sizeof r->key);
    give_up_rights(r, ca_file);
    return rc;
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct submit_role *r = context;
    struct fault why = { 0 };
    json_t *json = NULL;
    const json_t *order = message->body;
    const char *what = field_peek(order, "do");
    int fd = message->fd_count > 0 ? message->fds[0] : -1;
    enum rc rc = RC_INVALID;
    if (!strcmp(what, "set"))
        rc = set_up(r, order, &why);
    else if (!r->machine)
        rc = fault_set(&why, RC_UNAVAILABLE, 0, "not set up");
    else if (!strcmp(what, "login"))
        rc = log_in(r->desk, field_peek(order, "login"), field_peek(order, "password"),
                    field_peek(order, "code"), r->timeout_ms, &json, &why);
    else
        rc = as_machine(r, order, fd, &json, &why);
    if (message->id && ipc_reply(ipc, message->id, answer_of(rc, json, &why), NULL, 0))
        log_warn("an answer to the session was lost");
}

static void on_closed(struct ipc *ipc, void *context)
{
    (void)ipc;
    struct submit_role *r = context;
    (void)sd_event_exit(r->loop, 0);
}

int submit_main(void)
{
    log_open("stationd/submit", LOG_LEVEL_INFO);
    struct submit_role r = { .timeout_ms = 60000 };
    struct fault why = { 0 };
    struct ipc_handlers handlers = { on_message, on_closed, &r };
    if (sd_event_new(&r.loop) < 0 ||
        ipc_new(r.loop, ROLE_CHANNEL_FD, &handlers, &r.ipc, &why)) {
        log_error("cannot start: %s", why.text);
        return EXIT_FAILURE;
    }
    int status = sd_event_loop(r.loop);
    ipc_free(r.ipc);
    http_client_free(r.machine);
    http_client_free(r.desk);
    return status < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

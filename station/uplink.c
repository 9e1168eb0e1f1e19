/* The session's side of the submit role: calls that end exactly once, whatever happens to
 * the role, and what the page says about the connection. */
#include "station/session.h"

#include "station/json_field.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PASSWORD_FILE_MAX = 4096,
    EXCHANGES_MAX = 4, /* of one call: log in, HEAD, PUT, once more */
    PING_S = 5,
};

static const char role_down[] = "上传程序正在重新启动，请过几秒再试。";

struct call {
    struct session *s;
    uplink_done *done;
    void *context;
};

void uplink_set_up(struct session *s, bool up, const char *sentence)
{
    bool news = s->uplink.up != up || strcmp(s->uplink.sentence, sentence) != 0;
    s->uplink.up = up;
    field_print(s->uplink.sentence, sizeof s->uplink.sentence, "%s", sentence);
    if (news)
        session_stream_state(s);
}

static bool is_away(enum rc rc)
{
    return rc == RC_UNAVAILABLE || rc == RC_UNKNOWN || rc == RC_TIMEOUT;
}

static void on_reply(struct ipc *ipc, struct ipc_message *reply, void *context)
{
    (void)ipc;
    struct call *call = context;
    uint64_t code = RC_UNKNOWN;
    const json_t *body = reply ? reply->body : NULL;
    if (body)
        (void)field_uint(body, "rc", 0, RC_COUNT - 1, &code);
    enum rc rc = (enum rc)code;
    const char *sentence = body ? field_peek(body, "sentence") : role_down;
    uplink_set_up(call->s, !is_away(rc), is_away(rc) ? sentence : "");
    call->done(call->s, rc, rc ? NULL : json_object_get(body, "json"), sentence,
               call->context);
    free(call);
}

void uplink_call(struct session *s, json_t *body, int fd, uplink_done *done,
                 void *context)
{
    struct call *call = malloc(sizeof *call);
    uint32_t timeout_ms = s->set.repo_timeout_s * 1000 * EXCHANGES_MAX;
    if (!call || !s->uplink.child.ipc) {
        json_decref(body);
        free(call);
        done(s, RC_UNAVAILABLE, NULL, role_down, context);
        return;
    }
    *call = (struct call){ s, done, context };
    if (!ipc_call(s->uplink.child.ipc, body, &fd, fd >= 0 ? 1 : 0, timeout_ms, on_reply,
                  call))
        return;
    free(call);
    done(s, RC_UNAVAILABLE, NULL, role_down, context);
}

/* The first line of the password file. "" when there is none: every log-in then fails
 * with a sentence about the account. */
static void read_password(const char *path, char ret[256])
{
    ret[0] = 0;
    if (!*path)
        return;
    struct fault why = { 0 };
    SCOPED(fd_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    if (fd < 0 || file_read_fd(fd, PASSWORD_FILE_MAX, &text, &len, &why)) {
        log_warn("the password file '%s' cannot be read", path);
        return;
    }
    text[strcspn(text, "\r\n")] = 0;
    snprintf(ret, 256, "%s", text);
    explicit_bzero(text, len);
}

static void arm_ping(struct session *s);

/* What nobody asked for changes no job; on_reply() has told the page about the line. */
static void on_ping_done(struct session *s, enum rc rc, const json_t *json,
                         const char *sentence, void *context)
{
    (void)json;
    (void)context;
    if (rc == RC_DENIED)
        uplink_set_up(s, true, sentence);
    if (!rc) {
        upload_wake(s);
        session_returns_ask(s);
    }
    arm_ping(s);
}

static int on_ping(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct session *s = context;
    uplink_call(
        s,
        json_pack("{s:s,s:s,s:s}", "do", "ask", "method", "GET", "path", "/v1/session"),
        -1, on_ping_done, NULL);
    return 0;
}

static void arm_ping(struct session *s)
{
    struct uplink *u = &s->uplink;
    u->ping = sd_event_source_disable_unref(u->ping);
    if (sd_event_add_time_relative(s->loop, &u->ping, CLOCK_MONOTONIC,
                                   (uint64_t)PING_S * 1000000, 0, on_ping, s) < 0)
        log_error("cannot watch the line to the repository");
}

static void on_set(struct session *s, enum rc rc, const json_t *json,
                   const char *sentence, void *context)
{
    (void)json;
    (void)context;
    if (rc)
        log_error("the repository cannot be reached as set: %s", sentence);
    else
        (void)on_ping(NULL, 0, s);
}

static void on_started(void *context)
{
    struct session *s = context;
    char password[256];
    read_password(s->set.repo_password_file, password);
    json_t *order = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "do", "set", "url",
                              s->set.repo_url, "ca", s->set.repo_ca_file, "cert",
                              s->set.repo_cert_file, "key", s->set.repo_key_file, "user",
                              s->set.repo_user, "password", password, "timeout_ms",
                              (json_int_t)s->set.repo_timeout_s * 1000);
    explicit_bzero(password, sizeof password);
    s->uplink.up = true; /* until an exchange says otherwise */
    uplink_call(s, order, -1, on_set, NULL);
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    (void)ipc;
    (void)message;
    (void)context; /* this role only answers */
}

static void on_gone(void *context)
{
    struct session *s = context;
    s->uplink.ping = sd_event_source_disable_unref(s->uplink.ping);
    uplink_set_up(s, false, role_down);
}

void uplink_start_role(struct session *s)
{
    static struct child_handlers handlers = {
        .role = "submit", .started = on_started, .message = on_message, .gone = on_gone
    };
    handlers.context = s;
    child_start(&s->uplink.child, s->loop, &handlers);
}

/* One loop, one thread, nothing concurrent: a request is run before the next one is
 * looked at, so the law needs no locks. What is answered is on the disk: requests that
 * wait together are flushed together (group.h).
 *
 * Over the parent's channel: {"do":"link","role":"http"|"racks"} with the socket, and
 * {"do":"ping"}. Over the link of http: "api", "put-end", "put-cancel". Over the link of
 * racks: section 7 of the contract, in shelf.c. */
#include "repo-daemon/role_store.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/board.h"
#include "repo-daemon/call.h"
#include "repo-daemon/fixity.h"
#include "repo-daemon/group.h"
#include "repo-daemon/loans.h"
#include "repo-daemon/retention_work.h"
#include "repo-daemon/route.h"
#include "repo-daemon/shelf.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/ipc.h"
#include "sys/log.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>

enum { UPLOADS_MOST = 64, TICK_US = 20 * 1000 * 1000, SECOND_US = 1000 * 1000 };

struct upload {
    uint64_t number; /* 0: free */
    struct blob_put *put;
    char hex[SHA256_HEX];
};

struct service {
    const struct repo_settings *settings;
    sd_event *loop;
    struct repo *repo;
    struct group *group;
    struct fixity *fixity;
    struct retention_work *purging;
    struct ipc *parent, *http, *racks;
    struct upload uploads[UPLOADS_MOST];
    uint64_t next_upload;
};

static void uploads_drop(struct service *s)
{
    for (size_t i = 0; i < UPLOADS_MOST; i++) {
        blob_put_cancel(TAKE(s->uploads[i].put));
        s->uploads[i].number = 0;
    }
}

static struct upload *upload_of(struct service *s, uint64_t number)
{
    for (size_t i = 0; i < UPLOADS_MOST; i++)
        if (s->uploads[i].number == number)
            return &s->uploads[i];
    return NULL;
}

/* An upload that begins: keep its put under a number, and tell the number. */
static json_t *upload_keep(struct service *s, struct call *call)
{
    struct upload *free_row = upload_of(s, 0);
    json_t *m = call_message(call);
    if (!free_row)
        return json_object_update_new(m, json_pack("{s:i, s:s, s:s}", "status", 503,
                                                   "code", "busy", "title",
                                                   "同时上传的太多，请稍后再试")),
               m;
    free_row->number = ++s->next_upload;
    free_row->put = TAKE(call->put);
    snprintf(free_row->hex, sizeof free_row->hex, "%s", call_part(call, "sha256"));
    json_object_set_new(m, "upload", json_integer((json_int_t)free_row->number));
    return m;
}

/* Run one request in the group that is open, or in a new one when it may change
 * something. What does not fit into the group is run again alone. */
static void api_run(struct service *s, struct call *call, const json_t *m)
{
    struct fault why;
    bool reads = !strcmp(json_text(m, "method"), "GET");
    struct call fresh = *call;
    if (!reads && group_join(s->group, &why)) {
        call->fd = -1;
        call_fail(call, why.rc, &why);
        return;
    }
    call_run(call, json_text(m, "method"), json_text(m, "path"));
    if (!group_is_open(s->group) || !store_group_is_full(s->repo->store))
        return;
    call_free(call);
    *call = fresh;
    group_end(s->group);
    call_run(call, json_text(m, "method"), json_text(m, "path"));
}

static void api(struct service *s, struct ipc_message *message)
{
    const json_t *m = message->body;
    struct call call = { .repo = s->repo,
                         .settings = s->settings,
                         .parts = json_object_get(m, "parts"),
                         .query = json_object_get(m, "query"),
                         .body = json_object_get(m, "body"),
                         .peer = json_text(m, "peer"),
                         .cert = json_object_get(m, "cert"),
                         .counts = json_object_get(m, "counts"),
                         .token = json_text(m, "token"),
                         .last_id = json_text(m, "last_id"),
                         .now_ms = clock_now_ms() };
    api_run(s, &call, m);
    json_t *answer = call.put ? upload_keep(s, &call) : call_message(&call);
    group_answer(s->group, s->http, message->id, answer, TAKE_FD(call.fd));
    call_free(&call);
}

static json_t *put_end(struct upload *u)
{
    struct call call = { .fd = -1 };
    struct fault why = { 0 };
    uint64_t size = 0;
    u->number = 0;
    enum rc rc = blob_put_commit(TAKE(u->put), &size, &why);
    if (rc == RC_INVALID)
        rc = fault_set(&why, RC_REFUSED, 0, "收到的内容与校验值不符，请重新发送");
    if (rc && rc != RC_EXISTS)
        call_fail(&call, rc, &why);
    else
        call_answer(&call, rc ? 200 : 201,
                    json_pack("{s:s, s:I}", "sha256", u->hex, "size", (json_int_t)size));
    json_t *answer = call_message(&call);
    call_free(&call);
    return answer;
}

static void on_http(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct service *s = context;
    const char *what = json_text(message->body, "do");
    if (!strcmp(what, "api")) {
        api(s, message);
        return;
    }
    int64_t number = json_number(message->body, "upload");
    struct upload *u = number > 0 ? upload_of(s, (uint64_t)number) : NULL;
    if (!strcmp(what, "put-cancel") && u) {
        blob_put_cancel(TAKE(u->put));
        u->number = 0;
    } else if (!strcmp(what, "put-end") && message->id) {
        json_t *answer =
            u ? put_end(u)
              : json_pack("{s:i, s:s, s:s}", "status", 503, "code", "restarted", "title",
                          "中间库刚重启，请重新发送这份内容");
        (void)ipc_reply(ipc, message->id, answer, NULL, 0);
    }
}

static void on_http_closed(struct ipc *ipc, void *context)
{
    struct service *s = context;
    group_end(s->group);
    uploads_drop(s);
    if (s->http == ipc)
        s->http = NULL;
    ipc_free(ipc);
}

static void on_racks(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct service *s = context;
    group_end(s->group); /* what the racks are answered is on the disk at once */
    json_t *answer = shelf_message(s->repo, message->body);
    if (message->id)
        (void)ipc_reply(ipc, message->id, answer, NULL, 0);
    else
        json_decref(answer);
}

static void on_racks_closed(struct ipc *ipc, void *context)
{
    struct service *s = context;
    if (s->racks == ipc)
        s->racks = NULL;
    json_object_clear(s->repo->live_racks);
    ipc_free(ipc);
}

static void link_take(struct service *s, struct ipc_message *message)
{
    bool is_http = !strcmp(json_text(message->body, "role"), "http");
    struct ipc **place = is_http ? &s->http : &s->racks;
    struct ipc_handlers handlers = { is_http ? on_http : on_racks,
                                     is_http ? on_http_closed : on_racks_closed, s };
    struct fault why;
    if (!message->fd_count)
        return;
    if (*place)
        handlers.closed(*place, s);
    *place = NULL;
    if (ipc_new(s->loop, message->fds[0], &handlers, place, &why))
        log_error("link to %s: %s", json_text(message->body, "role"), why.text);
    else
        message->fds[0] = -1;
}

static void on_parent(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct service *s = context;
    if (!strcmp(json_text(message->body, "do"), "link"))
        link_take(s, message);
    else if (message->id)
        (void)ipc_reply(ipc, message->id, json_pack("{s:i}", "ok", 1), NULL, 0);
}

static void on_parent_closed(__attribute__((unused)) struct ipc *ipc, void *context)
{
    struct service *s = context;
    sd_event_exit(s->loop, 0);
}

static void tell_change(struct repo *repo, enum view view, const char *key, void *context)
{
    struct service *s = context;
    json_t *change = s->http ? board_change(repo, view, key) : NULL;
    if (change && ipc_send(s->http, change, NULL, 0))
        log_debug("a change was not told to the boards");
}

static void tell_lamp(__attribute__((unused)) struct repo *repo,
                      const struct repo_lamp *lamp, void *context)
{
    struct service *s = context;
    if (s->racks &&
        ipc_send(s->racks,
                 json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "do", "lamp", "slot",
                           lamp->slot, "colour", lamp->colour, "mode", lamp->mode,
                           "seconds", (int)lamp->seconds, "waits", (int)lamp->waits),
                 NULL, 0))
        log_warn("lamp of %s: the racks do not listen", lamp->slot);
}

/* Each minute that saw an event gets a signed head; readers that died are cleared. */
static int on_tick(sd_event_source *source, __attribute__((unused)) uint64_t at_us,
                   void *context)
{
    struct service *s = context;
    char text[LEDGER_CHECKPOINT_MAX];
    struct fault why;
    group_end(s->group);
    if (ledger_checkpoint(s->repo->ledger, text, &why))
        log_error("sign the head of the ledger: %s", why.text);
    store_reap(s->repo->store);
    loans_tick(s->repo, clock_now_ms());
    int error = sd_event_source_set_time_relative(source, TICK_US);
    return error < 0 ? error : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_second(sd_event_source *source, __attribute__((unused)) uint64_t at_us,
                     void *context)
{
    struct service *s = context;
    shelf_tick(s->repo, clock_now_ms());
    int error = sd_event_source_set_time_relative(source, SECOND_US);
    return error < 0 ? error : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* What is done to the kept files beside the requests: read again, and removed. */
static int on_files(sd_event_source *source, __attribute__((unused)) uint64_t at_us,
                    void *context)
{
    struct service *s = context;
    struct fault why;
    /* An alarm is on the disk before the place behind it, and a purge before its files
     * go.
     */
    group_end(s->group);
    if (fixity_step(s->fixity, clock_now_ms(), &why))
        log_error("read the kept files again: %s, trying again", why.text);
    enum rc rc = retention_work_step(s->purging, clock_now_ms(), &why);
    if (rc && rc != RC_NOT_FOUND)
        log_error("remove what a purge lists: %s, trying again", why.text);
    int error = sd_event_source_set_time_relative(source, FIXITY_STEP_MS * 1000);
    return error < 0 ? error : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static enum rc service_start(struct service *s, struct fault *why)
{
    uint64_t events = 0;
    enum rc rc = repo_open_upgraded(s->settings->dir, &s->repo, &events, why);
    if (!rc && events)
        log_info("清单已重新生成，共 %llu 条记录", (unsigned long long)events);
    if (!rc && *s->settings->court && strcmp(s->settings->court, s->repo->court) != 0)
        rc =
            fault_set(why, RC_INVALID, 0, "repo.court is %s, but the repository is of %s",
                      s->settings->court, s->repo->court);
    if (!rc)
        rc = file_make_folder(s->settings->archive, 0750, why);
    if (rc)
        return rc;
    const char *read_paths[] = { "/usr/share", "/etc", NULL };
    const char *write_paths[] = { s->settings->dir, s->settings->archive, NULL };
    struct role_rights rights = { ROLE_FILES, read_paths, write_paths };
    rc = role_drop(&rights, why);
    if (rc)
        return rc;
    struct group_handlers told = { tell_change, tell_lamp, s };
    rc = group_new(s->loop, s->repo, &told, &s->group, why);
    struct fixity_options fixity;
    if (!rc)
        rc = repo_settings_fixity(s->settings, &fixity, why);
    if (!rc)
        rc = fixity_new(s->repo, &fixity, &s->fixity, why);
    if (!rc)
        rc = retention_work_new(s->repo, s->settings->archive, &s->purging, why);
    if (rc)
        return rc;
    s->repo->fixity = s->fixity;
    struct ipc_handlers handlers = { on_parent, on_parent_closed, s };
    if (sd_event_add_time_relative(s->loop, NULL, CLOCK_MONOTONIC, TICK_US, 0, on_tick,
                                   s) < 0 ||
        sd_event_add_time_relative(s->loop, NULL, CLOCK_MONOTONIC, SECOND_US, 0,
                                   on_second, s) < 0 ||
        sd_event_add_time_relative(s->loop, NULL, CLOCK_MONOTONIC, FIXITY_STEP_MS * 1000,
                                   0, on_files, s) < 0)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for the loop");
    return ipc_new(s->loop, ROLE_CHANNEL_FD, &handlers, &s->parent, why);
}

int store_main(const struct repo_settings *settings)
{
    log_open("juanku-repod store", LOG_LEVEL_INFO);
    struct service s = { .settings = settings };
    /* Never a number that an earlier store gave out: the http role may still hold it. */
    s.next_upload = (uint64_t)clock_now_ms() * 1024;
    struct fault why;
    if (sd_event_new(&s.loop) < 0)
        return 1;
    if (service_start(&s, &why)) {
        log_error("%s", why.text);
        return 1;
    }
    int code = ipc_send(s.parent, json_pack("{s:i}", "ready", 1), NULL, 0)
                   ? -1
                   : sd_event_loop(s.loop);
    group_free(s.group);
    uploads_drop(&s);
    fixity_free(s.fixity);
    retention_work_free(s.purging);
    repo_close(s.repo);
    return code < 0;
}

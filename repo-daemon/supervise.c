/* The parent holds nothing but processes. Each role has a channel to it; http gets a
 * fresh link to the store whenever either of them starts, racks is given to the store by
 * its channel itself. A role that dies is started again after a while that doubles up to
 * some seconds; one that never came up ends the daemon, since waiting would not help. */
#include "repo-daemon/supervise.h"

#include "core/bytes.h"
#include "sys/clock.h"
#include "sys/ipc.h"
#include "sys/log.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>

enum { WAIT_FIRST_MS = 100, WAIT_MOST_MS = 5000, CALM_MS = 10000, PING_MS = 5000 };

enum { STORE, HTTP, RACKS, ROLES };

struct child {
    struct parent *parent;
    const char *name;
    bool wanted, ready, ever_ready;
    pid_t pid; /* 0: not running */
    struct ipc *channel;
    int racks_fd; /* racks: its channel until the store has it; -1 */
    sd_event_source *watch, *again;
    int64_t started_ms;
    unsigned wait_ms;
};

struct parent {
    sd_event *loop;
    const char *config;
    struct child children[ROLES];
    bool told_ready;
    uint64_t watchdog_us;
    unsigned pongs;
};

static void start(struct child *c);

static void link_send(struct child *to, const char *role, int fd)
{
    if (ipc_send(to->channel, json_pack("{s:s, s:s}", "do", "link", "role", role), &fd,
                 1))
        log_warn("%s does not take its link", to->name);
}

static void link_http(struct parent *p)
{
    struct child *store = &p->children[STORE], *http = &p->children[HTTP];
    int pair[2];
    if (!store->ready || !http->ready)
        return;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
        log_error("make a link: %s", strerror(errno));
        return;
    }
    link_send(store, "http", pair[0]);
    link_send(http, "store", pair[1]);
    close(pair[0]);
    close(pair[1]);
}

static void link_racks(struct parent *p)
{
    struct child *store = &p->children[STORE], *racks = &p->children[RACKS];
    if (!store->ready || racks->racks_fd < 0)
        return;
    link_send(store, "racks", racks->racks_fd);
    close(TAKE_FD(racks->racks_fd));
}

static void on_news(__attribute__((unused)) struct ipc *ipc, struct ipc_message *message,
                    void *context)
{
    struct child *c = context;
    struct parent *p = c->parent;
    if (!json_object_get(message->body, "ready"))
        return;
    c->ready = c->ever_ready = true;
    link_http(p);
    link_racks(p);
    if (!p->told_ready && p->children[STORE].ready && p->children[HTTP].ready) {
        p->told_ready = true;
        (void)sd_notify(0, "READY=1\nSTATUS=serving");
        log_info("ready");
    }
}

static int on_again(__attribute__((unused)) sd_event_source *source,
                    __attribute__((unused)) uint64_t at_us, void *context)
{
    start(context);
    return 0;
}

static int on_exit_of(__attribute__((unused)) sd_event_source *source,
                      const siginfo_t *info, void *context)
{
    struct child *c = context;
    struct parent *p = c->parent;
    log_warn("role %s ended (%s %d)", c->name,
             info->si_code == CLD_EXITED ? "code" : "signal", info->si_status);
    c->pid = 0;
    c->ready = false;
    c->watch = sd_event_source_unref(c->watch);
    ipc_free(TAKE(c->channel));
    if (c->racks_fd >= 0)
        close(TAKE_FD(c->racks_fd));
    if (!c->ever_ready && c->name != p->children[RACKS].name)
        return sd_event_exit(p->loop, 1);
    if (clock_mono_ms() - c->started_ms > CALM_MS)
        c->wait_ms = WAIT_FIRST_MS;
    int error = sd_event_source_set_time_relative(c->again, c->wait_ms * 1000ull);
    c->wait_ms = c->wait_ms * 2 > WAIT_MOST_MS ? WAIT_MOST_MS : c->wait_ms * 2;
    return error < 0 ? error : sd_event_source_set_enabled(c->again, SD_EVENT_ONESHOT);
}

static void start(struct child *c)
{
    struct parent *p = c->parent;
    const char *args[] = { "--config", p->config, NULL };
    struct ipc_handlers handlers = { on_news, NULL, c };
    struct fault why;
    int fd = -1;
    if (role_start(c->name, args, &fd, &c->pid, &why)) {
        log_error("start role %s: %s", c->name, why.text);
        sd_event_exit(p->loop, 1);
        return;
    }
    c->started_ms = clock_mono_ms();
    if (sd_event_add_child(p->loop, &c->watch, c->pid, WEXITED, on_exit_of, c) < 0)
        sd_event_exit(p->loop, 1);
    if (c == &p->children[RACKS]) {
        c->racks_fd = fd;
        link_racks(p);
    } else if (ipc_new(p->loop, fd, &handlers, &c->channel, &why)) {
        log_error("channel of %s: %s", c->name, why.text);
        close(fd);
        sd_event_exit(p->loop, 1);
    }
}

static void on_pong(__attribute__((unused)) struct ipc *ipc, struct ipc_message *reply,
                    void *context)
{
    struct parent *p = context;
    if (reply && ++p->pongs == 2)
        (void)sd_notify(0, "WATCHDOG=1");
}

/* The service manager hears from us only while both roles answer. */
static int on_watchdog(sd_event_source *source, __attribute__((unused)) uint64_t at_us,
                       void *context)
{
    struct parent *p = context;
    p->pongs = 0;
    for (unsigned i = STORE; i <= HTTP; i++)
        if (p->children[i].ready &&
            ipc_call(p->children[i].channel, json_pack("{s:s}", "do", "ping"), NULL, 0,
                     PING_MS, on_pong, p))
            log_warn("role %s does not take a ping", p->children[i].name);
    int error = sd_event_source_set_time_relative(source, p->watchdog_us / 3);
    return error < 0 ? error : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int loop_prepare(struct parent *p)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int error = sd_event_new(&p->loop);
    if (error >= 0)
        error = sd_event_add_signal(p->loop, NULL, SIGTERM, NULL, NULL);
    if (error >= 0)
        error = sd_event_add_signal(p->loop, NULL, SIGINT, NULL, NULL);
    for (unsigned i = 0; i < ROLES && error >= 0; i++) {
        struct child *c = &p->children[i];
        error = sd_event_add_time_relative(p->loop, &c->again, CLOCK_MONOTONIC, 0, 0,
                                           on_again, c);
        if (error >= 0)
            error = sd_event_source_set_enabled(c->again, SD_EVENT_OFF);
    }
    if (error >= 0 && sd_watchdog_enabled(0, &p->watchdog_us) > 0)
        error = sd_event_add_time_relative(p->loop, NULL, CLOCK_MONOTONIC,
                                           p->watchdog_us / 3, 0, on_watchdog, p);
    return error;
}

static void stop(struct child *c)
{
    if (!c->pid)
        return;
    kill(c->pid,
         SIGTERM); /* nothing acknowledged is only in memory: a plain end is enough */
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    c->pid = 0;
}

int supervise(const char *config, const struct repo_settings *settings)
{
    static const char *const names[ROLES] = { "store", "http", "racks" };
    struct parent p = { .config = config };
    log_open("juanku-repod", LOG_LEVEL_INFO);
    for (unsigned i = 0; i < ROLES; i++)
        p.children[i] = (struct child){ .parent = &p,
                                        .name = names[i],
                                        .wanted = i != RACKS || settings->racks[0],
                                        .racks_fd = -1,
                                        .wait_ms = WAIT_FIRST_MS };
    int error = loop_prepare(&p);
    if (error < 0) {
        log_error("start: %s", strerror(-error));
        return 1;
    }
    for (unsigned i = 0; i < ROLES; i++)
        if (p.children[i].wanted)
            start(&p.children[i]);
    int code = sd_event_loop(p.loop);
    (void)sd_notify(0, "STOPPING=1");
    for (unsigned i = ROLES; i-- > 0;)
        stop(&p.children[i]);
    return code < 0 ? 1 : code;
}

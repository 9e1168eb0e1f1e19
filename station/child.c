/* The end of a role is known by its process being reaped. A channel that closes earlier
 * means that the role is broken, so it is killed to get there. */
#include "station/child.h"

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/role.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { PAUSE_LEAST_MS = 200, PAUSE_MOST_MS = 10 * 1000, HEALTHY_MS = 60 * 1000 };

unsigned child_pause_ms(unsigned falls)
{
    unsigned pause_ms = PAUSE_LEAST_MS;
    while (falls-- > 1 && pause_ms < PAUSE_MOST_MS)
        pause_ms *= 2;
    return pause_ms < PAUSE_MOST_MS ? pause_ms : PAUSE_MOST_MS;
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    struct child *child = context;
    child->handlers->message(ipc, message, child->handlers->context);
}

static void on_closed(struct ipc *ipc, void *context)
{
    (void)ipc;
    child_kill(context);
}

static void start(struct child *child);

static int on_again(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    start(context);
    return 0;
}

static void start_later(struct child *child)
{
    if (child->ended)
        return;
    if (clock_mono_ms() - child->started_ms > HEALTHY_MS)
        child->falls = 0;
    child->falls++;
    child->again = sd_event_source_unref(child->again);
    int r = sd_event_add_time_relative(child->loop, &child->again, CLOCK_MONOTONIC,
                                       (uint64_t)child_pause_ms(child->falls) * 1000, 0,
                                       on_again, child);
    if (r < 0)
        log_error("cannot plan the restart of %s: %s", child->handlers->role,
                  strerror(-r));
}

static void let_go(struct child *child)
{
    ipc_free(child->ipc);
    child->ipc = NULL;
    child->pid = 0;
    child->reaped = sd_event_source_disable_unref(child->reaped);
}

static int on_reaped(sd_event_source *source, const siginfo_t *info, void *context)
{
    (void)source;
    struct child *child = context;
    log_warn("%s ended (%s %d), starting it again", child->handlers->role,
             info->si_code == CLD_EXITED ? "status" : "signal", info->si_status);
    let_go(child);
    child->handlers->gone(child->handlers->context);
    start_later(child);
    return 0;
}

static void start(struct child *child)
{
    struct fault why = { 0 };
    int fd = -1;
    child->started_ms = clock_mono_ms();
    if (role_start(child->handlers->role, NULL, &fd, &child->pid, &why)) {
        log_error("%s cannot be started: %s", child->handlers->role, why.text);
        child->pid = 0;
        start_later(child);
        return;
    }
    static const struct ipc_handlers base = { .message = on_message,
                                              .closed = on_closed };
    struct ipc_handlers handlers = base;
    handlers.context = child;
    int r = sd_event_add_child(child->loop, &child->reaped, child->pid, WEXITED,
                               on_reaped, child);
    enum rc rc = r < 0 ? fault_set(&why, RC_IO, -r, "watch it: %s", strerror(-r))
                       : ipc_new(child->loop, fd, &handlers, &child->ipc, &why);
    if (rc) {
        log_error("%s cannot be watched: %s", child->handlers->role, why.text);
        close(fd);
        (void)kill(child->pid, SIGKILL);
        if (r < 0) {
            (void)waitpid(child->pid, NULL, 0);
            start_later(child);
        }
        return;
    }
    child->handlers->started(child->handlers->context);
}

void child_start(struct child *child, sd_event *loop,
                 const struct child_handlers *handlers)
{
    *child = (struct child){ .loop = loop, .handlers = handlers };
    start(child);
}

void child_kill(struct child *child)
{
    if (child->pid > 0)
        (void)kill(child->pid, SIGKILL);
}

void child_end(struct child *child)
{
    child->ended = true;
    child->again = sd_event_source_disable_unref(child->again);
    if (child->pid <= 0)
        return;
    pid_t pid = child->pid;
    child_kill(child);
    let_go(child);
    (void)waitpid(pid, NULL, 0);
}

/* A role below the session: started, watched, and started again when it ends, with a
 * growing pause so that a role that cannot live does not eat the machine. */
#ifndef STATION_CHILD_H
#define STATION_CHILD_H

#include "sys/ipc.h"

#include <stdbool.h>
#include <sys/types.h>

struct child;

struct child_handlers {
    const char *role;               /* "scan"; borrowed for ever */
    void (*started)(void *context); /* the channel is open: child->ipc */
    ipc_on_message *message;        /* context as below */
    void (*gone)(void *context);    /* it ended; child->ipc is NULL */
    void *context;
};

struct child {
    sd_event *loop;                        /* borrowed */
    const struct child_handlers *handlers; /* borrowed */
    struct ipc *ipc;                       /* NULL while it is not running */
    pid_t pid;
    sd_event_source *reaped, *again;
    unsigned falls;     /* ends in a row, for the pause */
    int64_t started_ms; /* monotonic */
    bool ended;         /* child_end() was called: not started again */
};

/* Start it, now and again after each end. SIGCHLD must be blocked. */
void child_start(struct child *child, sd_event *loop,
                 const struct child_handlers *handlers);
/* Kill it; it is started again. Harmless when it is not running. */
void child_kill(struct child *child);
/* Kill it for good and free what it holds. */
void child_end(struct child *child);

/* The pause before start number `falls` in a row, in milliseconds: 200 ms doubled up to
 * 10 s. Pure, for the test. */
unsigned child_pause_ms(unsigned falls);

#endif

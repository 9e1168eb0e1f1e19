/* Groups of requests: three short queues and one flush. */
#include "repo-daemon/group.h"

#include "repo-daemon/call.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    ANSWERS_MOST = 64,
    TOLD_MOST = 4096,
    /* The store follows its log when nothing came for so long, and at the latest then:
     * many commands touch the same pages, which are written once. */
    SETTLE_US = 50 * 1000,
    SETTLE_MOST_MS = 1000,
};

struct held_answer {
    struct ipc *ipc;
    uint64_t id;
    json_t *answer; /* owned */
    int fd;         /* owned */
};

struct held_told {
    bool lamp;
    enum view view;
    char key[40]; /* of a view, or the slot */
    char colour[16], mode[16];
    unsigned seconds;
    bool waits;
};

struct group {
    struct repo *repo;
    struct group_handlers handlers;
    sd_event_source *idle;   /* runs when nothing else does */
    sd_event_source *settle; /* runs a moment after a group that only the log has */
    int64_t behind_ms;       /* since when there is one; 0: the store has all */
    bool more;               /* groups ended since that was set */
    struct held_answer answers[ANSWERS_MOST];
    size_t answer_count;
    struct held_told told[TOLD_MOST];
    size_t told_count;
};

static int on_idle(__attribute__((unused)) sd_event_source *source, void *context)
{
    group_end(context);
    return 0;
}

static void settle_set(struct group *group)
{
    group->more = false;
    if (sd_event_source_set_time_relative(group->settle, SETTLE_US) < 0 ||
        sd_event_source_set_enabled(group->settle, SD_EVENT_ONESHOT) < 0)
        log_warn("no timer to settle the store");
}

static int on_settle(__attribute__((unused)) sd_event_source *source,
                     __attribute__((unused)) uint64_t at_us, void *context)
{
    struct group *group = context;
    struct fault why;
    group_end(group);
    if (group->more && clock_mono_ms() - group->behind_ms < SETTLE_MOST_MS) {
        settle_set(group);
        return 0;
    }
    group->behind_ms = 0;
    if (!store_settle(group->repo->store, &why))
        return 0;
    log_error("the store stays behind its redo log: %s, trying again", why.text);
    settle_set(group);
    return 0;
}

static void settle_later(struct group *group)
{
    if (store_is_settled(group->repo->store))
        return;
    bool set = group->behind_ms != 0;
    group->more = true;
    if (set)
        return;
    group->behind_ms = clock_mono_ms();
    settle_set(group);
}

void group_free(struct group *group)
{
    if (!group)
        return;
    group_end(group);
    sd_event_source_unref(group->idle);
    sd_event_source_unref(group->settle);
    free(group);
}

bool group_is_open(const struct group *group)
{
    return store_group_is_open(group->repo->store);
}

enum rc group_join(struct group *group, struct fault *why)
{
    if (group_is_open(group))
        return RC_OK;
    enum rc rc = store_group_begin(group->repo->store, why);
    if (!rc && sd_event_source_set_enabled(group->idle, SD_EVENT_ONESHOT) < 0)
        return store_group_end(group->repo->store, why); /* empty: work without */
    return rc;
}

static void send_answer(struct ipc *ipc, uint64_t id, json_t *answer, int fd)
{
    if (ipc_reply(ipc, id, answer, &fd, fd >= 0 ? 1 : 0))
        log_warn("an answer did not fit into a message");
    fd_close_at(&fd);
}

void group_answer(struct group *group, struct ipc *ipc, uint64_t id, json_t *answer,
                  int fd)
{
    if (!group_is_open(group)) {
        send_answer(ipc, id, answer, fd);
        return;
    }
    group->answers[group->answer_count++] = (struct held_answer){ ipc, id, answer, fd };
    if (group->answer_count == ANSWERS_MOST)
        group_end(group);
}

static struct held_told *told_next(struct group *group)
{
    if (group->told_count == TOLD_MOST) {
        log_debug("more changes in one group than the boards are told of");
        return NULL;
    }
    return &group->told[group->told_count++];
}

static void on_change(__attribute__((unused)) struct repo *repo, enum view view,
                      const char *key, void *context)
{
    struct group *group = context;
    const struct group_handlers *h = &group->handlers;
    struct held_told *told = group_is_open(group) ? told_next(group) : NULL;
    if (!group_is_open(group))
        h->change(group->repo, view, key, h->context);
    if (!told)
        return;
    *told = (struct held_told){ .view = view };
    snprintf(told->key, sizeof told->key, "%s", key);
}

static void on_lamp(__attribute__((unused)) struct repo *repo,
                    const struct repo_lamp *lamp, void *context)
{
    struct group *group = context;
    const struct group_handlers *h = &group->handlers;
    struct held_told *told = group_is_open(group) ? told_next(group) : NULL;
    if (!group_is_open(group))
        h->lamp(group->repo, lamp, h->context);
    if (!told)
        return;
    *told = (struct held_told){ .lamp = true,
                                .seconds = lamp->seconds,
                                .waits = lamp->waits };
    snprintf(told->key, sizeof told->key, "%s", lamp->slot);
    snprintf(told->colour, sizeof told->colour, "%s", lamp->colour);
    snprintf(told->mode, sizeof told->mode, "%s", lamp->mode);
}

static void refuse_all(struct group *group, enum rc rc, const struct fault *why)
{
    log_error("a group of %zu requests was not kept: %s", group->answer_count, why->text);
    for (size_t i = 0; i < group->answer_count; i++) {
        struct held_answer *held = &group->answers[i];
        struct call call = { .fd = -1 };
        call_fail(&call, rc, why);
        json_decref(held->answer);
        held->answer = call_message(&call);
        fd_close_at(&held->fd);
        held->fd = -1;
        call_free(&call);
    }
    group->told_count = 0;
}

void group_end(struct group *group)
{
    struct fault why;
    if (!group_is_open(group))
        return;
    (void)sd_event_source_set_enabled(group->idle, SD_EVENT_OFF);
    enum rc rc = store_group_end(group->repo->store, &why);
    if (rc)
        refuse_all(group, rc, &why);
    settle_later(group);
    for (size_t i = 0; i < group->answer_count; i++) {
        struct held_answer *held = &group->answers[i];
        send_answer(held->ipc, held->id, held->answer, held->fd);
    }
    group->answer_count = 0;
    const struct group_handlers *h = &group->handlers;
    for (size_t i = 0; i < group->told_count; i++) {
        const struct held_told *told = &group->told[i];
        const struct repo_lamp lamp = { told->key, told->colour, told->mode,
                                        told->seconds, told->waits };
        if (told->lamp)
            h->lamp(group->repo, &lamp, h->context);
        else
            h->change(group->repo, told->view, told->key, h->context);
    }
    group->told_count = 0;
}

enum rc group_new(sd_event *loop, struct repo *repo,
                  const struct group_handlers *handlers, struct group **ret_group,
                  struct fault *why)
{
    struct group *group = calloc(1, sizeof *group);
    if (!group || sd_event_add_defer(loop, &group->idle, on_idle, group) < 0 ||
        sd_event_source_set_priority(group->idle, SD_EVENT_PRIORITY_IDLE) < 0 ||
        sd_event_source_set_enabled(group->idle, SD_EVENT_OFF) < 0 ||
        sd_event_add_time_relative(loop, &group->settle, CLOCK_MONOTONIC, SETTLE_US, 0,
                                   on_settle, group) < 0 ||
        sd_event_source_set_enabled(group->settle, SD_EVENT_OFF) < 0) {
        free(group);
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for groups");
    }
    group->repo = repo;
    group->handlers = *handlers;
    repo->on_change = on_change;
    repo->lamp = on_lamp;
    repo->context = group;
    *ret_group = group;
    return RC_OK;
}

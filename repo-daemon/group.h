/* Answers that wait for one flush. Requests that change something run one after another
 * in a group of the store (store_lmdb.h); what they answer, what the boards are told and
 * the lamps are held back until the group is on the disk. The group ends when nothing
 * else waits to be read, or when it is full. With one client it holds one answer. */
#ifndef REPO_GROUP_H
#define REPO_GROUP_H

#include "repo-daemon/repo.h"
#include "sys/ipc.h"

#include <systemd/sd-event.h>

struct group;

/* What is done once it is on the disk; the lamp as in struct repo. */
struct group_handlers {
    void (*change)(struct repo *repo, enum view view, const char *key, void *context);
    void (*lamp)(struct repo *repo, const struct repo_lamp *lamp, void *context);
    void *context;
};

/* Both borrowed; the caller ends with group_free() before it closes the repository. What
 * the repository has to tell (on_change, lamp) goes through the group from now on. */
MUST_USE enum rc group_new(sd_event *loop, struct repo *repo,
                           const struct group_handlers *handlers,
                           struct group **ret_group, struct fault *why);
void group_free(struct group *group); /* accepts NULL; an open group is ended first */

/* Before a request: begin where none is open. */
MUST_USE enum rc group_join(struct group *group, struct fault *why);
bool group_is_open(const struct group *group);

/* Answer `id` of `ipc`; at once when no group is open. Steals `answer`, and `fd` unless
 * it is -1. */
void group_answer(struct group *group, struct ipc *ipc, uint64_t id, json_t *answer,
                  int fd);
/* Flush now, then send everything that waits. When the flush is refused (a full disk),
 * every answer that waits becomes that refusal, and nothing else is told. */
void group_end(struct group *group);

#endif

/* One custody act over one or many volumes: looks up the facts, asks the law, and
 * collects the moves and the data of the event. All volumes or none. */
#ifndef REPO_ACT_H
#define REPO_ACT_H

#include "repo-daemon/command.h"
#include "repo-daemon/custody.h"
#include "repo-daemon/people.h"

struct act {
    struct repo *repo;
    struct custody_act law; /* event, roles, to_roles, to_self ... set before act_add() */
    const char *by;         /* badge, borrowed */
    const char *to, *slot;  /* borrowed; NULL for none */
    const char *desk;       /* borrowed; at whose desk, when not at the actor's own */
    const char *batch;      /* borrowed; the hand-over this act is for; NULL for none */
    bool several;           /* more volumes follow: a refusal names its volume */
    int64_t now_ms;         /* for days that follow from today; set by act_begin() */
    unsigned effects; /* of the first volume: those of all, as the event has one data */
    json_t *data;     /* owned: of the event */
    json_t *volumes;  /* owned: the stored objects, as they were */
    json_t *labels;   /* owned */
    struct ledger_move moves[LEDGER_MOVES_MAX];
    size_t count;
};

/* Begin with an empty act of this person. act_end() releases it. */
void act_begin(struct act *act, struct repo *repo, enum custody_event event,
               const struct person *by);
void act_end(struct act *act);

/* Add a volume. `version` is what the caller saw, -1 when it does not matter.
 *   RC_CONFLICT  it has another version now
 *   RC_REFUSED, RC_DENIED  the law says no; the sentence names the volume when there are
 *   several */
MUST_USE enum rc act_add(struct act *act, json_t *volume, int64_t version,
                         struct fault *why);

/* Put the act into a command: event, moves, data, and the answer {"seq","volumes"}. */
void act_fill(struct act *act, struct command *command);

/* The facts that the law looks at. */
void act_facts(const json_t *volume, struct custody_facts *ret_facts);

#endif

/* A repository of any size, made fast: many commands in one transaction, through the same
 * calls as the daemon's. Each volume lives the same life of ten events: registered,
 * received, put on a shelf, taken, offered, accepted, offered back, accepted, shelved. */
#ifndef BENCH_REPO_MAKE_H
#define BENCH_REPO_MAKE_H

#include "repo-daemon/apply.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LIFE = 10, MAKE_GROUP = 4000 };

static inline double bench_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void bench_must(enum rc rc, const struct fault *why)
{
    if (!rc)
        return;
    fprintf(stderr, "%s: %s\n", rc_name(rc), why->text);
    exit(1);
}

/* As the daemon's timer does (repo-daemon/group.c): never further behind than a second.
 */
static inline void bench_settle_in_time(struct store *store)
{
    static double last;
    struct fault why;
    double now = bench_s();
    if (now - last < 1)
        return;
    bench_must(store_settle(store, &why), &why);
    last = now;
}

static inline void volume_label(uint64_t n, char ret_text[LABEL_TEXT_MAX])
{
    struct label label = { .type = LABEL_VOLUME, .kind = 1, .part = 1 };
    char digits[32];
    snprintf(digits, sizeof digits, "44039920260301%06llu",
             (unsigned long long)n % 1000000);
    memcpy(label.case_id, digits, LABEL_CASE_DIGITS);
    if (n >= 1000000 || label_write(&label, ret_text))
        abort();
}

/* The command of event `step` (0..LIFE-1) of volume `n`. */
static inline enum rc life_event(struct repo *repo, struct store_txn *txn, uint64_t n,
                                 unsigned step, struct fault *why)
{
    static const struct {
        const char *event, *from, *to, *data;
    } life[LIFE] = {
        { "register", "", "expected", "{\"sheets\":100,\"notice\":0}" },
        { "receive", "expected", "received",
          "{\"holder\":\"P0000000197\",\"sheets\":100}" },
        { "offer", "received", "in-transit", "{\"to\":\"P0000000288\"}" },
        { "accept", "in-transit", "received",
          "{\"holder\":\"P0000000288\",\"to\":\"\"}" },
        { "offer", "received", "in-transit", "{\"to\":\"P0000000379\"}" },
        { "accept", "in-transit", "received",
          "{\"holder\":\"P0000000379\",\"to\":\"\"}" },
        { "offer", "received", "in-transit", "{\"to\":\"P0000000197\"}" },
        { "accept", "in-transit", "received",
          "{\"holder\":\"P0000000197\",\"to\":\"\"}" },
        { "offer", "received", "in-transit", "{\"to\":\"P0000000288\"}" },
        { "accept", "in-transit", "received",
          "{\"holder\":\"P0000000288\",\"to\":\"\"}" },
    };
    char label[LABEL_TEXT_MAX], id[33];
    volume_label(n, label);
    snprintf(id, sizeof id, "%016llx%016x", (unsigned long long)n * 2654435761u, step);
    SCOPED(json_free_at) json_t *data = json_loads(life[step].data, 0, NULL);
    struct ledger_move move = { label, step, life[step].from, life[step].to };
    struct ledger_event event = { .event = life[step].event,
                                  .by = "P0000000197",
                                  .at_ms = 1790000000000 + (int64_t)(n * LIFE + step),
                                  .moves = &move,
                                  .move_count = 1,
                                  .data = data };
    struct ledger_batch batch = { .id = id, .events = &event, .count = 1 };
    struct ledger_result result;
    enum rc rc = ledger_append_in(repo->ledger, txn, &batch, &result, why);
    repo->touched_count = 0; /* as each command of the daemon begins */
    return rc ? rc : apply_seq(repo, txn, result.first_seq, why);
}

#endif

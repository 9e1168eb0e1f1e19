/* Two lots of events: one is read by the second thread, one is applied by the first; each
 * lot's texts are copied out of the store before, so the store stays with one thread. */
#include "repo-daemon/apply_ahead.h"

#include "repo-daemon/aside.h"
#include "sys/scope.h"

#include <string.h>

enum { LOT_EVENTS = 2000, FIRST_ROOM = 1 << 20 };

struct lot {
    uint64_t first; /* seq of its first event */
    size_t count, most;
    uint8_t *text; /* owned: the events behind one another */
    size_t room, ends[LOT_EVENTS];
    bool full;                                /* no memory */
    struct ledger_record records[LOT_EVENTS]; /* the first `made` are owned */
    size_t made;
    uint64_t bad_seq;
    struct fault inner; /* what is wrong with that one */
};

struct apply_ahead {
    struct aside *aside; /* owned */
    struct lot lots[2];
};

static void lot_clear(struct lot *lot)
{
    for (size_t i = 0; i < lot->made; i++)
        ledger_record_free(&lot->records[i]);
    lot->made = 0;
}

static void lot_read(void *context)
{
    struct lot *lot = context;
    lot_clear(lot);
    lot->bad_seq = 0;
    size_t at = 0;
    for (size_t i = 0; i < lot->count; i++) {
        struct bytes text = { lot->text + at, lot->ends[i] - at };
        enum rc rc = ledger_record_read(text, &lot->records[i], &lot->inner);
        lot->made += !rc;
        if (!rc && lot->records[i].seq != lot->first + i)
            rc = fault_set(&lot->inner, RC_INVALID, 0, "it has another number");
        if (rc) {
            lot->bad_seq = lot->first + i;
            return;
        }
        at = lot->ends[i];
    }
}

void apply_ahead_free(struct apply_ahead *a)
{
    if (!a)
        return;
    aside_free(a->aside);
    for (size_t i = 0; i < COUNT(a->lots); i++) {
        lot_clear(&a->lots[i]);
        free(a->lots[i].text);
    }
    free(a);
}

enum rc apply_ahead_new(struct apply_ahead **ret_ahead, struct fault *why)
{
    struct apply_ahead *a = calloc(1, sizeof *a);
    if (!a)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory to read ahead");
    a->aside = aside_new();
    *ret_ahead = a;
    return RC_OK;
}

/* One event more. False: the lot is full, or there is no memory. */
static bool lot_add(struct bytes text, void *context)
{
    struct lot *lot = context;
    size_t at = lot->count ? lot->ends[lot->count - 1] : 0;
    if (at + text.len > lot->room) {
        size_t room = 2 * lot->room + text.len + FIRST_ROOM;
        uint8_t *grown = realloc(lot->text, room);
        lot->full = !grown;
        if (!grown)
            return false;
        lot->text = grown;
        lot->room = room;
    }
    memcpy(lot->text + at, text.at, text.len);
    lot->ends[lot->count++] = at + text.len;
    return lot->count < lot->most;
}

static enum rc lot_fill(struct lot *lot, struct ledger *ledger, struct store_txn *txn,
                        uint64_t from, uint64_t to, struct fault *why)
{
    lot->first = from;
    lot->count = 0;
    lot->most = from > to ? 0 : to - from < LOT_EVENTS ? to - from + 1 : LOT_EVENTS;
    enum rc rc = lot->most ? ledger_walk_in(ledger, txn, from, lot_add, lot, why) : RC_OK;
    if (!rc && lot->full)
        rc = fault_set(why, RC_NO_MEMORY, 0, "no memory to read ahead");
    else if (!rc && lot->count < lot->most)
        rc = fault_set(why, RC_CORRUPT, 0, "event %llu is missing",
                       (unsigned long long)(from + lot->count));
    return rc;
}

static enum rc lot_apply(const struct lot *lot, apply_ahead_each *each, void *context,
                         struct fault *why)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < lot->made && lot->first + i != lot->bad_seq; i++)
        rc = each(context, &lot->records[i], why);
    if (!rc && lot->bad_seq)
        rc = fault_set(why, RC_CORRUPT, 0, "event %llu is damaged: %s",
                       (unsigned long long)lot->bad_seq, lot->inner.text);
    return rc;
}

enum rc apply_ahead_run(struct apply_ahead *a, struct ledger *ledger,
                        struct store_txn *txn, uint64_t from, uint64_t to,
                        apply_ahead_each *each, void *context, struct fault *why)
{
    unsigned turn = 0;
    enum rc rc = lot_fill(&a->lots[0], ledger, txn, from, to, why);
    if (rc)
        return rc;
    aside_give(a->aside, lot_read, &a->lots[0]);
    for (;; turn = !turn) {
        struct lot *now = &a->lots[turn], *next = &a->lots[!turn];
        rc = lot_fill(next, ledger, txn, now->first + now->count, to, why);
        aside_wait(a->aside);
        if (rc || !now->count)
            return rc;
        aside_give(a->aside, lot_read, next);
        rc = lot_apply(now, each, context, why);
        if (rc)
            break;
    }
    aside_wait(a->aside);
    return rc;
}

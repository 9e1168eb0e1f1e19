/* Inside of apply: one event on its way into the views. */
#ifndef REPO_APPLY_IN_H
#define REPO_APPLY_IN_H

#include "repo-daemon/apply.h"
#include "sys/json_scope.h"

#include <string.h>

struct applying {
    struct repo *repo;
    struct store_txn *txn;
    uint64_t seq;
    const struct ledger_record *event; /* borrowed, as what follows */
    const json_t *data;
    const char *word, *by;
    json_int_t at_ms;
    unsigned told; /* notices of this event so far */
    struct fault *why;
};

static inline const char *apply_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static inline json_int_t apply_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* apply_set.c: a field becomes `text`, or `value`. Nothing happens to one that is. */
void apply_set_text(json_t *object, const char *name, const char *text);
void apply_set_number(json_t *object, const char *name, json_int_t value);
/* A copy of a value of the event's, which another thread frees. NULL: nothing happens. */
void apply_set_copy(json_t *object, const char *name, const json_t *value);

static inline enum rc apply_put(struct applying *a, enum view view, const char *key,
                                const json_t *object)
{
    return view_put(a->repo, a->txn, view, key, object, a->why);
}

/* apply_volume.c: one entry of "volumes". */
MUST_USE enum rc apply_move(struct applying *a, const struct ledger_record_move *move);
/* apply_reverse.c: remember what the volume is; be that again. */
void apply_undo_keep(json_t *volume);
MUST_USE enum rc apply_undo(struct applying *a, json_t *volume);
/* apply_case.c: cases that belong together; a volume that goes on under another number.
 */
MUST_USE enum rc apply_case_link(struct applying *a);
MUST_USE enum rc apply_relinked(struct applying *a, json_t *volume,
                                const struct ledger_record_move *move);
MUST_USE enum rc apply_relink(struct applying *a, const char *name, json_t **ret_volume);
MUST_USE enum rc apply_offline(struct applying *a);
MUST_USE enum rc apply_offline_end(struct applying *a);
/* apply_loan.c: what a move of a volume means for its loan, before the volume is kept;
 * the end of all that wait for a volume; a notice to a person. */
MUST_USE enum rc apply_loan_move(struct applying *a, json_t *volume, const char *from,
                                 const char *to);
MUST_USE enum rc apply_loans_close(struct applying *a, const char *volume);
MUST_USE enum rc apply_tell(struct applying *a, const char *badge, const char *text,
                            const char *volume, const char *loan);
MUST_USE enum rc apply_loan_request(struct applying *a);
MUST_USE enum rc apply_loan_act(struct applying *a);
MUST_USE enum rc apply_loan_tell(struct applying *a); /* remind and overdue */
MUST_USE enum rc apply_notice_seen(struct applying *a);
/* apply_place.c */
MUST_USE enum rc apply_slots(struct applying *a);
MUST_USE enum rc apply_place(struct applying *a);
MUST_USE enum rc apply_stocktake(struct applying *a);
MUST_USE enum rc apply_count(struct applying *a);
MUST_USE enum rc apply_explain(struct applying *a);
MUST_USE enum rc apply_stocktake_end(struct applying *a);
/* 件: catalogue rows that have a page in a feeding that stands. */
MUST_USE enum rc apply_items_count(struct applying *a, json_t *volume);
/* apply_batch.c: an event with a "batch" in its data. */
MUST_USE enum rc apply_batch(struct applying *a);

/* apply_blob.c: an event names the file `hex` of a volume of this kind. `owner`: a
 * feeding ("V…/0001") whose manifest has it; or a volume, or "", whose event itself names
 * it: no purge removes that. The files of a purge have gone. */
MUST_USE enum rc apply_blob(struct applying *a, const char *hex, json_int_t kind,
                            const char *owner);
MUST_USE enum rc apply_blob_gone(struct applying *a, const char *hex, const char *purge);
/* apply_retention.c: holds and purges, each by its word. */
MUST_USE enum rc apply_hold(struct applying *a);
MUST_USE enum rc apply_lift(struct applying *a);
MUST_USE enum rc apply_purge_propose(struct applying *a);
MUST_USE enum rc apply_purge_end(struct applying *a);
MUST_USE enum rc apply_purge(struct applying *a);
MUST_USE enum rc apply_purge_done(struct applying *a);

/* apply_intake.c: lists of the counter, each by its word. */
MUST_USE enum rc apply_intake(struct applying *a);
MUST_USE enum rc apply_intake_file(struct applying *a);
MUST_USE enum rc apply_intake_notice(struct applying *a);
MUST_USE enum rc apply_intake_return(struct applying *a);
MUST_USE enum rc apply_paper_correct(struct applying *a);

/* apply_station.c */
MUST_USE enum rc apply_station_cert(struct applying *a);
MUST_USE enum rc apply_station_cert_end(struct applying *a);

/* apply_shelf.c: events of orders, odd slots and alarms, each by its word. */
MUST_USE enum rc apply_order(struct applying *a);
MUST_USE enum rc apply_order_end(struct applying *a);
MUST_USE enum rc apply_rack_odd(struct applying *a);
MUST_USE enum rc apply_alarm(struct applying *a);
MUST_USE enum rc apply_alarm_end(struct applying *a);
/* An order by its id becomes "done" or "failed". */
MUST_USE enum rc apply_order_finish(struct applying *a, const char *id,
                                    const char *state);
/* A volume came into a slot or left it by an act: what was wrong or waiting there (`was`,
 * the slot before) is over. */
MUST_USE enum rc apply_slot_settle(struct applying *a, const char *slot,
                                   const json_t *was);
/* apply_qc.c: a feeding of the volume came and waits for the second person; his verdict.
 */
MUST_USE enum rc apply_qc_begin(struct applying *a, const json_t *volume);
MUST_USE enum rc apply_qc_end(struct applying *a, json_t *volume, const char *result);
/* A feeding counts from when it came (+1) until it is rejected (-1); what a rejected one
 * showed is kept all the same. */
void apply_feeding_count(json_t *volume, const json_t *scan, json_int_t sign);

#endif

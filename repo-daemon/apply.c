/* Events to views: those about volumes by apply_volume.c, the others by a table. */
#include "repo-daemon/apply_in.h"

#include <stdio.h>

static enum rc case_apply(struct applying *a)
{
    return apply_put(a, VIEW_CASES, apply_text(a->data, "case"), a->data);
}

static enum rc person_apply(struct applying *a)
{
    SCOPED(json_free_at)
    json_t *login = json_pack("{s:s}", "badge", apply_text(a->data, "badge"));
    enum rc rc = apply_put(a, VIEW_PEOPLE, apply_text(a->data, "badge"), a->data);
    return rc ? rc : apply_put(a, VIEW_LOGINS, apply_text(a->data, "login"), login);
}

static enum rc totp_reset_apply(struct applying *a)
{
    SCOPED(json_free_at) json_t *person = NULL;
    const char *badge = apply_text(a->data, "badge");
    if (view_get(a->repo, a->txn, VIEW_PEOPLE, badge, &person))
        return fault_set(a->why, RC_CORRUPT, 0, "event %llu names nobody of ours",
                         (unsigned long long)a->seq);
    apply_set_number(person, "keys_ms", a->at_ms);
    return apply_put(a, VIEW_PEOPLE, badge, person);
}

static bool notice_mark(const char *key, json_t *volume, void *context)
{
    (void)key;
    json_array_append(context, volume);
    return true;
}

static enum rc notice_apply(struct applying *a)
{
    char prefix[32];
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(json_free_at) json_t *volumes = json_array();
    enum rc rc =
        view_get(a->repo, a->txn, VIEW_CASES, apply_text(a->data, "case"), &the_case);
    if (rc)
        return fault_set(a->why, RC_CORRUPT, 0, "a notice for no case");
    json_object_set_new(the_case, "notice", json_deep_copy(a->data));
    rc = apply_put(a, VIEW_CASES, apply_text(a->data, "case"), the_case);
    snprintf(prefix, sizeof prefix, "V%s", apply_text(a->data, "case"));
    if (!rc)
        rc = view_each(a->repo, a->txn, VIEW_VOLUMES, prefix, NULL, notice_mark, volumes,
                       a->why);
    for (size_t i = 0; !rc && i < json_array_size(volumes); i++) {
        json_t *volume = json_array_get(volumes, i);
        apply_set_number(volume, "notice", 1);
        rc = apply_put(a, VIEW_VOLUMES, apply_text(volume, "volume"), volume);
        if (!rc)
            rc = apply_loans_close(a, apply_text(volume, "volume"));
    }
    return rc;
}

static const struct {
    const char *word;
    enum rc (*apply)(struct applying *a);
} others[] = {
    { EVENT_CASE, case_apply },
    { EVENT_PERSON, person_apply },
    { EVENT_SLOTS, apply_slots },
    { EVENT_NOTICE, notice_apply },
    { EVENT_ORDER, apply_order },
    { EVENT_ORDER_END, apply_order_end },
    { EVENT_RACK_ODD, apply_rack_odd },
    { EVENT_LOAN_REQUEST, apply_loan_request },
    { EVENT_CASE_LINK, apply_case_link },
    { EVENT_OFFLINE, apply_offline },
    { EVENT_OFFLINE_END, apply_offline_end },
    { EVENT_PERSON_CHANGE, person_apply },
    { EVENT_TOTP_RESET, totp_reset_apply },
    { EVENT_PLACE, apply_place },
    { EVENT_STOCKTAKE, apply_stocktake },
    { EVENT_COUNT, apply_count },
    { EVENT_EXPLAIN, apply_explain },
    { EVENT_STOCKTAKE_END, apply_stocktake_end },
    { EVENT_LOAN_ACT, apply_loan_act },
    { EVENT_LOAN_REMIND, apply_loan_tell },
    { EVENT_LOAN_OVERDUE, apply_loan_tell },
    { EVENT_NOTICE_SEEN, apply_notice_seen },
    { EVENT_ALARM, apply_alarm },
    { EVENT_ALARM_END, apply_alarm_end },
    { EVENT_INTAKE, apply_intake },
    { EVENT_INTAKE_FILE, apply_intake_file },
    { EVENT_INTAKE_NOTICE, apply_intake_notice },
    { EVENT_INTAKE_RETURN, apply_intake_return },
    { EVENT_PAPER_CORRECT, apply_paper_correct },
    { EVENT_HOLD, apply_hold },
    { EVENT_LIFT, apply_lift },
    { EVENT_PURGE_PROPOSE, apply_purge_propose },
    { EVENT_PURGE_END, apply_purge_end },
    { "purge", apply_purge },
    { EVENT_PURGE_DONE, apply_purge_done },
    { EVENT_STATION_CERT, apply_station_cert },
    { EVENT_STATION_CERT_END, apply_station_cert_end },
};

enum rc apply_event(struct repo *repo, struct store_txn *txn,
                    const struct ledger_record *event, struct fault *why)
{
    struct applying a = { .repo = repo,
                          .txn = txn,
                          .seq = event->seq,
                          .event = event,
                          .data = event->data,
                          .word = event->event,
                          .by = event->by,
                          .at_ms = event->at_ms,
                          .why = why };
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < event->move_count; i++)
        rc = apply_move(&a, &event->moves[i]);
    for (size_t i = 0; !rc && i < COUNT(others); i++)
        if (*others[i].word == *a.word && !strcmp(others[i].word, a.word))
            rc = others[i].apply(&a);
    if (!rc && *apply_text(a.data, "batch"))
        rc = apply_batch(&a);
    bool by_order = event->move_count && *apply_text(a.data, "order");
    return rc || !by_order ? rc
                           : apply_order_finish(&a, apply_text(a.data, "order"), "done");
}

enum rc apply_seq(struct repo *repo, struct store_txn *txn, uint64_t seq,
                  struct fault *why)
{
    struct bytes text;
    SCOPED(ledger_record_free) struct ledger_record event = { 0 };
    enum rc rc = ledger_event_in(repo->ledger, txn, seq, &text, why);
    if (!rc)
        rc = ledger_record_read(text, &event, why);
    if (!rc && event.seq != seq)
        rc = RC_INVALID;
    if (rc == RC_INVALID)
        rc = fault_set(why, RC_CORRUPT, 0, "event %llu is damaged",
                       (unsigned long long)seq);
    return rc ? rc : apply_event(repo, txn, &event, why);
}

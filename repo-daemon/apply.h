/* From an event to the views: the only way a view changes, live and in a rebuild. */
#ifndef REPO_APPLY_H
#define REPO_APPLY_H

#include "repo-daemon/ledger_event.h"
#include "repo-daemon/repo.h"

/* Apply an event, as it was read from the ledger, within `txn`. An event that a volume's
 * view does not fit is RC_CORRUPT: ledger and views have parted. */
MUST_USE enum rc apply_event(struct repo *repo, struct store_txn *txn,
                             const struct ledger_record *event, struct fault *why);
/* The same of event `seq`, which stands in the ledger. */
MUST_USE enum rc apply_seq(struct repo *repo, struct store_txn *txn, uint64_t seq,
                           struct fault *why);

/* Empty all views and apply every event again. */
MUST_USE enum rc apply_all(struct repo *repo, uint64_t *ret_events, struct fault *why);
/* Open it; when its views are of an older format, or a rebuild of them was cut off, make
 * them again from the ledger first (200,000 events a second and more), and log that.
 * *ret_events is how many were read for that, 0 when the views were right. */
MUST_USE enum rc repo_open_upgraded(const char *folder, struct repo **ret_repo,
                                    uint64_t *ret_events, struct fault *why);

/* The words of events that are not custody. */
#define EVENT_CASE "case"
#define EVENT_REGISTER "register"
#define EVENT_PERSON "person"
#define EVENT_PIN "pin"
#define EVENT_SLOTS "slots"
#define EVENT_NOTICE "archive-notice"
#define EVENT_ORDER "order"
#define EVENT_ORDER_END "order-end"
#define EVENT_RACK_ODD "rack-odd"
#define EVENT_REVERSE "reverse"
#define EVENT_OFFLINE "offline-conflict"
#define EVENT_OFFLINE_END "offline-settled"
#define EVENT_PERSON_CHANGE "person-change"
#define EVENT_CASE_LINK "case-link"
#define EVENT_PLACE "place"
#define EVENT_STOCKTAKE "stocktake"
#define EVENT_COUNT "stocktake-count"
#define EVENT_EXPLAIN "stocktake-explain"
#define EVENT_STOCKTAKE_END "stocktake-end"
#define EVENT_LOAN_REQUEST "loan-request"
#define EVENT_LOAN_ACT "loan-act"
#define EVENT_LOAN_REMIND "loan-remind"
#define EVENT_LOAN_OVERDUE "loan-overdue"
#define EVENT_NOTICE_SEEN "notice-seen"
#define EVENT_ALARM "alarm"
#define EVENT_ALARM_END "alarm-end"
#define EVENT_INTAKE "intake"
#define EVENT_INTAKE_FILE "intake-file"
#define EVENT_INTAKE_NOTICE "intake-notice"
#define EVENT_INTAKE_RETURN "intake-return"
#define EVENT_PAPER_CORRECT "paper-correct"
#define EVENT_SECRET_READ "secret-read"
#define EVENT_FIXITY_ASK "fixity-ask"
#define EVENT_FIXITY "fixity"
#define EVENT_HOLD "retention-hold"
#define EVENT_LIFT "retention-lift"
#define EVENT_PURGE_PROPOSE "purge-propose"
#define EVENT_PURGE_END "purge-end"
#define EVENT_PURGE_DONE "purge-done"
#define EVENT_TOTP_ON "totp-on"
#define EVENT_TOTP_RESET "totp-reset"
#define EVENT_UNLOCK "log-in-unlock"
#define EVENT_STATION_CERT "station-cert"
#define EVENT_STATION_CERT_END "station-cert-end"

#endif

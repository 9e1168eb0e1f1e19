/* Every address of the repository in ONE table: method, path, who may, handler. The http
 * role serves exactly these; openapi.json describes exactly these (tested). */
#ifndef REPO_ROUTE_H
#define REPO_ROUTE_H

#include "repo-daemon/call.h"

#include <stdbool.h>

enum {
    ROUTE_JSON_MAX = 3 * 1024 * 1024, /* a message between the roles holds 4 MiB */
    ROUTE_BLOB_MAX = 64 * 1024 * 1024,
};

enum route_kind {
    ROUTE_ASK = 1, /* the store answers */
    ROUTE_STREAM,  /* the store allows, http keeps the stream */
    ROUTE_UPLOAD,  /* the body goes into a file of the store */
    ROUTE_HERE,    /* the http role answers by itself */
};

typedef enum rc route_handler(struct call *call, struct fault *why);

struct route {
    const char *method, *path;
    unsigned roles; /* who may; 0: everybody, also without log-in */
    enum route_kind kind;
    route_handler *handler; /* ROUTE_ASK and ROUTE_STREAM */
    uint32_t body_max;
};

/* NULL behind the last. */
const struct route *route_at(size_t index);
const struct route *route_find(const char *method, const char *path);

/* The handlers, by file. */
route_handler session_open, session_show, session_close; /* api_people.c */
route_handler people_list, people_create, words_show, pin_set;
route_handler case_create, case_list, case_show_one, case_notice; /* api_case.c */
route_handler volume_create, volume_list, volume_show_one;        /* api_volume.c */
route_handler volume_chain, board_show, stream_open;              /* api_board.c */
route_handler custody_act;                                        /* api_custody.c */
route_handler batch_create, batch_list, batch_show_one;           /* api_batch.c */
route_handler batch_act, batch_slip;
route_handler loan_create, loan_list, loan_show_one, loan_act_do; /* api_loan.c */
route_handler loan_board, loan_slip, notices_list, notice_seen;   /* api_loan_board.c */
route_handler rules_show;                                         /* api_rules.c */
route_handler scans_create, scans_list, pages_list, items_list;   /* api_scan.c */
route_handler slots_list, slots_create, order_create, order_show; /* api_slot.c */
route_handler binding_check, binding_show;                        /* api_binding.c */
route_handler archive_create;                                     /* api_archive.c */
route_handler retention_terms, hold_create, hold_lift;            /* api_retention.c */
route_handler purge_create, purges_list, purge_show_one;          /* api_purge.c */
route_handler purge_decide, purge_slip;
route_handler blob_show, blob_begin;                            /* api_blob.c */
route_handler alarm_list_show, alarm_explain;                   /* api_alarm.c */
route_handler fixity_show, fixity_begin;                        /* api_fixity.c */
route_handler event_reverse;                                    /* api_reverse.c */
route_handler offline_replay, conflicts_list, conflict_settle;  /* api_offline.c */
route_handler case_link, volume_relink;                         /* api_relink.c */
route_handler person_change;                                    /* api_person.c */
route_handler places_list, place_change, slot_proposal;         /* api_place.c */
route_handler stocktake_create, stocktake_list, stocktake_show; /* api_stocktake.c */
route_handler stocktake_count, stocktake_explain, stocktake_close;
route_handler binding_check, binding_show;                       /* api_binding.c */
route_handler archive_create;                                    /* api_archive.c */
route_handler blob_show, blob_begin;                             /* api_blob.c */
route_handler intake_create, intake_show_one, intake_rules_show; /* api_intake.c */
route_handler intake_slip, intake_notice_slip;
route_handler intake_file, intake_notice, intake_return; /* api_intake_act.c */
route_handler paper_correct;
route_handler intake_list, paper_list, paper_show; /* api_intake_list.c */
route_handler intake_labels, volume_labels;        /* api_label.c */
route_handler qc_list, qc_show, qc_returns;        /* api_qc.c */
route_handler qc_judge;                            /* api_qc_verdict.c */
route_handler ledger_head_show, ledger_key_show, ledger_events_show; /* api_ledger.c */
route_handler ledger_growth_show, ledger_sheet_show, ledger_proof_show;
route_handler totp_start, totp_finish, totp_reset, person_unlock; /* api_totp.c */
route_handler station_list, station_enrol, station_revoke;        /* api_station.c */
route_handler openapi_show, metrics_show, ready_show;             /* api_about.c */

#endif

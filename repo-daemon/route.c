/* The table of addresses and rights. */
#include "repo-daemon/route.h"

#include <string.h>

enum {
    REGISTER = ROLE_CATALOGUER | ROLE_KEEPER,
    NOTIFY = ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_ARCHIVIST,
    SCAN = ROLE_OPERATOR | ROLE_STATION,
    READ = ROLE_PEOPLE,
    BIND = ROLE_BINDER | ROLE_CHECKER,
    PROVE = ROLE_AUDITOR | ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_ARCHIVIST | ROLE_KEEPER,
    COUNTER =
        ROLE_CATALOGUER | ROLE_KEEPER | ROLE_ARCHIVIST | ROLE_SUPERVISOR | ROLE_AUDITOR,
    WATCH = ROLE_AUDITOR | ROLE_SUPERVISOR | ROLE_ADMIN,
    LOANS = ROLE_BORROWER | ROLE_APPROVER | ROLE_PRESIDENT,
    TEND = ROLE_ADMIN | ROLE_SUPERVISOR | ROLE_ARCHIVIST,
    EXPLAIN = ROLE_KEEPER | ROLE_SUPERVISOR,
    TAKES = ROLE_KEEPER | ROLE_SUPERVISOR | ROLE_AUDITOR,
    CONTROL = ROLE_QC | ROLE_SUPERVISOR | ROLE_AUDITOR,
    EVERYBODY = 0,
    JSON = ROUTE_JSON_MAX,
};

/* clang-format off */
static const struct route routes[] = {
    { "GET",    "/healthz",                            EVERYBODY,   ROUTE_HERE,   NULL,               0 },
    { "GET",    "/readyz",                             EVERYBODY,   ROUTE_ASK,    ready_show,         0 },
    { "GET",    "/metrics",                            WATCH,       ROUTE_ASK,    metrics_show,       0 },
    { "POST",   "/v1/session",                         EVERYBODY,   ROUTE_ASK,    session_open,       4096 },
    { "GET",    "/v1/session",                         READ,        ROUTE_ASK,    session_show,       0 },
    { "DELETE", "/v1/session",                         READ,        ROUTE_ASK,    session_close,      0 },
    { "POST",   "/v1/session/pin",                     READ,        ROUTE_ASK,    pin_set,            4096 },
    { "GET",    "/v1/openapi.json",                    READ,        ROUTE_ASK,    openapi_show,       0 },
    { "GET",    "/v1/words",                           READ,        ROUTE_ASK,    words_show,         0 },
    { "GET",    "/v1/people",                          READ,        ROUTE_ASK,    people_list,        0 },
    { "POST",   "/v1/people",                          ROLE_ADMIN,  ROUTE_ASK,    people_create,      8192 },
    { "POST",   "/v1/cases",                           REGISTER,    ROUTE_ASK,    case_create,        65536 },
    { "GET",    "/v1/cases",                           READ,        ROUTE_ASK,    case_list,          0 },
    { "GET",    "/v1/cases/{case}",                    READ,        ROUTE_ASK,    case_show_one,      0 },
    { "POST",   "/v1/cases/{case}/volumes",            REGISTER,    ROUTE_ASK,    volume_create,      65536 },
    { "POST",   "/v1/cases/{case}/archive-notice",     NOTIFY,      ROUTE_ASK,    case_notice,        65536 },
    { "POST",   "/v1/cases/{case}/links",              REGISTER,    ROUTE_ASK,    case_link,          65536 },
    { "POST",   "/v1/volumes/{volume}/relink",         REGISTER,    ROUTE_ASK,    volume_relink,      65536 },
    { "GET",    "/v1/volumes",                         READ,        ROUTE_ASK,    volume_list,        0 },
    { "GET",    "/v1/volumes/{volume}",                READ,        ROUTE_ASK,    volume_show_one,    0 },
    { "GET",    "/v1/volumes/{volume}/labels",         READ,        ROUTE_ASK,    volume_labels,      0 },
    { "GET",    "/v1/volumes/{volume}/chain",          READ,        ROUTE_ASK,    volume_chain,       0 },
    { "GET",    "/v1/volumes/{volume}/scans",          READ,        ROUTE_ASK,    scans_list,         0 },
    { "POST",   "/v1/volumes/{volume}/scans",          SCAN,        ROUTE_ASK,    scans_create,       JSON },
    { "GET",    "/v1/volumes/{volume}/pages",          READ,        ROUTE_ASK,    pages_list,         0 },
    { "GET",    "/v1/volumes/{volume}/items",          READ,        ROUTE_ASK,    items_list,         0 },
    { "GET",    "/v1/volumes/{volume}/qc",             CONTROL,     ROUTE_ASK,    qc_show,            0 },
    { "POST",   "/v1/volumes/{volume}/qc",             ROLE_QC,     ROUTE_ASK,    qc_judge,           JSON },
    { "GET",    "/v1/qc",                              CONTROL,     ROUTE_ASK,    qc_list,            0 },
    { "GET",    "/v1/qc/returns",                      SCAN,        ROUTE_ASK,    qc_returns,         0 },
    { "GET",    "/v1/volumes/{volume}/rules",          READ,        ROUTE_ASK,    rules_show,         0 },
    { "POST",   "/v1/volumes/{volume}/binding/check",  BIND,        ROUTE_ASK,    binding_check,      65536 },
    { "GET",    "/v1/volumes/{volume}/binding",        READ,        ROUTE_ASK,    binding_show,       0 },
    { "POST",   "/v1/volumes/{volume}/archive",        ROLE_ARCHIVIST, ROUTE_ASK, archive_create,     65536 },
    { "POST",   "/v1/custody",                         READ,        ROUTE_ASK,    custody_act,        262144 },
    { "GET",    "/v1/batches",                         READ,        ROUTE_ASK,    batch_list,         0 },
    { "POST",   "/v1/batches",                         READ,        ROUTE_ASK,    batch_create,       262144 },
    { "GET",    "/v1/batches/{batch}",                 READ,        ROUTE_ASK,    batch_show_one,     0 },
    { "POST",   "/v1/batches/{batch}/custody",         READ,        ROUTE_ASK,    batch_act,          65536 },
    { "GET",    "/v1/batches/{batch}/slip",            READ,        ROUTE_ASK,    batch_slip,         0 },
    { "GET",    "/v1/loans",                           READ,        ROUTE_ASK,    loan_list,          0 },
    { "POST",   "/v1/loans",                           ROLE_BORROWER, ROUTE_ASK,  loan_create,        65536 },
    { "GET",    "/v1/loans/board",                     READ,        ROUTE_ASK,    loan_board,         0 },
    { "GET",    "/v1/loans/{loan}",                    READ,        ROUTE_ASK,    loan_show_one,      0 },
    { "POST",   "/v1/loans/{loan}/acts",               LOANS,       ROUTE_ASK,    loan_act_do,        65536 },
    { "GET",    "/v1/loans/{loan}/slip",               READ,        ROUTE_ASK,    loan_slip,          0 },
    { "GET",    "/v1/notices",                         READ,        ROUTE_ASK,    notices_list,       0 },
    { "POST",   "/v1/notices/{notice}/seen",           READ,        ROUTE_ASK,    notice_seen,        4096 },
    { "GET",    "/v1/intakes",                         COUNTER,     ROUTE_ASK,    intake_list,        0 },
    { "POST",   "/v1/intakes",                         REGISTER,    ROUTE_ASK,    intake_create,      262144 },
    { "GET",    "/v1/intakes/rules",                   READ,        ROUTE_ASK,    intake_rules_show,  0 },
    { "GET",    "/v1/intakes/{intake}",                COUNTER,     ROUTE_ASK,    intake_show_one,    0 },
    { "GET",    "/v1/intakes/{intake}/slip",           COUNTER,     ROUTE_ASK,    intake_slip,        0 },
    { "GET",    "/v1/intakes/{intake}/labels",         COUNTER,     ROUTE_ASK,    intake_labels,      0 },
    { "POST",   "/v1/intakes/{intake}/file",           REGISTER,    ROUTE_ASK,    intake_file,        65536 },
    { "POST",   "/v1/intakes/{intake}/notice",         REGISTER,    ROUTE_ASK,    intake_notice,      131072 },
    { "GET",    "/v1/intakes/{intake}/notice/slip",    COUNTER,     ROUTE_ASK,    intake_notice_slip, 0 },
    { "POST",   "/v1/intakes/{intake}/return",         ROLE_KEEPER, ROUTE_ASK,    intake_return,      65536 },
    { "GET",    "/v1/papers",                          COUNTER,     ROUTE_ASK,    paper_list,         0 },
    { "POST",   "/v1/papers/{paper}/correction",       REGISTER,    ROUTE_ASK,    paper_correct,      65536 },
    { "GET",    "/v1/papers/{paper}",                  COUNTER,     ROUTE_ASK,    paper_show,         0 },
    { "GET",    "/v1/slots",                           READ,        ROUTE_ASK,    slots_list,         0 },
    { "POST",   "/v1/slots",                           ROLE_ADMIN,  ROUTE_ASK,    slots_create,       65536 },
    { "GET",    "/v1/slots/proposal",                  READ,        ROUTE_ASK,    slot_proposal,      0 },
    { "POST",   "/v1/events/{seq}/reversal",           READ,        ROUTE_ASK,    event_reverse,      65536 },
    { "POST",   "/v1/offline",                         READ,        ROUTE_ASK,    offline_replay,     JSON },
    { "GET",    "/v1/conflicts",                       TAKES,       ROUTE_ASK,    conflicts_list,     0 },
    { "POST",   "/v1/conflicts/{command}/settle",      EXPLAIN,     ROUTE_ASK,    conflict_settle,    65536 },
    { "POST",   "/v1/people/{badge}",                  ROLE_ADMIN,  ROUTE_ASK,    person_change,      8192 },
    { "GET",    "/v1/places",                          READ,        ROUTE_ASK,    places_list,        0 },
    { "POST",   "/v1/places/{place}",                  ROLE_ADMIN,  ROUTE_ASK,    place_change,       65536 },
    { "GET",    "/v1/stocktakes",                      TAKES,       ROUTE_ASK,    stocktake_list,     0 },
    { "POST",   "/v1/stocktakes",                      TAKES,       ROUTE_ASK,    stocktake_create,   65536 },
    { "GET",    "/v1/stocktakes/{stocktake}",          TAKES,       ROUTE_ASK,    stocktake_show,     0 },
    { "POST",   "/v1/stocktakes/{stocktake}/counts",   TAKES,       ROUTE_ASK,    stocktake_count,    65536 },
    { "POST",   "/v1/stocktakes/{stocktake}/reasons",  TAKES,       ROUTE_ASK,    stocktake_explain,  65536 },
    { "POST",   "/v1/stocktakes/{stocktake}/close",    TAKES,       ROUTE_ASK,    stocktake_close,    65536 },
    { "POST",   "/v1/slots/{slot}/orders",             ROLE_KEEPER, ROUTE_ASK,    order_create,       65536 },
    { "GET",    "/v1/orders/{order}",                  READ,        ROUTE_ASK,    order_show,         0 },
    { "GET",    "/v1/alarms",                          READ,        ROUTE_ASK,    alarm_list_show,    0 },
    { "POST",   "/v1/alarms/{alarm}/end",              EXPLAIN,     ROUTE_ASK,    alarm_explain,      65536 },
    { "GET",    "/v1/fixity",                          PROVE,       ROUTE_ASK,    fixity_show,        0 },
    { "POST",   "/v1/fixity",                          TEND,        ROUTE_ASK,    fixity_begin,       4096 },
    { "PUT",    "/v1/blobs/{sha256}",                  SCAN,        ROUTE_UPLOAD, blob_begin,         ROUTE_BLOB_MAX },
    { "GET",    "/v1/blobs/{sha256}",                  READ,        ROUTE_ASK,    blob_show,          0 },
    { "GET",    "/v1/ledger/head",                     READ,        ROUTE_ASK,    ledger_head_show,   0 },
    { "GET",    "/v1/ledger/key",                      READ,        ROUTE_ASK,    ledger_key_show,    0 },
    { "GET",    "/v1/ledger/events",                   PROVE,       ROUTE_ASK,    ledger_events_show, 0 },
    { "GET",    "/v1/ledger/growth",                   PROVE,       ROUTE_ASK,    ledger_growth_show, 0 },
    { "GET",    "/v1/ledger/sheet",                    PROVE,       ROUTE_ASK,    ledger_sheet_show,  0 },
    { "GET",    "/v1/volumes/{volume}/proof",          PROVE,       ROUTE_ASK,    ledger_proof_show,  0 },
    { "GET",    "/v1/stream",                          READ,        ROUTE_STREAM, stream_open,        0 },
    { "GET",    "/v1/board",                           READ,        ROUTE_ASK,    board_show,         0 },
};
/* clang-format on */

const struct route *route_at(size_t index)
{
    return index < COUNT(routes) ? &routes[index] : NULL;
}

const struct route *route_find(const char *method, const char *path)
{
    for (size_t i = 0; i < COUNT(routes); i++)
        if (!strcmp(routes[i].method, method) && !strcmp(routes[i].path, path))
            return &routes[i];
    return NULL;
}

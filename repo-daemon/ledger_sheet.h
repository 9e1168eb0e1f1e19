/* The daily hand-over sheet (每日移交单): one day's moves of volumes, and the signed head
 * of the ledger at its end, as text and as a QR code, to be printed and signed by hand.
 * Whoever keeps the paper can later prove that nothing before it was changed: the code
 * holds the whole checkpoint. PDF/A-1b. */
#ifndef REPO_LEDGER_SHEET_H
#define REPO_LEDGER_SHEET_H

#include "repo-daemon/ledger_export.h"

enum { LEDGER_SHEET_ROWS = 5000 }; /* moves shown; more are only counted */

/* `day` is "2026-11-28", in Beijing time. Without `secret_too` a 副卷 has its row but no
 * number. The caller frees *ret_pdf.
 *   RC_INVALID  not a day */
MUST_USE enum rc ledger_sheet_write(const struct ledger_source *source, const char *day,
                                    bool secret_too, uint8_t **ret_pdf, size_t *ret_len,
                                    struct fault *why);

#endif

/* The daily hand-over sheet (案卷每日移交单): what went from whom to whom on one day and
 * why, what else happened to volumes, lines to sign, and the signed head of the ledger at
 * its end, as text and as a QR code. Whoever keeps the paper can later prove that nothing
 * before it was changed: the code holds the whole checkpoint. PDF/A-1b. */
#ifndef REPO_LEDGER_SHEET_H
#define REPO_LEDGER_SHEET_H

#include "repo-daemon/ledger_export.h"

enum {
    LEDGER_SHEET_ROWS = 5000,    /* of each table; more are only counted */
    LEDGER_SHEET_CELL_MAX = 640, /* bytes of a name or a reason */
};

struct ledger_sheet {
    const char *day;   /* "2026-11-28", in Beijing time */
    const char *court; /* its name; NULL: not known */
    bool secret_too;   /* else a 副卷 has its row, but neither number nor case */
    const char *font;  /* a TrueType font with Chinese; NULL: the usual one */
    /* What people call a badge; NULL, or false for one that is not known: the badge. */
    bool (*person)(void *context, const char *badge,
                   char ret_name[LEDGER_SHEET_CELL_MAX]);
    /* Pages and sheets of a volume as they are now; NULL, or false: not known. */
    bool (*amount)(void *context, const char *volume, int64_t *ret_pages,
                   int64_t *ret_sheets);
    void *context;
};

/* Strings are borrowed. The caller frees *ret_pdf.
 *   RC_INVALID  not a day */
MUST_USE enum rc ledger_sheet_write(const struct ledger_source *source,
                                    const struct ledger_sheet *sheet, uint8_t **ret_pdf,
                                    size_t *ret_len, struct fault *why);

#endif

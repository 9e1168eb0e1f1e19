/* Slips that people sign: hand-over list, receipt, notice. One form for all: the court, a
 * title, the label as bars, facts, one table, a closing sentence, and lines to sign on;
 * printed in as many copies as the paper needs, each named. PDF/A-1b, so that it can be
 * kept. */
#ifndef REPO_SLIP_H
#define REPO_SLIP_H

#include "core/rc.h"
#include "sys/fault.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { SLIP_COLUMNS_MAX = 8, SLIP_DAY_MAX = 64 };

/* What all slips of a kind have in common. */
struct slip_form {
    const char *title;
    const double *widths_pt; /* of the table */
    const char *const *head;
    size_t columns;      /* 0: no table */
    const char *closing; /* a paragraph below; NULL for none */
    const char *const *signers;
    size_t signer_count;
    const char *const *copies; /* "第一联 存档"; one page or more each */
    size_t copy_count;
};

struct slip {
    const struct slip_form *form; /* borrowed, all pointers */
    const char *label;            /* printed as Code 128 and as text; NULL for none */
    const char *const (*facts)[2];
    size_t fact_count;
    const json_t *rows;  /* array of arrays of strings, one for each column */
    const char *closing; /* instead of the form's; NULL: that one */
    int64_t at_ms;
};

struct repo;
struct repo_settings;

/* Write it, in the name of the court. The caller frees *ret_pdf. Errors as
 * pdfa_text_new() and pdfa_text_write(). */
MUST_USE enum rc slip_write(const struct repo *repo, const struct repo_settings *settings,
                            const struct slip *slip, uint8_t **ret_pdf, size_t *ret_len,
                            struct fault *why);

/* "2026-11-28 16:40（北京时间）" */
void slip_time(int64_t at_ms, char ret_text[SLIP_DAY_MAX]);

#endif
